"""Threat intelligence: import indicators and match them with events."""
