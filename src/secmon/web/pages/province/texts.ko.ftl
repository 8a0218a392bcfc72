nav-province = 시·도
help-province = 한 시·도의 자치단체를 함께 봅니다.
