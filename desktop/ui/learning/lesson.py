"""A lesson that is open: reading, PDF, link. Packages go on to the player, quizzes and assignments to their pages.

What cannot be shown here says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTextBrowser, QVBoxLayout, QWidget

from desktop.courses.outline import Outline, OutlineLesson, Progress, build
from desktop.courses.queries import list_outline
from desktop.courses.richtext import sanitize
from desktop.courses.vocabulary import LESSON_TYPES, duration, label
from desktop.i18n import _
from desktop.learning.commands import complete_lesson, open_lesson
from desktop.learning.queries import LessonContent, get_lesson
from desktop.settings import cache_folder
from desktop.store.assets import asset_of, fetch
from desktop.tasks import JobControl
from desktop.ui.context import Context
from desktop.ui.page import Empty, Page
from desktop.ui.theme import Role, px, theme
from desktop.ui.widgets.badges import StatusPill
from desktop.ui.widgets.buttons import Button, disabled
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Dialog

ELSEWHERE = frozenset({"scorm", "quiz", "assignment"})
"""Types of lessons that have a page of their own."""

COLUMN = 720
"""Widest line of a reading, in pixels at nominal text."""


class Reading(QTextBrowser):
    """An author's HTML as text: no scripts (there is no engine for them), nothing fetched from anywhere, links only by hand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.setAccessibleName(_("Lesson text"))
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setViewportMargins(0, 0, 0, 0)
        self._shown: str | None = None
        theme().changed.connect(self._recolour)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        # Pictures inside the document (data:) are decoded by the document itself; anything else would be a request to somebody.
        return super().loadResource(kind, name) if QUrl(name).scheme() == "data" else None

    def show_html(self, html: str) -> None:
        self._shown = html
        body, text, link = theme().font(Role.BODY), theme().colour("text").name(), theme().colour("accent_text").name()
        self.document().setDefaultStyleSheet(
            f"body {{ font-size: {round(body.pixelSize() * 1.1)}px; line-height: 150%; color: {text}; }} a {{ color: {link}; }}"
            " p { margin: 0 0 12px 0; } h1, h2, h3 { margin: 18px 0 8px 0; }"
        )
        self.setHtml(f"<body>{sanitize(html)}</body>")
        self.document().setDocumentMargin(0)

    def show_plain(self, words: str) -> None:
        self._shown = None
        self.setPlainText(words)

    def _recolour(self) -> None:
        """The colours are in the document: another look makes it anew, at the same place."""
        if self._shown is not None:
            at = self.verticalScrollBar().value()
            self.show_html(self._shown)
            self.verticalScrollBar().setValue(at)


class LessonPage(Page):
    """``context.open("lesson", course=…, lesson=…, enrollment=…)``; without an enrolment it is a look that records nothing."""

    shows: ClassVar[frozenset[str]] = frozenset({"lesson_progress"})

    def __init__(self, context: Context, course: UUID, lesson: UUID, enrollment: UUID | None = None, parent: QWidget | None = None) -> None:
        self.course_id, self.lesson_id, self.enrollment_id = course, lesson, enrollment
        self._opened = False
        self._played = False
        self._lesson: LessonContent | None = None
        self._outline = Outline(())
        super().__init__(context, parent)

    @property
    def breadcrumb(self) -> tuple[str, Callable[[], object]]:
        title = self._lesson.course_title if self._lesson else _("Course")
        return title, lambda: self.context.open("course", course=self.course_id)

    # Making

    def build(self) -> QWidget:
        self.reading = Reading()
        self.reading.anchorClicked.connect(lambda url: self.ask_to_visit(url.toString()))
        self.pdf = QPdfDocument(self)
        self.pdf_view = QPdfView()
        self.pdf_view.setDocument(self.pdf)
        self.pdf_view.setPageMode(QPdfView.PageMode.MultiPage)
        self.pdf_view.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        self.pdf_view.setAccessibleName(_("Pages of the document"))
        self.elsewhere = QWidget()
        self.elsewhere_text = Label("", Role.HEADING, wrap=True)
        self.elsewhere_second = Label("", Role.BODY, "muted", wrap=True)
        self.visit_button = Button(_("Open in the browser…"), "primary", "external")
        self.visit_button.clicked.connect(self._visit)
        away = QVBoxLayout(self.elsewhere)
        away.setSpacing(px(8))
        away.addStretch(2)
        for words in (self.elsewhere_text, self.elsewhere_second):
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
            away.addWidget(words)
        away.addSpacing(px(8))
        away.addWidget(self.visit_button, 0, Qt.AlignmentFlag.AlignHCenter)
        away.addStretch(3)
        self.stack = QStackedWidget()
        for widget in (self.reading, self.pdf_view, self.elsewhere):
            self.stack.addWidget(widget)
        self.stack.setMaximumWidth(px(COLUMN))
        self.done_pill = StatusPill(_("Completed"), "good")
        self.previous_button = Button(_("Previous"), "quiet", "chevron-left")
        self.next_button = Button(_("Next"), "quiet", "chevron-right")
        self.next_button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.complete_button = Button(_("Mark complete"), "primary", "check")
        self.certificate_button = Button(_("Certificate"), "primary", "certificate")
        self.previous_button.clicked.connect(lambda: self._go(-1))
        self.next_button.clicked.connect(lambda: self._go(1))
        self.complete_button.clicked.connect(lambda: self.spawn(self._complete()))
        self.certificate_button.clicked.connect(lambda: self.context.open("certificate", enrollment=self.enrollment_id))
        foot = QHBoxLayout()
        foot.setContentsMargins(px(32), px(12), px(32), px(16))
        foot.setSpacing(px(8))
        foot.addWidget(self.previous_button)
        foot.addStretch(1)
        foot.addWidget(self.done_pill)
        foot.addWidget(self.complete_button)
        foot.addWidget(self.certificate_button)
        foot.addWidget(self.next_button)
        middle = QHBoxLayout()
        middle.setContentsMargins(px(32), px(4), px(32), 0)
        middle.addWidget(self.stack, 100)
        middle.addStretch(1)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(middle, 1)
        column.addLayout(foot)
        return content

    # Reading

    async def refresh(self) -> Empty | None:
        if self.enrollment_id is not None and not self._opened:
            self._opened = True
            await self.context.write(open_lesson, self.enrollment_id, self.lesson_id)
        lesson, rows = await asyncio.gather(
            self.context.read(get_lesson, self.lesson_id, self.enrollment_id),
            self.context.read(list_outline, self.course_id, self.enrollment_id),
        )
        if lesson.lesson_type in ELSEWHERE and not self._played:
            self._played = True  # once: whoever comes back here with Alt+Left wants to go on back
            self._play(lesson)
        first = self._lesson is None
        self._lesson = lesson
        self._outline = build(*rows, now=datetime.now(UTC), enrolled=self.enrollment_id is not None, unlocked=self.enrollment_id is None)
        parts = (label(LESSON_TYPES, lesson.lesson_type), duration(lesson.estimated_duration_minutes))
        self.set_title(lesson.title, " · ".join(part for part in parts if part))
        self.header.set_breadcrumb(*self.breadcrumb)
        if first:
            await self._show(lesson)
        self._show_state(lesson)
        return None

    async def _show(self, lesson: LessonContent) -> None:
        asset = asset_of(lesson.content_url or "")
        if lesson.lesson_type == "text" or (lesson.lesson_type == "embedded_content" and lesson.content_html):
            self.reading.show_html(lesson.content_html or "")
            self.stack.setCurrentWidget(self.reading)
        elif lesson.lesson_type == "pdf" and asset is not None:
            path = await self.context.job(_("Fetching {name}").format(name=lesson.title), _fetched, self.context.store, asset)
            self.pdf.load(str(path))
            self.stack.setCurrentWidget(self.pdf_view)
        else:
            self._show_elsewhere(lesson)

    def _show_elsewhere(self, lesson: LessonContent) -> None:
        url = lesson.content_url or ""
        if lesson.lesson_type in ELSEWHERE:
            said, button = {
                "quiz": (_("This lesson is a quiz."), _("Open the quiz")),
                "assignment": (_("This lesson is an assignment."), _("Open the assignment")),
            }.get(lesson.lesson_type, (_("This lesson opens in the player."), _("Open the player")))
            self.elsewhere_text.setText(said)
            self.elsewhere_second.setText("")
            self.visit_button.setText(button)
            self.stack.setCurrentWidget(self.elsewhere)
            return
        on_the_web = url.startswith(("https://", "http://"))
        self.visit_button.setVisible(on_the_web)
        if on_the_web:
            self.elsewhere_text.setText(_("This lesson is on the web."))
            self.elsewhere_second.setText(QUrl(url).host())
        else:
            self.elsewhere_text.setText(_("A lesson of this kind cannot be opened here yet."))
            self.elsewhere_second.setText(label(LESSON_TYPES, lesson.lesson_type))
        self.stack.setCurrentWidget(self.elsewhere)

    def _show_state(self, lesson: LessonContent) -> None:
        done = lesson.progress == Progress.COMPLETED.value
        by_hand = lesson.completion_criteria in {"marked_complete", "time_spent"}
        course_done = bool(self._outline.lessons) and all(entry.done or not entry.row.require_completion for entry in self._outline.lessons)
        self.done_pill.setVisible(done)
        self.complete_button.setVisible(self.enrollment_id is not None and not done and by_hand)
        self.certificate_button.setVisible(self.enrollment_id is not None and done and course_done)
        self.previous_button.setEnabled(self._neighbour(-1) is not None)
        self.next_button.setEnabled(self._neighbour(1) is not None)

    # Doing

    async def _complete(self) -> None:
        if self.enrollment_id is None:
            return
        with disabled(self.complete_button):
            await self.context.write(complete_lesson, self.enrollment_id, self.lesson_id)

    def _neighbour(self, step: int) -> OutlineLesson | None:
        """The lesson before or after, unless it is locked."""
        lessons = self._outline.lessons
        here = next((at for at, entry in enumerate(lessons) if entry.row.id == self.lesson_id), None)
        if here is None or not 0 <= here + step < len(lessons):
            return None
        found = lessons[here + step]
        return found if found.lock is None else None

    def _go(self, step: int) -> None:
        found = self._neighbour(step)
        if found is not None:
            self.context.open("lesson", course=self.course_id, lesson=found.row.id, enrollment=self.enrollment_id)

    def _play(self, lesson: LessonContent) -> None:
        if lesson.lesson_type in ("quiz", "assignment"):
            self.context.open(lesson.lesson_type, course=self.course_id, lesson=self.lesson_id, enrollment=self.enrollment_id)
        else:
            self.context.open("player", lesson=self.lesson_id, enrollment=self.enrollment_id)

    def _visit(self) -> None:
        if self._lesson is not None and self._lesson.lesson_type in ELSEWHERE:
            self._play(self._lesson)
        elif self._lesson is not None:
            self.ask_to_visit(self._lesson.content_url or "")

    def ask_to_visit(self, address: str) -> None:
        """Open an address in the system's browser, once the person has seen it whole and agreed."""
        url = QUrl(address)
        if url.scheme() not in {"http", "https"}:
            self.context.notices.warn(_("This link leads to nothing that can be opened."), details=address)
            return
        dialog = Dialog(_("Open this address in your browser?"), address, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.add_button(_("Cancel"), "quiet", dialog.reject)
        dialog.add_button(_("Open"), "primary", dialog.accept)
        dialog.accepted.connect(lambda: QDesktopServices.openUrl(url))
        dialog.open()


def _fetched(control: JobControl, /, store: Any, asset: str) -> Path:
    """The asset as a file; fetched once."""
    target = cache_folder() / "documents" / f"{asset}.pdf"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        fetch(store, asset, target, control)
    return target
