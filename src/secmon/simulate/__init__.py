"""Simulated municipalities: 226 sites that offer real log lines over HTTP, from their own process."""
