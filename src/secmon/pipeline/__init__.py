"""Scheduled jobs: collect, load, detect and publish."""
