-- At which events is a group's chain of rules complete, and when did it start? Part of the queries of detection.correlation.sql.
-- `value` is the number of the rule; the start of the latest chain is taken along from one rule's events to the next's.
SELECT *, $last AS chain_start, $last >= 0 AND t - $last < $timespan AS enough
FROM ($chain)
