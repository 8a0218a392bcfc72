"""Correlation rules: count, sequence and value correlations over cached matches."""
