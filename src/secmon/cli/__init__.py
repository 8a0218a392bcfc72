"""The command `secmon`."""
