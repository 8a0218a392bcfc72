"""Render digests as HTML mail, plain text and PDF in both languages."""
