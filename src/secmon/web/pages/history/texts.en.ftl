nav-history = Alert history
help-history = Find any past alert and its outcome.
