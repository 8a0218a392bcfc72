-- Which batches hold events of a span of time, and when were they received? Read by pipeline.backtest.
SELECT toString(batch_id), min(received_at) AS first, max(received_at)
FROM events
WHERE time >= {begins:DateTime64(3)} AND time < {ends:DateTime64(3)}
GROUP BY batch_id
ORDER BY first
