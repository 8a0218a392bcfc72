-- Merges had left out every index, not only that of the words: addresses and times were looked for in all of a day.
ALTER TABLE events
    MODIFY SETTING materialize_skip_indexes_on_merge = 1, exclude_materialize_skip_indexes_on_merge = 'raw_data_words';

-- Memory for the index of a part's words, before what there is goes to disk: a day of many lines did not fit otherwise.
ALTER TABLE events MODIFY SETTING text_index_max_memory_usage_before_flush = 67108864;

-- One index over both addresses: of two, the engine leaves half a day to be read when either may be the one.
ALTER TABLE events DROP INDEX IF EXISTS src_endpoint_ip_bloom;

ALTER TABLE events DROP INDEX IF EXISTS dst_endpoint_ip_bloom;

ALTER TABLE events
    ADD INDEX IF NOT EXISTS endpoint_ips (src_endpoint_ip, dst_endpoint_ip) TYPE bloom_filter GRANULARITY 2;

-- Days that are over get it with their words, one after the other.
TRUNCATE TABLE words_indexed;
