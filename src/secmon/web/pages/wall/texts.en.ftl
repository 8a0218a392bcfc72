nav-wall = Wall
help-wall = All 226 municipalities at a glance: colour and shape show the severity, the edge shows the feed state. When the data is old, the page says STALE.
kpi-sites = Sites reporting
kpi-sites-of = of { $total }
kpi-sites-all = feeds { $healthy }/{ $feeds }
kpi-sites-some = { $missing } missing · { $healthy }/{ $feeds }
kpi-events = Events (24 h)
kpi-events-sub = { $eps } per second now
kpi-attempts = Attempts (24 h)
kpi-attempts-sub = of the seven types
kpi-findings = Findings (24 h)
kpi-findings-sub = rules and correlations
kpi-alerts = Open alerts
kpi-alerts-sub = critical { $critical } · high { $high }
kpi-quarantine = Unreadable lines (24 h)
kpi-quarantine-none = all lines were read
kpi-quarantine-some = kept in quarantine, none discarded
hex-title = Situation by municipality
hex-note = one hexagon = one municipality
map-title = Geography
map-note = Boundaries: NGII, Republic of Korea
alerts-title = Newest alerts
alerts-note =
    { $number } in 24 h at { $sites } { $sites ->
        [one] site
       *[other] sites
    }
alerts-none = No alerts in the last 24 hours
alerts-none-coverage =
    with { $reporting } of { $total } { $total ->
        [one] site
       *[other] sites
    } reporting
alerts-across =
    { $sites } { $sites ->
        [one] site
       *[other] sites
    }
trend-title = Attempts by type, 24 h
trend-note = events per quarter hour
trend-note-usual = per 15 min · dotted: usual
trend-note-learning = per 15 min · usual: learning
trend-usual-most = usual maximum
trend-usual-least = usual minimum
trend-now = now
legend-open = Sites by worst open alert
legend-feeds = Sites by feed state
kpi-incidents = Open incidents
kpi-incidents-late = { $number } overdue
kpi-incidents-fine = none overdue
kpi-requests = Requests awaiting reply
kpi-requests-late = { $number } overdue
kpi-requests-fine = none overdue
incidents-title = Open incidents
incidents-note-open = { $number } open · { $late } overdue
response-title = Response
response-note-requests =
    { $awaited } { $awaited ->
        [one] reply
       *[other] replies
    } awaited · { $overdue } overdue
wall-over = { $time } overdue
wall-left = { $time } left
wall-paused = paused
wall-kept = on time
wall-campaigns = Campaigns at several sites
wall-campaigns-none = none within 24 hours
wall-blocks = Blocks applied by sites
wall-blocks-none = nothing is blocked
wall-unwell = Feeds that need attention
wall-unwell-none = all feeds are healthy
wall-feeds =
    { $number } { $number ->
        [one] feed
       *[other] feeds
    }
