"""Run compiled rules over new batches and write findings."""
