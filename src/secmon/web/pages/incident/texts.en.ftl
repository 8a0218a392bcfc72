nav-incident = Incident
help-incident = One incident: timeline, evidence, tasks, requests.
incidents-note = Which deadline is next, and who needs help
incidents-open = Open incidents
incidents-closed = Closed incidents
incidents-none = No incident is open.
incidents-closed-none = No incident has been closed yet.
incidents-several = { $first } and { $number } more
incident-detected = Detected
incident-analysed = Analysed
incident-contained = Contained
incident-eradicated = Eradicated
incident-recovered = Recovered
incident-closed = Closed
incident-clock-respond = First response
incident-clock-contain = Containment
incident-due = due { $time }
incident-to = To: { $state }
incident-do-comment = Add a note
incident-do-pause = Pause clocks
incident-do-resume = Resume clocks
incident-do-ask = Request action
incident-do-close = Close
incident-do-reopen = Reopen
incident-opened = Opened
incident-sites =
    { $number } { $number ->
        [one] municipality
       *[other] municipalities
    }
incident-closure = Classification
incident-summary = Outcome
incident-paused = Clocks paused
incident-kept =
    { $number } { $number ->
        [one] line
       *[other] lines
    } stored as evidence
incident-tasks-none = It has no playbook.
incident-task-done = Mark as done
incident-alerts-none = It has no alerts.
incident-requests-none = No action has been requested yet.
incident-evidence-none = No evidence has been stored.
incident-evidence-whole = All evidence matches its hash.
incident-evidence-damaged =
    { $number } { $number ->
        [one] line does not match its hash
       *[other] lines do not match their hash
    }.
incident-facts = Facts
incident-graph = Connections
incident-timeline = Timeline
incident-tasks = Playbook
incident-alerts = Alerts
incident-requests = Requests
incident-evidence = Evidence
incident-note-comment = Note
incident-note-pause = Reason for the pause
incident-note-move = Note
incident-note-ask = Requested action (empty: next steps of the rule)
incident-note-close = Outcome and lessons
incident-note-reopen = Reason
incident-ask-comment = Add a note to the timeline
incident-ask-pause = Pause the clocks
incident-ask-move = Move to the next state
incident-ask-resume = Resume the clocks
incident-ask-ask = Request action from every affected municipality
incident-ask-close = Close the incident
incident-ask-reopen = Reopen the incident
incident-done-comment = The note is added.
incident-done-pause = The clocks are paused.
incident-done-move = The state is changed.
incident-done-resume = The clocks are running again.
incident-done-ask =
    Action requested from { $number } { $number ->
        [one] municipality
       *[other] municipalities
    }.
incident-done-close = The incident is closed.
incident-done-reopen = The incident is open again.
incident-done-task = The step is done.
timeline-opened = Opened
timeline-state = State
timeline-changed = Changed
timeline-comment = Note
timeline-alerts_added = Alerts added
timeline-alerts_taken_out = Alerts removed
timeline-sites_added = Sites added
timeline-evidence = Evidence
timeline-task = Playbook
timeline-request = Request
timeline-block = Block
timeline-paused = Clocks paused
timeline-resumed = Clocks resumed
timeline-escalated = Escalated
