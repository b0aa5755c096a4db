"""Certificates as people click through them: looked at, saved, verified, filed, revoked, replaced, issued one by one and all at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import psycopg
import pypdfium2
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLabel

from desktop.certificates.commands import add_key, draw, issue, reissue, revoke
from desktop.certificates.custody import keep
from desktop.certificates.keys import make_key
from desktop.certificates.queries import CertificateFilter, count_certificates, find_certificate, get_certificate
from desktop.certificates.signing import read_signature
from desktop.certificates.template import load_template
from desktop.learning.commands import complete_lesson, enroll, open_lesson
from desktop.store.assets import fetch
from desktop.tasks import JobControl, JobState
from desktop.ui.certificates.certificates import CertificatesPage
from desktop.ui.certificates.page import CertificatePage, RevokeDialog
from desktop.ui.certificates.signing import BackupDialog, DistrustDialog, ImportDialog, WebPageDialog
from desktop.ui.widgets.surfaces import Dialog
from tests.support.courses import add_course, add_lesson, add_module
from tests.ui.accessibility import assert_accessible

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def show(qtbot, until):
    async def show(page):
        qtbot.addWidget(page)
        page.context.actions.set_current(page)
        page.resize(1100, 760)
        page.show()
        await until(lambda: page.state in ("content", "empty", "error") and not page.loading)
        return page

    return show


@pytest.fixture
def administrator(db, sign_in):
    return sign_in(db, db.add_person("administrator"))


@pytest.fixture
def learner(db, sign_in):
    return sign_in(db, db.add_person("learner", first_name="Amara", last_name="Okafor"))


def take(db, desk, title="Ethics", *, complete=True):
    """A course of one reading, enrolled in and, as a rule, completed; its enrolment."""
    course = add_course(db, title, ce_credits=Decimal("1.5"))
    lesson = add_lesson(db, add_module(db, course), "Terms", 1)
    enrollment = desk.context.store.write(enroll, course).value
    desk.context.store.write(open_lesson, enrollment, lesson)
    if complete:
        desk.context.store.write(complete_lesson, enrollment, lesson)
    return enrollment


def issued(db, desk, title="Ethics"):
    return desk.context.store.write(issue, take(db, desk, title)).value


def button(page, text) -> QAbstractButton:
    return next(found for found in page.findChildren(QAbstractButton) if found.text() == text and found.isVisible())


async def click(qtbot, page, text):
    """Once the button is there: a page that was just filled shows its widgets a turn of the loop later."""
    for _turn in range(500):
        if any(found.text() == text and found.isVisible() for found in page.findChildren(QAbstractButton)):
            break
        await asyncio.sleep(0.01)
    qtbot.mouseClick(button(page, text), LEFT)


async def test_opening_it_issues_a_certificate_that_is_due_and_shows_it_sharp(db, learner, show, until):
    enrollment = take(db, learner)
    page = await show(CertificatePage(learner.context, enrollment))
    assert learner.context.store.read(find_certificate, enrollment) == page.certificate
    assert page.header.title == "Ethics"
    assert page.status.text == "Valid"
    await until(lambda: page.sheet.sharp)
    shown = page.sheet.grab().toImage()
    assert colours(shown) > 50, "the page is not on the sheet"
    page.resize(800, 560)
    await until(lambda: page.sheet.sharp, "drawn anew for its new size")
    assert_accessible(page)


def colours(image: QImage) -> int:
    return len({image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)})


async def test_why_there_is_none_is_said_in_place(db, learner, show, qtbot):
    page = await show(CertificatePage(learner.context, take(db, learner, complete=False)))
    assert page.state == "empty"
    assert page._empty.sentence == "The course has not been completed."
    assert not page.context.actions.qaction("certificate.save").isEnabled()
    qtbot.mouseClick(page._empty.button, LEFT)
    assert learner.opened == [("learning", {})]


async def test_the_saved_file_is_the_certificate(db, learner, show, qtbot, tmp_path, until):
    page = await show(CertificatePage(learner.context, take(db, learner)))
    path = tmp_path / "mine.pdf"
    await click(qtbot, page, "Save PDF…")
    dialog = next(found for found in page.children() if found.inherits("QFileDialog"))
    assert dialog.selectedFiles()[0].endswith(f"{page.certificate.snapshot.number}.pdf")
    dialog.fileSelected.emit(str(path))
    dialog.close()
    await until(path.exists)
    await until(lambda: learner.notices)
    assert path.read_bytes() == draw(page.certificate, load_template())
    await learner.context.settled()


async def test_the_transcript_has_every_certificate_that_counts(db, learner, show, qtbot, tmp_path, until):
    issued(db, learner, "Law")
    page = await show(CertificatePage(learner.context, take(db, learner)))
    for suffix in ("pdf", "csv"):
        path = tmp_path / f"mine.{suffix}"
        await click(qtbot, page, "Transcript of the holder…")
        dialog = [found for found in page.children() if found.inherits("QFileDialog")][-1]
        dialog.fileSelected.emit(str(path))
        dialog.close()
        await until(path.exists)
        await until(lambda name=path.name: learner.notices and learner.notices[-1].message == f"Saved as {name}.")
    with pypdfium2.PdfDocument(tmp_path / "mine.pdf") as document:
        words = document[0].get_textpage().get_text_range()
    assert all(part in words for part in ("Amara Okafor", "Ethics", "Law", "3.00", page.certificate.snapshot.number))
    rows = (tmp_path / "mine.csv").read_text("utf-8-sig").splitlines()
    assert len(rows) == 3
    assert rows[1].split(",")[1:2] == ["Ethics"]
    await learner.context.settled()


async def test_a_folder_that_refuses_the_file_is_named_in_plain_words(db, learner, show, tmp_path, until):
    page = await show(CertificatePage(learner.context, take(db, learner)))
    page.spawn(page.save_pdf(tmp_path / "missing" / "mine.pdf"))
    await until(lambda: learner.notices)
    assert learner.notices[-1].message == "mine.pdf could not be written."


async def test_the_number_is_copied_and_verified_from_the_page(db, learner, show, qtbot, until):
    page = await show(CertificatePage(learner.context, take(db, learner)))
    await click(qtbot, page, "Copy number")
    assert QGuiApplication.clipboard().text() == page.certificate.snapshot.number
    await click(qtbot, page, "Verify")
    await until(lambda: page.findChildren(Dialog))
    (dialog,) = page.findChildren(Dialog)
    assert "This certificate is valid." in labels(dialog)
    assert_accessible(dialog)
    dialog.accept()


def labels(widget) -> list[str]:
    return [found.text() for found in widget.findChildren(QLabel)]


async def test_it_is_printed_on_the_paper_that_the_dialog_was_given(db, learner, show, qtbot, tmp_path, until):
    page = await show(CertificatePage(learner.context, take(db, learner)))
    await click(qtbot, page, "Print…")
    (dialog,) = page.findChildren(QPrintDialog)
    path = tmp_path / "printed.pdf"
    dialog.printer().setOutputFileName(str(path))
    dialog.accepted.emit(dialog.printer())
    await until(path.exists)
    await learner.context.settled()
    with pypdfium2.PdfDocument(path) as printed:
        assert len(printed) == 1
        width, height = printed[0].get_size()
        assert width > height
        assert len(set(bytes(printed[0].render(scale=0.5).buffer))) > 50
    dialog.close()


@pytest.fixture
def home(monkeypatch, tmp_path):
    """A computer that has met no key yet."""
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.fixture
def signing(show, until):
    """The page of certificates, at its tab about signing."""

    async def at(desk):
        page = await show(CertificatesPage(desk.context))
        page._go("signing")
        await until(lambda: page.views.currentWidget() is page.signing and not page.loading)
        return page

    return at


async def test_the_web_page_that_verifies_has_the_key_of_the_day(home, db, administrator, signing, qtbot, until):
    page = await signing(administrator)
    await click(qtbot, page, "Make a key")
    await until(lambda: page.signing.key is not None and not page.loading)
    await click(qtbot, page, "Web page…")
    (dialog,) = page.findChildren(WebPageDialog)
    assert_accessible(dialog)
    dialog.ask.setText("http://db.example.org/rpc/verify_certificate")
    qtbot.mouseClick(dialog.button, LEFT)
    assert dialog.trouble.text() == "The function to ask needs an address with https."
    dialog.ask.setText("https://db.example.org/rpc/verify_certificate")
    qtbot.mouseClick(dialog.button, LEFT)
    chooser = page.signing.findChild(QFileDialog)
    chooser.fileSelected.emit(str(home / "site"))
    chooser.close()
    await until((home / "site" / "404.html").is_file)
    made = (home / "site" / "index.html").read_text("utf-8")
    assert page.signing.key.public.key_id in made
    assert "connect-src https://db.example.org;" in made
    await administrator.context.settled()


async def test_an_administrator_makes_a_key_and_what_waits_is_signed(home, db, learner, administrator, signing, show, qtbot, until):
    certificate = issued(db, learner)
    page = await signing(administrator)
    await click(qtbot, page, "Make a key")
    await until(lambda: page.signing.key is not None and not page.loading)
    assert "1 certificate waits for a signature." in labels(page.signing)
    assert_accessible(page)
    await click(qtbot, page, "Sign them")
    await until(lambda: "Every valid certificate is signed." in labels(page.signing))
    found = learner.context.store.read(get_certificate, certificate)
    control = JobControl(lambda _fraction, _detail: None)
    path = fetch(learner.context.store, found.asset_id, home / "mine.pdf", control)
    signature = await learner.context.tasks.run(read_signature, path.read_bytes())
    assert signature is not None
    assert signature.certificate == page.signing.key.chain[0]


async def test_the_signed_file_is_what_its_holder_sees_and_saves(home, db, learner, administrator, show, qtbot, until):
    certificate = issued(db, learner)
    administrator.context.store.write(add_key, (key := make_key("Sample association")).public)
    keep(key)
    page = await show(CertificatePage(administrator.context, certificate=certificate))
    await click(qtbot, page, "Sign")
    await until(lambda: page.certificate.asset_id is not None and not page.loading)
    assert "certificate.sign" not in page.buttons
    holders = await show(CertificatePage(learner.context, certificate=certificate))
    signature = await learner.context.tasks.run(read_signature, holders.pdf)
    assert signature is not None
    assert signature.whole


async def test_without_the_key_one_is_told_where_to_get_it(home, db, learner, administrator, show, qtbot, until):
    page = await show(CertificatePage(administrator.context, certificate=issued(db, learner)))
    await click(qtbot, page, "Sign")
    await until(lambda: administrator.notices)
    assert "not on this computer" in administrator.notices[-1].message


async def test_a_backup_brings_the_key_to_another_computer(home, db, administrator, signing, qtbot, until, monkeypatch):
    page = await signing(administrator)
    await click(qtbot, page, "Make a key")
    await until(lambda: page.signing.key is not None and not page.loading)
    key = page.signing.key
    assert key is not None
    await click(qtbot, page, "Save a backup…")
    (dialog,) = page.findChildren(BackupDialog)
    assert_accessible(dialog)
    qtbot.keyClicks(dialog.password, "short")
    qtbot.mouseClick(dialog.button, LEFT)
    assert "at least 8" in dialog.trouble.text()
    dialog.reject()
    path = home / "backup.p12"
    page.spawn(page.signing.save_backup(path, "correct horse"))
    await until(lambda: administrator.notices and "backup.p12" in administrator.notices[-1].message)
    assert path.stat().st_mode & 0o077 == 0

    monkeypatch.setenv("LMS_HOME", str(home / "another"))
    await page.signing.refresh()
    assert page.signing.key is None
    assert any("not on this computer" in text for text in labels(page.signing))
    page.signing.ask_password(path)
    (dialog,) = page.findChildren(ImportDialog)
    qtbot.keyClicks(dialog.password, "wrong")
    qtbot.mouseClick(dialog.button, LEFT)
    assert "password" in dialog.trouble.text()
    dialog.password.clear()
    qtbot.keyClicks(dialog.password, "correct horse")
    qtbot.mouseClick(dialog.button, LEFT)
    await until(lambda: page.signing.key is not None)
    again = page.signing.key
    assert again is not None
    assert again.public == key.public
    await administrator.context.settled()


async def test_a_distrusted_key_signs_nothing_more_and_what_it_signed_says_so(
    home, db, learner, administrator, signing, show, qtbot, until
):
    certificate = issued(db, learner)
    page = await signing(administrator)
    await click(qtbot, page, "Make a key")
    await until(lambda: page.signing.key is not None and not page.loading)
    await click(qtbot, page, "Sign them")
    await until(lambda: "Every valid certificate is signed." in labels(page.signing))
    await click(qtbot, page, "Distrust…")
    (dialog,) = page.findChildren(DistrustDialog)
    assert_accessible(dialog)
    qtbot.mouseClick(dialog.button, LEFT)
    await until(lambda: "Certificates are not signed at present." in labels(page.signing))
    path = home / "signed.pdf"
    path.write_bytes((await show(CertificatePage(learner.context, certificate=certificate))).pdf)
    page._go("verify")
    page.panel.ask_file(path)
    await until(lambda: page.panel.answer.verdict)
    assert page.panel.answer.verdict == "valid"
    assert "It was signed with a key that others may have had at the time." in labels(page.panel.answer)


async def test_revoking_asks_why_and_the_page_says_what_became_of_it(db, learner, administrator, show, qtbot, until):
    page = await show(CertificatePage(administrator.context, certificate=issued(db, learner)))
    await click(qtbot, page, "Revoke…")
    (dialog,) = page.findChildren(RevokeDialog)
    assert_accessible(dialog)
    qtbot.mouseClick(dialog.button, LEFT)
    assert dialog.trouble.text() == "Say why the certificate is revoked."
    qtbot.keyClicks(dialog.reason, "The exam was voided.")
    qtbot.mouseClick(dialog.button, LEFT)
    await until(lambda: page.certificate.status == "revoked" and not page.loading)
    assert page.status.text == "Revoked"
    await click(qtbot, page, "Issue another")
    await until(lambda: page.certificate.status == "valid" and not page.loading)


async def test_replacing_shows_the_new_one_and_the_old_one_leads_to_it(db, learner, administrator, show, qtbot, until):
    old = issued(db, learner)
    page = await show(CertificatePage(administrator.context, certificate=old))
    number = page.certificate.snapshot.number
    await click(qtbot, page, "Replace…")
    (dialog,) = page.findChildren(Dialog)
    await click(qtbot, dialog, "Replace it")
    await until(lambda: page.certificate.snapshot.number != number and not page.loading)
    assert page.status.text == "Valid"
    before = await show(CertificatePage(administrator.context, certificate=old))
    assert before.status.text == "Replaced"
    await click(qtbot, before, "Show the newer one")
    assert administrator.opened[-1] == ("certificate", {"enrollment": page.certificate.enrollment_id})


async def test_a_learner_is_offered_nothing_that_only_administrators_do(db, learner, show):
    page = await show(CertificatePage(learner.context, take(db, learner)))
    assert set(page.buttons) == {"certificate.copy", "certificate.check", "certificate.transcript"}
    assert page.context.actions.qaction("certificate.revoke") is None


async def test_members_see_their_own_as_cards_and_open_one_with_a_key(db, learner, show, qtbot, until, sign_in):
    mine = issued(db, learner)
    issued(db, sign_in(db, db.add_person("learner")), "Of somebody else")
    page = await show(CertificatesPage(learner.context))
    QAbstractItemModelTester(page.mine, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert [page.mine.row(at).course_title for at in range(page.mine.rowCount())] == ["Ethics"]
    page.cards.setCurrentIndex(page.mine.index(0, 0))
    qtbot.keyClick(page.cards, Qt.Key.Key_Return)
    assert learner.opened == [("certificate", {"certificate": mine})]
    assert not page.grab().isNull()
    assert_accessible(page)


async def test_without_one_the_page_says_how_to_get_it(learner, show, qtbot):
    page = await show(CertificatesPage(learner.context))
    assert page.nothing.sentence == "Complete a course, and its certificate is here."
    qtbot.mouseClick(page.nothing.button, LEFT)
    assert learner.opened == [("learning", {})]


async def test_administrators_search_and_filter_all_that_was_issued(db, learner, administrator, show, qtbot, until):
    ids = [issued(db, learner, title) for title in ("Ethics", "Medicare", "Ethics II")]
    administrator.context.store.write(revoke, ids[1], "Test")
    administrator.context.store.write(reissue, ids[0])
    page = await show(CertificatesPage(administrator.context))
    QAbstractItemModelTester(page.issued, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert page.header.subtitle == "4 certificates"

    def titles():
        return [page.issued.row(at).course_title for at in range(page.issued.rowCount())]

    qtbot.keyClicks(page.search, "medi")
    await until(lambda: titles() == ["Medicare"] and not page.loading)
    page.search.clear_now()
    page.status_chip.choose("superseded")
    await until(lambda: titles() == ["Ethics"] and not page.loading)
    qtbot.keyClicks(page.search, "nothing of the kind")
    await until(lambda: page.views.currentWidget() is page.nothing and not page.loading)
    await click(qtbot, page, "Clear search and filters")
    await until(lambda: len(titles()) == 4 and not page.loading)
    assert_accessible(page)


async def test_what_is_due_is_issued_one_by_one_and_all_at_once(db, learner, administrator, show, qtbot, until):
    for title in ("Ethics", "Medicare", "Claims"):
        take(db, learner, title)
    page = await show(CertificatesPage(administrator.context))
    await click(qtbot, page, "Due")
    await until(lambda: page.due.rowCount() == 3 and not page.loading)
    assert_accessible(page)
    at = page.due_table.visualRect(page.due.index(0, 0)).center()
    qtbot.mouseClick(page.due_table.viewport(), LEFT, pos=at)
    await click(qtbot, page, "Issue")
    await until(lambda: page.due.rowCount() == 2 and not page.loading)
    assert administrator.notices[-1].message == "The certificate of Amara Okafor was issued."
    await click(qtbot, page, "Issue all")
    await until(lambda: page.views.currentWidget() is page.nothing and not page.loading)
    assert administrator.notices[-1].message == "2 certificates were issued."
    assert page.nothing.sentence == "Everybody who completed a course has their certificate."
    assert administrator.context.store.read(count_certificates, CertificateFilter()) == 3


async def test_issuing_all_can_be_cancelled_and_keeps_what_was_issued(db, learner, administrator, show, qtbot, until):
    for number in range(6):
        take(db, learner, f"Course {number}")
    page = await show(CertificatesPage(administrator.context))

    def stop(job):
        if job.state is JobState.RUNNING and job.fraction:
            job.cancel()

    administrator.context.tasks.listeners.append(stop)
    await click(qtbot, page, "Due")
    await until(lambda: page.due.rowCount() == 6 and not page.loading)
    await click(qtbot, page, "Issue all")
    await until(lambda: administrator.notices)
    await until(lambda: not page.loading)
    count = administrator.context.store.read(count_certificates, CertificateFilter())
    assert 0 < count < 6
    assert administrator.notices[-1].message.endswith(f"{6 - count} are left." if count < 5 else "1 is left.")
    administrator.context.tasks.listeners.remove(stop)


async def test_who_gets_none_is_listed_with_the_reason(db, learner, administrator, show, qtbot, until):
    for title in ("Ethics", "Medicare"):
        take(db, learner, title)
    with psycopg.connect(db.dsn) as connection:
        connection.execute("UPDATE courses SET completion_certificate = false WHERE title = 'Medicare'")
        connection.execute("UPDATE enrollments SET status = 'dropped' WHERE course_id IN (SELECT id FROM courses WHERE title = 'Ethics')")
    page = await show(CertificatesPage(administrator.context))
    await click(qtbot, page, "Not due")
    await until(lambda: page.held.rowCount() == 2 and not page.loading)
    reasons = {page.held.row(at).course_title: page.held.index(at, 4).data() for at in range(2)}
    assert reasons == {"Medicare": "Course issues no certificates", "Ethics": "Course dropped"}
    assert_accessible(page)
    page.reason_chip.choose("enrollment-dropped")
    await until(lambda: page.held.rowCount() == 1 and not page.loading)
    qtbot.keyClicks(page.search, "medicare")
    await until(lambda: page.views.currentWidget() is page.nothing and not page.loading)
    await click(qtbot, page, "Clear search and filters")
    await until(lambda: page.held.rowCount() == 2 and not page.loading)


async def test_a_number_is_verified_as_it_is_typed_by_people(db, learner, show, qtbot, until):
    number = learner.context.store.read(get_certificate, issued(db, learner)).snapshot.number
    page = await show(CertificatesPage(learner.context))
    page.context.actions.run("certificate.verify")
    qtbot.mouseClick(page.panel.button, LEFT)
    assert page.panel.number.property("invalid")
    qtbot.keyClicks(page.panel.number, f" {number.lower()} ")
    qtbot.keyClick(page.panel.number, Qt.Key.Key_Return)
    await until(lambda: page.panel.answer.verdict == "valid")
    page.panel.number.setText("CERT-2026-00000000")
    qtbot.mouseClick(page.panel.button, LEFT)
    await until(lambda: page.panel.answer.verdict == "not_found")
    assert page.panel.answer.sentence == "No certificate has this number."
    await until(lambda: not page.loading)
    assert_accessible(page)


async def test_a_file_is_dropped_and_each_field_is_held_against_the_record(db, learner, administrator, show, until, tmp_path):
    certificate = learner.context.store.read(get_certificate, issued(db, learner))
    genuine, forged, other = tmp_path / "genuine.pdf", tmp_path / "forged.pdf", tmp_path / "other.pdf"
    genuine.write_bytes(draw(certificate, load_template()))
    forged.write_bytes(draw(replace(certificate, snapshot=replace(certificate.snapshot, ce_credits=Decimal(40))), load_template()))
    other.write_bytes(b"no PDF at all")
    page = await show(CertificatesPage(learner.context))
    page.verify()
    for path, verdict, sentence in (
        (genuine, "valid", "This certificate is valid."),
        (forged, "changed", "This file was changed. It differs from the record in: credits and dates."),
        (other, "unreadable", "other.pdf cannot be read as a PDF."),
    ):
        drop(page.panel.drop, path)
        await until(lambda verdict=verdict: page.panel.answer.verdict == verdict)
        assert page.panel.answer.sentence == sentence
    administrator.context.store.write(revoke, certificate.id, "Test")
    drop(page.panel.drop, genuine)
    await until(lambda: page.panel.answer.verdict == "revoked")


def drop(widget, path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    held = (data, LEFT, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, QDragEnterEvent(QPointF(20, 20), Qt.DropAction.CopyAction, *held))
    QApplication.sendEvent(widget, QDropEvent(QPointF(20, 20), Qt.DropAction.CopyAction, *held))
