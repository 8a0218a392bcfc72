nav-history = 경보 이력
help-history = 지금까지의 모든 경보를 찾아 어떻게 처리됐는지 봅니다.
