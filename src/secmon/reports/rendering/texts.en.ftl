kind-shift = Shift handover
kind-daily = Daily security situation report
kind-weekly = Weekly security situation report
kind-monthly = Monthly security situation report
kind-province = Monthly report for a province
kind-municipality = Monthly report for a municipality
kind-province-day = Daily report for a province
kind-site-day = Daily report for a municipality
kind-notice = Immediate notice
kind-letter = Letter
period-shift = { $begins } to { $ends } KST
period-day = { $begins }, Korean time
period-days = { $begins } to { $ends }, Korean time
scope-all =
    All { $number } { $number ->
        [one] municipality
       *[other] municipalities
    }
scope-masked = Undisclosed municipality
scope-masked-site = A { $kind } in { $province }
site-kind-si = city
site-kind-gun = county
site-kind-gu = district
mark-simulated = SIMULATED DATA
mark-late = Late: composed { $at }
mark-masked = Names and addresses masked
mark-composed = Composed { $at } KST
mark-page = { "" }
summary = Summary
summary-seen =
    { $period }: { $reporting } of { $of } { $of ->
        [one] municipality
       *[other] municipalities
    } sent { $events } { $events ->
        [one] event
       *[other] events
    }, including { $attempts } { $attempts ->
        [one] attack attempt
       *[other] attack attempts
    }, { $change }.
summary-seen-one =
    { $period }: { $events } { $events ->
        [one] event was
       *[other] events were
    } collected, including { $attempts } { $attempts ->
        [one] attack attempt
       *[other] attack attempts
    }, { $change }.
summary-change-none = without an earlier period for comparison
summary-change-up = { $percent }% more than in the previous period
summary-change-down = { $percent }% fewer than in the previous period
summary-change-same = as many as in the previous period
summary-busy =
    { $opened } { $opened ->
        [one] alert was
       *[other] alerts were
    } opened ({ $critical } critical, { $high } high). { $grave } critical or high { $grave ->
        [one] alert is
       *[other] alerts are
    } open, { $incidents } { $incidents ->
        [one] incident is
       *[other] incidents are
    } open, { $overdue } { $overdue ->
        [one] request is
       *[other] requests are
    } overdue, and { $healthy } of { $feeds } { $feeds ->
        [one] feed is
       *[other] feeds are
    } healthy.
summary-quiet =
    All quiet: no critical or high alert is new or open, no incident is open and nothing is overdue, as far as { $healthy } of { $feeds } { $feeds ->
        [one] feed
       *[other] feeds
    } ({ $share }) can tell.
summary-blind = There is no alert and no incident, but no feed is healthy either, so this is not an all-clear.
summary-notice-critical =
    { $number } { $number ->
        [one] new critical alert
       *[other] new critical alerts
    } at { $sites } { $sites ->
        [one] municipality
       *[other] municipalities
    }.
summary-notice-silent =
    { $number } { $number ->
        [one] feed
       *[other] feeds
    } of { $sites } { $sites ->
        [one] municipality
       *[other] municipalities
    } { $number ->
        [one] has
       *[other] have
    } become silent.
summary-notice-overdue =
    { $number } { $number ->
        [one] request
       *[other] requests
    } to { $sites } { $sites ->
        [one] municipality
       *[other] municipalities
    } { $number ->
        [one] has
       *[other] have
    } become overdue.
summary-notice-next = Check the list below and name an owner for each entry. The list shows the worst { $shown }.
section-level = National crisis level
section-coverage = Coverage
section-figures = Key figures
section-types = Attempts by the seven types
section-map = Attempts by municipality
section-trend = Trend
section-incidents = Incidents
section-lessons = Three gravest incidents and lessons learnt
section-campaigns = Campaigns (two or more municipalities)
section-requests = Action requests
section-blocks = Block list
section-metrics = Metrics against targets
section-gaps = Feed gaps
section-anomalies = Anomalies and why they were found
section-rules = Rules with the most alerts
section-sources = Top sources
section-places = By place
section-peers = Compared with its peers
section-shift = Handover
section-notice = Details
section-advice = Recommendations
section-counting = How this is counted
level-none = No level has been entered
level-normal = Normal (정상)
level-attention = Attention (관심)
level-caution = Caution (주의)
level-alert = Alert (경계)
level-serious = Serious (심각)
level-line = Level: { $level }, declared by { $issuer } at { $at }
col-type = Type
col-attempts = Attempts
col-before = Before
col-change = Change
col-band = Expected
col-title = Title
col-severity = Severity
col-state = State
col-owner = Owner
col-sites = Sites
col-due = Due
col-indicator = Indicator
col-rule = Rule
col-alerts = Alerts
col-first = First
col-last = Last
col-site = Municipality
col-feed = Feed
col-health = Health
col-since = Last line
col-value = Value
col-applied = Applied
col-metric = Metric
col-median = Median
col-p90 = P90
col-counted = Measured
col-target = Target
col-attack = ATT&CK
col-lesson = Outcome and lesson
col-met = Met
col-reason = Reason
col-rejected = False or benign
col-source = Source
col-country = Country
col-events = Events
col-rate = Per 10,000 events
col-place = Place
col-reminders = Reminders
col-what = Item
col-own = Own value
col-peer = Peer median
col-number = Number
band-learning = learning
met-yes = met
met-no = missed
met-none = –
fig-events = Events collected
fig-quarantined = Unreadable lines (in quarantine)
fig-reporting = Municipalities that sent events
fig-healthy = Healthy feeds (when composed)
fig-attempts = Attack attempts
fig-opened = Alerts opened
fig-taken_up = of these taken up
fig-closed = Alerts closed
fig-false = of these false positives
fig-open = Alerts still open
fig-inc_opened = Incidents opened
fig-inc_closed = Incidents closed
fig-suppressed = Alerts suppressed
fig-held_back = Actors grouped by flood control
fig-req_made = Requests created
fig-req_answered = Requests acknowledged
fig-req_done = Requests done
fig-awaiting = Awaiting an answer
fig-overdue = Overdue
fig-refused = Refused
fig-blocks = Blocks in force
fig-applied = Applied by municipalities
fig-pushed = Pushed in the period
fig-ended = Ended in the period
none-incidents = No incident was open in the period.
none-campaigns = No indicator was seen at two or more municipalities.
none-requests = No request is overdue.
none-blocks = No block is in force.
none-gaps = Every feed is healthy.
none-feeds = No feeds are configured.
none-anomalies = No anomaly was found in the period.
none-rules = No alert was opened in the period.
none-sources = No source made an attempt.
more = and { $number } more
peers-kind =
    Compared with { $number } { $number ->
        [one] municipality
       *[other] municipalities
    } of the same kind ({ $kind })
peers-attempts = Attempts
peers-rate = Attempts per 10,000 events
shift-alerts = Open alerts
shift-changes = Done in this shift
shift-blocks = Blocks waiting for approval or push
shift-next = Next due
shift-sign = Both leads sign the handover on the shift page.
caption-types = Attempts by type
caption-trend = Attempts over time (Korean time)
caption-map = Attempts by municipality: darker means more; hatched where no event was collected.
counting =
    An event is a normalised log record. An attempt is an event of one of the seven types. An alert groups the findings of a rule, a site and an actor. An incident is a case that a person opened. The expected band is P10 to P90 of { $compared } { $compared ->
        [one] earlier period
       *[other] earlier periods
    }. The level, the feed health, and what is open or awaited are as of the time of composition.
advice-overdue =
    Telephone the contacts of the { $number } { $number ->
        [one] overdue request
       *[other] overdue requests
    }.
advice-incidents =
    Name an owner and the next step for the { $number } { $number ->
        [one] incident past its deadline
       *[other] incidents past their deadlines
    }.
advice-gaps =
    Check the sensors and links of { $number } { $number ->
        [one] feed that is
       *[other] feeds that are
    } late or silent: until then, no alert does not mean safe.
advice-blocks =
    Make sure that firewalls apply the { $number } { $number ->
        [one] block that is
       *[other] blocks that are
    } not acknowledged yet.
advice-noisy =
    { $number } of { $of } { $of ->
        [one] alert
       *[other] alerts
    } of the rule '{ $rule }' { $number ->
        [one] was
       *[other] were
    } closed as false or benign: review its exceptions or threshold.
advice-metric = Find out for each shift why '{ $metric }' missed its target.
advice-type-denial_of_service = Denial of service stands out: check that traffic scrubbing and web caches are ready.
advice-type-information_gathering = Information gathering (scans) stands out: review which services are open to the outside and close unused ports.
advice-type-privilege_acquisition = Attempts to acquire privileges stand out: require a second factor for remote access and patch public servers.
advice-type-information_leak = Information leaks stand out: review bulk reads and transfers to the outside.
advice-type-defacement = Defacement stands out: check upload folders and the monitoring of web pages.
advice-type-malware = Malware stands out: check that attachments are filtered and protection is up to date.
advice-type-unauthorised_access = Unauthorised access stands out: clean up shared and unused accounts and their rights.
advice-centre-1 = Check the contact lists and the handover procedure.
advice-centre-2 = Review the never-block list and blocks that expire soon.
advice-centre-3 = Review a sample for attacks that may have been missed in the period.
advice-site-1 = Check the second factor of administrators and remote access.
advice-site-2 = Test the restore of a backup of important data.
advice-site-3 = Remind staff how to report suspicious mail.
letter-request = Action request #{ $number }
letter-reminder = Reminder of action request #{ $number }
letter-escalation = Escalation: a deadline has passed
letter-level = The national crisis level has changed
letter-respond = Acknowledge by
letter-act = Act by
letter-evidence = Evidence
letter-how = Log in at the centre to acknowledge the request and to report the result.
severity-0 = None
severity-1 = Informational
severity-2 = Low
severity-3 = Medium
severity-4 = High
severity-5 = Critical
type-denial_of_service = Denial of service
type-information_gathering = Information gathering
type-privilege_acquisition = Privilege acquisition
type-information_leak = Information leak
type-defacement = Defacement
type-malware = Malware
type-unauthorised_access = Unauthorised access
type- = –
type-all = Total
health-healthy = healthy
health-maintenance = maintenance
health-late = late
health-silent = silent
health-failing = failing
health-never_seen = never seen
state-detected = Detected
state-analysed = Analysed
state-contained = Contained
state-eradicated = Eradicated
state-recovered = Recovered
state-closed = Closed
state-requested = Requested
state-delivered = Delivered
state-acknowledged = Acknowledged
state-done = Done
state-verified = Verified
state-refused = Refused
state-withdrawn = Withdrawn
