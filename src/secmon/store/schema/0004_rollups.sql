-- Quarter-hour totals a site, feed, attack type and severity: headline figures and the 24 h trend of the wall.
-- Rebuilt from events a day at a time when a load was interrupted (store.repair).
CREATE TABLE IF NOT EXISTS events_15m (
    slot DateTime('UTC'), site LowCardinality(String), feed LowCardinality(String),
    attack_type LowCardinality(String), severity_id UInt8, events UInt64, bytes UInt64
) ENGINE = {engine}SummingMergeTree
PARTITION BY toDate(slot)
ORDER BY (slot, site, feed, attack_type, severity_id);

CREATE TABLE IF NOT EXISTS events_15m_stage AS events_15m;

CREATE MATERIALIZED VIEW IF NOT EXISTS events_to_15m TO events_15m AS
SELECT toStartOfFifteenMinutes(time) AS slot, site, feed, attack_type, severity_id, count() AS events,
       sum(length(raw_data)) AS bytes
FROM events
GROUP BY slot, site, feed, attack_type, severity_id;

-- What became of each batch, a site and feed: the account that shows lines in = events + quarantine.
CREATE TABLE IF NOT EXISTS intake (
    received_at DateTime64(3, 'UTC'), batch_id String, site LowCardinality(String), feed LowCardinality(String),
    events UInt64, quarantined UInt64, newest DateTime64(3, 'UTC')
) ENGINE = {engine}MergeTree
PARTITION BY toDate(received_at)
ORDER BY (batch_id, site, feed);

CREATE MATERIALIZED VIEW IF NOT EXISTS normalised_to_intake TO intake AS
SELECT max(received_at) AS received_at, batch_id, site, feed, countIf(reason = '') AS events,
       countIf(reason != '') AS quarantined, maxIf(time, reason = '') AS newest
FROM normalised
GROUP BY batch_id, site, feed;
