"""A database access-control gateway, as all Korean authorities must run one: a JSON object for every statement."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Session:
    """Who is connected through the gateway to which database."""

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
        """Members of every line of the session before its schema."""
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
    """A line; `statement` is its type, the object and the text as JSON writes it, `size` in bytes, `elapsed` in ms.

    `at` comes from `Minute.stamp`.
    """
    kind, name, text = statement
    return (
        f'{{"time":"{at[:-3]}+09:00","gateway":"dbac01","session":"{session.number}","event":"{event}",'
        f'{session.members},"schema":"{"public" if name else ""}","object":"{name}","statement":"{text}",'
        f'"statement_type":"{kind}","rows":{rows},"bytes":{size},"elapsed_ms":{elapsed},"result":"{result}",'
        f'"policy":"{policy}"}}\n'
    )
