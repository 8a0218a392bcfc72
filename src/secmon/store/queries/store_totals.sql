-- What does the store hold, and how fresh is it? Read by the status.
SELECT
    (SELECT count() FROM events) AS events,
    (SELECT count() FROM quarantine) AS quarantine,
    (SELECT uniqExact(finding_uid) FROM findings) AS findings,
    (SELECT max(time) FROM events WHERE time > now() - INTERVAL 1 HOUR AND time <= now() + INTERVAL 1 MINUTE) AS newest_recent,
    (SELECT max(slot) FROM events_15m WHERE slot <= now()) AS newest_slot
