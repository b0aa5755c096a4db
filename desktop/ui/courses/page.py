"""A course: what it is, what is in it, and what this person would do next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QFrame, QHBoxLayout, QMenu, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.courses.commands import add_lesson, add_module, archive, publish, unpublish
from desktop.courses.outline import Outline, OutlineLesson, build
from desktop.courses.publishing import Problem, problems
from desktop.courses.queries import CourseDetails, get_course, get_publish_facts, list_outline, list_reviews
from desktop.courses.reviews import get_own_review, list_own_votes
from desktop.courses.vocabulary import (
    CATEGORIES,
    DIFFICULTIES,
    FORMATS,
    STATUSES,
    credits,
    duration,
    label,
    plain,
    price,
)
from desktop.i18n import _, ngettext
from desktop.learning.commands import drop, enroll
from desktop.learning.queries import EnrollmentTerms, get_enrollment_terms
from desktop.ui.context import Context
from desktop.ui.courses.cover import Wanted, covers
from desktop.ui.courses.outline import OutlineView
from desktop.ui.courses.reviews import CourseReviews
from desktop.ui.dates import date_text
from desktop.ui.layouts import emptied
from desktop.ui.page import Empty, Page, breathe
from desktop.ui.theme import Role, px, restyle
from desktop.ui.widgets.badges import StatusPill
from desktop.ui.widgets.buttons import Button, disabled
from desktop.ui.widgets.fields import FlowLayout
from desktop.ui.widgets.labels import ElidedLabel, Label, Picture
from desktop.ui.widgets.progress import ProgressBar
from desktop.ui.widgets.surfaces import confirm

OPEN = ("enrolled", "in_progress", "completed")
SIDE = 296
NARROW_SIDE = 232
ONE_COLUMN = 760
"""Below this width the two columns stand one above the other."""
QWIDGETSIZE_MAX = 16_777_215
"""Qt's own, which PySide does not name."""
REVIEWS = 4
REVIEWERS = ("in_progress", "completed")
"""States of an enrolment in which one may review the course."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the person would most likely do: the button's text and what it does. ``hint`` says what holds where there is no button."""

    text: str
    run: Callable[[], object] | None
    hint: str = ""
    kind: str = "primary"


class CoverBanner(QWidget):
    """The course's cover at the head of its card."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._course: tuple[str, UUID] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(px(136))
        covers().painted.connect(self.update)

    def show_course(self, category: str, course: UUID) -> None:
        self._course = (category, course)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._course is None or self.width() < 8:
            return
        painter = QPainter(self)
        radius = float(px(9))
        covers().draw(painter, QPointF(0, 0), Wanted(*self._course, self.width(), self.height(), self.devicePixelRatioF(), (radius, 0.0)))


class CoursePage(Page):
    shows: ClassVar[frozenset[str]] = frozenset(
        {"courses", "course_modules", "lessons", "enrollments", "lesson_progress", "course_reviews", "certificates", "transactions"}
    )

    def __init__(self, context: Context, course: UUID, as_learner: bool = False, parent: QWidget | None = None) -> None:
        self.course_id = course
        self._as_learner = as_learner
        self._course: CourseDetails | None = None
        self._terms: EnrollmentTerms | None = None
        self._outline = Outline(())
        super().__init__(context, parent)
        self.setAcceptDrops(True)

    @property
    def document(self) -> tuple[str, UUID]:
        return ("course", self.course_id)

    @property
    def breadcrumb(self) -> tuple[str, Callable[[], object]]:
        return _("Catalogue"), lambda: self.context.open("catalogue")

    @property
    def _teaches(self) -> bool:
        return self._course is not None and self._course.teaches and not self._as_learner

    # Making

    def build(self) -> QWidget:
        self.description = Label("", wrap=True)
        self.description.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.objectives, self.prerequisites = QVBoxLayout(), QVBoxLayout()
        self.reviews = CourseReviews(self.context, self.course_id)
        self.check = QFrame()
        self.check.setProperty("card", True)
        self._problems = QVBoxLayout(self.check)
        self._problems.setContentsMargins(px(16), px(14), px(16), px(14))
        self._problems.setSpacing(px(6))
        self.outline_view = OutlineView()
        self.outline_view.opened.connect(self._open_lesson)
        self._outline_head = Label(_("Content"), Role.HEADING)
        self._outline_facts = ElidedLabel("", Role.CAPTION, "muted")
        self.add_module_button = Button(_("Add module"), "quiet", "plus")
        self.add_module_button.clicked.connect(self._add_module)
        self.import_button = Button(_("Import a package…"), "quiet", "upload")
        self.import_button.clicked.connect(lambda: self._choose_package(None))
        head = QHBoxLayout()
        head.addWidget(self._outline_head)
        head.addSpacing(px(6))
        head.addWidget(self._outline_facts, 1)
        head.addWidget(self.import_button)
        head.addWidget(self.add_module_button)
        main = QVBoxLayout()
        main.setSpacing(px(22))
        self.pills = FlowLayout(spacing=6)
        main.addLayout(self.pills)
        main.addWidget(self.check)
        main.addWidget(self.description)
        main.addLayout(self.objectives)
        main.addLayout(self.prerequisites)
        content = QVBoxLayout()
        content.setSpacing(px(12))
        content.addLayout(head)
        content.addWidget(self.outline_view)
        main.addLayout(content)
        main.addWidget(self.reviews)
        main.addStretch(1)
        self._columns = columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        columns.setSpacing(px(28))
        columns.addLayout(main, 1)
        columns.addWidget(self._make_side(), 0, Qt.AlignmentFlag.AlignTop)
        body = QWidget()
        body.setLayout(columns)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)
        return scroll

    def _make_side(self) -> QWidget:
        self.banner = CoverBanner()
        self.price = Label("", Role.TITLE)
        self.list_price = Label("", Role.CAPTION, "muted")
        self.step_button = Button("", "primary")
        self.step_button.clicked.connect(self._do_step)
        self.step_hint = Label("", Role.CAPTION, "muted", wrap=True)
        self.progress = ProgressBar(_("Progress"))
        self.progress_text = Label("", Role.CAPTION, "muted")
        self.facts = QVBoxLayout()
        self.facts.setSpacing(px(9))
        inner = QVBoxLayout()
        inner.setContentsMargins(px(18), px(14), px(18), px(18))
        inner.setSpacing(px(10))
        amount = QHBoxLayout()
        amount.addWidget(self.price)
        amount.addWidget(self.list_price, 0, Qt.AlignmentFlag.AlignBottom)
        amount.addStretch(1)
        inner.addLayout(amount)
        inner.addWidget(self.progress_text)
        inner.addWidget(self.progress)
        inner.addWidget(self.step_button)
        inner.addWidget(self.step_hint)
        inner.addSpacing(px(4))
        inner.addLayout(self.facts)
        card = QFrame()
        card.setProperty("card", True)
        column = QVBoxLayout(card)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addLayout(inner)
        self.instructor = QFrame()
        self.instructor.setProperty("card", True)
        self._instructor = QVBoxLayout(self.instructor)
        self._instructor.setContentsMargins(px(18), px(14), px(18), px(16))
        self._instructor.setSpacing(px(4))
        side = QWidget()
        both = QVBoxLayout(side)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(px(14))
        both.addWidget(card)
        both.addWidget(self.instructor)
        self._side = side
        self._fit()
        self.staff_menu = QMenu(self)
        self.staff_button = Button(_("Manage"), "quiet", "edit")
        self.staff_button.setMenu(self.staff_menu)
        self.header.trailing.addWidget(self.staff_button)
        self.staff_button.hide()
        return side

    # Reading

    async def refresh(self) -> Empty | None:
        course = await self.context.read(get_course, self.course_id)
        self._terms = None
        if not course.teaches and course.enrollment_status not in OPEN:
            self._terms = await self.context.read(get_enrollment_terms, self.course_id)
        rows, reviews, own, votes = await asyncio.gather(
            self.context.read(list_outline, self.course_id, course.enrollment_id),
            self.context.read(list_reviews, self.course_id, REVIEWS),
            self.context.read(get_own_review, self.course_id),
            self.context.read(list_own_votes, self.course_id),
        )
        found: tuple[Problem, ...] = ()
        now = datetime.now(UTC)
        if course.teaches and not self._as_learner and course.status != "published":
            found = problems(await self.context.read(get_publish_facts, self.course_id), now)
        self._course = course
        enrolled = course.enrollment_status in OPEN
        self._outline = build(*rows, now=now, enrolled=enrolled, unlocked=self._teaches)
        await self._show(course, enrolled)
        await breathe()
        self._show_problems(course, found)
        await breathe()
        self.reviews.show_reviews(course, reviews, own, votes, may_write=course.enrollment_status in REVIEWERS)
        return None

    async def _show(self, course: CourseDetails, enrolled: bool) -> None:
        self.set_title(course.title, course.short_description or "")
        emptied(self.pills)
        if self._teaches or course.status != "published":
            tones = {"published": "good", "under_review": "warn"}
            self.pills.addWidget(StatusPill(label(STATUSES, course.status), tones.get(course.status, "neutral")))
        if self._as_learner:
            self.pills.addWidget(StatusPill(_("Preview: what a learner sees"), "info"))
        described = (
            label(CATEGORIES, course.category),
            label(DIFFICULTIES, course.difficulty_level),
            label(FORMATS, course.delivery_format),
        )
        for text in described:
            if text:
                self.pills.addWidget(StatusPill(text))
        if course.designation:
            self.pills.addWidget(StatusPill(course.designation, "accent"))
        self.description.setText(course.description)
        self.description.setVisible(bool(course.description))
        _list(self.objectives, _("What you will learn"), course.objectives, "check", "good")
        _list(self.prerequisites, _("Before you begin"), course.prerequisites, "chevron-right", "faint")
        following = self._outline.next_lesson(course.current_lesson_id) if enrolled else None
        await breathe()
        await self.outline_view.show_outline(
            self._outline,
            enrolled=enrolled,
            current=following.row.id if following else None,
            menu=self._lesson_menu if self._teaches else None,
        )
        count = len(self._outline.lessons)
        length = duration(course.minutes or self._outline.minutes)
        self._outline_facts.setText(
            " · ".join(part for part in (ngettext("{n} lesson", "{n} lessons", count).format(n=count), length) if part)
        )
        self.add_module_button.setVisible(self._teaches)
        self.import_button.setVisible(self._teaches)
        await breathe()
        self._show_side(course, enrolled)
        await breathe()
        self._show_manage(course)

    def _show_side(self, course: CourseDetails, enrolled: bool) -> None:
        self.banner.show_course(course.category, course.id)
        self.price.setText(price(course.pricing_type, course.price))
        cheaper = course.pricing_type != "free" and course.price < course.list_price
        self.list_price.setText(_("instead of {price}").format(price=price("paid", course.list_price)) if cheaper else "")
        self.price.setVisible(not enrolled)
        self.list_price.setVisible(not enrolled)
        self.progress.setVisible(enrolled)
        self.progress_text.setVisible(enrolled)
        if enrolled and course.progress is not None:
            self.progress.set_fraction(float(course.progress) / 100)
            lessons = self._outline.lessons
            self.progress_text.setText(
                _("{percent} % · {done} of {all} lessons").format(
                    percent=round(course.progress), done=self._outline.completed, all=len(lessons)
                )
            )
        step = self._step(course)
        self.step_button.setVisible(step.run is not None)
        self.step_button.setText(step.text)
        restyle(self.step_button, kind=step.kind)
        self.step_hint.setText(step.hint)
        self.step_hint.setVisible(bool(step.hint))
        emptied(self.facts)
        facts = [
            ("certificate", credits(course.ce_credits)),
            ("clock", duration(course.minutes or self._outline.minutes)),
            ("done", _("Certificate of completion") if course.certificate else ""),
            (
                "people",
                ngettext("{n} learner", "{n} learners", course.enrollments).format(n=f"{course.enrollments:,}")
                if course.enrollments
                else "",
            ),
            ("calendar", _window(course)),
            ("person", course.target_audience or ""),
        ]
        if self._teaches and course.enrollments:
            facts.append(("grade", _("{percent} % complete it").format(percent=plain(course.completion_rate))))
        for name, text in facts:
            if text:
                self.facts.addLayout(_fact(name, text))
        emptied(self._instructor)
        self.instructor.setVisible(bool(course.instructor))
        self._instructor.addWidget(Label(_("Instructor"), Role.LABEL, "faint"))
        self._instructor.addWidget(ElidedLabel(course.instructor or "", Role.HEADING))
        for about in (course.instructor_title, course.author_bio):
            if about:
                self._instructor.addWidget(Label(about, Role.CAPTION, "muted", wrap=True))

    def _show_manage(self, course: CourseDetails) -> None:
        leaving = not course.teaches and course.enrollment_status in ("enrolled", "in_progress")
        self.staff_button.setVisible(course.teaches or leaving)
        self.staff_button.setText(_("Manage") if course.teaches else _("More"))
        self.staff_menu.clear()
        if leaving:
            self.staff_menu.addAction(_("Leave course…"), self._leave)
            return
        if self._as_learner:
            self.staff_menu.addAction(_("Leave the preview"), lambda: self.context.open("course", course=self.course_id))
            return
        self.staff_menu.addAction(_("Edit the course"), lambda: self.context.open("course-editor", course=self.course_id))
        self.staff_menu.addAction(_("Edit details…"), self._edit)
        self.staff_menu.addAction(_("Packages…"), self._show_packages)
        self.staff_menu.addAction(_("Gradebook"), lambda: self.context.open("gradebook", course=self.course_id))
        if self.context.replica is not None:
            self.staff_menu.addAction(_("Keep on this computer"), self._keep)
        self.staff_menu.addAction(_("Preview as a learner"), lambda: self.context.open("course", course=self.course_id, as_learner=True))
        self.staff_menu.addSeparator()
        if course.status == "published":
            self.staff_menu.addAction(_("Take out of the catalogue"), lambda: self._run(unpublish, _("Taken out of the catalogue.")))
        if course.status != "archived":
            self.staff_menu.addAction(_("Archive…"), self._archive)

    def _show_problems(self, course: CourseDetails, found: tuple[Problem, ...]) -> None:
        emptied(self._problems)
        self.check.setVisible(bool(found) and self._teaches)
        blocking = any(problem.blocking for problem in found)
        self.step_button.setEnabled(not (blocking and self._teaches and course.status != "published"))
        if not found:
            return
        self._problems.addWidget(Label(_("Before publishing") if blocking else _("Worth a look before publishing"), Role.HEADING))
        for problem in found:
            line = QHBoxLayout()
            line.setSpacing(px(8))
            line.addWidget(
                Picture("error" if problem.blocking else "info", "bad" if problem.blocking else "info"), 0, Qt.AlignmentFlag.AlignTop
            )
            line.addWidget(Label(problem.message, wrap=True), 1)
            self._problems.addLayout(line)

    # What to do next

    def _step(self, course: CourseDetails) -> Step:
        if self._teaches:
            if course.status == "published":
                return Step(_("Preview as a learner"), lambda: self.context.open("course", course=self.course_id, as_learner=True))
            return Step(_("Publish"), self._publish, _("Learners find it in the catalogue at once."))
        if self._as_learner:
            return Step("", None, _("Lessons that you open are shown, but nothing is recorded."))
        match course.enrollment_status:
            case "completed":
                if course.certificate:
                    return Step(_("Certificate"), self._certificate, "" if course.certificate_number else _("You completed this course."))
                return Step(_("Look at it again"), self._continue)
            case "enrolled":
                return Step(_("Start"), self._continue)
            case "in_progress":
                following = self._outline.next_lesson(course.current_lesson_id)
                return Step(_("Continue"), self._continue, _("Next: {title}").format(title=following.row.title) if following else "")
            case "suspended":
                if self._terms is None or self._terms.pending is None:
                    return Step("", None, _("Your enrollment is suspended. Ask the association what for."))
                asked = price("paid", self._terms.pending)
                hint = _("{price} is to be confirmed by an administrator. The course opens as soon as it is.").format(price=asked)
                return Step(_("Cancel enrollment…"), self._cancel, hint, "quiet")
            case "expired":
                return Step("", None, _("Your enrollment has expired. Its instructor can let you in again."))
        closed = _closed(course, self._terms)
        if closed:
            return Step("", None, closed)
        seats = self._terms.seats_left if self._terms is not None else None
        left = ngettext("{n} seat left.", "{n} seats left.", seats).format(n=f"{seats:,}") if seats is not None else ""
        due = self._terms.due if self._terms is not None else course.price
        paying = ""
        if due:
            paying = _("You pay {price}. The course opens once your payment is confirmed.").format(price=price("paid", due))
        elif course.price:
            paying = _("You have paid for it already.")
        return Step(_("Enroll"), self._enroll, " ".join(filter(None, (paying, left))))

    def _do_step(self) -> None:
        if self._course is not None and (run := self._step(self._course).run) is not None:
            run()

    def _enroll(self) -> None:
        self.spawn(self._enrolled())

    async def _enrolled(self) -> None:
        with disabled(self.step_button):
            await self.context.write(enroll, self.course_id)
        if self._terms is not None and self._terms.due:
            self.context.notices.done(_("Your seat is held. The course opens once your payment is confirmed."))
        else:
            self.context.notices.done(_("You are enrolled."))

    def _cancel(self) -> None:
        enrollment = self._course.enrollment_id if self._course else None
        if enrollment is not None:
            confirm(
                self,
                _("Cancel this enrollment?"),
                _("Your seat goes to somebody else, and nothing is to be paid. Enrolling again begins anew."),
                _("Cancel enrollment"),
                lambda: self.spawn(self.context.write(drop, enrollment)),
            )

    def _continue(self) -> None:
        course = self._course
        if course is None:
            return
        lesson = self._outline.next_lesson(course.current_lesson_id) or next(iter(self._outline.lessons), None)
        if lesson is not None:
            self._open_lesson(lesson)

    def _open_lesson(self, lesson: OutlineLesson) -> None:
        course = self._course
        if course is None or lesson.lock is not None:
            return
        learns = course.enrollment_status in OPEN and not self._teaches and not self._as_learner
        enrollment = course.enrollment_id if learns else None
        if lesson.row.lesson_type == "scorm":
            self.context.open("player", lesson=lesson.row.id, enrollment=enrollment)
        else:
            self.context.open("lesson", course=self.course_id, lesson=lesson.row.id, enrollment=enrollment)

    def _certificate(self) -> None:
        if self._course is not None:
            self.context.open("certificate", enrollment=self._course.enrollment_id)

    def _leave(self) -> None:
        enrollment = self._course.enrollment_id if self._course else None
        if enrollment is not None:
            confirm(
                self,
                _("Leave this course?"),
                _("Your progress is kept. You come back where you were, if there is a seat then."),
                _("Leave course"),
                lambda: self.spawn(self.context.write(drop, enrollment)),
            )

    # Authoring

    def _publish(self) -> None:
        self._run(publish, _("Published."))

    def _archive(self) -> None:
        confirm(
            self,
            _("Archive this course?"),
            _("It leaves the catalogue for good. Who is enrolled keeps it."),
            _("Archive"),
            lambda: self._run(archive, _("Archived.")),
        )

    def _run(self, command: Callable[..., object], said: str) -> None:
        async def run() -> None:
            await self.context.write(command, self.course_id)  # type: ignore[arg-type]
            self.context.notices.done(said)

        self.spawn(run())

    def _edit(self) -> None:
        from desktop.ui.courses.dialogs import EditCourseDialog

        if self._course is not None:
            EditCourseDialog(self.context, self._course, self).open()

    def _add_module(self) -> None:
        from desktop.ui.courses.dialogs import TitleDialog

        dialog = TitleDialog(_("Add module"), _("Title of the module"), _("Add"), self)
        dialog.given.connect(lambda title: self.spawn(self.context.write(add_module, self.course_id, title)))
        dialog.open()

    def _lesson_menu(self, module: UUID) -> QMenu:
        menu = QMenu(self)
        menu.addAction(_("SCORM or AICC package…"), lambda: self._choose_package(module))
        menu.addAction(_("Unpacked package…"), lambda: self._choose_package(module, folder=True))
        menu.addAction(_("Reading…"), lambda: self._add_lesson(module, "text"))
        menu.addAction(_("Link…"), lambda: self._add_lesson(module, "external_link"))
        return menu

    def _add_lesson(self, module: UUID, lesson_type: str) -> None:
        from desktop.ui.courses.dialogs import NewLessonDialog

        dialog = NewLessonDialog(lesson_type, self)
        dialog.given.connect(lambda lesson: self.spawn(self.context.write(add_lesson, module, lesson)))
        dialog.open()

    def _choose_package(self, module: UUID | None, *, folder: bool = False) -> None:
        dialog = QFileDialog(self, _("Import a course package"), "", _("Course packages (*.zip *.pif);;All files (*)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory if folder else QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.import_package(Path(path), module))
        dialog.open()

    def _keep(self) -> None:
        from desktop.ui.sync.keeping import keep_course

        assert self._course is not None
        self.context.spawn(keep_course(self.context, self.course_id, self._course.title))

    def _show_packages(self) -> None:
        self.spawn(self._packages_shown())

    async def _packages_shown(self) -> None:
        from desktop.scorm.queries import list_package_lessons
        from desktop.ui.courses.importing import replace_with
        from desktop.ui.courses.importing_dialogs import PackagesDialog

        dialog = PackagesDialog(await self.context.read(list_package_lessons, self.course_id), self)
        dialog.replace_chosen.connect(lambda lesson, path: self.spawn(replace_with(self, lesson, path)))
        dialog.open()

    def import_package(self, path: Path, module: UUID | None = None) -> None:
        """Import a package into ``module``, the last one where none is named, or a first one of its own."""
        from desktop.ui.courses.importing import import_into

        modules = self._outline.modules
        target = module or (modules[-1].row.id if modules else None)
        self.spawn(import_into(self, self.course_id, target, path))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._teaches and _packages(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for path in _packages(event):
            self.import_package(path)
        event.acceptProposedAction()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_side"):
            self._fit()

    def _fit(self) -> None:
        """Two columns where there is room for them; else one: what one does first above, what there is to learn below."""
        one_column = self.width() < px(ONE_COLUMN)
        margin = px(16 if one_column else 32)
        self._columns.setContentsMargins(margin, px(4), margin, px(32))
        self._columns.setDirection(QBoxLayout.Direction.BottomToTop if one_column else QBoxLayout.Direction.LeftToRight)
        if one_column:
            self._side.setMinimumWidth(0)
            self._side.setMaximumWidth(QWIDGETSIZE_MAX)
        else:
            self._side.setFixedWidth(px(SIDE if self.width() > px(880) else NARROW_SIDE))


def _packages(event: QDragEnterEvent | QDropEvent) -> list[Path]:
    paths = (Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile())
    return [path for path in paths if path.suffix.lower() in {".zip", ".pif"}]


def _closed(course: CourseDetails, terms: EnrollmentTerms | None) -> str:
    """Why the reader cannot enrol just now, and what they can do; empty where they can. The server has the last word."""
    if terms is None:
        return _("Enrollment is closed.")
    match terms.problem:
        case None:
            return ""
        case "enrollment-not-open" if course.enrollment_start_date is not None:
            return _("Enrollment opens on {date}. Come back then.").format(date=date_text(course.enrollment_start_date))
        case "enrollment-over" if course.enrollment_end_date is not None and course.enrollment_end_date <= datetime.now(UTC):
            return _("Enrollment ended on {date}. Ask its instructor for a later run.").format(date=date_text(course.enrollment_end_date))
        case "enrollment-over":
            return _("The course is over. Ask its instructor for a later run.")
        case "membership-suspended":
            return _("Your membership is suspended. The association can lift that.")
        case "members-in-good-standing":
            return _("This course is for active members. Renew your membership to enroll.")
        case "prerequisites":
            return _("Complete these courses first: {titles}.").format(titles=", ".join(terms.missing))
        case "course-full":
            return _("The course is full. Look again later: who leaves makes room.")
        case _:
            return _("Enrollment is closed. Ask its instructor whether it opens again.")


def _window(course: CourseDetails) -> str:
    if course.course_start_date is not None and course.course_end_date is not None:
        return _("{start} to {end}").format(start=date_text(course.course_start_date), end=date_text(course.course_end_date))
    if course.course_start_date is not None:
        return _("Starts {date}").format(date=date_text(course.course_start_date))
    if course.enrollment_end_date is not None:
        return _("Enroll by {date}").format(date=date_text(course.enrollment_end_date))
    return ""


def _fact(name: str, text: str) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(px(10))
    line.addWidget(Picture(name, "faint"), 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(Label(text, Role.BODY, "muted", wrap=True), 1)
    return line


def _list(layout: QVBoxLayout, title: str, entries: tuple[str, ...], name: str, token: str) -> None:
    emptied(layout)
    layout.setSpacing(px(7))
    if entries:
        layout.addWidget(Label(title, Role.HEADING))
    for entry in entries:
        line = QHBoxLayout()
        line.setSpacing(px(10))
        line.addWidget(Picture(name, token), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(Label(entry, wrap=True), 1)
        layout.addLayout(line)
