-- A function: the address in a text, in its usual short form; '' for anything else, so that no log puts words where rules
            -- and block lists expect an address. An IPv4 address written as IPv6 (::ffff:10.0.0.1) is the IPv4 address.
            (text -> multiIf(isIPv4String(text), text, NOT isIPv6String(text), '',
                replaceRegexpOne(toString(toIPv6OrDefault(text)), '^::ffff:(\\d+\\.)', '\\1')))
