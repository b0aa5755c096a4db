"""The audit bundle as an administrator makes it, and as anybody checks it by dropping it on the page."""

from __future__ import annotations

import zipfile

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QFileDialog, QLabel

from desktop.certificates.commands import add_key, issue
from desktop.certificates.custody import keep
from desktop.certificates.keys import make_key
from desktop.ui.certificates.audit import AuditDialog
from desktop.ui.certificates.certificates import CertificatesPage
from tests.support.courses import complete_course
from tests.ui.accessibility import assert_accessible

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def office(db, sign_in, monkeypatch, tmp_path):
    """An administrator who has the association's key on this computer; one certificate is issued."""
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    desk = sign_in(db, db.add_person("administrator"))
    learner = db.store(db.add_person("learner", first_name="Amara", last_name="Okafor"))
    learner.write(issue, complete_course(db, learner))
    key = make_key("Association")
    keep(key)
    desk.context.store.write(add_key, key.public)
    return desk


@pytest.fixture
def page(office, qtbot, loop, until):
    """At the certificates that were issued."""
    page = CertificatesPage(office.context)
    qtbot.addWidget(page)
    office.context.actions.set_current(page)
    page.resize(1100, 760)

    async def show():
        page.show()
        await until(lambda: page.state == "content" and not page.loading and page.issued.rowCount() == 1)

    loop.run_until_complete(show())
    return page


def labels(widget):
    return [label.text() for label in widget.findChildren(QLabel)]


async def test_a_bundle_is_made_and_found_whole_and_what_was_added_is_named(office, page, tmp_path, qtbot, until):
    bundle = tmp_path / "audit.zip"
    page.context.actions.qaction("certificate.audit").trigger()
    (dialog,) = page.findChildren(AuditDialog)
    await until(lambda: dialog.course.count() == 2)
    assert dialog.signed.text() == "It will be signed by Association."
    assert_accessible(dialog)
    dialog.since.setDate(QDate(2101, 1, 1))
    qtbot.mouseClick(dialog.button, LEFT)
    assert dialog.trouble.text() == "The first day is after the last."
    dialog.since.setDate(QDate(2001, 1, 1))
    qtbot.mouseClick(dialog.button, LEFT)
    (chooser,) = dialog.findChildren(QFileDialog)
    chooser.fileSelected.emit(str(bundle))
    await until(lambda: office.notices and office.notices[-1].message == "audit.zip holds 1 certificate.")

    page.verify()
    page.panel.ask_file(bundle)
    await until(lambda: page.panel.answer.sentence == "This bundle is whole, and Association made it.")
    with zipfile.ZipFile(bundle, "a") as archive:
        archive.writestr("extra.csv", "")
    page.panel.ask_file(bundle)
    await until(lambda: page.panel.answer.verdict == "changed")
    assert "extra.csv was added." in labels(page.panel.answer)
    assert_accessible(page)
