"""Shared vocabulary: the seven Korean attack types, the OCSF severities and the Traffic Light Protocol."""

from enum import IntEnum, StrEnum


class AttackType(StrEnum):
    """The seven attack types in the statistics of Korean local governments; the event store holds these values."""

    DENIAL_OF_SERVICE = "denial_of_service"  # 서비스거부
    INFORMATION_GATHERING = "information_gathering"  # 정보수집
    PRIVILEGE_ACQUISITION = "privilege_acquisition"  # 시스템권한획득
    INFORMATION_LEAK = "information_leak"  # 정보유출
    DEFACEMENT = "defacement"  # 홈페이지변조
    MALWARE = "malware"  # 악성코드
    UNAUTHORISED_ACCESS = "unauthorised_access"  # 비인가접근


class Severity(IntEnum):
    """OCSF `severity_id`; 0 if the record does not state a severity."""

    UNKNOWN = 0
    INFORMATIONAL = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5


class Tlp(StrEnum):
    """Traffic Light Protocol 2.0: the audience with which information may be shared."""

    CLEAR = "clear"
    GREEN = "green"
    AMBER = "amber"
    AMBER_STRICT = "amber+strict"
    RED = "red"
