"""Outbox of notifications to municipalities."""
