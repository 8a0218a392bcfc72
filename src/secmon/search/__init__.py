"""Event search: a query language, results delivered a day at a time, counts over time and by field."""
