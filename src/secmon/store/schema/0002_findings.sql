-- One row a finding: one rule matched one event, or one correlated group at one site. Replays replace, never add.
-- Written by detection.engine.match_events and detection.correlation.engine; read by alerts (triage) and by the site page. Read it with FINAL.
CREATE TABLE IF NOT EXISTS findings (
    finding_uid String,
    rule_id LowCardinality(String),
    kind LowCardinality(String),
    site LowCardinality(String),
    actor String,
    group_uid String,
    severity_id UInt8,
    attack_type LowCardinality(String),
    time DateTime64(3, 'UTC'),
    last_time DateTime64(3, 'UTC'),
    received_at DateTime64(3, 'UTC'),
    detected_at DateTime64(3, 'UTC'),
    event_count UInt32,
    site_count UInt16,
    batch_id LowCardinality(String),
    seq UInt32,
    evidence Array(Tuple(batch_id String, seq UInt32))
)
ENGINE = {engine}ReplacingMergeTree(detected_at)
ORDER BY (rule_id, finding_uid)
