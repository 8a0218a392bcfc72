nav-hunt = 로그 검색
help-hunt = 모든 로그를 검색합니다. 값을 누르면 포함·제외·차단을 고를 수 있습니다.
hunt-note = 흔적이 어디까지 이어지는지 전 기관의 로그에서 확인
hunt-time = 시간별 건수
hunt-values = 필드별 상위 값
hunt-events = 이벤트
hunt-event = 이벤트 상세
hunt-none = 조건에 맞는 이벤트가 없습니다.
hunt-placeholder = 검색어 또는 필드:값 (예: site:11110 failed -user:root)
hunt-go = 검색
hunt-help = 여러 단어는 모두 포함되어야 합니다. OR, NOT(-), 괄호, 따옴표, *, 범위를 쓸 수 있습니다. 필드가 없는 단어는 수신 원문에서 찾습니다.
hunt-short = 줄임
hunt-column = 필드
hunt-value = 값
hunt-step-d = 막대 하나 = { $number }일
hunt-step-h = 막대 하나 = { $number }시간
hunt-step-m = 막대 하나 = { $number }분
hunt-step-s = 막대 하나 = { $number }초
hunt-searching = 검색 중 { $percent }
hunt-draft = 규칙 초안으로 저장
hunt-cancel = 중단
hunt-cancelled = 검색을 중단했습니다. 그때까지 { NUMBER($events) }건을 찾았습니다.
hunt-found = 이벤트 { NUMBER($events) }건 · { $since } ~ { $until } KST
hunt-coverage = (전체 { NUMBER($total) }개 기관 중 { $reporting }개 기관 정상 수신)
hunt-newest = 최근 { $number }건 표시
hunt-all = { $number }건 표시
hunt-values-wait = 집계 중
hunt-gone = 이 이벤트를 찾을 수 없습니다.
hunt-raw = 수신 원문
hunt-fields = 정규화된 필드
field-site = 기관
field-attack_type = 공격 유형
field-src_endpoint_ip = 출발지 주소
field-user_name = 사용자
field-dst_endpoint_port = 목적지 포트
field-activity_name = 행위
field-feed = 수집원
hunt-refused = 검색어나 기간을 이해하지 못했습니다. 오른쪽 ‘?’에 필드와 예가 있습니다.
