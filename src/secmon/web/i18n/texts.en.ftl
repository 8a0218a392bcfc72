## Words of all pages

app-title = Local Government Cyber Security Control Centre
app-subtitle = 지방자치단체 사이버안전 통합관제
app-simulated = SIMULATED DATA
nav-skip = Skip to content
nav-language = 한국어
level-label = National crisis level
level-none = not entered
level-normal = Normal (정상)
level-attention = Attention (관심)
level-caution = Caution (주의)
level-alert = Alert (경계)
level-serious = Serious (심각)
level-by = declared by { $issuer }
live-on = Live
live-stale = STALE since { $time }
live-wait = Connecting
severity-0 = None
severity-1 = Info
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
column-time = Time (KST)
column-severity = Severity
column-rule = Alert
column-type = Type
column-actor = Actor
column-findings = Findings
column-feed = Feed
column-kind = Kind
column-source = Source
column-target = Target
column-summary = Summary
column-reason = Reason
column-line = Line
column-sites = Sites
unit-ago-now = just now
page-loading = Loading
page-error = The event store cannot be read. The page tries again shortly.
nav-menu = Menu
nav-theme = Light or dark theme
nav-group-watch = Watch
nav-group-respond = Respond
nav-group-analyse = Analyse
nav-group-manage = Manage
period-15m = Last 15 minutes
period-1h = Last hour
period-6h = Last 6 hours
period-24h = Last 24 hours
period-7d = Last 7 days
period-30d = Last 30 days
period-own = From … to …
page-close = Close
column-site = Municipality
column-user = User
value-include = Include
value-exclude = Exclude
value-only = Search only for this
value-copy = Copy
value-block = Propose to block
period-from = from
period-to = to
page-cancel = Cancel
page-do = Confirm
column-state = State
column-owner = Owner
column-who = Who
column-what = What
status-new = New
status-acknowledged = Acknowledged
status-in_progress = In progress
status-closed = Closed
closure-true_positive = True positive (a real attack)
closure-benign = Benign (real, but intended)
closure-false_positive = False positive
closure-duplicate = Duplicate
palette-hint = Find a page, municipality or command
palette-page = Page
palette-site = Municipality
palette-hunt = Search the logs for this
keys-title = Keyboard shortcuts
keys-move = next, previous alert
keys-open = open the alert
keys-choose = select the alert
keys-acknowledge = acknowledge the alert
keys-incident = open an incident
keys-close = close the alert
keys-find = search
keys-palette = find a page or municipality
keys-help = this help
views-save = Save this view
views-name = Name of the view
views-none = Saved views
page-print = Print
column-number = No.
column-incident = Incident
column-request = Request
column-due = Due
column-respond = Response
column-contain = Containment
column-opened = Opened
span-days = { $days } d { $hours } h
span-hours = { $hours } h { $minutes } min
span-minutes = { $minutes } min { $seconds } s
clock-kept = on time
clock-missed = late
clock-paused = paused ({ $left } left)
clock-late = { $over } overdue
clock-left = { $left } left
request-requested = Requested
request-delivered = Delivered
request-acknowledged = Acknowledged
request-done = Done
request-verified = Verified
request-refused = Refused
request-withdrawn = Withdrawn
column-reminders = Reminders
column-channel = Channel
column-detail = Detail
column-value = Value
column-where = Where
column-expires = Expires
column-act = Action
column-indicator = Indicator
column-first = First seen
column-last = Last seen
column-alerts = Alerts
column-open = Open
nav-help = Help for this page
nav-password = Password

## Login, passwords and roles

login-title = Log in
login-name = Account
login-password = Password
login-enter = Log in
login-or = or
login-provider = Log in with { $title }
login-demo = Demonstration
login-demo-note = 226 simulated municipalities. View them as …
login-watched = Logins and changes are recorded with time and address.
login-error-wrong = Account or password is wrong.
login-error-locked =
    Too many failed logins for this account. Try again in { $seconds } { $seconds ->
        [one] second
       *[other] seconds
    }.
login-error-busy =
    Too many logins from this address. Try again in { $seconds } { $seconds ->
        [one] second
       *[other] seconds
    }.
login-error-provider = The login at the identity provider failed. Try again. If it fails again, ask your administrator to check the settings of the identity provider.
nav-logout = Log out
password-title = Choose a new password
password-rule =
    At least { $least } { $least ->
        [one] character
       *[other] characters
    }. Common passwords and the account name are not accepted.
password-old = Current password
password-new = New password
password-again = Repeat the new password
password-replace = Change password
password-error-old = The current password is wrong, or the account is locked for a moment.
password-error-differ = The two new passwords are different.
password-error-rule =
    The new password is not accepted: it needs at least { $least } { $least ->
        [one] character
       *[other] characters
    } and must not be a common password, the account name or the old password.
role-administrator = Administrator
role-administrator-does = Everything, including accounts
role-supervisor = Supervisor
role-supervisor-does = Approves, declares, signs
role-operator = Operator
role-operator-does = Triages alerts, works incidents
role-province = Province
role-province-does = Its own municipalities
role-municipality = Municipality
role-municipality-does = Only its own site, answers requests
role-viewer = Viewer
role-viewer-does = Views everything, changes nothing
role-demo = Delegation
role-demo-does = Sees how the centre works

## Municipalities and provinces

place-requests = Requests awaiting reply
place-requests-none = No request is waiting for a reply.
place-incidents = Open incidents
place-incidents-none = No incident is open.
place-blocks = Blocks in force
place-blocks-none = No block is in force.
place-since = Pushed
place-applied = Applied
place-missing = Not yet
place-risk = Risk
place-risk-none = Nothing found in the last 7 days adds to the risk.
place-entity = Entity
place-reasons = Reasons
place-reason =
    { $rule }: { $findings } { $findings ->
        [one] finding
       *[other] findings
    }, last { $time } (points { $points })
place-kind-site = municipality
place-kind-address = address
place-kind-user = user
place-kind-host = host
place-volume = Events by hour against the baseline
place-received = received
place-expected = expected
place-complete = complete in 24 h: { $share }
place-peers = Compared with its peers
place-peers-rate = Attempts per 10,000 events
place-peers-events = Events in 24 hours
place-peers-place = Rank by attempts
place-peers-note =
    Median of the { $number } { $number ->
        [one] municipality
       *[other] municipalities
    } of the same kind and similar size, last 24 hours
place-beside = { $own } (peers { $others })
place-sites = Municipalities
place-attempts = Attempts
place-rate = Per 10,000
province-about =
    { $number } { $number ->
        [one] municipality
       *[other] municipalities
    }, by risk
province-none = No visible municipality in province { $code }
province-none-hint = Check the first two digits of the code.
province-quiet = No events in the last 24 hours. Check the feeds.
province-reporting = Reporting
province-reporting-note = all their feeds send
province-alerts = Open alerts
province-alerts-note = { $number } high or critical
province-overdue = { $number } overdue
province-incidents = Open incidents
province-incidents-note = that touch this province
place-assets = Assets and suppliers
place-assets-none = No list of assets has been imported for this municipality (secmon register take).
place-contacts = Contacts
place-contacts-none = No contacts have been imported for this municipality (secmon register take).
place-asset-host = Host
place-asset-kind = Purpose
place-asset-address = Address
place-asset-importance = Importance
place-asset-supplier = Supplier
place-asset-note = Note
place-contact-role = Role
place-contact-name = Name
place-contact-phone = Telephone
place-contact-mail = E-mail
asset-web = web site
asset-mail = mail
asset-dns = name server
asset-vpn = remote access (VPN)
asset-server = server
asset-database = database
asset-directory = directory
asset-files = files
asset-network = network
asset-endpoint = endpoint
asset-other = other
contact-security = Security officer
contact-duty = Duty desk (24 h)
contact-privacy = Privacy officer
contact-head = Head
contact-supplier = Supplier
contact-other = Other
