"""ModSecurity 3 audit log in JSON, one transaction per line, with the OWASP Core Rule Set 4."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hit:
    """A matched rule of the Core Rule Set; `severity` ranges from 0 (emergency) to 7."""

    rule: int
    message: str
    file: str
    line: int
    severity: int
    tags: tuple[str, ...]

    def told(self, match: str, data: str) -> str:
        """Return the rule as an element of `messages`; `match` and `data` as ModSecurity writes them."""
        details = {
            "match": match,
            "reference": "o0,4v4,12t:urlDecodeUni",
            "ruleId": str(self.rule),
            "file": f"/etc/modsecurity/crs/rules/{self.file}",
            "lineNumber": str(self.line),
            "data": data,
            "severity": str(self.severity),
            "ver": "OWASP_CRS/4.19.0",
            "rev": "",
            "tags": list(self.tags),
            "maturity": "0",
            "accuracy": "0",
        }
        return json.dumps({"message": self.message, "details": details}, separators=(",", ":"))


_GENERIC = ("application-multi", "language-multi", "platform-multi")
HITS = {
    "scanner": Hit(
        913100,
        "Found User-Agent associated with security scanner",
        "REQUEST-913-SCANNER-DETECTION.conf",
        38,
        2,
        (*_GENERIC, "attack-reputation-scanner", "paranoia-level/1", "OWASP_CRS", "capec/1000/118/224/541/310"),
    ),
    "numeric-host": Hit(
        920350,
        "Host header is a numeric IP address",
        "REQUEST-920-PROTOCOL-ENFORCEMENT.conf",
        718,
        4,
        (*_GENERIC, "attack-protocol", "paranoia-level/1", "OWASP_CRS", "capec/1000/210/272"),
    ),
    "extension": Hit(
        920440,
        "URL file extension is restricted by policy",
        "REQUEST-920-PROTOCOL-ENFORCEMENT.conf",
        1088,
        4,
        (*_GENERIC, "attack-protocol", "paranoia-level/1", "OWASP_CRS", "capec/1000/210/272"),
    ),
    "file-access": Hit(
        930130,
        "Restricted File Access Attempt",
        "REQUEST-930-APPLICATION-ATTACK-LFI.conf",
        132,
        2,
        (*_GENERIC, "attack-lfi", "paranoia-level/1", "OWASP_CRS", "capec/1000/255/153/126"),
    ),
    "traversal": Hit(
        930100,
        "Path Traversal Attack (/../) or (/.../)",
        "REQUEST-930-APPLICATION-ATTACK-LFI.conf",
        45,
        2,
        (*_GENERIC, "attack-lfi", "paranoia-level/1", "OWASP_CRS", "capec/1000/255/153/126"),
    ),
    "sql-injection": Hit(
        942100,
        "SQL Injection Attack Detected via libinjection",
        "REQUEST-942-APPLICATION-ATTACK-SQLI.conf",
        46,
        2,
        (*_GENERIC, "attack-sqli", "paranoia-level/1", "OWASP_CRS", "capec/1000/152/248/66"),
    ),
    "remote-command": Hit(
        932235,
        "Remote Command Execution: Unix Command Injection (command without evasion)",
        "REQUEST-932-APPLICATION-ATTACK-RCE.conf",
        181,
        2,
        (*_GENERIC, "attack-rce", "paranoia-level/1", "OWASP_CRS", "capec/1000/152/248/88"),
    ),
    "log4j": Hit(
        944150,
        "Potential Remote Command Execution: Log4j / Log4shell",
        "REQUEST-944-APPLICATION-ATTACK-JAVA.conf",
        205,
        2,
        ("application-multi", "language-java", "attack-rce", "paranoia-level/1", "OWASP_CRS", "PCI/6.5.2"),
    ),
    "upload": Hit(
        933110,
        "PHP Injection Attack: PHP Script File Upload Found",
        "REQUEST-933-APPLICATION-ATTACK-PHP.conf",
        88,
        2,
        ("application-multi", "language-php", "attack-injection-php", "paranoia-level/1", "OWASP_CRS"),
    ),
    "flood": Hit(
        912120,
        "Denial of Service (DoS) attack identified from client",
        "REQUEST-912-DOS-PROTECTION.conf",
        126,
        2,
        (*_GENERIC, "attack-dos", "paranoia-level/1", "OWASP_CRS"),
    ),
}
"""Rules of the Core Rule Set by our own short names."""


def transaction(
    at: str,
    client: tuple[str, int],
    host: tuple[str, str],
    request: tuple[str, str, str],
    status: int,
    messages: str,
    unique: str,
) -> str:
    """Return the line of a transaction; `host` is address and name, `request` is method, URI and agent as JSON.

    `at` comes from `Minute.ctime`: version 3 writes local time without a zone.
    """
    address, port = client
    server, name = host
    method, uri, agent = request
    return (
        f'{{"transaction":{{"client_ip":"{address}","time_stamp":"{at}",'
        f'"server_id":"9f1c5d0a6be84a7fd2c1a5a0c6f3e1b74d20{unique[-4:]}","client_port":{port},"host_ip":"{server}",'
        f'"host_port":443,"unique_id":"{unique}","request":{{"method":"{method}","http_version":1.1,"uri":"{uri}",'
        f'"headers":{{"Host":"{name}","User-Agent":"{agent}","Accept":"*/*"}}}},'
        f'"response":{{"http_code":{status},"headers":{{"Server":"nginx","Content-Type":"text/html"}}}},'
        '"producer":{"modsecurity":"ModSecurity v3.0.14 (Linux)","connector":"ModSecurity-nginx v1.0.4",'
        f'"secrules_engine":"Enabled","components":["OWASP_CRS/4.19.0"]}},"messages":[{messages}]}}}}\n'
    )
