nav-hunt = Hunt
help-hunt = Search all logs. Click a value to include, exclude or block it.
hunt-note = Follow a trace through the logs of all municipalities
hunt-time = Events over time
hunt-values = Most frequent values
hunt-events = Events
hunt-event = One event
hunt-none = No event matches.
hunt-placeholder = words, or field:value (such as site:11110 failed -user:root)
hunt-go = Search
hunt-help = An event must contain all the words. You can use OR, NOT (-), brackets, quotes, * and ranges. A word without a field is searched in the line as received.
hunt-short = Short
hunt-column = Field
hunt-value = Value
hunt-step-d = one bar = { $number } d
hunt-step-h = one bar = { $number } h
hunt-step-m = one bar = { $number } min
hunt-step-s = one bar = { $number } s
hunt-searching = Searching { $percent }
hunt-draft = Save as rule draft
hunt-cancel = Stop
hunt-cancelled =
    Stopped. { $events } { $events ->
        [one] event
       *[other] events
    } found so far.
hunt-found =
    { $events } { $events ->
        [one] event
       *[other] events
    } · { $since } to { $until } KST
hunt-coverage =
    ({ $reporting } of { $total } { $total ->
        [one] municipality
       *[other] municipalities
    } reporting)
hunt-newest = newest { $number } shown
hunt-all = { $number } shown
hunt-values-wait = Counting
hunt-gone = This event cannot be found.
hunt-raw = Line as received
hunt-fields = Normalised fields
field-site = Municipality
field-attack_type = Attack type
field-src_endpoint_ip = Source address
field-user_name = User
field-dst_endpoint_port = Destination port
field-activity_name = Activity
field-feed = Feed
hunt-refused = The query or the period is not valid. “?” on the right lists the fields and examples.
