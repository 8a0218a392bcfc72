nav-alerts = Alerts
help-alerts = View, take over and close alerts. Keys: J/K move, A acknowledge, E open an incident, C close, ? all shortcuts.
alerts-page-note = What happened, and what to do next
alerts-keys = Keys: J/K move · Enter open · X select · A acknowledge · E incident · C close · / search · ? help
alerts-queue = Alerts
alerts-search = actor, rule, municipality, number
alerts-status-open = Open
alerts-status-new = New
alerts-status-mine = Mine
alerts-status-closed = Closed
alerts-status-all = All
alerts-least-any = Any severity
alerts-least = { $severity } or worse
alerts-type-any = Any type
alerts-group-none = Not grouped
alerts-group-rule = By rule
alerts-group-site = By municipality
alerts-group-actor = By actor
alerts-group-type = By type
alerts-group-campaign = By campaign
alerts-group-sites =
    { $sites } { $sites ->
        [one] site
       *[other] sites
    }
alerts-do-acknowledge = Acknowledge
alerts-do-start = Start work
alerts-do-assign = Take over
alerts-do-close = Close
alerts-do-incident = Incident
alerts-do-merge = Merge
alerts-do-suppress = Suppress
alerts-do-reopen = Reopen
alerts-nothing = No alert matches.
alerts-number = { $number }
alerts-number-some = { $shown } of { $number } shown
alerts-closure-choose = Choose the outcome.
alerts-days =
    for { $days } { $days ->
        [one] day
       *[other] days
    }
alerts-incident-title = Title of the incident (empty: the title of the rule)
alerts-note-why = Note: reason
alerts-chip-site = Municipality
alerts-chip-province = Province
alerts-chip-rule = Rule
alerts-chip-actor = Actor
alerts-chip-campaign = Campaign
alerts-ask-close =
    Close { $number } { $number ->
        [one] alert
       *[other] alerts
    }
alerts-ask-incident =
    Open an incident with { $number } { $number ->
        [one] alert
       *[other] alerts
    }
alerts-ask-suppress =
    Suppress alerts like { $number ->
        [one] this
       *[other] these
    } { $number } { $number ->
        [one] alert
       *[other] alerts
    }
alerts-ask-merge =
    Merge { $number } { $number ->
        [one] alert
       *[other] alerts
    } into the oldest
alerts-ask-reopen =
    Reopen { $number } { $number ->
        [one] alert
       *[other] alerts
    }
alerts-done-acknowledge =
    { $number } { $number ->
        [one] alert
       *[other] alerts
    } acknowledged.
alerts-done-start =
    { $number } { $number ->
        [one] alert
       *[other] alerts
    } in progress.
alerts-done-assign =
    { $number } { $number ->
        [one] alert
       *[other] alerts
    } assigned to you.
alerts-done-close =
    { $number } { $number ->
        [one] alert
       *[other] alerts
    } closed.
alerts-done-reopen =
    { $number } { $number ->
        [one] alert
       *[other] alerts
    } reopened.
alerts-done-merge =
    { $number } { $number ->
        [one] alert
       *[other] alerts
    } merged into #{ $into }.
alerts-done-suppress =
    { $number } { $number ->
        [one] suppression
       *[other] suppressions
    } added.
alerts-done-incident = Incident #{ $number } is open.
alert-number = Number
alert-status = State
alert-time = Time
alert-counts = Size
alert-counted =
    { $findings } { $findings ->
        [one] finding
       *[other] findings
    } · { $events } { $events ->
        [one] event
       *[other] events
    }
alert-priority = Priority
alert-held_back = Further actors grouped by flood control
alert-incident = Incident
alert-why = Why it fired
alert-rule = Rule
alert-source = Log
alert-attack = ATT&CK
alert-condition = Condition
alert-correlation = correlation
alert-bases = Based on
alert-threshold = { $number } or more within { $seconds } s by { $by }
alert-doubts = Possible false positive if:
alert-next = Next steps
alert-next-none = The rule lists no next steps.
alert-evidence =
    { $number } { $number ->
        [one] line
       *[other] lines
    } of evidence
alert-evidence-none = The log lines are older than the retention period.
alert-related = Related alerts
alert-related-none = No other alert is related.
alert-merged = merged
alert-site-page = Municipality
alert-site-alerts = All alerts here
alert-actor-alerts = All alerts of this actor
alert-acts = What was done
alert-acts-none = Nothing has been done yet.
history-note = All alerts, including closed alerts, newest first
history-alerts = Alerts
history-number =
    { $number } { $number ->
        [one] alert
       *[other] alerts
    }
alert-suppressed = Suppressed
alert-suppressed-until = Until
alert-suppressed-reason = Reason
alert-suppressed-author = By
alert-suppressed-count = Left out
alerts-do-lift = Lift suppression
alerts-done-lift = The suppression has ended. The next finding opens an alert.
