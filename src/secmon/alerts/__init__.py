"""Alerts: deduplicate findings, triage, priority, suppression, grouping and campaigns."""
