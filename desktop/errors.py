"""The one tree of errors that a person may see.

Each has a stable ``code`` (documented, searchable, never translated), a sentence that says what happened, a ``remedy`` that says what
the person can do, and ``details`` for whoever is asked for help. Whatever else is raised is a defect and is shown as one.
"""

from __future__ import annotations

from typing import ClassVar


class LmsError(Exception):
    """Something that went wrong in a way we foresaw.

    ``message`` is one sentence in the reader's language. ``remedy`` is one sentence too, or empty where nothing can be done.
    ``details`` is technical text that "Copy details" puts on the clipboard; it never holds a password or a key.
    """

    code: ClassVar[str] = "lms"

    def __init__(self, message: str, *, remedy: str = "", details: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.details = details


class Cancelled(LmsError):
    """The person cancelled the work; nothing of it remains."""

    code = "cancelled"


class NotAllowed(LmsError):
    """The server refused: this person may not do that."""

    code = "not-allowed"


class NotFound(LmsError):
    """What was asked for is not there, or is hidden from this person."""

    code = "not-found"


class Invalid(LmsError):
    """The input breaks a rule; nothing was changed."""

    code = "invalid"


class Conflict(LmsError):
    """Somebody else changed it first; nothing was overwritten."""

    code = "conflict"


class ServerAway(LmsError):
    """The database cannot be reached just now. Retrying is reasonable."""

    code = "server-away"
