"""Certificates by e-mail: the letter, and the association's mail server (SMTP, RFC 5321; submission with TLS, RFC 8314)."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, localtime, make_msgid
from enum import Enum
from string import Formatter

from desktop.errors import Invalid, NotAllowed, ServerAway, ServerUntrusted
from desktop.i18n import N_, _

SECONDS = 30.0
"""How long a mail server may take for one answer."""

FIELDS = ("name", "course", "number", "issued", "expires", "address", "association")
"""What a letter may name, in braces. ``address`` is where its number is verified."""


class Security(Enum):
    """How the way to the mail server is protected. The value is what is kept."""

    TLS = "tls"
    """From the first byte, port 465."""
    STARTTLS = "starttls"
    """After the greeting, port 587; a server that does not offer it is refused."""
    NONE = "none"
    """In the clear: for a server on this computer alone."""


PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed in, and in whose name. No ``user`` means that the server asks for none."""

    host: str
    port: int
    security: Security
    user: str
    sender: str
    """The address that answers go to."""
    sender_name: str

    def check(self) -> None:
        """Raises :class:`Invalid` for what cannot work."""
        if not self.host or not 0 < self.port < 65536:
            raise Invalid(_("Name the mail server and its port."))
        if self.security is Security.NONE and self.host not in LOCAL:
            raise Invalid(
                _("Without TLS, everybody on the way could read the letters and the password."),
                remedy=_("Choose TLS; only a server on this computer does without."),
            )
        check_address(self.sender)


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject and text, with fields in braces."""

    subject: str
    text: str

    def check(self) -> None:
        """Raises :class:`Invalid` where it names a field that there is not, before anybody gets it."""
        if not self.subject.strip() or not self.text.strip():
            raise Invalid(_("A letter needs a subject and a text."))
        for part in (self.subject, self.text):
            try:
                names = {name for _literal, name, _spec, _conversion in Formatter().parse(part) if name is not None}
            except ValueError as error:
                raise Invalid(_("A brace in the letter has no partner; write {{ for one that is meant."), details=str(error)) from error
            unknown = sorted(names - set(FIELDS))
            if unknown:
                raise Invalid(
                    _("The letter names “{name}”, which no certificate has.").format(name=unknown[0]),
                    remedy=_("There are: {names}.").format(names=", ".join(f"{{{name}}}" for name in FIELDS)),
                )


CERTIFICATE_LETTER = Letter(
    N_("Your certificate: {course}"),
    N_(
        "Dear {name},\n\ncongratulations on completing {course}. Your certificate {number} is attached to this letter.\n\n"
        "Anybody can verify it: {address}\n\n{association}"
    ),
)
REMINDER_LETTER = Letter(
    N_("Your certificate expires on {expires}: {course}"),
    N_("Dear {name},\n\nyour certificate {number} for {course} is valid until {expires}. Renew it in time to keep it.\n\n{association}"),
)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a letter, and what it can say."""

    name: str
    address: str
    course: str
    number: str
    issued: date
    expires: date | None
    association: str


def compose(letter: Letter, server: MailServer, to: Recipient, verify_address: str, pdf: bytes | None = None) -> EmailMessage:
    """The message, with the certificate attached where ``pdf`` is given. Raises :class:`Invalid` where ``to`` has no proper address."""
    check_address(to.address)
    values = {
        "name": to.name,
        "course": to.course,
        "number": to.number,
        "issued": to.issued.isoformat(),
        "expires": to.expires.isoformat() if to.expires else "",
        "address": verify_address + to.number,
        "association": to.association,
    }
    message = EmailMessage()
    message["From"] = Address(server.sender_name, addr_spec=server.sender)
    message["To"] = Address(to.name, addr_spec=to.address)
    message["Subject"] = " ".join(letter.subject.format_map(values).split())  # a header is one line
    message["Date"] = format_datetime(localtime())
    message["Message-ID"] = make_msgid(domain=server.sender.rpartition("@")[2])
    message.set_content(letter.text.format_map(values))
    if pdf is not None:
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename=f"{to.number}.pdf")
    return message


def check_address(address: str) -> None:
    """Raises :class:`Invalid` for what is no address (RFC 5322, addr-spec)."""
    try:
        parsed = Address(addr_spec=address)
    except Exception as error:
        raise Invalid(_("“{address}” is no e-mail address.").format(address=address), details=str(error)) from error
    if not parsed.username or ("." not in parsed.domain and parsed.domain != "localhost"):
        raise Invalid(_("“{address}” is no e-mail address.").format(address=address))


class Postbox:
    """An open way to the mail server."""

    def __init__(self, connection: smtplib.SMTP) -> None:
        self._connection = connection

    def send(self, message: EmailMessage) -> None:
        """Hand one letter in. Raises :class:`Invalid` where the server does not take this one, :class:`ServerAway` where it is gone."""
        try:
            self._connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            ((address, (code, said)),) = error.recipients.items()
            raise Invalid(
                _("The mail server does not deliver to {address}.").format(address=address), details=f"{code} {_plain(said)}"
            ) from error
        except smtplib.SMTPResponseException as error:
            raise Invalid(_("The mail server refused the letter."), details=f"{error.smtp_code} {_plain(error.smtp_error)}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise ServerAway(_("The mail server went away."), details=str(error)) from error


@contextmanager
def open_postbox(server: MailServer, password: str) -> Iterator[Postbox]:
    """Sign in at the mail server for as long as the block lasts.

    Raises :class:`ServerAway` where it cannot be reached, :class:`ServerUntrusted` where it cannot prove who it is or offers no TLS, and
    :class:`NotAllowed` where it does not accept the user.
    """
    try:
        connection = _connect(server)
    except ssl.SSLError as error:
        raise ServerUntrusted(_("The mail server could not prove who it is."), details=str(error)) from error
    except smtplib.SMTPNotSupportedError as error:
        raise ServerUntrusted(_("The mail server offers no TLS."), details=str(error)) from error
    except (smtplib.SMTPException, OSError) as error:
        raise ServerAway(
            _("The mail server {host} cannot be reached.").format(host=server.host),
            remedy=_("Check its name, its port and how it is protected."),
            details=str(error),
        ) from error
    with connection:
        if server.user:
            try:
                connection.login(server.user, password)
            except smtplib.SMTPException as error:
                raise NotAllowed(_("The mail server does not accept this user name and password."), details=_said(error)) from error
        yield Postbox(connection)


def _connect(server: MailServer) -> smtplib.SMTP:
    if server.security is Security.TLS:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=ssl.create_default_context())
    connection = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    if server.security is Security.STARTTLS:
        try:
            connection.starttls(context=ssl.create_default_context())
        except BaseException:
            connection.close()
            raise
    return connection


def _said(error: smtplib.SMTPException) -> str:
    """What a server answered; never what it was told."""
    return f"{error.smtp_code} {_plain(error.smtp_error)}" if isinstance(error, smtplib.SMTPResponseException) else str(error)


def _plain(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said
