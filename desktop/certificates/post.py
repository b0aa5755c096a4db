"""What this computer knows of the mail server: chosen once, kept in the settings; its password in the keyring."""

from __future__ import annotations

from desktop.certificates.mail import PORTS, MailServer, Security
from desktop.i18n import N_
from desktop.settings import Settings, config_folder, option
from desktop.store.secrets import Secrets

HOST = option("mail.host", "", N_("The mail server that letters are handed in at"))
PORT = option("mail.port", PORTS[Security.STARTTLS], N_("Its port"))
SECURITY = option("mail.security", Security.STARTTLS.value, N_("How the way to it is protected"), tuple(one.value for one in Security))
USER = option("mail.user", "", N_("The user that the mail server knows"))
SENDER = option("mail.sender", "", N_("The address that answers go to"))
SENDER_NAME = option("mail.sender-name", "", N_("In whose name letters are sent"))
CHOICES = (HOST, PORT, SECURITY, USER, SENDER, SENDER_NAME)


def get_server(settings: Settings) -> MailServer | None:
    """The mail server that was chosen, or None where there is none yet."""
    if not settings.get(HOST):
        return None
    return MailServer(
        settings.get(HOST),
        settings.get(PORT),
        Security(settings.get(SECURITY)),
        settings.get(USER),
        settings.get(SENDER),
        settings.get(SENDER_NAME),
    )


def keep_server(settings: Settings, server: MailServer) -> None:
    """Use this one from now on. Raises :class:`desktop.errors.Invalid` for one that cannot work."""
    server.check()
    values = (server.host, server.port, server.security.value, server.user, server.sender, server.sender_name)
    for choice, value in zip(CHOICES, values, strict=True):
        settings.set(choice, value)


def get_password(server: MailServer) -> str:
    """For a worker thread: the keyring may take its time. Empty where none is kept."""
    return _secrets().get(_name(server)) or ""


def keep_password(server: MailServer, password: str) -> str:
    """Keep it, or nothing where ``password`` is empty; for a worker thread. What to tell the person about where it is, or nothing."""
    secrets = _secrets()
    if not password:
        secrets.delete(_name(server))
        return ""
    secrets.set(_name(server), password)
    return secrets.notice


def _secrets() -> Secrets:
    return Secrets(config_folder() / "secrets.json")


def _name(server: MailServer) -> str:
    return f"mail {server.user}@{server.host}"
