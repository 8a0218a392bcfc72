"""Incidents: cases with an owner, deadlines, a timeline, a playbook and evidence."""
