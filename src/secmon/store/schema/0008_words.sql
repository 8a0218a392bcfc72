-- Index of the words in lines as received, for searches. Not built on insert, where it would cost more than the rest of
-- the load, but once a day is over (search.text_index).
ALTER TABLE events ADD INDEX IF NOT EXISTS raw_data_words lower(raw_data) TYPE text(tokenizer = 'splitByNonAlpha');

ALTER TABLE events MODIFY SETTING materialize_skip_indexes_on_merge = 0;

-- The parts of a day's partition when its words were last indexed.
CREATE TABLE IF NOT EXISTS words_indexed (partition_id String, parts Array(String), indexed_at DateTime64(6, 'UTC'))
ENGINE = {engine}ReplacingMergeTree(indexed_at)
ORDER BY partition_id
