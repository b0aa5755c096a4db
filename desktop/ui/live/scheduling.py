"""The form of a live session: when, where, how many, and what for credit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimeZone
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QDateTimeEdit,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop.courses.vocabulary import label
from desktop.errors import Invalid
from desktop.i18n import _, ngettext
from desktop.live.commands import MOST_TIMES, edit_session, schedule_sessions
from desktop.live.queries import SessionDetail, SessionFields
from desktop.live.zones import list_zones, moment, moments, weekly, zone_named
from desktop.ui.context import Context
from desktop.ui.courses.dialogs import FormDialog
from desktop.ui.dates import date_format
from desktop.ui.live.words import PLATFORMS, clock, reader_zone
from desktop.ui.theme import Role, px
from desktop.ui.widgets.labels import Label

LONGEST_MINUTES = 24 * 60


class SessionDialog(FormDialog):
    """Schedules sessions of one of ``courses``, or edits the one that is given."""

    def __init__(
        self,
        context: Context,
        courses: tuple[tuple[UUID, str], ...],
        session: SessionDetail | None,
        parent: QWidget,
        *,
        course: UUID | None = None,
    ) -> None:
        super().__init__(
            _("Live session") if session else _("Schedule a live session"), _("Save") if session else _("Schedule"), parent, width=540
        )
        self._context, self._session = context, session
        fields = session.fields if session else None
        zone = fields.zone if fields else reader_zone()
        start = (fields.start if fields else _next_hour()).astimezone(ZoneInfo(zone))
        self._in_scroll()
        self.course = QComboBox()
        if session is None:
            self.field(_("Course"), self.course)
            for course_id, title in courses:
                self.course.addItem(title, course_id)
            self.course.setCurrentIndex(place_of(self.course, course))
        self.session_title = self.field(_("Title"), QLineEdit(fields.title if fields else ""))
        self.start = self.field(_("Begins, by the clocks of its time zone"), QDateTimeEdit())
        self.start.setTimeZone(QTimeZone.utc())  # the zone of the field below says what it means
        self.start.setDateTime(clock(start))
        self.start.setDisplayFormat(f"{date_format()} HH:mm")
        self.start.setCalendarPopup(True)
        self.zone = self.field(_("Time zone"), QComboBox())
        self.zone.setEditable(True)
        self.zone.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.zone.addItems(list_zones())  # names of the database, the same in every language
        completer = self.zone.completer()
        if completer is not None:
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.zone.setCurrentText(zone)
        self.told = Label("", Role.CAPTION, "muted", wrap=True)
        self.form.addRow(self.told)
        self.later = QCheckBox(_("The later of the two: after clocks went back"))
        self.form.addRow(self.later)
        if fields is not None:
            self.later.setChecked(len(found := moments(start.replace(tzinfo=None), ZoneInfo(zone))) == 2 and found[1] == fields.start)
        self.minutes = self.field(_("Minutes"), _number(5, LONGEST_MINUTES, fields.duration_minutes if fields else 60))
        self.times = _number(1, MOST_TIMES, 1)
        if session is None:
            self.field(_("How many weeks in a row, at the same time by these clocks"), self.times)
        self.platform = self.field(_("Platform"), QComboBox())
        self.platform.addItem(_("None"), None)
        for platform in PLATFORMS:
            self.platform.addItem(label(PLATFORMS, platform), platform)
        self.platform.setCurrentIndex(max(0, self.platform.findData(fields.platform if fields else "zoom")))
        self.url = self.field(_("Address to join at"), QLineEdit(fields.url if fields else ""))
        self.url.setPlaceholderText("https://")
        self.meeting_id = self.field(_("Meeting number"), QLineEdit((fields.meeting_id if fields else "") or ""))
        self.password = self.field(_("Password of the meeting"), QLineEdit((fields.password if fields else "") or ""))
        self.seats = self.field(_("Seats"), _number(0, 100_000, (fields.seats if fields else None) or 0))
        self.seats.setSpecialValueText(_("Any number"))
        self.threshold = self.field(_("Part of the time that earns credit, %"), _number(1, 100, fields.credit_percentage if fields else 80))
        self.description = self.field(_("Description"), QPlainTextEdit((fields.description if fields else "") or ""))
        self.description.setTabChangesFocus(True)
        self.description.setFixedHeight(px(72))
        self.materials_before = self.field(_("Materials before, an address a line"), _addresses(fields.materials_before if fields else ()))
        self.materials_after = self.field(_("Materials after, an address a line"), _addresses(fields.materials_after if fields else ()))
        self.recording = self.field(_("Address of the recording"), QLineEdit((fields.recording_url if fields else "") or ""))
        self.start.dateTimeChanged.connect(lambda _at: self._tell())
        self.zone.currentTextChanged.connect(lambda _zone: self._tell())
        self._tell()

    def _in_scroll(self) -> None:
        """The form is longer than a small window is high."""
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, px(8), 0)
        self.body.removeItem(self.form)
        self.form.setParent(None)
        column.addLayout(self.form)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setMinimumHeight(px(420))
        scroll.setWidget(inner)
        self.body.insertWidget(self.body.indexOf(self.trouble), scroll, 1)

    def _local(self) -> datetime:
        at = self.start.dateTime()
        return datetime.fromisoformat(at.toString("yyyy-MM-ddTHH:mm"))

    def _tell(self) -> None:
        """Say what the clock does there, before it is asked to do it."""
        try:
            found = moments(self._local(), zone_named(self.zone.currentText()))
        except Invalid as error:
            self.told.setText(error.message)
            self.later.hide()
            return
        self.later.setVisible(len(found) == 2)
        if not found:
            self.told.setText(_("Clocks go forward then: this time does not exist on that day."))
        elif len(found) == 2:
            self.told.setText(_("Clocks go back then: this time comes twice on that day."))
        else:
            offset = found[0].astimezone(ZoneInfo(self.zone.currentText())).strftime("%z")
            self.told.setText(_("UTC{offset}").format(offset=f"{offset[:3]}:{offset[3:]}"))

    def give(self) -> None:
        if not self.session_title.text().strip():
            self.complain(_("A live session needs a title."), self.session_title)
            return
        if not self.url.text().strip().lower().startswith(("https://", "http://")):
            self.complain(_("It needs an address to join at, https://…"), self.url)
            return
        if self._session is None and self.course.currentData() is None:
            self.complain(_("You teach no course yet."), self.course)
            return
        try:
            zone = zone_named(self.zone.currentText())
            start = moment(self._local(), zone, later=self.later.isChecked() and not self.later.isHidden())
            starts = [start, *list(weekly(self._local(), zone, self.times.value()))[1:]]
        except Invalid as error:
            self.complain(error.message, self.start)
            return
        self._context.spawn(self._save(self._fields(start), starts), self)

    def _fields(self, start: datetime) -> SessionFields:
        empty = SessionFields("", start, 1, "UTC", "")
        return replace(
            empty,
            title=self.session_title.text(),
            duration_minutes=self.minutes.value(),
            zone=self.zone.currentText(),
            url=self.url.text(),
            platform=self.platform.currentData(),
            meeting_id=self.meeting_id.text().strip() or None,
            password=self.password.text().strip() or None,
            description=self.description.toPlainText().strip() or None,
            seats=self.seats.value() or None,
            credit_percentage=self.threshold.value(),
            recording_url=self.recording.text().strip() or None,
            materials_before=_given(self.materials_before, self._session.fields.materials_before if self._session else ()),
            materials_after=_given(self.materials_after, self._session.fields.materials_after if self._session else ()),
        )

    async def _save(self, fields: SessionFields, starts: list[datetime]) -> None:
        try:
            if self._session is not None:
                await self._context.write(edit_session, self._session.row.id, fields)
            else:
                made = await self._context.write(schedule_sessions, self.course.currentData(), fields, starts)
                self._context.notices.done(
                    ngettext("{n} live session is scheduled.", "{n} live sessions are scheduled.", len(made)).format(n=len(made))
                )
        except Invalid as error:
            self.complain(error.message)
        else:
            self.accept()


def place_of(box: QComboBox, value: UUID | None) -> int:
    """Where an id is among the choices, else the first: Qt's own search compares no ids."""
    return next((at for at in range(box.count()) if box.itemData(at) == value), 0)


def _next_hour() -> datetime:
    return (datetime.now(UTC) + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)


def _number(least: int, most: int, value: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(least, most)
    box.setValue(value)
    return box


def _addresses(materials: tuple[tuple[str, str], ...]) -> QPlainTextEdit:
    edit = QPlainTextEdit("\n".join(url for _title, url in materials))
    edit.setTabChangesFocus(True)
    edit.setFixedHeight(px(56))
    return edit


def _given(edit: QPlainTextEdit, before: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    titles = {url: title for title, url in before}
    return tuple((titles.get(url, url), url) for line in edit.toPlainText().splitlines() if (url := line.strip()))
