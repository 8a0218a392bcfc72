nav-digests = Digests
help-digests = Read the digests that were sent, or send them again.
digests-about = Digests that were sent, and their recipients
digests-list = Digests
digests-none = No digest has been composed yet.
digests-nowhere = No digests are kept here.
digests-kind = Kind
digests-kind-daily = Daily
digests-kind-weekly = Weekly
digests-kind-monthly = Monthly
digests-kind-shift = Shift
digests-place = Scope
digests-span = Period (KST)
digests-composed = Composed
digests-versions = Version
digests-open = Open
digests-documents = Documents
digests-deliveries = Deliveries
digests-unsent = It has not been sent.
digests-recipient = Recipient
digests-sent = Sent
digests-do-send = Send again
digests-ask-send = Send this digest again, unchanged, to all its recipients
digests-done-send =
    The digest is sent again to { $number } { $number ->
        [one] recipient
       *[other] recipients
    }.
digests-kind-province = Province, monthly
digests-kind-municipality = Municipality, monthly
digests-kind-province-day = Province, daily
digests-kind-site-day = Municipality, daily
digests-kind-notice = Notice
