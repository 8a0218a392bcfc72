-- The time of g[2] month, g[3] day, g[4] or g[6] year, g[5] clock, in the zone `utc_offset` ('' is {zone}). A missing year is the one that puts the
            -- time nearest to received_at: days are counted as if every month had 31, which is exact enough for that.
            parseDateTime64BestEffortOrNull(concat(multiIf(g[4] != '', g[4], g[6] != '', g[6], g[2] = '', '', toString(
                toYear(received_at, '{zone}') + multiIf(
                    transform(g[2], ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'], [31, 62, 93, 124, 155, 186, 217, 248, 279, 310, 341, 372], 0)
                    + toUInt8OrZero(g[3]) - 31 * toMonth(received_at, '{zone}') - toDayOfMonth(received_at, '{zone}') AS ahead > 186, -1,
                    ahead < -186, 1, 0))), ' ', g[2], ' ', g[3], ' ', g[5], utc_offset), 3, '{zone}')
