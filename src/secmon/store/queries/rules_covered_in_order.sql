-- Events that count: those between the start of a chain and its end. Part of rules_episodes.
SELECT *
FROM (
    SELECT *, min(if(enough, chain_start, 9223372036854775807)) OVER (PARTITION BY k ORDER BY t DESC) AS next_start
    FROM reached
)
WHERE next_start <= t
