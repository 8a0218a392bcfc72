-- Findings say whom they are about (risk of addresses, users and hosts) and, where no rule can, what was expected and seen.
ALTER TABLE findings
    ADD COLUMN IF NOT EXISTS src_endpoint_ip String,
    ADD COLUMN IF NOT EXISTS user_name String,
    ADD COLUMN IF NOT EXISTS device_hostname LowCardinality(String),
    ADD COLUMN IF NOT EXISTS details Map(LowCardinality(String), String);

-- What was seen at a site for the first time: countries people log in from, administrators, machines. Written by
-- detection.anomaly.first_seen; a later row replaces the earlier one of the same value, so read it with FINAL.
CREATE TABLE IF NOT EXISTS first_seen (
    kind LowCardinality(String), site LowCardinality(String), value String,
    first_time DateTime64(3, 'UTC'), recorded_at DateTime64(3, 'UTC')
) ENGINE = {engine}ReplacingMergeTree(recorded_at)
ORDER BY (kind, site, value);

-- Addresses, domains and hashes that somebody warned of, each under its source; the newest row of one is in force.
-- Withdrawing or prolonging one is a further row. Written and read by detection.threat_intel.indicators, with FINAL.
CREATE TABLE IF NOT EXISTS indicators (
    kind LowCardinality(String), value String, source LowCardinality(String), tlp LowCardinality(String),
    note String, author String, added_at DateTime64(3, 'UTC'), expires_at DateTime64(3, 'UTC'),
    changed_at DateTime64(3, 'UTC')
) ENGINE = {engine}ReplacingMergeTree(changed_at)
ORDER BY (kind, value, source);

-- Events that a rule under a correlation matched: when, where, and the fields it is grouped and counted by. Written by
-- detection.correlation.match_cache once for each event, read for every look back; kept longer than the longest look-back.
CREATE TABLE IF NOT EXISTS correlation_steps (
    step LowCardinality(String), t Int64 CODEC(DoubleDelta, ZSTD(1)), site LowCardinality(String),
    batch LowCardinality(String), seq UInt32, received Int64 CODEC(DoubleDelta, ZSTD(1)),
    fields Array(String) CODEC(ZSTD(1)), recorded_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    kept_at DateTime('UTC') DEFAULT now() CODEC(DoubleDelta, ZSTD(1))
) ENGINE = {engine}ReplacingMergeTree(recorded_at)
PARTITION BY toDate(kept_at)
ORDER BY (step, t, batch, seq)
TTL kept_at + INTERVAL 9 DAY
SETTINGS ttl_only_drop_parts = 1
