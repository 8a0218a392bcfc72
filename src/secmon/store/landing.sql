-- Where the lines of one format arrive; it keeps nothing: each becomes one row of events or of quarantine.
CREATE TABLE IF NOT EXISTS {landing} (
    site String, feed String, format String, batch_id String, seq UInt32, received_at DateTime64(3, 'UTC'), line String
) ENGINE = Null
