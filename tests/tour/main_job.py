"""The main job, as three people do it: an instructor imports, publishes and grades, a learner plays, leaves, resumes and completes, an
administrator looks at the record; the certificate is drawn and verified by its number."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLabel
from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop.certificates.queries import get_certificate
from desktop.certificates.verify import verify_file, verify_number
from desktop.grading.queries import ASSIGNMENT
from desktop.scorm.sample import build_sample
from desktop.ui.certificates.certificates import CertificatesPage
from desktop.ui.certificates.page import CertificatePage
from desktop.ui.courses.catalogue import CataloguePage
from desktop.ui.courses.dialogs import NewCourseDialog
from desktop.ui.courses.page import CoursePage
from desktop.ui.grading.grader import GraderPage
from desktop.ui.grading.page import GradingPage
from desktop.ui.home.page import HomePage
from desktop.ui.members.page import PeoplePage
from desktop.ui.player.page import PlayerPage
from desktop.ui.player.saving import SaveState
from tests.player.conftest import Playing
from tests.tour.guide import Guide, Lost

TITLE = "Benefits in Plain Words"
INSTRUCTOR, LEARNER, ADMINISTRATOR, PROCTOR = "Inés", "Tariq", "Ada", "Paul"
RIGHT = ("#q1-b", "#q2-a", "#q3-c")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the database says at the end."""

    lesson_status: str
    lesson_score: float | None
    enrolment_status: str
    enrolment_progress: float
    certificate_number: str
    verified: str


async def main_job(guide: Guide) -> Outcome:
    course = await instructor(guide)
    enrollment = await learner(guide, course)
    outcome = await certificate(guide, enrollment)
    await administrator(guide, outcome)
    await proctor(guide)
    return outcome


# The instructor


async def instructor(guide: Guide) -> UUID:
    await guide.until(lambda: guide.application.start_page.state == "people", "the first page", 90)
    await guide.picture("first-start")
    await guide.sign_in(INSTRUCTOR)
    await guide.settled(HomePage)
    await guide.picture("home-instructor")
    guide.step("signed in as an instructor")
    await guide.go("catalogue")
    await guide.settled(CataloguePage)
    await guide.picture("catalogue")
    guide.step("opened the catalogue")
    await new_course(guide)
    await guide.settled(CoursePage)
    page = guide.page
    assert isinstance(page, CoursePage)
    await guide.picture("course-empty")
    await import_package(guide, build_sample(guide.out / "package.zip"))
    await guide.picture("course-imported")
    guide.step("made a course and imported a SCORM 1.2 package")
    await preview(guide, page)
    await guide.click("Publish")
    await guide.until(lambda: page._course is not None and page._course.status == "published", "the course is published")
    await guide.settled(CoursePage)
    await guide.picture("course-published")
    guide.step("published it")
    await grade(guide)
    return page.course_id


async def new_course(guide: Guide) -> None:
    await guide.click("New course")
    await guide.until(lambda: guide.application.window.findChildren(NewCourseDialog), "the dialog")
    (dialog,) = guide.application.window.findChildren(NewCourseDialog)
    await guide.type(dialog.course_title, TITLE)
    category: QComboBox = dialog.category
    category.setCurrentIndex(category.findData("health_benefits"))
    await guide.type(dialog.description, "What a benefits package is made of, and how to explain it to somebody who has never had one.")
    await guide.picture("new-course")
    await guide.click(dialog.button)
    await guide.until(lambda: isinstance(guide.page, CoursePage), "the page of the new course")


async def import_package(guide: Guide, package: Path) -> None:
    """Through the file dialog, as far as it is ours: the choice in it is made for the person."""
    page = guide.page
    assert isinstance(page, CoursePage)
    await guide.click(page.import_button)
    await guide.until(lambda: page.findChildren(QFileDialog), "the file dialog")
    (dialog,) = page.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(package))
    dialog.close()
    await guide.until(lambda: len(page._outline.lessons) == 1, "the imported lesson in the outline")
    await guide.settled(CoursePage)


async def preview(guide: Guide, page: CoursePage) -> None:
    page.outline_view.opened.emit(page._outline.lessons[0])
    player, playing = await playing_page(guide)
    if player.saved.text.text() != "Preview: nothing is recorded":
        raise Lost("the preview does not say that nothing is recorded")
    await playing.click("#next")
    await guide.picture("preview")
    await guide.click(player.exit_button)
    await guide.settled(CoursePage)
    guide.step("previewed the lesson")


async def grade(guide: Guide) -> None:
    """What a learner handed in, by keys: the best level of each criterion, words, done, released."""
    await guide.go("grading")
    await guide.settled(GradingPage)
    await guide.picture("grading")
    tasks = guide.page
    assert isinstance(tasks, GradingPage)
    tasks.open_task(next(row for row in tasks.model.rows if row.kind == ASSIGNMENT))
    await guide.until(lambda: isinstance(guide.page, GraderPage) and guide.page.state == "content", "the grader")
    grader = guide.page
    assert isinstance(grader, GraderPage)
    await guide.until(lambda: grader.form.piece is not None and grader.form.isEnabled(), "the first work")
    for _criterion in grader.form.cards:
        QTest.keyClick(grader.form, Qt.Key.Key_1)
    await guide.type(grader.form.feedback, "A clear recommendation, and the figures carry it.")
    grader.form.ensureWidgetVisible(grader.form.done)
    await guide.click(grader.form.done, at=QPoint(8, grader.form.done.height() // 2))
    await guide.until(lambda: grader.form.mark().done, "the grade is finished")
    await guide.picture("grader")
    await guide.click(grader.release_button)
    await guide.click("This one")
    await guide.until(lambda: any(row.state == "released" for row in grader.queue.rows), "the grade is released")
    await guide.settled(GraderPage)
    await guide.picture("grade-released")
    guide.step("graded what was handed in")


# The learner


async def learner(guide: Guide, course: UUID) -> UUID:
    await guide.sign_in(LEARNER)
    await guide.settled(HomePage)
    await guide.picture("home-learner")
    await find_course(guide, course)
    await guide.picture("course-learner")
    await guide.click("Enroll")
    await guide.click("Start")
    player, playing = await playing_page(guide)
    for number in ("1", "2"):
        await playing.click("#next")
        await playing.says("cmi.core.lesson_location", number)
    await guide.until(lambda: saved(player), "the lesson says that it is saved")
    await guide.picture("playing")
    await guide.click(player.exit_button)
    await guide.settled(CoursePage)
    guide.step("enrolled, played two pages and left")
    page = guide.page
    assert isinstance(page, CoursePage)
    assert page._course is not None
    assert page._course.enrollment_id is not None
    enrollment = page._course.enrollment_id
    await guide.click("Continue")
    player, playing = await playing_page(guide)
    await playing.says("cmi.core.entry", "resume")
    where = await playing.js("return content.document.getElementById('where').textContent")
    if where != "Page 3 of 5":
        raise Lost(f"resumed at {where!r}, not where the learner was")
    guide.step("resumed where they were", resumed_at=where)
    await finish_course(playing)
    await guide.until(lambda: saved(player), "the result is saved")
    await guide.picture("finished")
    await guide.click(player.exit_button)
    await guide.settled(CoursePage)
    await guide.until(lambda: page._course is not None and page._course.enrollment_status == "completed", "the course is completed")
    await guide.settled(CoursePage)
    await guide.picture("completed")
    guide.step("completed the course")
    return enrollment


async def find_course(guide: Guide, course: UUID) -> None:
    """Search the catalogue for it and open its card with the keyboard."""
    await guide.go("catalogue")
    page = guide.page
    assert isinstance(page, CataloguePage)
    await guide.type(page.search, TITLE.lower())
    await guide.until(lambda: page.model.rowCount() == 1, "one course found")
    await guide.settled(CataloguePage)
    view = page.cards
    view.setFocus()
    view.selectionModel().setCurrentIndex(page.model.index(0, 0), QItemSelectionModel.SelectionFlag.ClearAndSelect)
    QTest.keyClick(view, Qt.Key.Key_Return)
    await guide.settled(CoursePage)
    opened = guide.page
    assert isinstance(opened, CoursePage)
    if opened.course_id != course:
        raise Lost("the search opened another course")


async def playing_page(guide: Guide) -> tuple[PlayerPage, Playing]:
    await guide.settled(PlayerPage)
    page = guide.page
    assert isinstance(page, PlayerPage)
    await guide.until(lambda: page.view is not None, "the content")
    assert page.view is not None
    playing = Playing(page.view)
    await playing.shown("#next")
    return page, playing


def saved(page: PlayerPage) -> bool:
    return page.view is not None and page.view.saving.state is SaveState.SAVED


async def finish_course(playing: Playing) -> None:
    """Read on to the questions and answer each rightly."""
    for _page in range(2):
        await playing.click("#next")
    for answer in (*RIGHT, "#check"):
        await playing.click(answer)
    await playing.says("cmi.core.lesson_status", "passed")


# The certificate


async def certificate(guide: Guide, enrollment: UUID) -> Outcome:
    await guide.click("Certificate")
    await guide.settled(CertificatePage)
    page = guide.page
    assert isinstance(page, CertificatePage)
    await guide.until(lambda: page.certificate is not None and page.sheet.sharp, "the certificate on the page")
    await guide.picture("certificate")
    context = guide.application.context
    assert context is not None
    row = await context.read(record, enrollment)
    issued = await context.read(get_certificate, row.certificate_id)
    path = guide.out / f"{issued.snapshot.number}.pdf"
    path.write_bytes(page.pdf)
    by_number = await context.read(verify_number, issued.snapshot.number)
    store: Any = context.store
    by_file = await context.tasks.run(verify_file, store, path)
    if not by_file.genuine or by_number.status != "valid":
        raise Lost(f"the certificate is not verified: {by_file.sentence()} {by_number.sentence()}")
    guide.step("certificate issued and verified", number=issued.snapshot.number, says=by_number.sentence())
    return Outcome(
        lesson_status=row.lesson_status,
        lesson_score=float(row.lesson_score) if row.lesson_score is not None else None,
        enrolment_status=row.status,
        enrolment_progress=float(row.progress_percentage),
        certificate_number=issued.snapshot.number,
        verified=by_number.status,
    )


def record(session: Session, enrollment: UUID) -> Any:
    return session.execute(
        text(
            "SELECT e.status, e.progress_percentage, p.status AS lesson_status, p.scorm_score AS lesson_score, c.id AS certificate_id"
            " FROM public.enrollments AS e JOIN public.lesson_progress AS p ON p.enrollment_id = e.id"
            " JOIN lms.certificates AS c ON c.enrollment_id = e.id AND c.status = 'valid' WHERE e.id = :enrollment"
        ),
        {"enrollment": enrollment},
    ).one()


# Everybody else


async def administrator(guide: Guide, outcome: Outcome) -> None:
    await guide.sign_in(ADMINISTRATOR)
    await guide.settled(HomePage)
    await guide.picture("home-administrator")
    await guide.go("people")
    await guide.settled(PeoplePage)
    await guide.picture("people")
    await guide.go("certificates")
    await guide.settled(CertificatesPage)
    await guide.picture("certificates")
    guide.step("looked around as an administrator")
    page = guide.page
    assert isinstance(page, CertificatesPage)
    await guide.click("Verify")
    await guide.until(page.panel.isVisible, "where a number is asked for")
    await guide.type(page.panel.number, outcome.certificate_number.lower())
    await guide.click(page.panel.button)
    await guide.until(lambda: page.panel.answer.verdict, "an answer")
    if page.panel.answer.verdict != "valid":
        raise Lost(f"the certificate is said to be {page.panel.answer.verdict}")
    await guide.picture("verified")
    file = guide.out / f"{outcome.certificate_number}.pdf"
    page.panel.ask_file(file)
    answer = page.panel.answer
    await guide.until(lambda: file.name in [label.text() for label in answer.findChildren(QLabel)], "an answer about the file")
    guide.step("verified the certificate by its number and by its file", says=page.panel.answer.sentence)


async def proctor(guide: Guide) -> None:
    await guide.sign_in(PROCTOR)
    await guide.picture("home-proctor")
    guide.step("looked around as a proctor")
    await palette(guide)


async def palette(guide: Guide) -> None:
    window = guide.application.window
    window.activateWindow()
    window.setFocus(Qt.FocusReason.OtherFocusReason)
    await guide.until(window.isActiveWindow, "the window is the active one")
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    await guide.until(window.palette_view.isVisible, "the command palette")
    await guide.picture("palette")
    QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Escape)
    await guide.until(lambda: not window.palette_view.isVisible(), "the palette closed")
    guide.step("searched for a command")
