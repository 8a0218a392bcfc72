"""Requests to municipalities, from delivery to verification."""
