-- End what could not be built: the engine would try it again for ever. Asked by search.text_index.
KILL MUTATION
WHERE database = {database:String} AND table = 'events' AND NOT is_done AND command LIKE '%MATERIALIZE INDEX raw_data_words%'
SYNC
