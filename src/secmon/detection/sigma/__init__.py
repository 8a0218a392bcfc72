"""Read Sigma rules and compile them to ClickHouse SQL. Pure functions: nothing here opens the store."""
