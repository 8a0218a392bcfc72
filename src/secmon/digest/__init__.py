"""Digests and notices: composed from the desk and the store, delivered by mail, webhook and chat."""
