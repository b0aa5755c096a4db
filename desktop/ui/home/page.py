"""Home: what waits for the person who is signed in, in the order in which they would want it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.courses.vocabulary import STATUSES, credits, duration, label, plain
from desktop.i18n import N_, _, ngettext
from desktop.learning.commands import confirm_payment
from desktop.learning.queries import (
    ACTIVE,
    Deadline,
    LearningTotals,
    MyCertificate,
    MyEnrollment,
    Recommendation,
    get_learning_totals,
    list_deadlines,
    list_my_certificates,
    list_my_enrollments,
    list_recommendations,
)
from desktop.reports.queries import (
    CertificateDue,
    Completion,
    Payment,
    Supervised,
    TaughtCourse,
    TeachingTotals,
    Trend,
    Waiting,
    get_teaching_totals,
    get_waiting,
    list_certificates_due,
    list_pending_payments,
    list_recent_completions,
    list_supervised,
    list_taught_courses,
    list_trends,
)
from desktop.ui.courses.cover import Wanted, covers
from desktop.ui.dates import date_text, moment_text, since_text, until_text
from desktop.ui.home.figures import Ring
from desktop.ui.page import Empty, Page, breathe
from desktop.ui.theme import Role, px
from desktop.ui.widgets.badges import Avatar, StatusPill
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.charts import Sparkline
from desktop.ui.widgets.labels import ElidedLabel, Label
from desktop.ui.widgets.scrolled import ScrolledColumn
from desktop.ui.widgets.surfaces import Card, Hairline

SHOWN = 4
TWO_COLUMNS = 860
"""Width, at nominal text, from which cards stand in two columns."""
ALIKE = 0.7
"""Cards side by side, the lower of which has at least this part of the other's height, are made equally high."""

TREND_NAMES = {
    "enrollments": N_("Enrollments"),
    "completions": N_("Completions"),
    "certificates": N_("Certificates"),
    "members": N_("New members"),
}
KINDS = {"course": N_("Course ends"), "assignment": N_("Assignment due"), "quiz": N_("Quiz closes"), "live_session": N_("Live session")}
EVENTS = {"exam": N_("Final exam"), "live_session": N_("Live session")}


class Thumbnail(QWidget):
    """A course's cover, small."""

    def __init__(self, category: str, course: UUID, parent: QWidget | None = None, *, wide: int = 56, high: int = 40) -> None:
        super().__init__(parent)
        self._category, self._course = category, course
        self.setFixedSize(px(wide), px(high))
        covers().painted.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        radius = float(px(6))
        wanted = Wanted(self._category, self._course, self.width(), self.height(), self.devicePixelRatioF(), (radius, radius))
        covers().draw(QPainter(self), QPointF(0, 0), wanted)


class Tile(Card):
    """One figure, large, with what it counts."""

    def __init__(self, value: str, name: str, *, tone: str = "text", pressed: Callable[[], object] | None = None, verb: str = "") -> None:
        super().__init__(padding=16)
        self.body.setSpacing(px(2))
        self.body.addWidget(Label(value, Role.TITLE, tone))
        self.body.addWidget(Label(name, Role.CAPTION, "muted", wrap=True))
        self.body.addStretch(1)
        if pressed is not None:
            button = Button(verb, "link")
            button.setAccessibleName(f"{verb}: {name}")
            button.clicked.connect(lambda _checked=False: pressed())
            self.body.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)


class ListCard(Card):
    """A title and some rows, or one honest sentence where there are none."""

    def __init__(self, title: str, rows: Sequence[QWidget], nothing: str, *, more: tuple[str, Callable[[], object]] | None = None) -> None:
        super().__init__(padding=18)
        self.body.setSpacing(px(10))
        head = QHBoxLayout()
        head.addWidget(Label(title, Role.HEADING))
        head.addStretch(1)
        if more is not None:
            button = Button(more[0], "link")
            button.setAccessibleName(f"{more[0]}: {title}")
            button.clicked.connect(lambda _checked=False: more[1]())
            head.addWidget(button)
        self.body.addLayout(head)
        if not rows:
            self.body.addWidget(Label(nothing, Role.BODY, "muted", wrap=True))
        for number, row in enumerate(rows):
            if number:
                self.body.addWidget(Hairline())
            self.body.addWidget(row)
        self.body.addStretch(1)


def line(
    title: str, second: str, *, left: QWidget | None = None, right: QWidget | None = None, buttons: Sequence[Button] = (), note: str = ""
) -> QWidget:
    """A row of a card: something at the left, two lines of text, a note, buttons."""
    row = QWidget()
    across = QHBoxLayout(row)
    across.setContentsMargins(0, 0, 0, 0)
    across.setSpacing(px(12))
    if left is not None:
        across.addWidget(left)
    words = QVBoxLayout()
    words.setSpacing(px(2))
    words.addWidget(ElidedLabel(title, Role.STRONG))
    if second:
        words.addWidget(ElidedLabel(second, Role.CAPTION, "muted"))
    across.addLayout(words, 1)
    if note:
        across.addWidget(Label(note, Role.CAPTION, "muted"))
    if right is not None:
        across.addWidget(right)
    for button in buttons:
        across.addWidget(button)
    return row


class HomePage(Page):
    title = N_("Home")
    shows: ClassVar[frozenset[str]] = frozenset(
        {
            "courses",
            "enrollments",
            "lesson_progress",
            "certificates",
            "transactions",
            "members",
            "assignment_submissions",
            "live_sessions",
        }
    )

    def build(self) -> QWidget:
        self._grids: list[tuple[QGridLayout, list[QWidget]]] = []
        self._scrolled = ScrolledColumn()
        return self._scrolled

    async def refresh(self) -> Empty | None:
        roles = self.context.identity.roles
        read = self.context.read
        wanted: dict[str, Coroutine[Any, Any, Any]] = {}
        if "administrator" in roles:
            wanted |= {
                "waiting": read(get_waiting),
                "trends": read(list_trends),
                "payments": read(list_pending_payments, SHOWN),
                "due": read(list_certificates_due, SHOWN),
            }
        if "instructor" in roles:
            wanted |= {
                "teaching": read(get_teaching_totals),
                "taught": read(list_taught_courses, SHOWN + 1),
                "completions": read(list_recent_completions, SHOWN + 1),
            }
        if roles & {"proctor", "instructor"}:
            wanted["supervised"] = read(list_supervised, SHOWN + 1)
        wanted |= {
            "mine": read(list_my_enrollments, 20),
            "totals": read(get_learning_totals),
            "deadlines": read(list_deadlines),
            "recommended": read(list_recommendations),
            "certificates": read(list_my_certificates, SHOWN),
        }
        found = dict(zip(wanted, await asyncio.gather(*wanted.values()), strict=True))
        self._column = self._scrolled.begin()
        self._grids = []
        first = self.context.identity.name.split(" ")[0]
        self.set_title(_greeting(datetime.now().astimezone().hour).format(name=first))
        if "administrator" in roles:
            await self._administrator(found["waiting"], found["trends"], found["payments"], found["due"])
        if "instructor" in roles:
            await self._instructor(found["teaching"], found["taught"], found["completions"])
        if "proctor" in roles:
            self._proctor(found["supervised"])
        if not roles & {"administrator", "instructor", "proctor"} or found["mine"]:
            await self._learner(found["mine"], found["totals"], found["deadlines"], found["recommended"], found["certificates"])
        self._column.addStretch(1)
        self._arrange()
        await self._scrolled.show_column()
        return None

    # Per role

    async def _learner(
        self,
        mine: tuple[MyEnrollment, ...],
        totals: LearningTotals,
        deadlines: tuple[Deadline, ...],
        recommended: tuple[Recommendation, ...],
        certificates: tuple[MyCertificate, ...],
    ) -> None:
        active = sorted((one for one in mine if one.status in ACTIVE), key=lambda one: one.status != "in_progress")
        if active:
            self._column.addWidget(self._continue_card(active[0]))
            await breathe()
        learning = [
            line(
                enrollment.title,
                _("{done} of {all} lessons").format(done=enrollment.lessons_completed, all=enrollment.total_lessons),
                left=Ring(float(enrollment.progress), 40),
                buttons=[self._link(_("Open"), enrollment.title, "course", course=enrollment.course_id)],
            )
            for enrollment in active[1 : SHOWN + 1]
        ]
        await breathe()
        due = [
            line(entry.title, f"{_(KINDS[entry.kind])} · {entry.course_title}", note=until_text(entry.at))
            for entry in deadlines[: SHOWN + 1]
        ]
        suggestions = [
            line(
                entry.title,
                " · ".join(part for part in (entry.instructor, credits(entry.ce_credits), duration(entry.minutes)) if part),
                left=Thumbnail(entry.category, entry.course_id),
                buttons=[self._link(_("Look"), entry.title, "course", course=entry.course_id)],
            )
            for entry in recommended
        ]
        await breathe()
        papers = [
            line(
                certificate.course_title,
                _("Issued {date}").format(date=date_text(certificate.issued_at)),
                buttons=[self._link(_("Show"), certificate.course_title, "certificate", enrollment=certificate.enrollment_id)],
            )
            for certificate in certificates
        ]
        await breathe()
        cards: list[QWidget] = []
        if learning or not active:
            nothing = _("You are not taking a course yet. Find one in the catalogue.")
            cards.append(
                ListCard(
                    _("Also in progress") if active else _("My courses"), learning, nothing, more=self._more(_("Catalogue"), "catalogue")
                )
            )
        cards.append(ListCard(_("Coming up"), due, _("Nothing is due in the next weeks.")))
        if suggestions:
            cards.append(ListCard(_("For you"), suggestions, "", more=self._more(_("Catalogue"), "catalogue")))
        said = _("You have completed {n} courses and earned {credits}.").format(n=totals.completed, credits=credits(totals.credits))
        nothing = said if totals.completed and totals.credits else _("Your certificates will be here.")
        cards.append(ListCard(_("Certificates"), papers, nothing))
        self._grid(cards)

    def _continue_card(self, enrollment: MyEnrollment) -> QWidget:
        card = Card(padding=18)
        across = QHBoxLayout()
        across.setSpacing(px(20))
        across.addWidget(Thumbnail(enrollment.category, enrollment.course_id, wide=168, high=104))
        words = QVBoxLayout()
        words.setSpacing(px(3))
        words.addStretch(1)
        words.addWidget(Label(_("Continue where you were") if enrollment.progress else _("Ready to start"), Role.LABEL, "faint"))
        words.addWidget(ElidedLabel(enrollment.title, Role.HEADING))
        second = enrollment.current_lesson or enrollment.instructor or ""
        if enrollment.ends_at is not None:
            second = " · ".join(part for part in (second, _("ends {when}").format(when=until_text(enrollment.ends_at))) if part)
        words.addWidget(ElidedLabel(second, Role.BODY, "muted"))
        button = Button(_("Continue") if enrollment.progress else _("Start"), "primary", "play")
        button.setAccessibleName(_("Continue {title}").format(title=enrollment.title))
        button.clicked.connect(lambda: self._resume(enrollment))
        words.addSpacing(px(8))
        words.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        words.addStretch(1)
        across.addLayout(words, 1)
        across.addWidget(Ring(float(enrollment.progress), 84))
        card.body.addLayout(across)
        self.continue_button = button
        return card

    async def _instructor(self, totals: TeachingTotals, taught: tuple[TaughtCourse, ...], completions: tuple[Completion, ...]) -> None:
        self._tiles(
            [
                Tile(f"{totals.active:,}", _("Active learners")),
                Tile(f"{totals.to_grade:,}", _("Waiting for a grade"), tone="warn" if totals.to_grade else "text"),
                Tile(f"{totals.courses:,}", _("Published courses")),
                Tile(f"{totals.drafts:,}", _("Drafts to publish")),
            ]
        )
        await breathe()
        courses = [
            line(
                course.title,
                _("{active} active · {done} completed · {rate} %").format(
                    active=course.active, done=course.completions, rate=plain(course.completion_rate)
                )
                if course.status == "published"
                else "",
                left=Thumbnail(course.category, course.id),
                right=None if course.status == "published" else StatusPill(label(STATUSES, course.status), "warn"),
                buttons=[self._link(_("Open"), course.title, "course", course=course.id)],
            )
            for course in taught
        ]
        await breathe()
        done = [
            line(entry.learner, entry.course_title, left=Avatar(entry.learner), note=since_text(entry.completed_at))
            for entry in completions
        ]
        self._grid(
            [
                ListCard(
                    _("Courses you teach"),
                    courses,
                    _("You teach no course yet. Make one in the catalogue."),
                    more=self._more(_("Catalogue"), "catalogue"),
                ),
                ListCard(_("Completed lately"), done, _("Nobody has completed a course of yours yet.")),
            ]
        )

    def _proctor(self, events: tuple[Supervised, ...]) -> None:
        rows = [
            line(
                event.title,
                f"{_(EVENTS[event.kind])} · {event.course_title}",
                note=moment_text(event.at),
                right=Label(until_text(event.at), Role.CAPTION, "faint"),
            )
            for event in events
        ]
        self._grid([ListCard(_("To supervise"), rows, _("No exam and no live session that you may see is planned in the next 30 days."))])

    async def _administrator(
        self, waiting: Waiting, trends: tuple[Trend, ...], payments: tuple[Payment, ...], due: tuple[CertificateDue, ...]
    ) -> None:
        self._tiles(
            [
                Tile(f"{waiting.payments:,}", _("Payments to confirm"), tone="warn" if waiting.payments else "text"),
                Tile(f"{waiting.certificates_due:,}", _("Certificates due")),
                Tile(f"{waiting.under_review:,}", _("Courses under review")),
                Tile(
                    f"{waiting.without_login:,}",
                    _("Members without a login"),
                    pressed=lambda: self.context.open("people"),
                    verb=_("People"),
                ),
            ]
        )
        await breathe()
        self._tiles([self._trend(trend) for trend in trends])
        await breathe()
        paying = []
        for payment in payments:
            buttons = []
            if payment.enrollment_id is not None:
                confirm = Button(_("Confirm"), "quiet")
                confirm.setAccessibleName(_("Confirm the payment of {name}").format(name=payment.member))
                confirm.clicked.connect(lambda _checked=False, payment=payment: self.spawn(self._confirm(payment)))
                buttons.append(confirm)
            paying.append(
                line(
                    payment.member,
                    " · ".join(part for part in (payment.course_title, since_text(payment.created_at)) if part),
                    left=Avatar(payment.member),
                    note=f"${payment.amount:,.2f}" if payment.currency == "USD" else f"{payment.amount:,.2f} {payment.currency}",
                    buttons=buttons,
                )
            )
        await breathe()
        papers = []
        for entry in due:
            issue = Button(_("Issue"), "quiet")
            issue.setAccessibleName(_("Issue the certificate of {name}").format(name=entry.member))
            issue.clicked.connect(lambda _checked=False, entry=entry: self.context.open("certificate", enrollment=entry.enrollment_id))
            papers.append(line(entry.member, entry.course_title, left=Avatar(entry.member), buttons=[issue]))
        self._grid(
            [
                ListCard(_("Payments to confirm"), paying, _("No payment waits."), more=self._more(_("All payments"), "payments")),
                ListCard(_("Certificates due"), papers, _("Everybody who completed a course has their certificate.")),
            ]
        )

    def _trend(self, trend: Trend) -> QWidget:
        card = Card(padding=16)
        card.body.setSpacing(px(4))
        name = _(TREND_NAMES[trend.name])
        head = QHBoxLayout()
        head.addWidget(Label(name, Role.LABEL, "muted"))
        head.addStretch(1)
        if trend.change is not None:
            tone = "good" if trend.change > 0 else "muted"
            head.addWidget(Label(f"{trend.change:+d} %", Role.LABEL, tone))
        card.body.addLayout(head)
        card.body.addWidget(
            Label(ngettext("{n} this week", "{n} this week", trend.current).format(n=f"{trend.current:,}"), Role.CAPTION, "faint")
        )
        card.body.addWidget(Sparkline(name, trend.weeks))
        return card

    # Doing

    def _resume(self, enrollment: MyEnrollment) -> None:
        if enrollment.current_lesson_id is not None:
            self.context.open("lesson", course=enrollment.course_id, lesson=enrollment.current_lesson_id, enrollment=enrollment.id)
        else:
            self.context.open("course", course=enrollment.course_id)

    async def _confirm(self, payment: Payment) -> None:
        if payment.enrollment_id is not None:
            await self.context.write(confirm_payment, payment.enrollment_id)
            self.context.notices.done(_("Confirmed. {name} can start now.").format(name=payment.member))

    def _link(self, text: str, about: str, place: str, **arguments: Any) -> Button:
        button = Button(text, "quiet")
        button.setAccessibleName(f"{text}: {about}")
        button.clicked.connect(lambda: self.context.open(place, **arguments))
        return button

    def _more(self, text: str, place: str) -> tuple[str, Callable[[], object]]:
        return text, lambda: self.context.open(place)

    # Arranging

    def _tiles(self, tiles: list[QWidget]) -> None:
        row = QHBoxLayout()
        row.setSpacing(px(14))
        for tile in tiles:
            row.addWidget(tile, 1)
        self._column.addLayout(row)

    def _grid(self, cards: list[QWidget]) -> None:
        grid = QGridLayout()
        grid.setSpacing(px(14))
        self._column.addLayout(grid)
        self._grids.append((grid, cards))

    def _arrange(self) -> None:
        columns = 2 if self.width() >= px(TWO_COLUMNS) else 1
        for grid, cards in self._grids:
            for card in cards:
                grid.removeWidget(card)
            for first in range(0, len(cards), columns):
                row = cards[first : first + columns]
                heights = [card.sizeHint().height() for card in row]
                # Neighbours of nearly the same height end together; a short one beside a long one is no empty box.
                fit = Qt.AlignmentFlag(0) if min(heights) > ALIKE * max(heights) else Qt.AlignmentFlag.AlignTop
                for column, card in enumerate(row):
                    grid.addWidget(card, first // columns, column, 1, columns // len(row), fit)
            for column in range(2):
                grid.setColumnStretch(column, 1 if column < columns else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_grids"):
            self._arrange()


def _greeting(hour: int) -> str:
    if hour < 12:
        return _("Good morning, {name}")
    return _("Good afternoon, {name}") if hour < 18 else _("Good evening, {name}")
