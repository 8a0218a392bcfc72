"""Recipients, channels and messages."""
