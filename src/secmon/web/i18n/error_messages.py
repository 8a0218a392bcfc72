"""Error messages in the language of the page; the log, the command line and the API have them in English."""

from secmon.errors import ErrorText, SecmonError


def error_message(error: SecmonError | str, language: str) -> str:
    """Return the message of an error, or of an error read from the database, in the language of the page."""
    return error.text(language) if isinstance(error, SecmonError | ErrorText) else error
