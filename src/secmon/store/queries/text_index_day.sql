-- Build the index of words for one day's partition and wait for it. Asked by hunt.words.
ALTER TABLE events MATERIALIZE INDEX raw_data_words IN PARTITION ID '{partition_id}' SETTINGS mutations_sync = 2
