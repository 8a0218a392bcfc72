nav-incidents = 사고
help-incidents = 진행 중인 사고와 남은 시간을 봅니다.
