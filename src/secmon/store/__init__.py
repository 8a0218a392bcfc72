"""The event store: schema, format views, loading and named queries, all in ClickHouse SQL."""
