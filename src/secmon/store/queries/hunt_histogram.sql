-- How many events a search asks for, by slot of {step} seconds and attack type ('' for none). Read by search.search.
SELECT toStartOfInterval(toDateTime(time), toIntervalSecond({step:UInt32})) AS slot, attack_type, count() AS events
FROM events
WHERE time >= {since:DateTime64(3)} AND time < {until:DateTime64(3)} AND ({condition}) AND ({scope})
GROUP BY slot, attack_type
ORDER BY slot
