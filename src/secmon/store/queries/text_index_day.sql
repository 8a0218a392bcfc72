-- Build what is missing of the indexes of words and addresses in one day's parts, and wait for it. Asked by search.text_index.
ALTER TABLE events
    MATERIALIZE INDEX raw_data_words IN PARTITION ID '{partition_id}',
    MATERIALIZE INDEX endpoint_ips IN PARTITION ID '{partition_id}'
SETTINGS mutations_sync = 2
