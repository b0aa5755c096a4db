"""A real mail server on this computer: fixtures to import where letters are sent."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from desktop.certificates.mail import MailServer, Security


class Mailbox:
    """What a mail server took. It does not deliver to whoever is ``unknown``, and goes away after ``patience`` letters."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.unknown = ""
        self.patience = 1_000

    async def handle_RCPT(self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:
        if len(self.messages) >= self.patience:
            assert server.transport is not None
            server.transport.close()
            return "421 Closing"
        if address == self.unknown:
            return "550 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 Taken"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[MailServer]:
    """A mail server that wants the password ``right``."""

    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.password == b"right"
        return AuthResult(success=right, handled=right)  # what is not handled gets the server's own refusal

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(mailbox, "127.0.0.1", port, authenticator=authenticate, auth_require_tls=False)
    controller.start()
    yield MailServer("127.0.0.1", port, Security.NONE, "office", "office@example.org", "The Association")
    controller.stop()
