"""What an error of the driver or the server means to a person."""

from __future__ import annotations

import re
from collections.abc import Callable

import psycopg

from desktop import errors
from desktop.errors import LmsError
from desktop.i18n import N_, _


def translated(error: psycopg.Error) -> LmsError | None:
    """What ``error`` means to a person, or None where it is a defect of ours."""
    state = error.sqlstate
    if state is None:
        return _connection_failure(str(error)) if isinstance(error, psycopg.OperationalError) else None
    message = error.diag.message_primary or str(error).strip()
    details = f"{state}: {message}"
    if state.startswith("LM"):
        kind = OUR_STATES.get(state)
        if kind is None:
            return None
        return kind(message, details=f"{state} {error.diag.message_hint or ''}".strip())
    for pattern, build in SERVER_STATES:
        if re.fullmatch(pattern, state):
            return build(details)
    return None


OUR_STATES: dict[str, type[LmsError]] = {
    "LM001": errors.NotAllowed,
    "LM002": errors.NotFound,
    "LM003": errors.Invalid,
    "LM004": errors.Conflict,
}
"""The SQLSTATEs that our own functions raise (docs/design.md, "Functions of the main job")."""


def _away(details: str) -> LmsError:
    return errors.ServerAway(
        _("The server cannot be reached."), remedy=_("Check the network; the application keeps trying."), details=details
    )


def _refused(details: str) -> LmsError:
    return errors.SignInRefused(
        _("The server does not accept this user name and password."),
        remedy=_("Check both; an administrator can set a new password or enable the login."),
        details=details,
    )


def _untrusted(message: str, remedy: str) -> Callable[[str], LmsError]:
    return lambda details: errors.ServerUntrusted(_(message), remedy=_(remedy), details=details)


certificate_out_of_date = _untrusted(
    N_("The server's certificate has expired or is not valid yet."),
    N_("Ask whoever looks after the server to renew it, and check the clock of this computer."),
)


def _no_database(details: str) -> LmsError:
    return errors.DatabaseUnknown(
        _("The server has no database of that name."), remedy=_("Check the name of the database."), details=details
    )


def _busy(details: str) -> LmsError:
    return errors.ServerAway(_("The server has no connection left for us."), remedy=_("Try again in a moment."), details=details)


SERVER_STATES: tuple[tuple[str, Callable[[str], LmsError]], ...] = (
    ("42501", lambda d: errors.NotAllowed(_("You may not do that."), remedy=_("Ask an administrator."), details=d)),
    ("28.{3}", _refused),
    ("3D000", _no_database),
    ("53100", lambda d: errors.StorageFull(
        _("The server's disk is full; nothing was saved."), remedy=_("Tell whoever looks after the server."), details=d)),
    ("53[23].{2}", _busy),
    ("25006", lambda d: errors.ReadOnly(
        _("The server accepts no changes just now."), remedy=_("Try again later, or connect to the main server."), details=d)),
    ("55P03", lambda d: errors.TookTooLong(
        _("Somebody else is changing the same thing; nothing was saved."), remedy=_("Try again."), details=d)),
    ("57014", lambda d: errors.TookTooLong(
        _("The server needed too long and stopped; nothing was saved."), remedy=_("Ask for less at once, or try again."), details=d)),
    ("40(001|P01)", lambda d: errors.Conflict(
        _("Somebody else changed the same thing at the same moment; nothing was saved."), remedy=_("Try again."), details=d)),
    ("23.{3}", lambda d: errors.Invalid(_("The change breaks a rule of the database; nothing was saved."), details=d)),
    ("08.{3}|57P0[1-5]|58.{3}", _away),
)  # fmt: skip
"""SQLSTATEs of the server (PostgreSQL documentation, appendix A) that a person can do something about."""

CONNECTION_FAILURES: tuple[tuple[str, Callable[[str], LmsError]], ...] = (
    (
        r"does not match host name|hostname mismatch",
        _untrusted(N_("The server's certificate belongs to another host."), N_("Connect by the name that the certificate was made for.")),
    ),
    (
        r"certificate verify failed|root certificate file",
        _untrusted(
            N_("The server's certificate was made by an authority that this computer does not know."),
            N_("Choose the authority's certificate (CA file) in the connection's settings."),
        ),
    ),
    (
        r"channel binding",
        _untrusted(
            N_("The server cannot bind the sign-in to its certificate, as behind a connection pooler."),
            N_("If this is the address of a pooler, say so in the connection's settings."),
        ),
    ),
    (
        r"server does not support SSL|no encryption|SSL off",
        _untrusted(
            N_("The server and this connection do not agree on encryption."), N_("Ask whoever looks after the server to enable TLS.")
        ),
    ),
    (
        r"password authentication failed|no password supplied|no pg_hba.conf entry|SCRAM|permission denied|is not permitted to log in",
        _refused,
    ),
    (r'database ".*" does not exist', _no_database),
    (r"too many (clients|connections)|remaining connection slots", _busy),
)
"""What libpq says when there is no session yet: it passes on the server's words, not its SQLSTATE."""


def _connection_failure(text: str) -> LmsError:
    for pattern, build in CONNECTION_FAILURES:
        if re.search(pattern, text):
            return build(text.strip())
    return _away(text.strip())
