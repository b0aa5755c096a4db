"""Reports: the key figures of a period beside those before, how one of them went, and what became of each course."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QDate, QLocale, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QDateEdit, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.i18n import N_, _
from desktop.reports.courses import CourseFigures, list_course_figures, table
from desktop.reports.kpis import Kpi, Unit, list_kpis
from desktop.reports.period import Period, last_days
from desktop.spreadsheets import write_table
from desktop.ui.context import Context
from desktop.ui.dates import day_text
from desktop.ui.itemmodels import Column, RowsModel
from desktop.ui.page import Empty, Page
from desktop.ui.theme import Role, colour, font, px, theme
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.charts import BarChart, paint_sparkline
from desktop.ui.widgets.exporting import choose_table_file
from desktop.ui.widgets.fields import SegmentedControl
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.progress import paint_progress
from desktop.ui.widgets.surfaces import Card, Popover
from desktop.ui.widgets.table import TableView

NAMES = {
    "enrollments": (N_("New enrolments"), N_("Enrolments that began in the period.")),
    "learners": (N_("Active learners"), N_("Learners who were in one of their courses since the period began.")),
    "completions": (N_("Completions"), N_("Enrolments that were completed in the period.")),
    "completion_rate": (
        N_("Completion rate"),
        N_("Of those who enrolled in the year before the period's end, the share that completed by then."),
    ),
    "certificates": (N_("Certificates"), N_("Certificates that were issued in the period.")),
    "hours": (N_("Learning hours"), N_("Time in lessons, counted on the day a lesson was last open.")),
    "revenue": (N_("Revenue"), N_("Payments for courses that were confirmed in the period.")),
    "video": (N_("Films watched"), N_("How much of a film is watched, of those that were opened in the period, on average.")),
    "rating": (N_("Rating"), N_("Reviews that were written in the period and approved, on average; five stars are the most.")),
}
PERIODS = {"30": N_("30 days"), "91": N_("Quarter"), "365": N_("Year")}
CARD = 215
"""Pixels at nominal text that a card wants; as many stand side by side as there is room for, up to five."""


def _number(key: str, title: str, text: Callable[[CourseFigures], str], width: int) -> Column[CourseFigures]:
    return Column(key, title, text, value=lambda row: getattr(row, key) or 0, numeric=True, width=width)


COLUMNS: tuple[Column[CourseFigures], ...] = (
    Column("title", N_("Course"), lambda row: row.title, second=lambda row: row.instructor or "", width=260, stretch=True),
    _number("enrollments", N_("Enrolments"), lambda row: f"{row.enrollments:,}", 104),
    _number("completions", N_("Completions"), lambda row: f"{row.completions:,}", 112),
    _number("active", N_("Active now"), lambda row: f"{row.active:,}", 100),
    _number("completion_rate", N_("Completed"), lambda row: f"{row.completion_rate:.0f} %", 104),
    _number("hours", N_("Hours"), lambda row: f"{row.hours:,.0f}", 88),
    _number("rating", N_("Rating"), lambda row: f"{row.rating:.1f}" if row.rating else "", 84),
    _number("revenue", N_("Revenue"), lambda row: shown(row.revenue, Unit.MONEY), 108),
)


def shown(value: Decimal | None, unit: Unit) -> str:
    """A figure as people read it; a dash where there is none."""
    if value is None:
        return "–"
    match unit:
        case Unit.PERCENT:
            return f"{value:.0f} %"
        case Unit.HOURS:
            return _("{n} h").format(n=f"{value:,.0f}")
        case Unit.MONEY:
            return f"${value:,.0f}"
        case Unit.STARS:
            return f"{value:.1f}"
        case _:
            return f"{value:,.0f}"


def change_text(kpi: Kpi) -> str:
    """Against the period before, with its sign."""
    if kpi.change is None:
        return _("none before")
    if kpi.unit is Unit.PERCENT:
        return _("{n} points").format(n=f"{kpi.change:+.0f}")
    return f"{kpi.change:+.1f}" if kpi.unit is Unit.STARS else f"{kpi.change:+.0f} %"


class KpiCard(QAbstractButton):
    """A figure, how it changed, how it went, and how near its target it is. Choosing it shows it large, where it has a course."""

    def __init__(self, kpi: Kpi, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kpi = kpi
        name, meaning = NAMES[kpi.name]
        self.setText(_(name))
        self.setToolTip(_(meaning))
        self.setCheckable(bool(kpi.parts))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        target = _("target {n}").format(n=shown(kpi.target, kpi.unit)) if kpi.target else ""
        self.setAccessibleName(", ".join(part for part in (_(name), shown(kpi.value, kpi.unit), change_text(kpi), target) if part))
        self.setMinimumWidth(px(170))
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(px(CARD - 20), px(108))

    minimumSizeHint = sizeHint

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setBrush(colour("hover" if self.underMouse() and self.isCheckable() else "raised"))
        painter.setPen(QPen(colour("accent" if self.isChecked() else "line"), 1.5 if self.isChecked() else 1))
        painter.drawRoundedRect(frame, px(10), px(10))
        if self.hasFocus():
            painter.setPen(QPen(colour("focus"), 2))
            painter.drawRoundedRect(frame.adjusted(2, 2, -2, -2), px(9), px(9))
        room = frame.adjusted(px(14), px(12), -px(14), -px(12))
        kpi = self.kpi
        painter.setFont(font(Role.CAPTION))
        painter.setPen(colour("muted"))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, self.text())
        line = painter.fontMetrics().lineSpacing()
        painter.setFont(font(Role.TITLE, tabular=True))
        painter.setPen(colour("text"))
        value = shown(kpi.value, kpi.unit)
        value_at = QRectF(room.left(), room.top() + line + px(2), room.width(), painter.fontMetrics().height())
        painter.drawText(value_at, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, value)
        left = room.left() + painter.fontMetrics().horizontalAdvance(value) + px(12)
        paint_sparkline(
            painter, QRectF(left, value_at.top(), max(0.0, room.right() - left), value_at.height()), [float(p) for p in kpi.parts]
        )
        painter.setFont(font(Role.CAPTION, tabular=True))
        foot = QRectF(room.left(), room.bottom() - line, room.width(), line)
        change = kpi.change
        painter.setPen(colour("muted" if change is None or change == 0 else ("good" if change > 0 else "bad")))
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, change_text(kpi))
        if kpi.target and kpi.value is not None:
            painter.setPen(colour("muted"))
            words = _("target {n}").format(n=shown(kpi.target, kpi.unit))
            painter.drawText(foot, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
            reached = float(kpi.value / kpi.target)
            bar = QRectF(room.left(), foot.top() - px(7), room.width(), px(3))
            paint_progress(painter, bar, min(1.0, reached), "good" if reached >= 1 else "accent")


class DaysPopover(Popover):
    """Two days of one's own."""

    chosen = Signal(object)
    """The :class:`~desktop.reports.period.Period`."""

    def __init__(self, period: Period, parent: QWidget) -> None:
        super().__init__(_("Other days"), parent)
        self.first, self.last = QDateEdit(), QDateEdit()
        for field, day, name in ((self.first, period.first, _("First day")), (self.last, period.last, _("Last day"))):
            field.setCalendarPopup(True)
            field.setAccessibleName(name)
            field.setDate(QDate(day.year, day.month, day.day))
            self.body.addWidget(Label(name, Role.CAPTION, "muted"))
            self.body.addWidget(field)
        self.wrong = Label("", Role.CAPTION, "bad", wrap=True)
        self.show_button = Button(_("Show"), "primary")
        self.show_button.clicked.connect(self._choose)
        self.body.addWidget(self.wrong)
        self.body.addWidget(self.show_button)

    def _choose(self) -> None:
        first, last = (date(day.year(), day.month(), day.day()) for day in (self.first.date(), self.last.date()))
        if last < first:
            self.wrong.setText(_("The last day is before the first."))
            return
        self.close()
        self.chosen.emit(Period(first, last))


class ReportsPage(Page):
    title = N_("Reports")
    primary = "report.export"
    shows: ClassVar[frozenset[str]] = frozenset({"courses"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        self.period = last_days(30, date.today())  # noqa: DTZ011 - the reader's own calendar
        self.whole = "administrator" in context.identity.roles
        self.courses: tuple[CourseFigures, ...] = ()
        self.cards: list[KpiCard] = []
        self._chosen = "enrollments"
        self._across = 0
        super().__init__(context, parent)
        self.on("report.export", self.ask_export)

    def build(self) -> QWidget:
        self.periods = SegmentedControl(_("Period"), [(value, _(words), "") for value, words in PERIODS.items()])
        self.periods.chosen.connect(lambda value: self.show_period(last_days(int(value), date.today())))  # noqa: DTZ011
        self.other_button = Button(_("Other days…"), "quiet", "calendar")
        self.other_button.clicked.connect(self._ask_days)
        self.header.trailing.addWidget(self.periods)
        self.header.trailing.addWidget(self.other_button)
        self.grid = QGridLayout()
        self.grid.setSpacing(px(12))
        self.group = QButtonGroup(self)
        self.group.buttonClicked.connect(self._choose)
        self.chart_title = Label("", Role.HEADING)
        self.chart = BarChart(_("Figure by time"))
        self.chart.setMinimumHeight(px(150))
        chart = Card()
        chart.body.addWidget(self.chart_title)
        chart.body.addWidget(self.chart)
        self.model = RowsModel[CourseFigures](COLUMNS, key=lambda row: row.id)
        self.model.setParent(self)
        self.table = TableView("report-courses", _("Courses"))
        self.table.show_model(self.model)
        self.table.setMinimumHeight(px(320))
        self.table.opened.connect(lambda row: self.context.open("course", course=row.id))
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(px(32), px(4), px(32), px(24))
        column.setSpacing(px(16))
        column.addLayout(self.grid)
        column.addWidget(chart)
        heading = QHBoxLayout()
        heading.addWidget(Label(_("Courses"), Role.HEADING))
        column.addLayout(heading)
        column.addWidget(self.table, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        return scroll

    async def refresh(self) -> Empty | None:
        period = self.period
        kpis = await self.context.report(list_kpis, period, whole=self.whole)
        self.courses = await self.context.report(list_course_figures, period, whole=self.whole)
        if period != self.period:
            return None  # another was chosen meanwhile, and is being read
        span = _("{first} to {last}, beside the {n} days before").format(
            first=day_text(period.first), last=day_text(period.last), n=period.days
        )
        self.set_title(_(self.title), span if self.whole else _("{span}; your courses").format(span=span))
        self._show_cards(kpis)
        self.model.set_rows(self.courses)
        return None

    def show_period(self, period: Period) -> None:
        """Read and show other days."""
        self.period = period
        self.reload()

    # Showing

    def _show_cards(self, kpis: tuple[Kpi, ...]) -> None:
        for card in self.cards:
            self.group.removeButton(card)
            card.hide()
            card.deleteLater()
        self.cards = [KpiCard(kpi) for kpi in kpis]
        for card in self.cards:
            if card.isCheckable():
                self.group.addButton(card)
                card.setChecked(card.kpi.name == self._chosen)
        self._across = 0
        self._arrange()
        self._show_chart()

    def _arrange(self) -> None:
        across = max(2, min(5, (self.width() - px(64)) // px(CARD)))
        if across != self._across:
            self._across = across
            for column in range(5):
                self.grid.setColumnStretch(column, 1 if column < across else 0)
            for place, card in enumerate(self.cards):
                self.grid.addWidget(card, place // across, place % across)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.cards:
            self._arrange()

    def _choose(self, card: QAbstractButton) -> None:
        if isinstance(card, KpiCard):
            self._chosen = card.kpi.name
            self._show_chart()

    def _show_chart(self) -> None:
        card = next((one for one in self.cards if one.kpi.name == self._chosen), None)
        if card is not None:
            self.chart_title.setText(card.text())
            days = [QLocale().toString(QDate(day.year, day.month, day.day), _("MMM d")) for day in self.period.bucket_days()]
            self.chart.set_bars([(day, float(part)) for day, part in zip(days, card.kpi.parts, strict=True)])

    # Doing

    def _ask_days(self) -> None:
        popover = DaysPopover(self.period, self)
        popover.chosen.connect(self.show_period)
        popover.adjustSize()
        corner = self.other_button.mapToGlobal(self.other_button.rect().bottomLeft())
        popover.move(corner)
        popover.show()
        self.popover = popover

    def ask_export(self) -> None:
        """The courses of the period as a workbook or as CSV."""
        name = _("Courses {first} to {last}").format(first=self.period.first.isoformat(), last=self.period.last.isoformat())
        choose_table_file(self, _("Export the report"), name, lambda path: self.spawn(self.export(path)))

    async def export(self, path: Path) -> None:
        await self.context.tasks.run(write_table, table(self.courses), path, _("Courses"))
        self.context.notices.done(_("The report is in {name}.").format(name=path.name))
