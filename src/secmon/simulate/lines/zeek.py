"""JSON streaming logs of a Zeek sensor beside the resolvers."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_PAIRS = tuple(_LETTERS[n % 62] + _LETTERS[n // 62 % 62] for n in range(4096))


def uid(big: int) -> str:
    """Return a connection's id from 64 random bits."""
    return (
        f"C{_PAIRS[big & 4095]}{_PAIRS[big >> 12 & 4095]}{_PAIRS[big >> 24 & 4095]}{_PAIRS[big >> 36 & 4095]}"
        f"{_PAIRS[big >> 48 & 4095]}{_PAIRS[(big >> 52) * 7 & 4095]}{_PAIRS[big * 31 & 4095]}{_PAIRS[big * 97 & 4095]}"
    )


def head(path: str, at: str, name: str, ends: tuple[str, int, str, int], proto: str) -> str:
    """Return the shared members; `at` comes from `Minute.epoch`, `ends` is originator, port, responder, port."""
    source, source_port, target, port = ends
    return (
        f'{{"_path":"{path}","_system_name":"zeek01","ts":{at},"uid":"{name}","id.orig_h":"{source}",'
        f'"id.orig_p":{source_port},"id.resp_h":"{target}","id.resp_p":{port},"proto":"{proto}"'
    )


def dns(head: str, number: int, name: str, answer: str, code: int = 0, kind: tuple[int, str] = (1, "A")) -> str:
    """Return a query with its answer; `code` 3 means that the name does not exist, 2 that the server failed."""
    words = {0: "NOERROR", 2: "SERVFAIL", 3: "NXDOMAIN"}[code]
    found = f',"AA":false,"TC":false,"RD":true,"RA":true,"Z":0,"answers":["{answer}"],"TTLs":[{60 + number % 240}.0]'
    return (
        f'{head},"trans_id":{number},"rtt":0.0{number % 90 + 10},"query":"{name}","qclass":1,'
        f'"qclass_name":"C_INTERNET","qtype":{kind[0]},"qtype_name":"{kind[1]}","rcode":{code},"rcode_name":"{words}"'
        f'{found if answer else ""},"rejected":{"true" if code == 2 else "false"}}}\n'
    )


def conn(
    head: str, service: str, duration: float, sent: int, received: int, state: str = "SF", packets: int = 6
) -> str:
    """Return a finished connection; `sent` and `received` in bytes, without headers."""
    named = f',"service":"{service}"' if service else ""
    return (
        f'{head}{named},"duration":{duration},"orig_bytes":{sent},"resp_bytes":{received},"conn_state":"{state}",'
        f'"local_orig":true,"local_resp":false,"missed_bytes":0,"history":"{"S" if state == "S0" else "ShADadFf"}",'
        f'"orig_pkts":{packets},"orig_ip_bytes":{sent + packets * 40},"resp_pkts":{packets},'
        f'"resp_ip_bytes":{received + packets * 40}}}\n'
    )


def notice(at: str, note: str, message: str, source: str) -> str:
    """Return a Zeek notice."""
    return (
        f'{{"_path":"notice","_system_name":"zeek01","ts":{at},"note":"{note}","msg":"{message}","src":"{source}",'
        '"peer_descr":"zeek01","actions":["Notice::ACTION_LOG"],"suppress_for":3600.0}\n'
    )
