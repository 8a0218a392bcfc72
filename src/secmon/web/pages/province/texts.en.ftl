nav-province = Province
help-province = All municipalities of a province.
