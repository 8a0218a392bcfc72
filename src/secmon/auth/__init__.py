"""Accounts, roles, scopes, sessions and tokens."""
