"""Operational database: tables, transactions, audit log and migrations (SQLite or PostgreSQL)."""
