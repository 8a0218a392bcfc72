"""Replay for the guided tour, with scripted staff."""
