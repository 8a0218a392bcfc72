nav-feeds = Feed health
help-feeds = Find which logs do not arrive, and why.
feed-healthy = Healthy
feed-maintenance = Maintenance
feed-late = Late
feed-silent = Silent
feed-failing = Failing
feed-never_seen = Never seen
feed-outside = Outside your view
feed-outside-means = not one of your sites
feed-healthy-means = sends as usual
feed-maintenance-means = announced maintenance
feed-late-means = quieter than ever before
feed-silent-means = answers, but sends no lines
feed-failing-means = does not answer as specified
feed-never_seen-means = no line received yet
feeds-title = Feed health
feeds-note = Silence is not safety: every feed is compared with its own usual volume
feeds-unwell = Feeds that need attention
feeds-unwell-note = worst first
feeds-unwell-none = Feeds that send as usual: all { $feeds }.
feeds-unwell-more = and { $number } more
feeds-complete = Completeness by municipality and hour
feeds-complete-note = received of expected, 24 hours
feeds-complete-none = The usual volume is not known yet. Completeness is shown after the first full hours.
feeds-learning = still learning
feeds-kinds = By kind of feed
feeds-kinds-note = last 24 hours
feeds-rejects = Newest unreadable lines
feeds-rejects-note = the newest for each feed and reason, as received
feeds-rejects-none = All lines of the last 24 hours were read.
feeds-rejected = Unreadable
feeds-rejected-of =
    { $rejected } of { $total } { $total ->
        [one] line
       *[other] lines
    } in 24 h
feeds-waiting = Batches waiting
feeds-waiting-size = { $megabytes } MB for the store · { $failed } parked
feeds-several =
    { $number } { $number ->
        [one] feed
       *[other] feeds
    }
feeds-site = Municipality
feeds-why = Why
feeds-why-maintenance = until { $until }: { $reason }
feeds-why-failing =
    { $error } ({ $failures } { $failures ->
        [one] failure
       *[other] failures
    } in a row)
feeds-why-again = next try { $time }
feeds-why-never = no line received since it was configured
feeds-why-learning = no line for longer than the limit; its usual volume is not known yet
feeds-why-missed =
    { $events } { $events ->
        [one] event was
       *[other] events were
    } expected since { $since }, but none arrived
feeds-healthy = Healthy
feeds-received = Events
feeds-lag = Lag (median)
feeds-ahead = Clocks ahead
feeds-nobody = unknown sender
