"""Texts and names in both languages."""
