-- Between which times (ms) did a correlation's rules match in the new batches, and how often? Read by rules.correlate.
SELECT count(), min(t), max(t)
FROM ($matched)
WHERE fresh
