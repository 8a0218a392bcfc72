-- One row a rule and run: how much it found, how long its pass took, what went wrong. Written by detection.engine.run_report; kept 30 days.
-- `milliseconds` is the time of the whole pass the rule was asked in, `pass_rules` how many rules shared it. `held_back`
-- counts matches beyond what one run may write.
CREATE TABLE IF NOT EXISTS rule_runs (
    run_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    rule_id LowCardinality(String),
    kind LowCardinality(String),
    matches UInt32 CODEC(ZSTD(1)),
    held_back UInt32 CODEC(ZSTD(1)),
    milliseconds UInt32 CODEC(ZSTD(1)),
    pass_rules UInt16 CODEC(ZSTD(1)),
    batches UInt16 CODEC(ZSTD(1)),
    error String CODEC(ZSTD(1))
)
ENGINE = {engine}MergeTree
PARTITION BY toYYYYMM(run_at)
ORDER BY (rule_id, run_at)
TTL toDateTime(run_at) + INTERVAL 30 DAY
