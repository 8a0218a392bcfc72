"""Detectors that compare with a baseline: first-seen values, unusual volume, silent feeds."""
