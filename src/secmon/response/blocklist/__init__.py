"""The shared block list: proposals, approval, export formats and the allowlist."""
