"""The desk: journal of batches and feeds, alerts and their triage, the declared level."""
