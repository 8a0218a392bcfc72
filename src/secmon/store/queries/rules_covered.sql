-- Events that count: those in a window (e - timespan, e] of an event e at which there is enough. Part of rules_episodes.
SELECT *
FROM (SELECT *, min(if(enough, t, 9223372036854775807)) OVER (PARTITION BY k ORDER BY t DESC) AS next_edge FROM reached)
WHERE next_edge < t + {timespan:Int64}
