"""Suricata EVE JSON, with the keys in the order of Suricata 7 and 8.

Lines are built from text, not from objects: that is an order of magnitude faster, and the order of keys is easy
to see. `link` and `ends` are the members that most lines of a conversation share.
"""

_PACKET = '"pkt_src":"wire/pcap",'


def link(flow_id: int, iface: str) -> str:
    """Return the members before `event_type`."""
    return f'"flow_id":{flow_id},"in_iface":"{iface}","event_type":'


def ends(suricata: int, source: str, source_port: int, target: str, target_port: int, proto: str = "TCP") -> str:
    """Return addresses, ports and protocol; Suricata 8 adds the IP version."""
    version = "" if suricata < 8 else '"ip_v":6,' if ":" in source else '"ip_v":4,'
    return (
        f'"src_ip":"{source}","src_port":{source_port},"dest_ip":"{target}","dest_port":{target_port},'
        f'"proto":"{proto}",{version}'
    )


def http(at: str, link: str, ends: str, request: str) -> str:
    """Return the line of a web request; `request` holds the members of `http`."""
    return f'{{"timestamp":"{at}+0900",{link}"http",{ends}{_PACKET}"tx_id":0,"http":{{{request}}}}}\n'


def tls(at: str, link: str, ends: str, handshake: str) -> str:
    """Return the line of a TLS handshake; `handshake` holds the members of `tls`."""
    return f'{{"timestamp":"{at}+0900",{link}"tls",{ends}{_PACKET}"tls":{{{handshake}}}}}\n'


def dns(at: str, link: str, ends: str, message: str) -> str:
    """Return the line of a DNS message; `message` holds the members of `dns`."""
    return f'{{"timestamp":"{at}+0900",{link}"dns",{ends}{_PACKET}"dns":{{{message}}}}}\n'


def query(suricata: int, number: int, name: str, kind: str) -> str:
    """Return the members of `dns` for a query; Suricata 7 (version 2) omits the version, Suricata 8 does not."""
    if suricata < 8:
        return f'"type":"query","id":{number},"rrname":"{name}","rrtype":"{kind}","tx_id":0,"opcode":0'
    return (
        f'"version":3,"type":"request","tx_id":0,"id":{number},"flags":"100","rd":true,"opcode":0,"rcode":"NOERROR",'
        f'"queries":[{{"rrname":"{name}","rrtype":"{kind}"}}]'
    )


def answer(suricata: int, number: int, name: str, kind: str, ttl: int, data: str) -> str:
    """Return the members of `dns` for an answer; without `data` the name does not exist."""
    code, flags = ("NOERROR", "8180") if data else ("NXDOMAIN", "8183")
    records = (
        f',"answers":[{{"rrname":"{name}","rrtype":"{kind}","ttl":{ttl},"rdata":"{data}"}}],'
        f'"grouped":{{"{kind}":["{data}"]}}'
        if data
        else ""
    )
    if suricata < 8:
        return (
            f'"version":2,"type":"answer","id":{number},"flags":"{flags}","qr":true,"rd":true,"ra":true,"opcode":0,'
            f'"rrname":"{name}","rrtype":"{kind}","rcode":"{code}"{records}'
        )
    return (
        f'"version":3,"type":"response","tx_id":1,"id":{number},"flags":"{flags}","qr":true,"rd":true,"ra":true,'
        f'"opcode":0,"rcode":"{code}","queries":[{{"rrname":"{name}","rrtype":"{kind}"}}]{records}'
    )


def counters(packets: int, to_server: int, to_client: int) -> str:
    """Return the first members of `flow`: packets and bytes in both directions (headers added)."""
    back = packets - (packets >> 2)
    return (
        f'"pkts_toserver":{packets},"pkts_toclient":{back},'
        f'"bytes_toserver":{packets * 66 + to_server},"bytes_toclient":{back * 66 + to_client}'
    )


def unanswered(packets: int, size: int) -> str:
    """Return the first members of `flow` for unanswered packets of `size` bytes each."""
    return f'"pkts_toserver":{packets},"pkts_toclient":0,"bytes_toserver":{packets * size},"bytes_toclient":0'


def flow(at: str, link: str, ends: str, app: str, counters: str, life: str, *, alerted: bool = False) -> str:
    """Return the line of a finished TCP flow; `life` is its start, end and age from `life()`."""
    return (
        f'{{"timestamp":"{at}+0900",{link}"flow",{ends}"app_proto":"{app}","flow":{{{counters},{life},'
        f'"state":"closed","reason":"timeout","alerted":{"true" if alerted else "false"}}},'
        '"tcp":{"tcp_flags":"1b","tcp_flags_ts":"1b","tcp_flags_tc":"1b","syn":true,"fin":true,"psh":true,"ack":true,'
        '"state":"closed","ts_max_regions":1,"tc_max_regions":1}}\n'
    )


def flow_udp(at: str, link: str, ends: str, app: str, counters: str, life: str) -> str:
    """Return the line of a finished UDP flow."""
    return (
        f'{{"timestamp":"{at}+0900",{link}"flow",{ends}"app_proto":"{app}","flow":{{{counters},{life},'
        '"state":"established","reason":"timeout","alerted":false}}\n'
    )


def _pair(ends: str) -> str:
    return ends[: ends.index(',"proto"')]


def life(start: str, end: str, age: int) -> str:
    """Return the time members of `flow`; `age` in seconds."""
    return f'"start":"{start}+0900","end":"{end}+0900","age":{age}'


def alert(at: str, link: str, ends: str, alert: str, counters: str, start: str) -> str:
    """Return the line of an alert on packets, before any application was recognised."""
    return (
        f'{{"timestamp":"{at}+0900",{link}"alert",{ends}{_PACKET}"alert":{{{alert}}},"direction":"to_server",'
        f'"flow":{{{counters},"start":"{start}+0900",{_pair(ends)}}}}}\n'
    )


def alert_http(at: str, link: str, ends: str, alert: str, request: str, counters: str, start: str) -> str:
    """Return the line of an alert on a web request."""
    return (
        f'{{"timestamp":"{at}+0900",{link}"alert",{ends}{_PACKET}"tx_id":0,"alert":{{{alert}}},'
        f'"http":{{{request}}},"app_proto":"http","direction":"to_server",'
        f'"flow":{{{counters},"start":"{start}+0900",{_pair(ends)}}}}}\n'
    )
