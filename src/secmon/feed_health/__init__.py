"""Health of each feed: its expected volume, its lag, and announced maintenance."""
