"""Certificates given out as an administrator clicks through it: e-mail by a real mail server, reminders, and one file with all."""

from __future__ import annotations

import zipfile

import psycopg
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from desktop.certificates.commands import add_key, issue, sign_unsigned
from desktop.certificates.keys import make_key
from desktop.certificates.post import get_password, get_server
from desktop.tasks import JobControl
from desktop.ui.certificates.certificates import CertificatesPage
from desktop.ui.certificates.delivery import CertificateLetterDialog, MailServerDialog, ReminderDialog
from tests.support.courses import complete_course
from tests.support.mail import Mailbox, mailbox, server
from tests.ui.accessibility import assert_accessible

__all__ = ["mailbox", "server"]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def office(home, db, sign_in):
    """An administrator; Amara and Bo have a signed certificate each."""
    desk = sign_in(db, db.add_person("administrator", first_name="Olga", last_name="Office", email="olga@example.org"))
    for number, name in enumerate(("Amara", "Bo")):
        store = db.store(db.add_person("learner", first_name=name, last_name="Okafor", email=f"{name.lower()}@example.org"))
        store.write(issue, complete_course(db, store, f"Ethics {number}"))
    key = make_key("Association")
    desk.context.store.write(add_key, key.public)
    assert sign_unsigned(JobControl(lambda _share, _detail: None), desk.context.store, key).value.signed == 2
    return desk


@pytest.fixture
def home(monkeypatch, tmp_path):
    """A computer that knows no mail server, and whose keyring says nothing."""
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    return tmp_path


@pytest.fixture
def page(office, qtbot, loop, until):
    page = CertificatesPage(office.context)
    qtbot.addWidget(page)
    office.context.actions.set_current(page)
    page.resize(1100, 760)

    async def show():
        page.show()
        await until(lambda: page.state == "content" and not page.loading and page.issued.rowCount() == 2)

    loop.run_until_complete(show())
    return page


async def opened(page, until, action, kind):
    page.context.actions.qaction(action).trigger()
    await until(lambda: page.findChildren(kind))
    (dialog,) = page.findChildren(kind)
    return dialog


async def choose_server(dialog, server, qtbot, until, password="right"):
    qtbot.mouseClick(dialog.server_button, LEFT)
    (chooser,) = dialog.findChildren(MailServerDialog)
    assert_accessible(chooser)
    await until(lambda: chooser.sender_name.text() != "")
    chooser.host.setText(server.host)
    chooser.security.setCurrentIndex(chooser.security.findData(server.security))
    chooser.port.setValue(server.port)
    chooser.user.setText(server.user)
    chooser.password.setText(password)
    chooser.address.setText(server.sender)
    qtbot.mouseClick(chooser.button, LEFT)
    await until(lambda: server.host in dialog.server_line.text())


async def test_each_holder_gets_their_certificate_once_after_a_look_at_a_test(office, page, server, mailbox: Mailbox, qtbot, until):
    dialog = await opened(page, until, "certificate.mail-all", CertificateLetterDialog)
    await until(lambda: dialog.waiting == 2)
    assert not dialog.button.isEnabled(), "there is no mail server yet"
    assert_accessible(dialog)
    await choose_server(dialog, server, qtbot, until)
    qtbot.mouseClick(dialog.test_button, LEFT)
    await until(lambda: mailbox.messages)
    assert mailbox.messages[0]["To"].addresses[0].addr_spec == "olga@example.org"
    await until(lambda: office.notices and office.notices[-1].message == "A test was sent to olga@example.org.")
    dialog.subject.setText("Well done, {name}")
    assert dialog.button.text() == "Send 2 letters"
    qtbot.mouseClick(dialog.button, LEFT)
    await until(lambda: office.notices and office.notices[-1].message == "2 letters were sent.")
    assert [message["Subject"] for message in mailbox.messages[1:]] == ["Well done, Amara Okafor", "Well done, Bo Okafor"]
    again = await opened(page, until, "certificate.mail-all", CertificateLetterDialog)
    await until(lambda: not again.button.isEnabled() and "0 signed" in again.count.text())
    again.reject()


async def test_what_is_wrong_is_said_in_the_dialog_before_anybody_gets_anything(office, page, server, mailbox, qtbot, until):
    dialog = await opened(page, until, "certificate.mail-all", CertificateLetterDialog)
    await until(lambda: dialog.waiting == 2)
    await choose_server(dialog, server, qtbot, until, password="wrong")
    dialog.text.setPlainText("Dear {nome}")
    qtbot.mouseClick(dialog.button, LEFT)
    assert "“nome”" in dialog.trouble.text()
    dialog.text.setPlainText("Dear {name}")
    qtbot.mouseClick(dialog.test_button, LEFT)
    await until(lambda: "does not accept this user name and password" in dialog.trouble.text(), seconds=20)
    assert mailbox.messages == []
    dialog.reject()


async def test_the_server_is_kept_for_the_next_time_and_one_that_anybody_could_listen_to_is_refused(office, page, server, qtbot, until):
    dialog = await opened(page, until, "certificate.remind", ReminderDialog)
    await choose_server(dialog, server, qtbot, until)
    kept = get_server(office.context.settings)
    assert kept is not None
    assert (kept.host, kept.port, kept.user) == (server.host, server.port, server.user)
    assert await office.context.tasks.run(get_password, kept) == "right"
    qtbot.mouseClick(dialog.server_button, LEFT)
    (chooser,) = dialog.findChildren(MailServerDialog)
    await until(lambda: chooser.password.text() == "right")
    chooser.host.setText("smtp.example.org")
    qtbot.mouseClick(chooser.button, LEFT)
    assert "Without TLS" in chooser.trouble.text()
    assert get_server(office.context.settings) == kept
    chooser.reject()
    dialog.reject()


async def test_who_expires_soon_is_counted_by_days_and_reminded(db, office, page, server, mailbox, qtbot, until):
    with psycopg.connect(db.dsn) as connection:
        connection.execute("SET session_replication_role = replica")  # an expiry is set at issue, and not changed after
        connection.execute("UPDATE lms.certificates SET expires_at = now() + interval '80 days' WHERE member_name LIKE 'Amara %'")
    dialog = await opened(page, until, "certificate.remind", ReminderDialog)
    await choose_server(dialog, server, qtbot, until)
    assert dialog.waiting == 0
    dialog.days.setValue(90)
    await until(lambda: dialog.waiting == 1)
    qtbot.mouseClick(dialog.button, LEFT)
    await until(lambda: office.notices and office.notices[-1].message == "1 letter was sent.")
    (letter,) = mailbox.messages
    assert letter["To"].addresses[0].addr_spec == "amara@example.org"
    assert not list(letter.iter_attachments())


async def test_all_of_the_list_in_one_file(office, page, tmp_path, qtbot, until):
    page.context.actions.qaction("certificate.save-all").trigger()
    (dialog,) = page.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "all.zip"))
    dialog.close()
    await until(lambda: office.notices and office.notices[-1].message == "2 certificates are in all.zip.")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert len(archive.namelist()) == 2
        assert all(archive.read(name).startswith(b"%PDF-") for name in archive.namelist())
    page.context.actions.qaction("certificate.save-all").trigger()
    page.findChildren(QFileDialog)[-1].fileSelected.emit(str(tmp_path / "missing" / "all.zip"))
    await until(lambda: office.notices[-1].message == "all.zip could not be written.")
