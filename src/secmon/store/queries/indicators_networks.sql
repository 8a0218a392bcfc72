-- Which addresses of the new events lie in an indicated network, and in which? Included in the match of indicators.
-- An IPv4 address is compared as IPv6 (::ffff:a.b.c.d). Each address is cut to every prefix length in use and looked up,
-- which costs the same for ten networks and for a million. Of several networks the narrowest counts.
SELECT address, argMax(network, prefix) AS network
FROM (
    SELECT address, prefix, toString(IPv6CIDRToRange(assumeNotNull(toIPv6OrNull(address)), prefix).1) AS lower
    FROM (
        SELECT DISTINCT arrayJoin([src_endpoint_ip, dst_endpoint_ip]) AS address
        FROM events
        WHERE received_at BETWEEN fromUnixTimestamp64Milli({received_from:Int64}, 'UTC')
                              AND fromUnixTimestamp64Milli({received_to:Int64}, 'UTC')
          AND batch_id IN {batch_ids:Array(String)}
          AND notEmpty({prefixes:Array(UInt8)})
    )
    ARRAY JOIN {prefixes:Array(UInt8)} AS prefix
    WHERE toIPv6OrNull(address) IS NOT NULL
      AND (prefix > 96 OR position(address, '.') = 0)
) AS cut
INNER JOIN (
    SELECT value AS network, toString(toIPv6(substringIndex(value, '/', 1))) AS lower,
           toUInt8(toUInt8OrZero(substringIndex(value, '/', -1)) + if(position(value, ':') = 0, 96, 0)) AS prefix
    FROM indicators FINAL
    WHERE kind = 'network' AND expires_at > fromUnixTimestamp64Milli({detected_at:Int64}, 'UTC')
) AS listed USING (lower, prefix)
GROUP BY address
