volume-basis-week = the same hour of the week
volume-basis-day = the same hour on days of the same kind
volume-unusual = { $seen } in an hour. Expected: { $expected }, the median of { $basis } (samples: { $samples }). Usual maximum: { $most }.
first-kind-country = country of a login
first-kind-admin = administrator
first-kind-device = machine
first-seen = New { $kind }, first seen since collection started on { $since }: { $value }
silence-after_finding = Feed { $feed } has been silent since { $since }, shortly after the finding '{ $finding }'.
