"""The event store: schema, format views, loading and named reads, all ClickHouse SQL."""
