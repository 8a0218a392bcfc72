nav-site = Municipality
help-site = One municipality: logs, alerts, requests, blocks, risk.
site-back = Back to the wall
site-kind-si = City
site-kind-gun = County
site-kind-gu = Autonomous district
site-none = No municipality has the code { $code }
site-none-hint = Check the 5-digit administrative code, or choose a municipality on the wall.
site-code = Code { $code }
site-size =
    { $size } { $size ->
        [one] town or neighbourhood
       *[other] towns and neighbourhoods
    }
site-feeds = Feeds
site-feeds-note = Silence is not safety
site-feed = Feed
site-format = Format
site-state = State
site-last_line = Last line
site-last_answer = Last answer
site-lines = Lines
site-events = Events
site-quarantined = Quarantined
site-by_hand = imported manually
site-alerts = Alerts
site-alerts-note = newest 50
site-alerts-none = No alerts for this municipality.
site-quarantine = Unreadable lines
site-quarantine-note = newest 20, as received
site-quarantine-none = All lines of this municipality were read.
site-trend = Events, 24 hours
site-trend-other = No attack type
site-newest = Newest events
site-newest-note = newest 200 of the last 24 hours
site-newest-none = No events were received in the last 24 hours. Check the feeds.
site-updated = as of { $time }
site-balance = lines { $lines } = events { $events } + quarantined { $quarantined }
site-balance-waiting =
    { $waiting } { $waiting ->
        [one] line
       *[other] lines
    } waiting for the store
