"""Background of the `endpoint` feed: logons, program starts, Kerberos tickets.

No account, group, task or service is created here, no log is cleared, and no user fails more than three times.
"""

from secmon.simulate.background.mixture import EPHEMERAL, ROOM, Draw, Mixture, Share
from secmon.simulate.clock import BUCKET, Line, Minute
from secmon.simulate.lines import windows
from secmon.simulate.municipality_model import ADMINISTRATORS, Municipality
from secmon.simulate.webpages import SERVICES

_EXPLORER = "C:\\\\Windows\\\\explorer.exe"
_SVCHOST = "C:\\\\Windows\\\\System32\\\\svchost.exe"
_OFFICE = "C:\\\\Program Files\\\\Microsoft Office\\\\root\\\\Office16\\\\"
_PROGRAMS = (
    ("C:\\\\Program Files (x86)\\\\Hnc\\\\Office 2022\\\\HOffice120\\\\Bin\\\\Hwp.exe", "Hwp.exe", _EXPLORER),
    ("C:\\\\Program Files\\\\Google\\\\Chrome\\\\Application\\\\chrome.exe", "chrome.exe --type=renderer", _EXPLORER),
    ("C:\\\\Program Files (x86)\\\\Microsoft\\\\Edge\\\\Application\\\\msedge.exe", "msedge.exe", _EXPLORER),
    (f"{_OFFICE}EXCEL.EXE", "EXCEL.EXE /dde", _EXPLORER),
    (f"{_OFFICE}OUTLOOK.EXE", "OUTLOOK.EXE", _EXPLORER),
    ("C:\\\\Windows\\\\System32\\\\taskhostw.exe", "taskhostw.exe", _SVCHOST),
    ("C:\\\\Windows\\\\System32\\\\backgroundTaskHost.exe", "backgroundTaskHost.exe -ServerName:App", _SVCHOST),
    ("C:\\\\Windows\\\\System32\\\\conhost.exe", "conhost.exe 0xffffffff -ForceV1", _SVCHOST),
    ("C:\\\\Program Files\\\\AhnLab\\\\V3IS90\\\\V3Lite.exe", "V3Lite.exe /update", _SVCHOST),
)
_FILES = (
    ("Hwp.exe", "Documents\\\\report"),
    ("EXCEL.EXE", "Documents\\\\budget"),
    ("chrome.exe", "Downloads\\\\notice"),
)
_ENDINGS = (".hwp", ".xlsx", ".pdf")


def _logon(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate a logon to the file server; administrators get their privileges; a logoff follows later."""
    big, when, port, who, what, _, length, *_ = draw
    at = when * ROOM >> 32
    account = town.staff[who & 15]
    number, host = big & 0xFFFFFFF, _host(town, "FS01")
    source = (town.pc_name(account.number * 3 & 63), account.pc, EPHEMERAL + (port >> 1))
    end = at + 400_000 + length * 50_000
    data = windows.logon(account.name, town.windows, number, 3, source, "Kerberos")
    user = (
        f'"TargetUserSid":"S-1-5-21-3457937927-2839227994-823803824-{1100 + number % 64}",'
        f'"TargetUserName":"{account.name}","TargetDomainName":"{town.windows}","TargetLogonId":"0x{number:x}",'
        '"LogonType":"3"'
    )
    record = _record(minute, what)
    on = (at, windows.security(minute.utc(at), windows.LOGON, host, record, data))
    off = (end, windows.security(minute.utc(end), windows.LOGOFF, host, record + 2, user))
    if not account.admin:
        return (on, off)
    rights = windows.subject(account.name, town.windows, number) + ',"PrivilegeList":"SeBackupPrivilege"'
    return (on, (at + 1000, windows.security(minute.utc(at + 1000), windows.PRIVILEGES, host, record + 1, rights)), off)


def _failed(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate one to three wrong passwords, then the right one; the same PC at most every 64 minutes."""
    big, when, port, _, what, _, tries, *_ = draw
    at, host = when * ROOM >> 32, _host(town, "FS01")
    number = minute.bucket % len(town.pcs)
    user = town.staff[number & 15].name
    source = (town.pc_name(number), town.pcs[number], EPHEMERAL + (port >> 1))
    lines: list[Line] = []
    record = _record(minute, what)
    for turn in range(1 + tries % 3):
        data = windows.logon_failed(user, town.windows, 3, source, "0xc000006a")
        lines.append((at, windows.security(minute.utc(at), windows.LOGON_FAILED, host, record + turn, data)))
        at += 2_500_000 + what * 8
    data = windows.logon(user, town.windows, big & 0xFFFFFFF, 3, source, "Kerberos")
    return (*lines, (at, windows.security(minute.utc(at), windows.LOGON, host, record + 4, data)))


def _ticket(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate a ticket issued by the domain controller, then a service ticket."""
    _, when, port, who, what, *_ = draw
    at, account = when * ROOM >> 32, town.staff[who & 15]
    host, record = _host(town, "DC01"), _record(minute, what)
    common = (
        f'"TargetUserName":"{account.name}","TargetDomainName":"{town.windows}",'
        f'"IpAddress":"::ffff:{account.pc}","IpPort":"{EPHEMERAL + (port >> 1)}","TicketOptions":"0x40810010",'
        '"TicketEncryptionType":"0x12","Status":"0x0"'
    )
    first = f'{common},"ServiceName":"krbtgt","PreAuthType":"2"'
    second = f'{common},"ServiceName":"FS01$"'
    later = at + 9_000
    return (
        (at, windows.security(minute.utc(at), windows.TICKET, host, record, first)),
        (later, windows.security(minute.utc(later), windows.SERVICE_TICKET, host, record + 1, second)),
    )


def _ntlm(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    _, when, _, who, what, *_ = draw
    at, account = when * BUCKET >> 32, town.staff[who & 15]
    data = (
        '"PackageName":"MICROSOFT_AUTHENTICATION_PACKAGE_V1_0",'
        f'"TargetUserName":"{account.name}","Workstation":"{town.pc_name(account.number * 3 & 63)}","Status":"0x0"'
    )
    return ((at, windows.security(minute.utc(at), windows.NTLM, _host(town, "DC01"), _record(minute, what), data)),)


def _program(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate a program start as Sysmon logs it."""
    big, when, port, who, what, _, which, *_ = draw
    at, pc = when * BUCKET >> 32, who & 63
    image, command, parent = _PROGRAMS[which % len(_PROGRAMS)]
    time = minute.utc(at)
    user = f"{town.windows}\\\\{town.staff[pc & 15].name}"
    data = windows.process(
        windows.sysmon_time(time), image, command, user, (parent, parent), 4 * (port >> 2), windows.guid(big, port)
    )
    host = _host(town, town.pc_name(pc))
    return ((at, windows.sysmon(time, windows.SYSMON_PROCESS, host, _record(minute, what), data)),)


def _audited_program(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate a program start as the Security channel of a server logs it."""
    big, when, port, who, what, _, which, *_ = draw
    at = when * BUCKET >> 32
    account = town.staff[who % ADMINISTRATORS]
    image, command, parent = _PROGRAMS[5 + which % 4]
    data = (
        f"{windows.subject(account.name, town.windows, big & 0xFFFFFFF)},"
        f'"NewProcessId":"0x{port:x}","NewProcessName":"{image}","TokenElevationType":"%%1936","ProcessId":"0x2a8",'
        f'"CommandLine":"{command}","TargetUserSid":"S-1-0-0","TargetUserName":"-","ParentProcessName":"{parent}"'
    )
    line = windows.security(minute.utc(at), windows.PROCESS, _host(town, "FS01"), _record(minute, what), data)
    return ((at, line),)


def _file(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    big, when, port, who, what, _, which, *_ = draw
    at, pc = when * BUCKET >> 32, who & 63
    name = town.staff[pc & 15].name
    program, path = _FILES[which % 3]
    image = next(image for image, _, _ in _PROGRAMS if image.endswith(program))
    time = minute.utc(at)
    data = windows.file_data(
        windows.sysmon_time(time),
        image,
        f"C:\\\\Users\\\\{name}\\\\{path}{what % 500}{_ENDINGS[which % 3]}",
        f"{town.windows}\\\\{name}",
        4 * (port >> 2),
        windows.guid(big, port),
    )
    host = _host(town, town.pc_name(pc))
    return ((at, windows.sysmon(time, windows.SYSMON_FILE, host, _record(minute, what), data)),)


def _query(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate a browser's query for a name and its connection."""
    big, when, port, who, what, _, which, *_ = draw
    at, pc = when * ROOM >> 32, who & 63
    service, image = SERVICES[what & 255], _PROGRAMS[1 + (which & 1)][0]
    user, host = (
        f"{town.windows}\\\\{town.staff[pc & 15].name}",
        _host(town, town.pc_name(pc)),
    )
    record, number, identity = _record(minute, what), 4 * (port >> 2), windows.guid(big, port)
    time, later = minute.utc(at), minute.utc(at + 40_000)
    asked = windows.query_data(windows.sysmon_time(time), image, service.host, service.address, user, number, identity)
    ends = (town.pcs[pc], EPHEMERAL + (port >> 1), service.address, 443)
    linked = windows.connection_data(windows.sysmon_time(later), image, ends, user, number, identity)
    return (
        (at, windows.sysmon(time, windows.SYSMON_QUERY, host, record, asked)),
        (at + 40_000, windows.sysmon(later, windows.SYSMON_CONNECTION, host, record + 1, linked)),
    )


def _host(town: Municipality, name: str) -> str:
    return f"{name}.ad.{town.domain}"


def _record(minute: Minute, what: int) -> int:
    """Return a record number that grows with time."""
    return (minute.bucket - 29_000_000) * 400 + what % 390


MIXTURE = Mixture(
    (
        Share(_program, 70, 1),
        Share(_logon, 40, 2.25),
        Share(_failed, 6, 3, most=1),
        Share(_ticket, 40, 2),
        Share(_ntlm, 16, 1),
        Share(_audited_program, 24, 1),
        Share(_file, 30, 1),
        Share(_query, 30, 2),
    )
)
