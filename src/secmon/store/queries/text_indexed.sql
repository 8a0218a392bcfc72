-- Remember which parts of a day have their words indexed. Written by search.text_index.
INSERT INTO words_indexed (partition_id, parts, indexed_at)
SELECT partition_id, arraySort(groupArray(name)), now64(6)
FROM system.parts
WHERE database = {database:String} AND table = 'events' AND active AND partition_id = {partition_id:String}
GROUP BY partition_id
