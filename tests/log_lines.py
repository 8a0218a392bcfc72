"""Log lines as the two feeds of a site send them."""

import json
from datetime import datetime


def http(at: datetime, url: str, agent: str = "curl/8") -> bytes:
    """A web request as Suricata logs it."""
    member = {"hostname": "www.example", "url": url, "http_user_agent": agent, "http_method": "GET", "status": 200}
    return _eve(at, "http", http=member)


def ids_alert(at: datetime, title: str, attack_type: str, severity: int = 2) -> bytes:
    """An alert of the intrusion detection, with its attack type in the metadata."""
    member = {
        "action": "allowed",
        "signature_id": 9000001,
        "signature": title,
        "category": "",
        "severity": severity,
        "metadata": {"attack_type": [attack_type]},
    }
    return _eve(at, "alert", alert=member)


def failed_login(at: datetime, user: str) -> bytes:
    """A refused SSH login."""
    text = f"Failed password for invalid user {user} from 203.0.113.9 port 40022 ssh2"
    return f"<86>1 {at.isoformat()} web01 sshd 912 - - {text}".encode()


def _eve(at: datetime, kind: str, **members: object) -> bytes:
    line = {
        "timestamp": at.isoformat(),
        "flow_id": 1,
        "event_type": kind,
        "src_ip": "203.0.113.9",
        "src_port": 40022,
        "dest_ip": "10.1.1.10",
        "dest_port": 80,
        "proto": "TCP",
        **members,
    }
    return json.dumps(line).encode()
