"""Scripted attacks and decoys: one YAML definition each, and what plays them."""
