"""Digests and notices: composed from the store and the operational database, sent by mail, webhook and chat."""
