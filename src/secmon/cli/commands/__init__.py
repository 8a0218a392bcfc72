"""Commands, one module each; `secmon.cli.main` loads the requested command."""
