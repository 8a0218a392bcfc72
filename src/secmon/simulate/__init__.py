"""Simulated municipalities: 226 sites that serve realistic log lines over HTTP, in a separate process."""
