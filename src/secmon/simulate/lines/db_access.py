"""Database access-control gateway, which all Korean authorities must run: a JSON object for every statement."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Session:
    """A connection through the gateway: its user, client and database."""

    number: str
    db_user: str
    os_user: str
    app: str
    client: str
    client_host: str
    server: str
    database: str

    @property
    def members(self) -> str:
        """JSON members of every line of the session, up to its schema."""
        return (
            f'"db_user":"{self.db_user}","os_user":"{self.os_user}","app":"{self.app}","client_ip":"{self.client}",'
            f'"client_host":"{self.client_host}","server_ip":"{self.server}","server_port":5432,"dbms":"postgresql",'
            f'"database":"{self.database}"'
        )


def line(
    at: str,
    session: Session,
    event: str,
    statement: tuple[str, str, str] = ("", "", ""),
    rows: int = 0,
    size: int = 0,
    elapsed: int = 1,
    result: str = "ok",
    policy: str = "",
) -> str:
    """Return a line; `statement` is type, object and text as JSON, `size` in bytes, `elapsed` in ms.

    `at` comes from `Minute.stamp`.
    """
    kind, name, text = statement
    return (
        f'{{"time":"{at[:-3]}+09:00","gateway":"dbac01","session":"{session.number}","event":"{event}",'
        f'{session.members},"schema":"{"public" if name else ""}","object":"{name}","statement":"{text}",'
        f'"statement_type":"{kind}","rows":{rows},"bytes":{size},"elapsed_ms":{elapsed},"result":"{result}",'
        f'"policy":"{policy}"}}\n'
    )
