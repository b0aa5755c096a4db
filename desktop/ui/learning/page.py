"""My learning: every course of mine, what to go on with first."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.courses.vocabulary import ENROLLMENT_STATUSES, credits, duration, label, plain
from desktop.i18n import N_, _
from desktop.learning.queries import ACTIVE, MyEnrollment, get_learning_totals, list_my_enrollments
from desktop.ui.dates import date_text, since_text, until_text
from desktop.ui.home.figures import Ring
from desktop.ui.home.page import ListCard, Thumbnail, Tile, line
from desktop.ui.page import Empty, Page, in_turns
from desktop.ui.theme import px
from desktop.ui.widgets.badges import StatusPill
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.scrolled import ScrolledColumn


class LearningPage(Page):
    title = N_("My learning")
    shows: ClassVar[frozenset[str]] = frozenset({"enrollments", "lesson_progress", "courses", "certificates"})

    def build(self) -> QWidget:
        self._scrolled = ScrolledColumn()
        return self._scrolled

    async def refresh(self) -> Empty | None:
        mine, totals = await asyncio.gather(self.context.read(list_my_enrollments), self.context.read(get_learning_totals))
        if not mine:
            return Empty(_("You are not taking a course yet."), _("Open the catalogue"), pressed=lambda: self.context.open("catalogue"))
        column = self._scrolled.begin()
        tiles = QHBoxLayout()
        tiles.setSpacing(px(14))
        for value, name in (
            (f"{totals.active:,}", _("In progress")),
            (f"{totals.completed:,}", _("Completed")),
            (plain(totals.credits), _("CE credits earned")),
            (duration(totals.minutes) or _("0 min"), _("Time spent")),
        ):
            tiles.addWidget(Tile(value, name), 1)
        column.addLayout(tiles)
        active = [one for one in mine if one.status in ACTIVE]
        done = [one for one in mine if one.status == "completed"]
        rest = [one for one in mine if one not in active and one not in done]
        nothing = _("Nothing is in progress.")
        column.addWidget(ListCard(_("In progress"), await in_turns(self._active, active), nothing))
        if done:
            column.addWidget(ListCard(_("Completed"), await in_turns(self._done, done), ""))
        if rest:
            column.addWidget(ListCard(_("Not open"), await in_turns(self._closed, rest), ""))
        column.addStretch(1)
        await self._scrolled.show_column()
        return None

    def _active(self, one: MyEnrollment) -> QWidget:
        parts = [_("{done} of {all} lessons").format(done=one.lessons_completed, all=one.total_lessons)]
        if one.current_lesson:
            parts.append(_("at “{title}”").format(title=one.current_lesson))
        if one.ends_at is not None:
            parts.append(_("ends {when}").format(when=until_text(one.ends_at)))
        course = Button(_("Course"), "plain")
        course.setAccessibleName(_("Open the course {title}").format(title=one.title))
        course.clicked.connect(lambda: self.context.open("course", course=one.course_id))
        go = Button(_("Continue") if one.current_lesson_id else _("Start"), "quiet", "play")
        go.setAccessibleName(f"{go.text()}: {one.title}")
        go.clicked.connect(lambda: self._resume(one))
        return line(one.title, " · ".join(parts), left=Ring(float(one.progress), 44), buttons=[course, go])

    def _done(self, one: MyEnrollment) -> QWidget:
        parts = [credits(one.ce_credits)]
        if one.completed_at is not None:
            parts.insert(0, since_text(one.completed_at))
        buttons = []
        if one.certificate:
            paper = Button(_("Certificate"), "quiet", "certificate")
            paper.setAccessibleName(_("Certificate of {title}").format(title=one.title))
            paper.clicked.connect(lambda: self.context.open("certificate", enrollment=one.id))
            buttons.append(paper)
        look = Button(_("Course"), "plain")
        look.setAccessibleName(_("Open the course {title}").format(title=one.title))
        look.clicked.connect(lambda: self.context.open("course", course=one.course_id))
        text = " · ".join(part for part in parts if part)
        return line(one.title, text, left=Thumbnail(one.category, one.course_id), buttons=[look, *buttons])

    def _closed(self, one: MyEnrollment) -> QWidget:
        why = (
            _("Your payment has not been confirmed yet.")
            if one.status == "suspended"
            else _("Enrolled {date}").format(date=date_text(one.enrolled_at))
        )
        return line(
            one.title, why, left=Thumbnail(one.category, one.course_id), right=StatusPill(label(ENROLLMENT_STATUSES, one.status), "warn")
        )

    def _resume(self, one: MyEnrollment) -> None:
        if one.current_lesson_id is None:
            self.context.open("course", course=one.course_id)
        else:
            self.context.open("lesson", course=one.course_id, lesson=one.current_lesson_id, enrollment=one.id)
