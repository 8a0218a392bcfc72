"""Content of a digest: schedule, figures, comparison and recommendations."""
