"""RFC 5424 syslog as rsyslog forwards it from sshd, sudo, su, cron and useradd of a Debian server.

PRI is facility * 8 + severity: sshd itself writes to auth, PAM and sudo to authpriv, cron's commands to cron.
"""

AUTH_INFO = 38
AUTHPRIV_NOTICE = 85
AUTHPRIV_INFO = 86
CRON_INFO = 78


def line(pri: int, at: str, host: str, app: str, pid: int, text: str) -> str:
    """Return a line with its LF; `at` is local time without offset."""
    return f"<{pri}>1 {at}+09:00 {host} {app} {pid} - - {text}\n"


def session_opened(service: str, user: str, uid: int, by: str = "", by_uid: int = 0) -> str:
    """Return PAM's text for the start of a session."""
    return f"pam_unix({service}:session): session opened for user {user}(uid={uid}) by {by}(uid={by_uid})"


def session_closed(service: str, user: str) -> str:
    """Return PAM's text for the end of a session."""
    return f"pam_unix({service}:session): session closed for user {user}"


def sudo(user: str, command: str, tty: str = "pts/0") -> str:
    """Return sudo's text for a command run as root."""
    return f"{user} : TTY={tty} ; PWD=/home/{user} ; USER=root ; COMMAND={command}"
