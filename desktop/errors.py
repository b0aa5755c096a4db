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


class SignInRefused(LmsError):
    """The server is there but did not accept this user name and password, or the login is disabled."""

    code = "sign-in-refused"


class ServerUntrusted(LmsError):
    """The server could not prove who it is: an expired or unknown certificate, another host's, or no TLS at all."""

    code = "server-untrusted"


class ServerUnsupported(LmsError):
    """The server runs a version of Postgres, or holds a version of the schema, that this application does not work with."""

    code = "server-unsupported"


class DatabaseUnknown(LmsError):
    """The server has no database of that name."""

    code = "database-unknown"


class StorageFull(LmsError):
    """A disk is full, here or on the server; nothing was changed."""

    code = "storage-full"


class ReadOnly(LmsError):
    """The folder, or the database, accepts no changes."""

    code = "read-only"


class TookTooLong(LmsError):
    """The server stopped the work because of a time limit, or because somebody else held what it needed; nothing was changed."""

    code = "took-too-long"


class ServerFailed(LmsError):
    """The server on this computer could not be set up or started."""

    code = "server-failed"
