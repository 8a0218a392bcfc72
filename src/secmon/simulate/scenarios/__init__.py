"""Scripted attacks and decoys: one YAML definition each, and the code that runs them."""
