"""Access control of every request: credentials, current user, rate limit and security headers."""
