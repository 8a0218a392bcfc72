# Texts of errors by code. An error passes its values by name; see docs/decisions/0017-errors-carry-codes.md.

## account

account-changed = account { $name } was changed in the meantime (version { $version }): read it again
account-exists = account { $name } already exists: choose another name, or reset its password
account-language_not_valid = language { $language } is not valid: use ko, en, or leave it empty
account-last_administrator = { $name } is the last administrator: create another administrator first
account-name_not_valid = account name { $name } is not valid: use 2 to 64 small letters, digits and . _ @ -, starting with a letter or digit
account-name_reserved = account name { $name } is reserved: the audit log uses it for the centre itself
account-place_not_valid = the code has 5 digits (municipality) or 2 (province)
account-unknown = account { $name } does not exist: `secmon user list` lists the accounts

## alert

alert-assign_closed = alert { $id } is closed: reopen it before you assign it
alert-closed = alert { $id } is closed: reopen it first
alert-closure_not_valid = choose the outcome: true_positive, benign, false_positive or duplicate
alert-in_an_incident = alert { $id } already belongs to incident { $incident }
alert-is_merged = alert { $id } is merged into alert { $into }: act there, or unmerge it
alert-merge_into_itself = alert { $id } cannot be merged into itself
alert-merge_needs_two = select two or more alerts to merge
alert-merge_of_closed = alerts { $id } and { $into } must both be open to be merged
alert-merge_of_member = alert { $id } belongs to incident { $incident }: remove it from the incident first
alert-merge_of_parent = other alerts are merged into alert { $id }: unmerge them, or merge into it
alert-none_selected = select alerts first
alert-not_closed = alert { $id } is { $state }: only a closed alert can be reopened
alert-not_merged = alert { $id } is not merged into another alert
alert-number_not_valid = the number of an alert is positive and below 2147483648
alert-outcome_missing = choose the outcome
alert-select_parent = alert { $id } is merged into alert { $into }: select alert { $into }

## allowlist

allowlist-exists = { $value } is already on the never-block list
allowlist-removed = never-block entry { $id } was removed by { $by }

## block

block-all_sites = only users who see all sites can propose a block for all sites: choose your own sites
block-ends_in_the_past = the block would end at { $until } UTC, before it starts: choose a later end
block-exists = { $value } is already { $state } as block entry { $id }
block-expired = block entry { $id } expired at { $at } UTC: propose it again
block-list_of_all_sites = the list of all sites needs an account that sees all sites
block-md5 = { $value } is an MD5 hash, which firewalls do not compare: enter the SHA-256 hash
block-on_allowlist = { $value } cannot be blocked: it overlaps with values that are never blocked: { $conflicts }
block-second_person = block entry { $id } was proposed by { $by }: a second person approves it
block-version_unknown = site { $site } cannot acknowledge version { $version }: its newest version is { $newest }

## body

body-too_large = the body is larger than { $megabytes } MB: send it in parts

## conflict

conflict-changed = { $item } was changed by { $by }: look at it again, then decide
conflict-changed_at = { $item } was changed by { $by } at { $at } UTC: look at it again, then decide

## cursor

cursor-not_valid = the cursor is not valid: start without a cursor
cursor-other_list = the cursor belongs to another list: start without a cursor

## database

database-address_not_valid = the address of the operational database is not valid: { $reason }
database-failed = operational database { $address }: { $reason }

## digest

digest-day_not_valid = { $day } is not a valid day: write it as 2026-11-25
digest-day_out_of_range = { $day } is not between 2000 and today in Korea: choose another day
digest-kind_unknown = digest { $kind } does not exist: choose from { $kinds }
digest-none_kept = this server keeps no digests
digest-scope_missing = { $kind } needs the code of a site or province: `secmon sites` lists the codes
digest-scope_not_allowed = { $kind } is not about a single place: leave the site out, or choose municipality or province
digest-version_unknown = version { $version } does not exist: choose from { $versions }

## draft

draft-empty = an empty search cannot become a rule: enter what the rule looks for
draft-field_not_allowed = a rule applies everywhere: remove { $field }: and add exceptions for municipalities afterwards
draft-field_unknown = no field has the name { $field }
draft-nothing_found = the search found no events, so the log source of the rule is unknown: search where there are events
draft-part_not_valid = { $part } cannot be expressed in a rule
draft-remove_part = { $part } cannot be expressed in a rule: remove it
draft-text_range = { $field } is a text: a rule cannot express a range of texts

## exception

exception-days_not_valid = enter a number of days from 1 to { $most }
exception-empty = an exception needs a site or a field: to stop a rule everywhere, disable it
exception-ends_in_the_past = the exception would end at { $until } UTC, before it starts: choose a later end
exception-field_not_valid = the exception cannot be applied to this rule: { $reason }
exception-not_chosen = choose the excluded field and enter its value
exception-reason_missing = an exception needs a reason and an author

## feed

feed-address_not_valid = { $url } is not a valid address
feed-answer_too_large = the unpacked answer is larger than { $megabytes } MB: ask for fewer lines
feed-body_broken = the body was cut off or cannot be unpacked ({ $reason })
feed-closed = the connection was closed without an answer
feed-connection_failed = the connection failed ({ $reason })
feed-cursor_damaged = the cursor of the feed is damaged ({ $reason }): reset it, otherwise lines are lost
feed-cursor_not_moved = lines arrived, but X-Next-Cursor did not change: the same lines would arrive again
feed-file_unreadable = a file cannot be read ({ $reason })
feed-half_line = the body ends within a line
feed-lines_missing = the body has fewer or more lines than X-Lines states: it was cut off
feed-no_connection = no connection ({ $reason })
feed-no_cursor = answered without X-Next-Cursor
feed-no_folder = the folder { $folder } does not exist
feed-other_cursor = answered another request: X-After is not the cursor of the request
feed-status = answered { $status }
feed-timeout = no complete answer within { $seconds } s

## form

form-number_not_valid = { $value } is not a whole number

## handover

handover-complete = handover { $id } was signed by { $outgoing } and { $incoming } and is complete
handover-incoming_signs = { $by } signed handover { $id } as the outgoing lead: now the incoming lead signs
handover-open = handover { $id } is not complete yet: refresh, edit and sign it
handover-signed = handover { $id } was signed by { $by } and can no longer be changed
handover-started_by_another = another user has just started a handover: look at that handover

## incident

incident-alert_not_member = alert { $alert } does not belong to incident { $id }
incident-clock_paused = the clock of incident { $id } has been paused since { $since } UTC
incident-clock_running = the clock of incident { $id } is not paused
incident-close_before_recovery = incident { $id } is { $state }: a real attack can be closed only after recovery
incident-closed = incident { $id } is closed: reopen it first
incident-move_not_close = incident { $id } is { $state }: close and reopen are separate actions
incident-no_site = an incident needs at least one site: select alerts or sites
incident-site_not_affected = incident { $id } does not affect site { $sites }: add the site first
incident-site_not_member = incident { $id } does not affect site { $site }

## indicator

indicator-host_bits = { $value } has host bits: write the address of the network, { $network }
indicator-not_valid = { $value } is not a valid IPv4 or IPv6 address, network (CIDR), domain, MD5 or SHA-256 hash
indicator-too_wide = { $value } is too wide: the widest network that is allowed is /{ $prefix }

## indicators

indicators-json_not_valid = the list starts like JSON but is not valid JSON: { $reason }
indicators-no_objects = the bundle has no list of objects
indicators-not_text = the list is not text in UTF-8
indicators-too_many =
    the list has more than { $most } { $most ->
        [one] indicator
       *[other] indicators
    }: import it in parts

## item

item-not_found = { $item } does not exist, or is outside your scope

## letter

letter-channel_unknown = channel { $channel } does not exist: use mail, webhook or chat
letter-chat_address = chat: Apprise does not know this kind of address
letter-chat_refused = chat: the service did not accept the message
letter-mail_answer = the mail server answered { $status } { $answer }
letter-mail_failed = mail server { $server }: { $reason }
letter-mail_login = the mail server refused the login: { $status } { $answer }
letter-mail_refused = the mail server refused the recipient: { $answers }
letter-no_mail_server = no mail server is configured: see docs/digests.md
letter-no_recipient = no recipient is entered for { $recipient } by { $channel }: add a recipient
letter-recipient_disabled = recipient { $name } is disabled
letter-webhook_failed = webhook: { $reason }
letter-webhook_status = the webhook answered { $status }

## level

level-duties_of_centre = only users who see all sites can see the duties of the centre
level-duty_done = duty { $duty } is already done
level-duty_unknown = level { $level } has no duty { $duty }; its duties are { $duties }
level-none_declared = no level has been entered
level-not_chosen = choose the level
level-not_in_force = declaration { $id } is no longer in force: another level was declared

## login

login-disabled = the account is disabled or does not exist
login-locked = too many failed logins for this name
login-wrong = name or password is wrong

## maintenance

maintenance-ends_before_start = maintenance of { $site }: the end { $ends } is before the start { $begins }
maintenance-reason_missing = maintenance of { $site }: enter the reason for the people on duty

## password

password-common = this is a common password, which attackers try first: choose another password
password-length =
    a password has { $least } to { $most } { $most ->
        [one] character
       *[other] characters
    }; this password has { $length }
password-like_name = this password is too similar to the account name: choose another password
password-unchanged = this is the current password of the account: choose another password

## period

period-ends_before_start = the period ends before it starts: swap start and end
period-not_valid =
    the period must end after it starts and last at most { $days } { $days ->
        [one] day
       *[other] days
    }
period-over_ten_years = the period { $period } is not valid: choose a period of up to ten years
period-too_long =
    the period is longer than { $days } { $days ->
        [one] day
       *[other] days
    }: ask for less

## permission

permission-all_sites = this concerns every site: it needs an account that sees every site
permission-missing = { $name } ({ $role }) may not do this: it needs the permission '{ $permission }'
permission-not_logged_in = nobody is logged in

## province

province-unknown = no province has the code { $code }: use the first two digits of its sites

## query

query-field_missing = a range or a pattern needs a field, such as port:[1 TO 1024]
query-field_unknown = no field has the name { $field }: `?` beside the search lists the fields
query-network_not_valid = { $value } is not a valid range of addresses: write it as 203.0.113.0/24
query-not_a_number = { $field } is a number, but { $value } is not
query-not_valid = the query is not valid: { $reason }. Put text with special characters in double quotes
query-part_not_valid = { $part } is not valid here: use words, "phrases", field:value, AND, OR, NOT, brackets
query-too_deep = the query has too many nested brackets: simplify it
query-too_long =
    the query has { $length } { $length ->
        [one] character
       *[other] characters
    }; the limit is { NUMBER($most) }: shorten it

## rate

rate-exceeded = too many requests: wait { $seconds } s

## recipient

recipient-exists = recipient { $name } already exists: choose another name
recipient-from_settings = this recipient comes from the settings: change it there
recipient-not_valid = recipient { $name }: { $reason }
recipient-kind_unknown = recipient { $name }: the kind { $kind } does not exist; the kinds are { $kinds }

## register

register-header = { $file }: the first line must be { $columns }
register-row_not_valid = { $line }: { $reason }
register-site_unknown = { $line }: no site has the code { $code }: `secmon sites` lists the codes
register-twice = { $line }: { $key } is listed a second time
register-unreadable = { $file } cannot be read as UTF-8 text: { $reason }

## request

request-answer_not_chosen = choose what the municipality answered
request-answer_not_valid = { $answer } is not a valid answer of a municipality: choose from { $answers }
request-no_site = a request needs at least one site
request-second_person = request { $id } was reported as done by { $by }: another person verifies it
request-text_missing = a request needs a title and a text: enter what the municipality should do

## role

role-not_chosen = choose the role
role-place_not_valid = role { $role } takes { $place }

## rule

rule-reason_missing = enter a reason: it is part of the record
rule-unknown = no rule has the name { $name }: `secmon rules check` lists the rules

## session

session-ended = it has already ended

## shift

shift-ends_before_start = shift { $name } would end before it starts
shift-lead_busy = { $lead } already leads the shift { $name } of { $begins } UTC at that time
shift-started = shift { $id } has started: the roster keeps who was on duty
shift-time_not_chosen = choose the time of the shift
shift-too_long = a shift must end after it starts and last at most two days

## site

site-unknown = no site has the code { $code }: `secmon sites` lists the codes

## store

store-address_not_valid = { $address } is not a valid address of an event store: use chdb:///path or clickhouse://host:8123
store-failed = event store { $address }: { $reason }

## suppression

suppression-ends_in_the_past = the suppression would end at { $until } UTC, before it starts: choose a later end
suppression-over = suppression { $id } ended at { $until } UTC
suppression-too_long = a suppression lasts at most a year: for a longer time, add an exception to the rule

## target

target-by_severity = { $metric } is measured against the targets of each severity: set those targets
target-duration_not_valid = enter a duration such as 90s, 15m, 24h or 7d
target-not_chosen = choose the target to change
target-not_valid = { $value } is not a valid target for { $metric }: enter seconds above 0, or a share up to 1
target-seconds_not_valid = a target is a number of seconds above zero
target-severity_not_valid = severity { $severity } has no targets: low, medium, high and critical have targets
target-share_not_valid = enter a share above 0% and up to 100%, such as 95%
target-unknown = this target does not exist

## task

task-already = task { $id } is already { $state }

## text

text-missing = { $field } is missing: enter it, because it is part of the record

## time

time-duration_not_valid = { $text } is not a valid duration: write it as 90s, 15m, 24h or 7d
time-duration_too_long = { $text } is too long: at most { $days }d
time-field_not_valid = { $text } is not a valid time: write it as 2026-11-25T09:00
time-no_zone = { $text } has no time zone: write it as 2026-11-23T10:00:00+09:00
time-not_valid = { $text } is not a valid time: write it as 2026-11-23T10:00:00+09:00
time-until_no_zone = until: write the time with its zone, such as 2026-03-02T09:00:00+09:00

## token

token-cannot_create = a token cannot create tokens: log in
token-cannot_revoke = a token cannot revoke tokens: log in
token-lifetime =
    a token is valid for at most { $days } { $days ->
        [one] day
       *[other] days
    }
token-permissions = { $owner } cannot grant { $permissions }
token-purpose_missing = enter the purpose of the token in 1 to 64 characters
token-scope = the token's site or province is outside its owner's scope

## tour

tour-none = this server has no presentation: start `secmon demo`

## transition

transition-final = { $item } is { $state } and cannot become { $wanted }: { $state } is its final state
transition-not_allowed = { $item } is { $state } and cannot become { $wanted }; it can become { $allowed }

## version

version-not_valid = If-Match { $version } is not a version of this record: read it again

## Kinds of items (Item)

kind-account = account { $id }
kind-alert = alert { $id }
kind-block_entry = block entry { $id }
kind-declaration = declaration { $id }
kind-digest = digest { $id }
kind-digest_version = version { $id } of a digest
kind-document = document { $id } of a digest
kind-duty = the done mark of duty { $id }
kind-event = event { $id }
kind-handover = handover { $id }
kind-incident = incident { $id }
kind-never_block_entry = never-block entry { $id }
kind-recipient = recipient { $id }
kind-request = request { $id }
kind-session = session { $id }
kind-shift = shift { $id }
kind-site = site { $id }
kind-sites = one of the sites { $id }
kind-suppression = suppression { $id }
kind-task = task { $id }
kind-token = token { $id }

## States, severities, levels, roles and channels (Term)

term-new = new
term-open = open
term-acknowledged = acknowledged
term-in_progress = in progress
term-closed = closed
term-merged = merged
term-detected = detected
term-analysed = analysed
term-contained = contained
term-eradicated = eradicated
term-recovered = recovered
term-proposed = proposed
term-approved = approved
term-pushed = pushed
term-rejected = rejected
term-undone = undone
term-expired = expired
term-overruled = overruled
term-requested = requested
term-delivered = delivered
term-done = done
term-verified = verified
term-refused = refused
term-withdrawn = withdrawn
term-left_out = left out
term-low = low
term-medium = medium
term-high = high
term-critical = critical
term-informational = informational
term-unknown = unknown
term-normal = normal
term-attention = attention
term-caution = caution
term-alert = alert
term-serious = serious
term-mail = mail
term-webhook = webhook
term-chat = chat
term-another_user = another user
term-a_province = a province and no site
term-a_site = a site and no province
term-no_place = neither site nor province: it sees all sites
term-administrator = administrator
term-supervisor = supervisor
term-operator = operator
term-province = province
term-municipality = municipality
term-viewer = viewer
term-demo = demo
term-no_permission = a token without any permission

## Fields of forms (Term)

term-reason_for_pause = the reason for the pause
term-task = the task
term-reason_for_skipping = the reason for skipping the task
term-title_of_incident = the title of the incident
term-summary_of_incident = the summary of the incident
term-reason_for_reopening = the reason for reopening
term-comment = the comment
term-reason_for_block = the reason for the block
term-reason_for_rejecting = the reason for rejecting the block
term-reason_for_undoing = the reason for undoing the block
term-reason_never_to_block = the reason why it must never be blocked
term-reason_to_allow_blocking = the reason why it may be blocked again
term-person_who_answered = the person who answered
term-what_was_done = what was done
term-reason_for_refusing = the reason why it cannot be done
term-reason_for_returning = the reason for sending it back
term-reason_for_withdrawing = the reason for withdrawing it
term-lead_of_shift = the lead of the shift
term-issuer_of_level = the authority that declared the level
term-reason_for_level = the reason for the level
term-note_on_closing = the note on closing
term-reason_for_suppression = the reason for the suppression
