"""Signatures of the sites' IDS: our own names, Suricata's classifications, the seven Korean attack types."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

AttackType = Literal[
    "denial_of_service",
    "information_gathering",
    "privilege_acquisition",
    "information_leak",
    "defacement",
    "malware",
    "unauthorised_access",
]

ATTEMPTS_2024: dict[AttackType, int] = {
    "denial_of_service": 491,
    "information_gathering": 344,
    "privilege_acquisition": 146,
    "information_leak": 65,
    "defacement": 52,
    "malware": 51,
    "unauthorised_access": 6,
}
"""Attempts on Korean local governments in 2024 by type, in ten thousands."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Content of an IDS alert; `path` is set for a web request, otherwise `port` and `proto` apply."""

    number: int
    name: str
    category: str
    severity: int
    attack_type: AttackType
    port: int = 80
    proto: Literal["TCP", "UDP"] = "TCP"
    path: str = ""

    def alert(self, *, blocked: bool) -> str:
        """Return the members of the `alert` object, without its braces."""
        action = "blocked" if blocked else "allowed"
        return (
            f'"action":"{action}","gid":1,"signature_id":{self.number},"rev":3,"signature":"{self.name}",'
            f'"category":"{self.category}","severity":{self.severity},'
            f'"metadata":{{"attack_type":["{self.attack_type}"]}}'
        )


_DOS, _SCAN = "Attempted Denial of Service", "Detection of a Network Scan"
_WEB, _ADMIN = "Web Application Attack", "Attempted Administrator Privilege Gain"
_LEAK, _TROJAN, _MISC = "Attempted Information Leak", "A Network Trojan was detected", "Misc activity"

BACKGROUND = (
    Signature(9100001, "LGC DOS SYN burst against web service", _DOS, 3, "denial_of_service", 443),
    Signature(9100002, "LGC DOS HTTP request burst from one source", _DOS, 3, "denial_of_service", 80),
    Signature(9100003, "LGC DOS DNS ANY query burst", _DOS, 3, "denial_of_service", 53, "UDP"),
    Signature(9100004, "LGC DOS reflected NTP answer without request", _DOS, 2, "denial_of_service", 123, "UDP"),
    Signature(9110001, "LGC SCAN single probe of closed port", _SCAN, 3, "information_gathering", 8080),
    Signature(9110002, "LGC SCAN probe of remote desktop port", _SCAN, 3, "information_gathering", 3389),
    Signature(9110003, "LGC SCAN service banner request", _SCAN, 3, "information_gathering", 25),
    Signature(9110004, "LGC SCAN crawler without robots", _MISC, 3, "information_gathering", path="/sitemap.xml"),
    Signature(
        9120001,
        "LGC WEB login form with default account",
        _ADMIN,
        3,
        "privilege_acquisition",
        path="/admin/login",
    ),
    Signature(
        9120002,
        "LGC WEB outdated plug-in requested",
        _ADMIN,
        2,
        "privilege_acquisition",
        path="/plugins/editor/up",
    ),
    Signature(9130001, "LGC WEB settings file requested", _LEAK, 3, "information_leak", path="/config.bak"),
    Signature(9130002, "LGC WEB directory listing requested", _LEAK, 3, "information_leak", path="/backup/"),
    Signature(9140001, "LGC WEB upload refused by policy", _WEB, 3, "defacement", path="/board/write"),
    Signature(9140002, "LGC WEB PUT of a start page", _WEB, 2, "defacement", path="/index.html"),
    Signature(9150001, "LGC MAIL attachment of unwanted type", _TROJAN, 3, "malware", 25),
    Signature(9150002, "LGC MAIL known bait subject", _TROJAN, 2, "malware", 25),
    Signature(9160001, "LGC LOGIN management port from outside", "Misc Attack", 3, "unauthorised_access", 22),
)
"""Background noise that every site receives: severity 3, or 2 and then always blocked; never 1."""

SSH_GUESSING = Signature(
    9160100,
    "LGC SSH many logins from one source",
    "Unsuccessful User Privilege Gain",
    2,
    "unauthorised_access",
    22,
)
SWEEP = Signature(9110100, "LGC SCAN web scanner walks through known paths", _SCAN, 2, "information_gathering")
EXPLOIT = Signature(9120100, "LGC WEB lookup string for remote class in request", _ADMIN, 1, "privilege_acquisition")

SCRIPTED: Mapping[str, Signature] = {
    "sweep": SWEEP,
    "exploit": EXPLOIT,
    "ssh-guessing": SSH_GUESSING,
    "syn-flood": Signature(9100100, "LGC DOS SYN flood against web service", _DOS, 2, "denial_of_service", 443),
    "http-flood": Signature(9100101, "LGC DOS HTTP flood from known bots", _DOS, 2, "denial_of_service", 80),
    "dns-flood": Signature(9100102, "LGC DOS DNS query flood", _DOS, 2, "denial_of_service", 53, "UDP"),
    "upload": Signature(9120101, "LGC WEB script uploaded through board editor", _ADMIN, 1, "privilege_acquisition"),
    "web-shell": Signature(9150100, "LGC WEB command sent to script in upload folder", _TROJAN, 1, "malware"),
    "sql-injection": Signature(9130100, "LGC WEB SQL union select in request", _LEAK, 1, "information_leak"),
    "rdp-guessing": Signature(
        9160101,
        "LGC RDP many logins from one source",
        "Unsuccessful User Privilege Gain",
        2,
        "unauthorised_access",
        3389,
    ),
    "beacon": Signature(9150101, "LGC TROJAN regular beacon to bait domain", _TROJAN, 1, "malware", 443),
}
"""Signatures of scripted attacks, by the names that definitions use."""


def _wheel() -> tuple[Signature, ...]:
    total = sum(ATTEMPTS_2024.values())
    wheel: list[Signature] = []
    for kind, attempts in ATTEMPTS_2024.items():
        of_kind = [signature for signature in BACKGROUND if signature.attack_type == kind]
        wheel += [of_kind[n % len(of_kind)] for n in range(round(1024 * attempts / total))]
    return tuple((wheel * 2)[:1024])


WHEEL = _wheel()
"""1024 signatures in the proportions of 2024."""
