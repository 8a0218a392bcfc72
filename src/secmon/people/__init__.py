"""Who may do what: accounts, roles and scopes, sessions, tokens."""
