"""OpenVPN 2.6 server messages, sent by a syslog daemon that writes RFC 3164 in local time."""

DAEMON_NOTICE = 29
DAEMON_ERROR = 27
_OPTIONS = "PUSH_REPLY,route 10.0.0.0 255.0.0.0,route-gateway 10.8.0.1,topology subnet,ping 10,ping-restart 60"


def line(at: str, host: str, pid: int, text: str, pri: int = DAEMON_NOTICE) -> str:
    """Return a line with its LF; `at` comes from `Minute.syslog`."""
    return f"<{pri}>{at} {host} openvpn[{pid}]: {text}\n"


def initial(peer: str, session: int) -> str:
    """Return the message about a client's first packet; `peer` is address:port."""
    return f"{peer} TLS: Initial packet from [AF_INET]{peer}, sid={session >> 32:08x} {session & 0xFFFFFFFF:08x}"


def certificate(peer: str, name: str) -> str:
    """Return the message that the client's certificate was accepted."""
    return f"{peer} VERIFY OK: depth=0, C=KR, O=Government of Korea, CN={name}"


def initiated(peer: str, user: str) -> str:
    """Return the message that the connection is established."""
    return f"{peer} [{user}] Peer Connection Initiated with [AF_INET]{peer}"


def accepted(peer: str, user: str) -> str:
    """Return the message that the password was accepted."""
    return f"{peer} TLS: Username/Password authentication succeeded for username '{user}'"


def pool(peer: str, user: str, number: int) -> str:
    """Return the message with the inner address assigned to the client."""
    return f"{user}/{peer} MULTI_sva: pool returned IPv4=10.8.0.{number}, IPv6=(Not enabled)"


def pushed(peer: str, user: str, number: int) -> str:
    """Return the message with the routes and address sent to the client."""
    return f"{user}/{peer} SENT CONTROL [{user}]: '{_OPTIONS},ifconfig 10.8.0.{number} 255.255.255.0' (status=1)"


def refused(peer: str, user: str) -> tuple[str, str]:
    """Return both messages about a wrong password: the plug-in names the user, OpenVPN names the peer."""
    return (
        f"{peer} PLUGIN AUTH-PAM: BACKGROUND: user '{user}' failed to authenticate: Authentication failure",
        f"{peer} TLS Auth Error: Auth Username/Password verification failed for peer",
    )


def left(peer: str, user: str) -> str:
    """Return the message that the client disconnected."""
    return f"{user}/{peer} SIGTERM[soft,remote-exit] received, client-instance exiting"
