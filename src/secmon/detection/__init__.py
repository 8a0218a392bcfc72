"""Detection: Sigma rules, correlation, anomaly detectors and threat intelligence over loaded events."""
