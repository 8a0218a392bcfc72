"""The commands, a module each; `secmon.cli` loads the one that was asked for."""
