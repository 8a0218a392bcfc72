"""FortiGate log lines in its key=value form, FortiOS 7, sent by syslog from facility local7."""

from dataclasses import dataclass

from secmon.simulate.addresses import country

SERVICES = {
    22: "SSH",
    25: "SMTP",
    53: "DNS",
    80: "HTTP",
    123: "NTP",
    443: "HTTPS",
    445: "SMB",
    993: "IMAPS",
    1194: "OpenVPN",
    3389: "RDP",
    8080: "HTTP-ALT",
}
WAN_TO_DMZ = 'srcintf="wan1" srcintfrole="wan" dstintf="dmz" dstintfrole="dmz"'
LAN_TO_WAN = 'srcintf="lan" srcintfrole="lan" dstintf="wan1" dstintfrole="wan"'
KOREA = "Korea, Republic of"

_TRAFFIC = 'logid="0000000013" type="traffic" subtype="forward"'
_IPS = 'logid="0419016384" type="utm" subtype="ips" eventtype="signature" level="alert" vd="root"'
_SEVERITIES = {"info": 5, "low": 10, "medium": 20, "high": 30, "critical": 50}


@dataclass(frozen=True, slots=True)
class Ends:
    """Source and target of a session, with the interfaces between them as the firewall names them."""

    source: str
    source_port: int
    target: str
    port: int
    interfaces: str = WAN_TO_DMZ
    proto: int = 6

    def text(self, source_country: str, target_country: str) -> str:
        """Return the members about source and target."""
        return (
            f"srcip={self.source} srcport={self.source_port} dstip={self.target} dstport={self.port} "
            f'{self.interfaces} srccountry="{source_country}" dstcountry="{target_country}"'
        )


def place(address: str) -> str:
    """Return the country of an address as the firewall writes it; its own networks are `Reserved`."""
    return "Reserved" if address.startswith("10.") else country(address)[1]


def service(port: int, proto: int) -> str:
    """Return the name of a service, or protocol and port."""
    return SERVICES.get(port) or f"{'udp' if proto == 17 else 'tcp'}/{port}"


def traffic(
    at: tuple[str, str], firewall: str, ends: str, session: int, action: str, *, proto: int, policy: int, port: int
) -> str:
    """Return a session line without its counters; `ends` comes from `Ends.text`, `at` from `Minute.fortigate`."""
    day, nanoseconds = at
    level, pri = ("warning", 188) if action == "deny" else ("notice", 189)
    return (
        f'<{pri}>{day} {firewall} eventtime={nanoseconds} tz="+0900" {_TRAFFIC} level="{level}" vd="root" {ends} '
        f'sessionid={session} proto={proto} action="{action}" policyid={policy} policytype="policy" '
        f'service="{service(port, proto)}" trandisp="noop"'
    )


def counted(duration: int, sent: int, received: int, packets: int) -> str:
    """Return the counters at the end of a session line; `sent` and `received` in bytes, `packets` sent."""
    return (
        f" duration={duration} sentbyte={sent} rcvdbyte={received} sentpkt={packets} rcvdpkt={packets - (packets >> 2)}"
        ' appcat="unscanned"\n'
    )


REFUSED = ' duration=0 sentbyte=0 rcvdbyte=0 sentpkt=0 rcvdpkt=0 appcat="unscanned" crscore=30 craction=131072\n'
"""Counters of a denied session."""


def ips(
    at: tuple[str, str], firewall: str, ends: str, session: int, attack: tuple[str, int, str], *, action: str, port: int
) -> str:
    """Return the line of an intrusion prevention alert; `attack` is name, number and severity."""
    day, nanoseconds = at
    name, number, severity = attack
    return (
        f'<185>{day} {firewall} eventtime={nanoseconds} tz="+0900" {_IPS} severity="{severity}" {ends} '
        f'sessionid={session} action="{action}" proto=6 service="{service(port, 6)}" policyid=12 attack="{name}" '
        f'direction="incoming" attackid={number} profile="protect_dmz" '
        f'ref="http://www.fortinet.com/ids/VID{number}" incidentserialno={session} msg="web_server: {name}" '
        f'crscore={_SEVERITIES[severity]} craction=4096 crlevel="{severity}"\n'
    )


def tunnel(at: tuple[str, str], firewall: str, remote: str, action: str, tunnel: str) -> str:
    """Return the line with the state of an IPsec tunnel to another office."""
    day, nanoseconds = at
    return (
        f'<189>{day} {firewall} eventtime={nanoseconds} tz="+0900" logid="0101037141" type="event" subtype="vpn" '
        f'level="notice" vd="root" logdesc="IPsec tunnel statistics" msg="IPsec tunnel statistics" action="{action}" '
        f'remip={remote} locip=0.0.0.0 remport=500 locport=500 outintf="wan1" user="N/A" vpntunnel="{tunnel}" '
        f'tunnelip=N/A tunnelid=1073741825 tunneltype="ipsec" duration=3600 sentbyte=88120 rcvdbyte=90412 '
        f"nextstat=600\n"
    )


def rebooted(at: tuple[str, str], firewall: str, user: str, words: str) -> str:
    """Return the line of a restart requested by an administrator."""
    day, nanoseconds = at
    return (
        f'<186>{day} {firewall} eventtime={nanoseconds} tz="+0900" logid="0100032138" type="event" subtype="system" '
        f'level="critical" vd="root" logdesc="Device rebooted" ui="GUI(10.0.0.1)" user="{user}" action="reboot" '
        f"msg=\"User {user} rebooted the device from GUI. The reason is '{words}'\"\n"
    )
