# Texts of errors by code. An error passes its values by name; see docs/decisions/0017-errors-carry-codes.md.

## account

account-changed = 계정 { $name }이(가) 그사이 바뀌었습니다(버전 { $version }). 다시 불러오십시오.
account-exists = 계정 { $name }이(가) 이미 있습니다. 다른 이름을 쓰거나 암호를 재설정하십시오.
account-language_not_valid = 언어 { $language }: ko, en 또는 빈 값이어야 합니다.
account-last_administrator = { $name }은(는) 마지막 관리자입니다. 먼저 다른 관리자를 만드십시오.
account-name_not_valid = 계정 이름 { $name }: 영문 소문자, 숫자, . _ @ - 로 2~64자이며 문자나 숫자로 시작해야 합니다.
account-name_reserved = 계정 이름 { $name }은(는) 감사 기록에서 관제센터 자신을 가리키는 이름입니다.
account-place_not_valid = 코드는 숫자 5자리(기관) 또는 2자리(시·도)입니다.
account-unknown = 계정 { $name }이(가) 없습니다. `secmon user list`로 확인하십시오.

## alert

alert-assign_closed = 경보 { $id }은(는) 종결되었습니다. 담당자를 정하기 전에 다시 여십시오.
alert-closed = 경보 { $id }은(는) 종결되었습니다. 먼저 다시 여십시오.
alert-closure_not_valid = 결과를 고르십시오: true_positive, benign, false_positive, duplicate.
alert-in_an_incident = 경보 { $id }은(는) 이미 사고 { $incident }에 속해 있습니다.
alert-is_merged = 경보 { $id }은(는) 경보 { $into }에 병합되었습니다. 그 경보에서 처리하거나 병합을 푸십시오.
alert-merge_into_itself = 경보 { $id }은(는) 자기 자신에 병합할 수 없습니다.
alert-merge_needs_two = 병합하려면 두 건 이상 선택하십시오.
alert-merge_of_closed = 병합하려면 경보 { $id }과(와) { $into }이(가) 모두 종결 전이어야 합니다.
alert-merge_of_member = 경보 { $id }은(는) 사고 { $incident }에 속해 있습니다. 먼저 사고에서 빼십시오.
alert-merge_of_parent = 다른 경보가 경보 { $id }에 병합되어 있습니다. 병합을 풀거나 그 경보에 병합하십시오.
alert-none_selected = 먼저 경보를 선택하십시오.
alert-not_closed = 경보 { $id }은(는) { $state } 상태로 종결되지 않아 다시 열 것이 없습니다.
alert-not_merged = 경보 { $id }은(는) 다른 경보에 병합되어 있지 않습니다.
alert-number_not_valid = 경보 번호는 0보다 크고 2147483648보다 작습니다.
alert-outcome_missing = 종결 구분을 선택하십시오.
alert-select_parent = 경보 { $id }은(는) 경보 { $into }에 병합되었습니다. 그 경보를 선택하십시오.

## allowlist

allowlist-exists = { $value }은(는) 이미 차단 금지 목록에 있습니다.
allowlist-removed = 차단 금지 항목 { $id }은(는) { $by } 님이 해제했습니다.

## block

block-all_sites = 전체 기관 차단은 모든 기관을 보는 사람만 제안할 수 있습니다. 담당 기관을 선택하십시오.
block-ends_in_the_past = 차단 종료 시각 { $until } UTC가 시작보다 빠릅니다.
block-exists = { $value }은(는) 이미 차단 항목 { $id }에서 { $state } 상태입니다.
block-expired = 차단 항목 { $id }은(는) { $at } UTC에 만료되었습니다. 새로 제안하십시오.
block-list_of_all_sites = 전체 기관의 목록은 모든 기관을 보는 계정만 볼 수 있습니다.
block-md5 = { $value }은(는) 방화벽이 비교하지 않는 MD5 해시입니다. SHA-256 해시를 입력하십시오.
block-on_allowlist = { $value }은(는) 차단할 수 없습니다. 차단 금지 목록과 겹칩니다: { $conflicts }
block-second_person = 차단 항목 { $id }은(는) { $by } 님이 제안했습니다. 다른 사람이 승인해야 합니다.
block-version_unknown = 기관 { $site }은(는) 버전 { $version }을(를) 확인할 수 없습니다. 최신 버전은 { $newest }입니다.

## body

body-too_large = 본문이 { $megabytes } MB를 넘습니다. 나누어 보내십시오.

## conflict

conflict-changed = { $item }을(를) { $by } 님이 바꾸었습니다. 다시 확인한 뒤 결정하십시오.
conflict-changed_at = { $item }을(를) { $by } 님이 { $at } UTC에 바꾸었습니다. 다시 확인한 뒤 결정하십시오.

## cursor

cursor-not_valid = cursor가 올바르지 않습니다. cursor 없이 시작하십시오.
cursor-other_list = cursor가 다른 목록의 것입니다. cursor 없이 시작하십시오.

## database

database-address_not_valid = 업무 데이터베이스 주소를 알 수 없습니다: { $reason }
database-failed = 업무 데이터베이스 { $address }: { $reason }

## digest

digest-day_not_valid = { $day }은(는) 날짜가 아닙니다. 2026-11-25처럼 적으십시오.
digest-day_out_of_range = { $day }은(는) 2000년부터 한국의 오늘까지가 아닙니다. 다른 날을 고르십시오.
digest-kind_unknown = { $kind }(이)라는 보고서는 없습니다. 다음 중에서 고르십시오: { $kinds }
digest-none_kept = 이 서버는 보고서를 보관하지 않습니다.
digest-scope_missing = { $kind }에는 기관이나 시도의 코드가 필요합니다. `secmon sites`로 확인하십시오.
digest-scope_not_allowed = { $kind }은(는) 전체 기관에 대한 것입니다. 기관을 빼거나 기관별·시도별 보고서를 고르십시오.
digest-version_unknown = { $version } 판은 없습니다. 다음 중에서 고르십시오: { $versions }

## draft

draft-empty = 빈 검색은 규칙이 될 수 없습니다. 무엇을 찾는지 적으십시오.
draft-field_not_allowed = 규칙은 모든 곳에 적용됩니다. { $field }: 조건을 빼고 나중에 자치단체 예외를 두십시오.
draft-field_unknown = { $field }(이)라는 필드가 없습니다.
draft-nothing_found = 검색된 이벤트가 없어 규칙의 로그 종류를 알 수 없습니다. 이벤트가 있는 곳에서 검색하십시오.
draft-part_not_valid = { $part }은(는) 규칙으로 쓸 수 없습니다.
draft-remove_part = { $part }은(는) 규칙으로 쓸 수 없습니다. 빼고 다시 하십시오.
draft-text_range = { $field }은(는) 문자열입니다. 규칙에서는 문자열의 범위를 쓸 수 없습니다.

## exception

exception-days_not_valid = 1일에서 { $most }일 사이로 입력하십시오.
exception-empty = 예외에는 기관이나 필드가 필요합니다. 어디에도 쓸모없는 규칙이면 규칙을 끄십시오.
exception-ends_in_the_past = 예외 종료 시각 { $until } UTC가 시작보다 빠릅니다. 더 늦은 시각을 입력하십시오.
exception-field_not_valid = 이 규칙에는 예외를 적용할 수 없습니다: { $reason }
exception-not_chosen = 예외 기준과 값을 입력하십시오.
exception-reason_missing = 예외에는 사유와 작성자가 필요합니다.

## feed

feed-address_not_valid = 주소가 아닙니다: { $url }
feed-answer_too_large = 압축을 푼 응답이 { $megabytes } MB를 넘습니다. 더 적은 줄을 요청하십시오
feed-body_broken = 본문이 중간에 끊겼거나 압축을 풀 수 없습니다({ $reason })
feed-closed = 응답 없이 연결이 끊겼습니다
feed-connection_failed = 연결에 실패했습니다({ $reason })
feed-cursor_damaged = 수집 위치가 손상되었습니다({ $reason }). 재설정하지 않으면 로그를 잃습니다
feed-cursor_not_moved = 로그는 왔지만 X-Next-Cursor가 그대로입니다. 같은 로그가 계속 반복됩니다
feed-file_unreadable = 파일을 읽을 수 없습니다({ $reason })
feed-half_line = 본문이 줄 중간에서 끝났습니다
feed-lines_missing = 본문의 줄 수가 X-Lines와 다릅니다. 전송 중에 잘렸습니다
feed-no_connection = 연결할 수 없습니다({ $reason })
feed-no_cursor = 응답에 X-Next-Cursor가 없습니다
feed-no_folder = 폴더 { $folder }이(가) 없습니다
feed-other_cursor = 다른 요청에 대한 응답입니다. X-After가 요청한 위치와 다릅니다
feed-status = { $status } 응답을 받았습니다
feed-timeout = { $seconds }초 안에 응답을 다 받지 못했습니다

## form

form-number_not_valid = { $value }은(는) 정수가 아닙니다.

## handover

handover-complete = 인수인계 { $id }은(는) { $outgoing }, { $incoming } 님이 서명하여 완료되었습니다.
handover-incoming_signs = { $by } 님은 인수인계 { $id }에 인계자로 서명했습니다. 이제 인수자가 서명합니다.
handover-open = 인수인계 { $id }이(가) 아직 끝나지 않았습니다. 그것을 새로 고쳐 작성하고 서명하십시오.
handover-signed = 인수인계 { $id }은(는) { $by } 님이 서명하여 더 이상 바꿀 수 없습니다.
handover-started_by_another = 방금 다른 사람이 인수인계를 시작했습니다. 그것을 확인하십시오.

## incident

incident-alert_not_member = 경보 { $alert }은(는) 사고 { $id }에 속하지 않습니다.
incident-clock_paused = 사고 { $id }의 시계는 { $since } UTC부터 멈춰 있습니다.
incident-clock_running = 사고 { $id }의 시계는 멈춰 있지 않습니다.
incident-close_before_recovery = 사고 { $id }은(는) { $state } 상태입니다. 실제 공격은 복구한 뒤에 종결합니다.
incident-closed = 사고 { $id }은(는) 종결되었습니다. 먼저 다시 여십시오.
incident-move_not_close = 사고 { $id }은(는) { $state } 상태입니다. 종결과 재개는 따로 해야 합니다.
incident-no_site = 사고에는 기관이 하나 이상 필요합니다. 경보나 기관을 선택하십시오.
incident-site_not_affected = 사고 { $id }은(는) 기관 { $sites }과(와) 관련이 없습니다. 먼저 추가하십시오.
incident-site_not_member = 사고 { $id }은(는) 기관 { $site }과(와) 관련이 없습니다.

## indicator

indicator-host_bits = { $value }: 네트워크 주소로 적으십시오: { $network }
indicator-not_valid = { $value }은(는) IPv4·IPv6 주소, 네트워크(CIDR), 도메인, MD5·SHA-256 해시가 아닙니다.
indicator-too_wide = { $value }은(는) 너무 넓습니다. /{ $prefix } 이하의 범위만 쓸 수 있습니다.

## indicators

indicators-json_not_valid = 목록이 JSON처럼 시작하지만 올바른 JSON이 아닙니다: { $reason }
indicators-no_objects = 번들에 객체 목록이 없습니다.
indicators-not_text = 목록이 UTF-8 텍스트가 아닙니다.
indicators-too_many = 목록의 지표가 { NUMBER($most) }개를 넘습니다. 나누어 가져오십시오.

## item

item-not_found = { $item }이(가) 없거나 볼 수 있는 범위 밖입니다.

## letter

letter-channel_unknown = { $channel }이라는 전송 방식은 없습니다. 메일, 웹훅, 채팅 중에서 고르십시오.
letter-chat_address = 채팅: Apprise가 알지 못하는 주소입니다.
letter-chat_refused = 채팅: 서비스가 받지 않았습니다.
letter-mail_answer = 메일 서버의 응답: { $status } { $answer }
letter-mail_failed = 메일 서버 { $server }: { $reason }
letter-mail_login = 메일 서버가 로그인을 거부했습니다: { $status } { $answer }
letter-mail_refused = 메일 서버가 거부했습니다: { $answers }
letter-no_mail_server = 메일 서버가 설정되어 있지 않습니다. 설정 방법은 docs/digests.md에 있습니다.
letter-no_recipient = { $recipient } 앞으로 { $channel } 수신자가 등록되어 있지 않습니다. 수신자를 추가하십시오.
letter-recipient_disabled = 수신자 { $name }은(는) 사용 중지 상태입니다.
letter-webhook_failed = 웹훅: { $reason }
letter-webhook_status = 웹훅이 { $status }(으)로 응답했습니다.

## level

level-duties_of_centre = 관제센터의 임무는 모든 기관을 보는 사람만 볼 수 있습니다.
level-duty_done = 임무 { $duty }은(는) 이미 완료되었습니다.
level-duty_unknown = { $level } 단계에는 임무 { $duty }이(가) 없습니다. 있는 임무: { $duties }
level-none_declared = 입력된 위기경보 단계가 없습니다.
level-not_chosen = 단계를 선택하십시오.
level-not_in_force = 발령 { $id }은(는) 더 이상 유효하지 않습니다. 다른 단계가 발령되었습니다.

## login

login-disabled = 계정이 사용 중지되었거나 없습니다.
login-locked = 이 이름으로 로그인에 너무 많이 실패했습니다.
login-wrong = 계정 또는 암호가 맞지 않습니다.

## maintenance

maintenance-ends_before_start = { $site } 점검: 종료({ $ends })가 시작({ $begins })보다 빠릅니다.
maintenance-reason_missing = { $site } 점검: 당직자가 알 수 있게 사유를 적으십시오.

## password

password-common = 가장 먼저 시도되는 암호 중 하나입니다. 다른 암호를 정하십시오.
password-length = 암호는 { $least }~{ NUMBER($most) }자여야 하는데 { $length }자입니다.
password-like_name = 계정 이름과 거의 같은 암호입니다. 다른 암호를 정하십시오.
password-unchanged = 지금 쓰고 있는 암호입니다. 다른 암호를 정하십시오.

## period

period-ends_before_start = 기간의 끝이 시작보다 빠릅니다. 서로 바꾸십시오.
period-not_valid = 기간은 시작보다 늦게 끝나고 { NUMBER($days) }일 이내여야 합니다.
period-over_ten_years = 기간 { $period }: 10년 이내로 고르십시오.
period-too_long = 기간이 { NUMBER($days) }일을 넘습니다. 줄이십시오.

## permission

permission-all_sites = 모든 기관에 관한 것이므로 모든 기관을 보는 계정이 필요합니다.
permission-missing = { $name }({ $role }) 님은 이 작업을 할 수 없습니다. '{ $permission }' 권한이 필요합니다.
permission-not_logged_in = 로그인하지 않았습니다.

## province

province-unknown = 시도 코드 { $code }이(가) 없습니다. 기관 코드의 앞 두 자리입니다.

## query

query-field_missing = 범위나 패턴에는 필드가 필요합니다. 예: port:[1 TO 1024]
query-field_unknown = { $field }(이)라는 필드가 없습니다. 검색창 옆의 ?에서 목록을 볼 수 있습니다.
query-network_not_valid = { $value }은(는) 주소 범위가 아닙니다. 203.0.113.0/24처럼 적으십시오.
query-not_a_number = { $field }은(는) 숫자 필드인데 { $value }은(는) 숫자가 아닙니다.
query-not_valid = 검색어를 이해할 수 없습니다: { $reason }. 특수 문자가 있는 글은 큰따옴표로 묶으십시오.
query-part_not_valid = 여기서 { $part }을(를) 이해할 수 없습니다. 단어, "구절", 필드:값, AND, OR, NOT, 괄호를 쓰십시오.
query-too_deep = 괄호가 너무 많이 겹쳐 있습니다. 단순하게 고치십시오.
query-too_long = 검색어가 { NUMBER($length) }자입니다. { NUMBER($most) }자까지 쓸 수 있으니 줄이십시오.

## rate

rate-exceeded = 요청이 너무 많습니다. { $seconds }초 기다리십시오.

## recipient

recipient-exists = 수신자 { $name }이(가) 이미 있습니다. 다른 이름을 쓰십시오.
recipient-from_settings = 설정 파일에서 온 수신자입니다. 거기에서 바꾸십시오.
recipient-not_valid = 수신자 { $name }의 항목이 올바르지 않습니다: { $reason }
recipient-kind_unknown = 수신자 { $name }: { $kind }(이)라는 종류는 없습니다. 있는 종류: { $kinds }

## register

register-header = { $file }: 첫 줄은 { $columns }이어야 합니다.
register-row_not_valid = { $line }: { $reason }
register-site_unknown = { $line }: 기관 코드 { $code }이(가) 없습니다. `secmon sites`로 확인하십시오.
register-twice = { $line }: { $key }이(가) 두 번 있습니다.
register-unreadable = { $file }을(를) UTF-8 텍스트로 읽을 수 없습니다: { $reason }

## request

request-answer_not_chosen = 기관의 회신을 선택하십시오.
request-answer_not_valid = { $answer }은(는) 자치단체의 답변이 아닙니다. 다음 중에서 선택하십시오: { $answers }
request-no_site = 요청에는 기관이 하나 이상 필요합니다.
request-second_person = 요청 { $id }은(는) { $by } 님이 조치 완료로 보고했습니다. 다른 사람이 검증해야 합니다.
request-text_missing = 요청에는 제목과 내용이 필요합니다. 무엇을 해야 하는지 적어 주십시오.

## role

role-not_chosen = 역할을 선택하십시오.
role-place_not_valid = 역할 { $role }에는 { $place }이(가) 필요합니다.

## rule

rule-reason_missing = 사유를 입력하십시오.
rule-unknown = { $name }(이)라는 규칙이 없습니다. `secmon rules check`로 확인하십시오.

## session

session-ended = 이미 종료되었습니다.

## shift

shift-ends_before_start = 근무 { $name }의 종료가 시작보다 빠릅니다.
shift-lead_busy = { $lead } 님은 그동안 { $begins } UTC의 { $name } 근무 책임자입니다.
shift-started = 근무 { $id }은(는) 이미 시작되었습니다. 근무표에는 실제 근무자가 남습니다.
shift-time_not_chosen = 근무 시간을 선택하십시오.
shift-too_long = 근무는 시작보다 늦게 끝나고 이틀 이내여야 합니다.

## site

site-unknown = 기관 코드 { $code }이(가) 없습니다. `secmon sites`로 확인하십시오.

## store

store-address_not_valid = 이벤트 저장소 주소 { $address }을(를) 알 수 없습니다. chdb:///path 또는 clickhouse://host:8123을 쓰십시오.
store-failed = 이벤트 저장소 { $address }: { $reason }

## suppression

suppression-ends_in_the_past = 억제 종료 시각 { $until } UTC가 시작보다 빠릅니다. 더 늦은 시각을 선택하십시오.
suppression-over = 억제 { $id }은(는) { $until } UTC에 끝났습니다.
suppression-too_long = 억제는 1년을 넘을 수 없습니다. 더 오래 필요하면 규칙에 예외를 두십시오.

## target

target-by_severity = { $metric }은(는) 심각도별 목표로 측정합니다. 그 목표를 설정하십시오.
target-duration_not_valid = 시간은 90s, 15m, 24h, 7d처럼 적으십시오
target-not_chosen = 바꿀 목표를 고르십시오
target-not_valid = { $value }은(는) { $metric }의 목표가 될 수 없습니다. 0보다 큰 초 또는 1 이하의 비율을 입력하십시오.
target-seconds_not_valid = 목표는 0보다 큰 초 단위 값입니다.
target-severity_not_valid = 심각도 { $severity }에는 목표가 없습니다. 낮음, 중간, 높음, 심각이 있습니다.
target-share_not_valid = 비율은 0% 초과 100% 이하로 95%처럼 적으십시오
target-unknown = 그런 목표가 없습니다

## task

task-already = 과제 { $id }은(는) 이미 { $state } 상태입니다.

## text

text-missing = { $field }이(가) 없습니다. 나중에 확인할 수 있게 적어 주십시오.

## time

time-duration_not_valid = { $text }은(는) 기간이 아닙니다. 90s, 15m, 24h, 7d처럼 적으십시오.
time-duration_too_long = { $text }은(는) 너무 깁니다. { $days }d까지 쓸 수 있습니다.
time-field_not_valid = { $text }은(는) 시각이 아닙니다. 2026-11-25T09:00처럼 적으십시오.
time-no_zone = { $text }에 시간대가 없습니다. 2026-11-23T10:00:00+09:00처럼 적으십시오.
time-not_valid = { $text }은(는) 시각이 아닙니다. 2026-11-23T10:00:00+09:00처럼 적으십시오.
time-until_no_zone = until: 2026-03-02T09:00:00+09:00처럼 시간대와 함께 적으십시오.

## token

token-cannot_create = 토큰으로는 토큰을 만들 수 없습니다. 로그인하십시오.
token-cannot_revoke = 토큰으로는 토큰을 끝낼 수 없습니다. 로그인하십시오.
token-lifetime = 토큰은 지금부터 { NUMBER($days) }일 이내에 끝나야 합니다.
token-permissions = { $owner }은(는) { $permissions } 권한을 줄 수 없습니다.
token-purpose_missing = 토큰의 용도를 1~64자로 적으십시오.
token-scope = 토큰의 기관이나 시도가 소유자의 범위를 벗어납니다.

## tour

tour-none = 이 서버에는 시연이 없습니다. `secmon demo`를 시작하십시오.

## transition

transition-final = { $item }은(는) { $state } 상태이며 { $wanted } 상태가 될 수 없습니다. 더 이상 상태를 바꿀 수 없습니다.
transition-not_allowed = { $item }은(는) { $state } 상태이며 { $wanted } 상태가 될 수 없습니다. 가능한 상태: { $allowed }

## version

version-not_valid = If-Match { $version }은(는) 이 기록의 버전이 아닙니다. 다시 불러오십시오.

## Kinds of items (Item)

kind-account = 계정 { $id }
kind-alert = 경보 { $id }
kind-block_entry = 차단 항목 { $id }
kind-declaration = 발령 { $id }
kind-digest = 보고서 { $id }
kind-digest_version = 보고서 판 { $id }
kind-document = 보고서 문서 { $id }
kind-duty = 임무 { $id }의 완료 표시
kind-event = 이벤트 { $id }
kind-handover = 인수인계 { $id }
kind-incident = 사고 { $id }
kind-never_block_entry = 차단 금지 항목 { $id }
kind-recipient = 수신자 { $id }
kind-request = 요청 { $id }
kind-session = 세션 { $id }
kind-shift = 근무 { $id }
kind-site = 기관 { $id }
kind-sites = 기관 { $id } 중 하나
kind-suppression = 억제 { $id }
kind-task = 과제 { $id }
kind-token = 토큰 { $id }

## States, severities, levels, roles and channels (Term)

term-new = 신규
term-open = 미처리
term-acknowledged = 확인
term-in_progress = 처리 중
term-closed = 종결
term-merged = 병합
term-detected = 탐지
term-analysed = 분석
term-contained = 봉쇄
term-eradicated = 제거
term-recovered = 복구
term-proposed = 제안
term-approved = 승인
term-pushed = 배포
term-rejected = 반려
term-undone = 해제
term-expired = 만료
term-overruled = 차단 금지로 무효
term-requested = 요청
term-delivered = 전달
term-done = 조치 완료
term-verified = 검증
term-refused = 조치 불가
term-withdrawn = 철회
term-left_out = 생략
term-low = 낮음
term-medium = 중간
term-high = 높음
term-critical = 심각
term-informational = 정보
term-unknown = 알 수 없음
term-normal = 정상
term-attention = 관심
term-caution = 주의
term-alert = 경계
term-serious = 심각
term-mail = 메일
term-webhook = 웹훅
term-chat = 채팅
term-another_user = 다른 사용자
term-a_province = 시도(기관 없이)
term-a_site = 기관(시도 없이)
term-no_place = 기관·시도 없음(모든 기관을 봄)
term-administrator = 관리자
term-supervisor = 관제 책임자
term-operator = 관제 요원
term-province = 시·도
term-municipality = 기초지방자치단체
term-viewer = 열람자
term-demo = 참관단
term-no_permission = 권한 없는 토큰의

## Fields of forms (Term)

term-reason_for_pause = 멈추는 사유
term-task = 과제
term-reason_for_skipping = 과제를 생략하는 사유
term-title_of_incident = 사고 제목
term-summary_of_incident = 사고 요약
term-reason_for_reopening = 다시 여는 사유
term-comment = 메모
term-reason_for_block = 차단 사유
term-reason_for_rejecting = 반려 사유
term-reason_for_undoing = 해제 사유
term-reason_never_to_block = 차단 금지 사유
term-reason_to_allow_blocking = 차단 금지 해제 사유
term-person_who_answered = 답변한 사람
term-what_was_done = 조치 내용
term-reason_for_refusing = 조치할 수 없는 사유
term-reason_for_returning = 돌려보내는 사유
term-reason_for_withdrawing = 철회 사유
term-lead_of_shift = 근무 책임자
term-issuer_of_level = 발령 기관
term-reason_for_level = 발령 사유
term-note_on_closing = 종결 메모
term-reason_for_suppression = 억제 사유
