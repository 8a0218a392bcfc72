nav-incidents = Incidents
help-incidents = Incidents and the time left for each.
