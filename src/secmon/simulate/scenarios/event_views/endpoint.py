"""Events on Windows computers, as their event logs and Sysmon record them."""

from collections.abc import Iterable

from secmon.simulate.lines import windows
from secmon.simulate.scenarios.event_views.occurrence import Occurrence, Sighting

LOGON = {"host", "user", "source", "workstation", "type"}
CHANGE = {"host", "user", "name", "group"}
TASK = {"host", "user", "name", "command"}
PROCESS = {"host", "user", "image", "command", "parent", "parent_command", "hash"}
FILE = {"host", "user", "image", "path"}
REGISTRY = {"host", "user", "image", "path", "value"}
CONNECTION = {"host", "user", "image", "source", "target", "port"}
SERVICE = {"host", "name", "path"}

_CMD = "C:\\Windows\\System32\\cmd.exe"


def _host(one: Occurrence) -> str:
    return f"{one.text('host')}.ad.{one.town.domain}"


def _time(one: Occurrence) -> str:
    minute, offset = one.minute()
    return minute.utc(offset)


def _security(one: Occurrence, kind: windows.Kind, data: str) -> Iterable[tuple[int, str]]:
    yield one.at, windows.security(_time(one), kind, _host(one), one.record, data)


def _origin(one: Occurrence) -> tuple[str, str, int]:
    return one.text("workstation", "-"), one.text("source", "-"), one.port


def _logon(one: Occurrence) -> Iterable[tuple[int, str]]:
    kind = one.number("type", 3)
    process = "User32 " if kind == 10 else "NtLmSsp "
    data = windows.logon(one.text("user"), one.town.windows, one.session, kind, _origin(one), process)
    yield from _security(one, windows.LOGON, data)


def _logon_refused(one: Occurrence) -> Iterable[tuple[int, str]]:
    status = "0xc000006a" if one.port & 3 else "0xc0000064"
    data = windows.logon_failed(one.text("user"), one.town.windows, one.number("type", 3), _origin(one), status)
    yield from _security(one, windows.LOGON_FAILED, data)


def _by(one: Occurrence) -> str:
    return windows.subject(one.text("user"), one.town.windows, one.session)


def _privileges(one: Occurrence) -> Iterable[tuple[int, str]]:
    rights = "SeDebugPrivilege\\n\\t\\t\\tSeBackupPrivilege\\n\\t\\t\\tSeTakeOwnershipPrivilege"
    data = f'{_by(one)},"PrivilegeList":"{rights}"'
    yield from _security(one, windows.PRIVILEGES, data)


def _user_created(one: Occurrence) -> Iterable[tuple[int, str]]:
    name = one.quoted("name")
    data = (
        f'"TargetUserName":"{name}","TargetDomainName":"{one.town.windows}",'
        f'"TargetSid":"S-1-5-21-3457937927-2839227994-823803824-1904",{_by(one)},"SamAccountName":"{name}",'
        '"PrivilegeList":"-","UserAccountControl":"%%2080"'
    )
    yield from _security(one, windows.USER_CREATED, data)


def _group_joined(one: Occurrence) -> Iterable[tuple[int, str]]:
    """Generate a member added to a group; `group` Administrators is local, any other group global."""
    group = one.quoted("group", "Domain Admins")
    data = (
        f'"MemberName":"CN={one.quoted("name")},CN=Users,DC=ad","MemberSid":'
        f'"S-1-5-21-3457937927-2839227994-823803824-1904","TargetUserName":"{group}",'
        f'"TargetDomainName":"{one.town.windows}","TargetSid":"S-1-5-21-3457937927-2839227994-823803824-512",{_by(one)}'
    )
    yield from _security(one, windows.LOCAL_MEMBER if group == "Administrators" else windows.GLOBAL_MEMBER, data)


def _task_created(one: Occurrence) -> Iterable[tuple[int, str]]:
    content = f"<Task><Exec><Command>{one.quoted('command')}</Command></Exec></Task>"
    data = f'{_by(one)},"TaskName":"{one.quoted("name")}","TaskContent":"{content}"'
    yield from _security(one, windows.TASK_CREATED, data)


def _log_cleared(one: Occurrence) -> Iterable[tuple[int, str]]:
    yield one.at, windows.log_cleared(_time(one), _host(one), one.record, one.text("user"), one.town.windows)


def _service(one: Occurrence) -> Iterable[tuple[int, str]]:
    data = (
        f'"ServiceName":"{one.quoted("name")}","ImagePath":"{one.quoted("path")}",'
        '"ServiceType":"user mode service","StartType":"auto start","AccountName":"LocalSystem"'
    )
    yield one.at, windows.service_installed(_time(one), _host(one), one.record, data)


def _sysmon(one: Occurrence, kind: windows.Kind, data: str) -> Iterable[tuple[int, str]]:
    yield one.at, windows.sysmon(_time(one), kind, _host(one), one.record, data)


def _user(one: Occurrence) -> str:
    user = one.quoted("user")
    return user if "\\" in user else f"{one.town.windows}\\\\{user}"


def _common(one: Occurrence) -> tuple[str, int, str]:
    """Return user, process number and process GUID."""
    return _user(one), 4 * (one.port >> 2), windows.guid(one.big, one.port)


def _process(one: Occurrence) -> Iterable[tuple[int, str]]:
    user, pid, identity = _common(one)
    parent = one.quoted("parent", _CMD)
    data = windows.process(
        windows.sysmon_time(_time(one)),
        one.quoted("image", _CMD),
        one.quoted("command"),
        user,
        (parent, one.quoted("parent_command", one.text("parent", _CMD))),
        pid,
        identity,
    )
    if known := one.text("hash").upper():
        before, _, after = data.partition('"Hashes":"')
        data = f'{before}"Hashes":"SHA256={known},MD5={known[:32]}{after[after.index(chr(34)) :]}'
    yield from _sysmon(one, windows.SYSMON_PROCESS, data)


def _audited_process(one: Occurrence) -> Iterable[tuple[int, str]]:
    """Generate the Security channel's own event about a new process."""
    data = (
        f'{_by(one)},"NewProcessId":"0x{one.port:x}","NewProcessName":"{one.quoted("image", _CMD)}",'
        f'"TokenElevationType":"%%1937","ProcessId":"0x2a8","CommandLine":"{one.quoted("command")}",'
        f'"TargetUserSid":"S-1-0-0","TargetUserName":"-","ParentProcessName":"{one.quoted("parent", _CMD)}"'
    )
    yield from _security(one, windows.PROCESS, data)


def _file(one: Occurrence) -> Iterable[tuple[int, str]]:
    user, pid, identity = _common(one)
    time = windows.sysmon_time(_time(one))
    data = windows.file_data(time, one.quoted("image", _CMD), one.quoted("path"), user, pid, identity)
    yield from _sysmon(one, windows.SYSMON_FILE, data)


def _file_deleted(one: Occurrence) -> Iterable[tuple[int, str]]:
    user, pid, identity = _common(one)
    data = (
        f'"RuleName":"-","UtcTime":"{windows.sysmon_time(_time(one))}","ProcessGuid":"{identity}","ProcessId":"{pid}",'
        f'"User":"{user}","Image":"{one.quoted("image", _CMD)}","TargetFilename":"{one.quoted("path")}",'
        f'"Hashes":"{windows.hashes(one.text("path"))}","IsExecutable":"false","Archived":"true"'
    )
    yield from _sysmon(one, windows.SYSMON_FILE_DELETED, data)


def _registry(one: Occurrence) -> Iterable[tuple[int, str]]:
    user, pid, identity = _common(one)
    data = (
        f'"RuleName":"-","EventType":"SetValue","UtcTime":"{windows.sysmon_time(_time(one))}",'
        f'"ProcessGuid":"{identity}","ProcessId":"{pid}","Image":"{one.quoted("image", _CMD)}",'
        f'"TargetObject":"{one.quoted("path")}","Details":"{one.quoted("value")}","User":"{user}"'
    )
    yield from _sysmon(one, windows.SYSMON_REGISTRY, data)


def _connection(one: Occurrence) -> Iterable[tuple[int, str]]:
    user, pid, identity = _common(one)
    ends = (one.text("source"), one.port, one.text("target"), one.number("port", 443))
    time = windows.sysmon_time(_time(one))
    data = windows.connection_data(time, one.quoted("image", _CMD), ends, user, pid, identity)
    yield from _sysmon(one, windows.SYSMON_CONNECTION, data)


def _sensor_stopped(one: Occurrence) -> Iterable[tuple[int, str]]:
    data = f'"UtcTime":"{windows.sysmon_time(_time(one))}","State":"Stopped","Version":"15.15","SchemaVersion":"4.90"'
    yield from _sysmon(one, windows.SYSMON_STATE, data)


SEEN: dict[str, Sighting] = {
    "logon": _logon,
    "logon-refused": _logon_refused,
    "privileges": _privileges,
    "user-created": _user_created,
    "group-joined": _group_joined,
    "task-created": _task_created,
    "log-cleared": _log_cleared,
    "service-installed": _service,
    "process": _process,
    "audited-process": _audited_process,
    "file-created": _file,
    "file-deleted": _file_deleted,
    "registry-set": _registry,
    "program-connects": _connection,
    "sensor-stopped": _sensor_stopped,
}
