"""Searching events: a query language, pages of results that come a day at a time, counts over time and by field."""
