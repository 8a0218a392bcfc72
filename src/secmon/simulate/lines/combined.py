"""Access log lines in the combined format of Apache httpd and nginx."""


def access(
    at: str, client: str, request: str, status: int, size: int | str, referrer: str = "-", agent: str = "-"
) -> str:
    """Return the line of a request.

    `at` comes from `Minute.common`, `request` is method and path, `size` is in bytes or `-`.
    """
    return f'{client} - - [{at}] "{request} HTTP/1.1" {status} {size} "{referrer}" "{agent}"\n'
