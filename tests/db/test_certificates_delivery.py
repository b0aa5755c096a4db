"""Certificates given out: a ZIP of all, and e-mail that a real SMTP server on this computer takes or refuses."""

from __future__ import annotations

import zipfile
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import psycopg
import pytest

from desktop.certificates import mail
from desktop.certificates.commands import add_key, issue, sign_unsigned
from desktop.certificates.delivery import Given, mail_certificates, mail_reminders, save_all
from desktop.certificates.keys import make_key
from desktop.certificates.mail import CERTIFICATE_LETTER, REMINDER_LETTER, MailServer, Security
from desktop.certificates.queries import CertificateFilter, list_unsent
from desktop.errors import Invalid, NotAllowed, ServerAway, ServerUntrusted
from desktop.store.connection import Store
from desktop.tasks import JobControl
from tests.support.courses import complete_course
from tests.support.mail import Mailbox, mailbox, server
from tests.support.postgres import Database

EVERYTHING = CertificateFilter()


__all__ = ["mailbox", "server"]


@pytest.fixture
def administrator(db: Database) -> Store:
    return db.store(db.add_person("administrator"))


@pytest.fixture
def three(db: Database, administrator: Store) -> list[str]:
    """The addresses of three people whose certificates are signed, in the order in which they were issued."""
    addresses = ["amara@example.org", "bo@example.org", "chloe@example.org"]
    for number, name in enumerate(("Amara", "Bo", "Chloé")):
        store = db.store(db.add_person("learner", first_name=name, last_name="Okafor", email=addresses[number]))
        store.write(issue, complete_course(db, store, f"Ethics {number}"))
    key = make_key("Association")
    administrator.write(add_key, key.public)
    assert sign_unsigned(quiet(), administrator, key).value.signed == 3
    return addresses


def quiet() -> JobControl:
    return JobControl(lambda _share, _detail: None)


def cancelled_at(share: float) -> JobControl:
    control = JobControl(lambda done, _detail: control.cancel() if done is not None and done >= share else None)
    return control


def test_each_holder_gets_their_certificate_once(administrator: Store, three: list[str], server: MailServer, mailbox: Mailbox) -> None:
    first = mail_certificates(cancelled_at(0), administrator, server, "right", CERTIFICATE_LETTER, EVERYTHING).value
    rest = mail_certificates(quiet(), administrator, server, "right", CERTIFICATE_LETTER, EVERYTHING).value
    again = mail_certificates(quiet(), administrator, server, "right", CERTIFICATE_LETTER, EVERYTHING).value
    assert (first, rest, again) == (Given(1, (), 2), Given(2, (), 0), Given(0, (), 0))
    assert [message["To"].addresses[0].addr_spec for message in mailbox.messages] == three
    letter = mailbox.messages[2]
    assert letter["Subject"] == "Your certificate: Ethics 2"
    assert letter["From"] == "The Association <office@example.org>"
    (attached,) = letter.iter_attachments()
    body = letter.get_body()
    assert isinstance(body, EmailMessage)
    number = str(attached.get_filename()).removesuffix(".pdf")
    assert attached.get_content().startswith(b"%PDF-")
    assert f"congratulations on completing Ethics 2. Your certificate {number}" in body.get_content()


def test_who_cannot_be_reached_is_named_and_the_others_get_theirs(
    administrator: Store, three: list[str], server: MailServer, mailbox: Mailbox
) -> None:
    mailbox.unknown = three[1]
    done = mail_certificates(quiet(), administrator, server, "right", CERTIFICATE_LETTER, EVERYTHING).value
    (refusal,) = done.refused
    assert (done.given, refusal.message, refusal.details) == (
        2,
        f"The mail server does not deliver to {three[1]}.",
        "550 No such user here",
    )
    assert len(administrator.read(list_unsent, EVERYTHING)) == 1, "it waits for a better address"


def test_a_mail_server_that_goes_away_loses_and_repeats_nothing(
    administrator: Store, three: list[str], server: MailServer, mailbox: Mailbox
) -> None:
    mailbox.patience = 1
    with pytest.raises(ServerAway):
        mail_certificates(quiet(), administrator, server, "right", CERTIFICATE_LETTER, EVERYTHING)
    mailbox.patience = 1_000
    assert mail_certificates(quiet(), administrator, server, "right", CERTIFICATE_LETTER, EVERYTHING).value.given == 2
    assert [message["To"].addresses[0].addr_spec for message in mailbox.messages] == three


def test_what_expires_soon_is_reminded_of_once(
    db: Database, administrator: Store, three: list[str], server: MailServer, mailbox: Mailbox
) -> None:
    with psycopg.connect(db.dsn) as connection:
        connection.execute("SET session_replication_role = replica")  # certificates are never changed
        connection.execute("UPDATE lms.certificates SET expires_at = now() + interval '20 days' WHERE member_name LIKE 'Bo %'")
        connection.execute("UPDATE lms.certificates SET expires_at = now() + interval '200 days' WHERE member_name LIKE 'Am%'")
    assert mail_reminders(quiet(), administrator, server, "right", REMINDER_LETTER, 30).value.given == 1
    assert mail_reminders(quiet(), administrator, server, "right", REMINDER_LETTER, 30).value.given == 0
    assert mailbox.messages[0]["Subject"].startswith("Your certificate expires on 20")
    assert mail_reminders(quiet(), administrator, server, "right", REMINDER_LETTER, 365).value.given == 1, "the other, whose year has begun"


def test_what_is_wrong_with_the_mail_server_is_said(administrator: Store, server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "SECONDS", 3.0)  # one that is spoken to in TLS and knows none keeps silent

    def attempt(password: str = "right", **changes: Any) -> None:
        changed = MailServer(**{name: changes.get(name, getattr(server, name)) for name in MailServer.__slots__})
        mail_certificates(quiet(), administrator, changed, password, CERTIFICATE_LETTER, EVERYTHING)

    with pytest.raises(NotAllowed, match="user name and password") as refusal:
        attempt("a secret")
    assert "a secret" not in refusal.value.details
    with pytest.raises(ServerUntrusted, match="offers no TLS"):
        attempt(security=Security.STARTTLS)
    with pytest.raises(ServerUntrusted):
        attempt(security=Security.TLS)
    with pytest.raises(ServerAway, match="cannot be reached"):
        attempt(port=1)
    with pytest.raises(Invalid, match="Without TLS"):
        attempt(host="mail.example.org")
    with pytest.raises(Invalid, match="no e-mail address"):
        attempt(sender="the office")
    with pytest.raises(Invalid, match="“nmae”, which no certificate has"):
        mail_certificates(quiet(), administrator, server, "right", mail.Letter("Hello {nmae}", "Hello"), EVERYTHING)


def test_the_zip_holds_every_file_and_goes_on_where_it_was_stopped(administrator: Store, three: list[str], tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    assert save_all(cancelled_at(0), administrator, EVERYTHING, path) == Given(1, (), 2)
    assert not path.exists()
    assert save_all(quiet(), administrator, EVERYTHING, path) == Given(3, (), 0)
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == 3
        assert all(archive.read(name).startswith(b"%PDF-") for name in archive.namelist())
    assert [one.name for one in tmp_path.iterdir()] == ["all.zip"]


def test_what_a_crash_or_another_search_left_is_not_taken_for_a_part(administrator: Store, three: list[str], tmp_path: Path) -> None:
    path, partial = tmp_path / "all.zip", tmp_path / "all.zip.part"
    partial.write_bytes(b"PK\x03\x04 and no more")
    assert save_all(cancelled_at(0), administrator, EVERYTHING, path).left == 2
    assert save_all(quiet(), administrator, CertificateFilter("Amara"), path).given == 1
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == 1
