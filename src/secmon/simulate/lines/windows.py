"""Windows events as Winlogbeat 8 writes them: the Security and System channels and Sysmon.

`data` is the event's own data as members of a JSON object, without braces. Backslashes in its text are doubled.
"""

from dataclasses import dataclass
from hashlib import blake2b

_SECURITY = (
    '"winlog":{"channel":"Security","provider_name":"Microsoft-Windows-Security-Auditing",'
    '"provider_guid":"{54849625-5478-4994-a5ba-3e3b0328c30d}","api":"wineventlog","opcode":"Info",'
)
_SYSMON = (
    '"winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","provider_name":"Microsoft-Windows-Sysmon",'
    '"provider_guid":"{5770385f-c22a-43e0-bf4c-06f5698ffbd9}","api":"wineventlog","opcode":"Info","version":5,'
    '"user":{"identifier":"S-1-5-18","name":"SYSTEM","domain":"NT AUTHORITY","type":"User"},'
)
_END = '"log":{"level":"information"},"agent":{"type":"winlogbeat","version":"8.17.4"},"ecs":{"version":"8.0.0"},'


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event: its number, Winlogbeat's action, and the first sentence of its message."""

    code: int
    action: str
    message: str
    task: str = ""
    failed: bool = False


LOGON = Kind(4624, "logged-in", "An account was successfully logged on.", "Logon")
LOGON_FAILED = Kind(4625, "logon-failed", "An account failed to log on.", "Logon", failed=True)
LOGOFF = Kind(4634, "logged-out", "An account was logged off.", "Logoff")
PRIVILEGES = Kind(4672, "logged-in-special", "Special privileges assigned to new logon.", "Special Logon")
PROCESS = Kind(4688, "created-process", "A new process has been created.", "Process Creation")
TASK_CREATED = Kind(4698, "scheduled-task-created", "A scheduled task was created.", "Other Object Access Events")
USER_CREATED = Kind(4720, "added-user-account", "A user account was created.", "User Account Management")
GLOBAL_MEMBER = Kind(
    4728, "added-member-to-group", "A member was added to a security-enabled global group.", "Security Group Management"
)
LOCAL_MEMBER = Kind(
    4732, "added-member-to-group", "A member was added to a security-enabled local group.", "Security Group Management"
)
TICKET = Kind(
    4768,
    "kerberos-authentication-ticket-requested",
    "A Kerberos authentication ticket (TGT) was requested.",
    "Kerberos Authentication Service",
)
SERVICE_TICKET = Kind(
    4769,
    "kerberos-service-ticket-requested",
    "A Kerberos service ticket was requested.",
    "Kerberos Service Ticket Operations",
)
NTLM = Kind(
    4776,
    "credential-validated",
    "The computer attempted to validate the credentials for an account.",
    "Credential Validation",
)
LOG_CLEARED = Kind(1102, "audit-log-cleared", "The audit log was cleared.", "Log clear")
SERVICE_INSTALLED = Kind(7045, "service-installed", "A service was installed in the system.")
SYSMON_PROCESS = Kind(1, "Process Create (rule: ProcessCreate)", "Process Create:")
SYSMON_CONNECTION = Kind(3, "Network connection detected (rule: NetworkConnect)", "Network connection detected:")
SYSMON_FILE = Kind(11, "File created (rule: FileCreate)", "File created:")
SYSMON_REGISTRY = Kind(13, "Registry value set (rule: RegistryEvent)", "Registry value set:")
SYSMON_QUERY = Kind(22, "Dns query (rule: DnsQuery)", "Dns query:")
SYSMON_FILE_DELETED = Kind(23, "File Delete archived (rule: FileDelete)", "File Delete archived:")
SYSMON_STATE = Kind(4, "Sysmon service state changed", "Sysmon service state changed:")


def security(at: str, kind: Kind, host: str, record: int, data: str) -> str:
    """Return an event of the Security channel; `at` comes from `Minute.utc`."""
    outcome, keyword = ("failure", "Audit Failure") if kind.failed else ("success", "Audit Success")
    return (
        f'{{"@timestamp":"{at}",{_SECURITY}"task":"{kind.task}","event_id":"{kind.code}","computer_name":"{host}",'
        f'"record_id":{record},"keywords":["{keyword}"],"process":{{"pid":716,"thread":{{"id":6120}}}},'
        f'"event_data":{{{data}}}}},"event":{{"code":"{kind.code}","kind":"event",'
        f'"provider":"Microsoft-Windows-Security-Auditing","action":"{kind.action}","outcome":"{outcome}"}},'
        f'"host":{{"name":"{host}"}},{_END}"message":"{kind.message}"}}\n'
    )


def sysmon(at: str, kind: Kind, host: str, record: int, data: str) -> str:
    """Return an event of Sysmon."""
    return (
        f'{{"@timestamp":"{at}",{_SYSMON}"task":"{kind.action}","event_id":"{kind.code}","computer_name":"{host}",'
        f'"record_id":{record},"process":{{"pid":3184,"thread":{{"id":4712}}}},"event_data":{{{data}}}}},'
        f'"event":{{"code":"{kind.code}","kind":"event","provider":"Microsoft-Windows-Sysmon",'
        f'"action":"{kind.action}"}},"host":{{"name":"{host}"}},{_END}"message":"{kind.message}"}}\n'
    )


def service_installed(at: str, host: str, record: int, data: str) -> str:
    """Return event 7045 of the System channel: a service was installed."""
    kind = SERVICE_INSTALLED
    return (
        f'{{"@timestamp":"{at}","winlog":{{"channel":"System","provider_name":"Service Control Manager",'
        f'"provider_guid":"{{555908d1-a6d7-4695-8e1e-26931d2012f4}}","api":"wineventlog","event_id":"{kind.code}",'
        f'"computer_name":"{host}","record_id":{record},"keywords":["Classic"],"event_data":{{{data}}}}},'
        f'"event":{{"code":"{kind.code}","kind":"event","provider":"Service Control Manager",'
        f'"action":"{kind.action}"}},'
        f'"host":{{"name":"{host}"}},{_END}"message":"{kind.message}"}}\n'
    )


def log_cleared(at: str, host: str, record: int, user: str, domain: str) -> str:
    """Return event 1102, the log was cleared; its data is in `user_data`."""
    kind = LOG_CLEARED
    data = f'"SubjectUserName":"{user}","SubjectDomainName":"{domain}","SubjectLogonId":"0x3e2f1a"'
    return (
        f'{{"@timestamp":"{at}","winlog":{{"channel":"Security","provider_name":"Microsoft-Windows-Eventlog",'
        f'"provider_guid":"{{fc65ddd8-d6ef-4962-83d5-6e5cfe9ce148}}","api":"wineventlog","task":"{kind.task}",'
        f'"event_id":"1102","computer_name":"{host}","record_id":{record},"user_data":{{{data},'
        f'"xml_name":"LogFileCleared"}},"event_data":{{{data}}}}},"event":{{"code":"1102","kind":"event",'
        f'"provider":"Microsoft-Windows-Eventlog","action":"{kind.action}","outcome":"success"}},'
        f'"host":{{"name":"{host}"}},{_END}"message":"{kind.message}"}}\n'
    )


def subject(user: str, domain: str, logon: int) -> str:
    """Return the members that name the account which caused an event."""
    return (
        f'"SubjectUserSid":"S-1-5-21-3457937927-2839227994-823803824-{1100 + logon % 64}","SubjectUserName":"{user}",'
        f'"SubjectDomainName":"{domain}","SubjectLogonId":"0x{logon:x}"'
    )


SYSTEM = '"SubjectUserSid":"S-1-5-18","SubjectUserName":"-","SubjectDomainName":"-","SubjectLogonId":"0x0"'


def logon(user: str, domain: str, number: int, kind: int, source: tuple[str, str, int], process: str) -> str:
    """Return the data of a logon; `kind` 3 is network, 10 remote desktop; `source` is workstation, address, port."""
    workstation, address, port = source
    package = "Kerberos" if process == "Kerberos" else "NTLM"
    return (
        f'{SYSTEM},"TargetUserSid":"S-1-5-21-3457937927-2839227994-823803824-{1100 + number % 64}",'
        f'"TargetUserName":"{user}","TargetDomainName":"{domain}","TargetLogonId":"0x{number:x}","LogonType":"{kind}",'
        f'"LogonProcessName":"{process}","AuthenticationPackageName":"{package}","WorkstationName":"{workstation}",'
        f'"IpAddress":"{address}","IpPort":"{port}","ProcessId":"0x0","ProcessName":"-","ElevatedToken":"%%1843"'
    )


def logon_failed(user: str, domain: str, kind: int, source: tuple[str, str, int], status: str) -> str:
    """Return the data of a failed logon; status 0xc000006a is a wrong password, 0xc0000064 an unknown name."""
    workstation, address, port = source
    return (
        f'{SYSTEM},"TargetUserSid":"S-1-0-0","TargetUserName":"{user}","TargetDomainName":"{domain}",'
        f'"Status":"0xc000006d","FailureReason":"%%2313","SubStatus":"{status}","LogonType":"{kind}",'
        f'"LogonProcessName":"NtLmSsp ","AuthenticationPackageName":"NTLM","WorkstationName":"{workstation}",'
        f'"IpAddress":"{address}","IpPort":"{port}","ProcessId":"0x0","ProcessName":"-"'
    )


def hashes(text: str) -> str:
    """Return invented hashes of a program or file, derived from a text, in Sysmon's form."""
    return (
        f"SHA256={blake2b(text.encode(), digest_size=32).hexdigest().upper()},"
        f"MD5={blake2b(text.encode(), digest_size=16).hexdigest().upper()}"
    )


def guid(big: int, pid: int) -> str:
    """Return a process GUID in Sysmon's form."""
    first, second, third = big >> 48 & 0xFFFF, big & 0xFFFF, big >> 16 & 0xFFFF
    return f"{{a7c3{first:04x}-{second:04x}-{third:04x}-{pid & 0xFFFF:04x}-0000000{big & 0xFFFFF:05x}}}"


def process(at: str, image: str, command: str, user: str, parent: tuple[str, str], pid: int, identity: str) -> str:
    """Return the data of Sysmon's event 1; `parent` is the parent's image and command line, `at` from `sysmon_time`."""
    parent_image, parent_command = parent
    return (
        f'"RuleName":"-","UtcTime":"{at}","ProcessGuid":"{identity}","ProcessId":"{pid}","Image":"{image}",'
        f'"CommandLine":"{command}","CurrentDirectory":"C:\\\\Windows\\\\system32\\\\","User":"{user}",'
        f'"LogonGuid":"{identity}","LogonId":"0x3e7","TerminalSessionId":"1","IntegrityLevel":"Medium",'
        f'"Hashes":"{_image_hashes(image)}","ParentProcessId":"{pid >> 1 | 4}","ParentImage":"{parent_image}",'
        f'"ParentCommandLine":"{parent_command}","ParentUser":"{user}"'
    )


_KNOWN: dict[str, str] = {}


def _image_hashes(image: str) -> str:
    known = _KNOWN.get(image)
    if known is None:
        known = _KNOWN[image] = hashes(image.rpartition("\\")[2].lower())
    return known


def sysmon_time(at: str) -> str:
    """Convert a time from `Minute.utc` to `2026-11-24 02:35:02.123`."""
    return f"{at[:10]} {at[11:23]}"


def file_data(at: str, image: str, target: str, user: str, pid: int, identity: str) -> str:
    """Return the data of Sysmon's event 11."""
    return (
        f'"RuleName":"-","UtcTime":"{at}","ProcessGuid":"{identity}","ProcessId":"{pid}","Image":"{image}",'
        f'"TargetFilename":"{target}","CreationUtcTime":"{at}","User":"{user}"'
    )


def query_data(at: str, image: str, name: str, answer: str, user: str, pid: int, identity: str) -> str:
    """Return the data of Sysmon's event 22."""
    return (
        f'"RuleName":"-","UtcTime":"{at}","ProcessGuid":"{identity}","ProcessId":"{pid}","QueryName":"{name}",'
        f'"QueryStatus":"0","QueryResults":"::ffff:{answer};","Image":"{image}","User":"{user}"'
    )


def connection_data(at: str, image: str, ends: tuple[str, int, str, int], user: str, pid: int, identity: str) -> str:
    """Return the data of Sysmon's event 3; `ends` is source, port, target, port."""
    source, source_port, target, port = ends
    return (
        f'"RuleName":"-","UtcTime":"{at}","ProcessGuid":"{identity}","ProcessId":"{pid}","Image":"{image}",'
        f'"User":"{user}","Protocol":"tcp","Initiated":"true","SourceIsIpv6":"false","SourceIp":"{source}",'
        f'"SourceHostname":"-","SourcePort":"{source_port}","SourcePortName":"-","DestinationIsIpv6":"false",'
        f'"DestinationIp":"{target}","DestinationHostname":"-","DestinationPort":"{port}","DestinationPortName":"-"'
    )
