volume-basis-week = 같은 요일·시간대
volume-basis-day = 같은 성격의 날 같은 시간대
volume-unusual = 1시간 동안 { $seen }건. { $basis } { $samples }회의 중앙값은 { $expected }건, 통상 최대치는 { $most }건입니다.
first-kind-country = 국가
first-kind-admin = 관리자
first-kind-device = 단말
first-seen = { $since }부터 수집한 이래 처음 확인된 { $kind }입니다: { $value }
silence-after_finding = { $feed } 수집이 { $since } 이후 중단되었고, 직전에 '{ $finding }' 탐지가 있었습니다.
