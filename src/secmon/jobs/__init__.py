"""What runs on a schedule: collection, loading, detection, the live snapshot."""
