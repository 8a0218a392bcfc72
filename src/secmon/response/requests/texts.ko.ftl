title = [조치 요청] { $title }
found = 귀 기관에서 다음 사항이 탐지되었습니다: { $title }
actor = 행위자: { $actor } (이벤트 { NUMBER($events) }건)
steps = 요청 사항
steps-default = 해당 시스템의 기록을 확인하고 결과를 회신해 주십시오.
closing = 접수를 확인하고 조치 결과를 회신해 주십시오. 조치할 수 없는 경우 사유를 알려 주십시오.
