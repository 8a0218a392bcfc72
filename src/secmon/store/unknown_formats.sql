-- Lines of a format that has no view: they go to quarantine, because a Null table would swallow them.
SELECT received_at AS time, received_at, site, feed, format, batch_id, seq, line AS raw_data,
       multiIf(format = 'unknown', 'format not recognised', format = 'unknown_sender', 'unknown sender',
               concat('unknown format ', format)) AS reason
FROM {landing}
