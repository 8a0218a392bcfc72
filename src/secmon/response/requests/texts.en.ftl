title = [Action request] { $title }
found = Found at your municipality: { $title }
actor = By: { $actor } ({ $events } { $events ->
        [one] event
       *[other] events
    })
steps = Please
steps-default = Check the records of the affected system and answer with the result.
closing = Acknowledge this request and answer when it is done. If it cannot be done, tell us the reason.
