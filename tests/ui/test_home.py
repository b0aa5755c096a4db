"""Home and My learning: each role finds what waits for it, and the buttons lead there."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from sqlalchemy import text

from desktop.learning.commands import enroll, open_lesson
from desktop.ui.certificates.page import CertificatePage
from desktop.ui.home.page import HomePage
from desktop.ui.learning.lesson import LessonPage
from desktop.ui.learning.page import LearningPage
from desktop.ui.widgets.surfaces import Dialog
from tests.support.courses import add_course, add_lesson, add_module

VERIFY = text("SELECT public.verify_certificate(:number)")


@pytest.fixture
def show(qtbot, until):
    async def show(page):
        qtbot.addWidget(page)
        page.resize(1100, 800)
        page.show()
        await until(lambda: page.state in {"content", "empty", "error"} and not page.loading)
        return page

    return show


@pytest.fixture
def reading(db):
    """A course of one reading with a link; its id and the lesson's."""
    course = add_course(db, "Ethics")
    module = add_module(db, course)
    html = '<p>See <a href="https://example.org/">this</a>.</p><img src="https://example.org/spy.png"><script>document.title="x"</script>'
    return course, add_lesson(db, module, "Terms", 1, content_html=html)


def said(page) -> list[str]:
    return [label.text() for label in page.findChildren(QLabel) if not label.isHidden()]


def button(page, name: str) -> QPushButton:
    return next(found for found in page.findChildren(QPushButton) if found.accessibleName() == name and not found.isHidden())


@pytest.mark.parametrize(
    ("person", "sentences"),
    [
        ("lena", ["Coming up", "Certificates"]),
        ("ines", ["Courses you teach", "Waiting for a grade"]),
        ("paul", ["To supervise"]),
        ("ada", ["Payments to confirm", "Members without a login", "Enrollments"]),
    ],
)
async def test_each_role_has_its_cards(sample, sign_in, show, person, sentences):
    page = await show(HomePage(sign_in(sample, sample.people[person]).context))
    assert page.state == "content"
    assert set(sentences) <= set(said(page))


async def test_a_learner_continues_where_they_were(db, reading, sign_in, show, qtbot):
    course, lesson = reading
    person = db.add_person("learner")
    store = db.store(person)
    enrollment = store.write(enroll, course).value
    store.write(open_lesson, enrollment, lesson)
    desk = sign_in(db, person)
    page = await show(HomePage(desk.context))
    qtbot.mouseClick(page.continue_button, Qt.MouseButton.LeftButton)
    assert desk.opened == [("lesson", {"course": course, "lesson": lesson, "enrollment": enrollment})]


async def test_an_administrator_confirms_a_payment_and_the_card_empties(db, sign_in, show, qtbot, until):
    payer = db.add_person("learner", first_name="Pat", last_name="Payer")
    db.store(payer).write(enroll, add_course(db, "Paid", pricing_type="paid", price=120))
    desk = sign_in(db, db.add_person("administrator"))
    page = await show(HomePage(desk.context))
    qtbot.mouseClick(button(page, "Confirm the payment of Pat Payer"), Qt.MouseButton.LeftButton)
    await until(lambda: "No payment waits." in said(page))
    assert desk.notices[-1].message == "Confirmed. Pat Payer can start now."


async def test_my_learning_is_empty_with_a_way_to_the_catalogue(db, sign_in, show, qtbot):
    desk = sign_in(db, db.add_person("learner"))
    page = await show(LearningPage(desk.context))
    assert page.state == "empty"
    qtbot.mouseClick(page._empty.button, Qt.MouseButton.LeftButton)
    assert desk.opened == [("catalogue", {})]


async def test_a_reading_is_completed_and_offers_the_certificate(db, reading, sign_in, show, qtbot, until, tmp_path):
    course, lesson = reading
    person = db.add_person("learner")
    enrollment = db.store(person).write(enroll, course).value
    desk = sign_in(db, person)
    page = await show(LessonPage(desk.context, course, lesson, enrollment))
    assert "See this." in page.reading.toPlainText()
    assert page.certificate_button.isHidden()
    qtbot.mouseClick(page.complete_button, Qt.MouseButton.LeftButton)
    await until(lambda: not page.certificate_button.isHidden() and not page.loading)
    assert not page.done_pill.isHidden()
    learning = await show(LearningPage(desk.context))
    assert "Completed" in said(learning)
    qtbot.mouseClick(button(learning, "Certificate of Ethics"), Qt.MouseButton.LeftButton)
    assert desk.opened[-1] == ("certificate", {"enrollment": enrollment})
    certificate = await show(CertificatePage(desk.context, enrollment))
    number = certificate.certificate.snapshot.number
    assert number.startswith("CERT-")
    assert certificate.status.text == "Valid"
    await certificate.save_pdf(tmp_path / "certificate.pdf")
    assert (tmp_path / "certificate.pdf").read_bytes().startswith(b"%PDF-")
    answer = db.store(person).read(lambda session: session.execute(VERIFY, {"number": number}).scalar_one())
    assert answer["valid"] is True


async def test_a_link_opens_only_after_its_address_was_shown(db, reading, sign_in, show, monkeypatch):
    course, lesson = reading
    person = db.add_person("learner")
    enrollment = db.store(person).write(enroll, course).value
    page = await show(LessonPage(sign_in(db, person).context, course, lesson, enrollment))
    visited = []
    monkeypatch.setattr("desktop.ui.learning.lesson.QDesktopServices.openUrl", lambda url: visited.append(url.toString()))
    page.ask_to_visit("https://example.org/")
    (dialog,) = page.findChildren(Dialog)
    assert visited == []
    assert "https://example.org/" in said(dialog)
    dialog.accept()
    assert visited == ["https://example.org/"]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "scorm://x/", ""])
async def test_other_addresses_never_leave_the_page(db, reading, sign_in, show, address):
    course, lesson = reading
    person = db.add_person("learner")
    enrollment = db.store(person).write(enroll, course).value
    desk = sign_in(db, person)
    page = await show(LessonPage(desk.context, course, lesson, enrollment))
    page.ask_to_visit(address)
    assert page.findChildren(Dialog) == []
    assert desk.notices[-1].message == "This link leads to nothing that can be opened."
