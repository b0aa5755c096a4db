"""Small dialogs of the course pages. They open without blocking and say by a signal what was given."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop.courses.commands import NewLesson, create_course, edit_course
from desktop.courses.queries import CourseDetails
from desktop.courses.starting import Template, list_originals, list_templates, start_from_copy, start_from_template
from desktop.courses.vocabulary import CATEGORIES, DIFFICULTIES, FORMATS, PRICINGS, label
from desktop.errors import ServerAway
from desktop.i18n import _
from desktop.scorm.report import ImportReport, Severity
from desktop.sync.keeping import begin_course
from desktop.ui.context import Context
from desktop.ui.theme import Role, px, restyle
from desktop.ui.widgets.buttons import Button, disabled
from desktop.ui.widgets.forms import padded
from desktop.ui.widgets.labels import Label, Picture
from desktop.ui.widgets.surfaces import Dialog

SUMMARY_LENGTH = 200
"""Characters of a short description (the source document, ``courses.short_description``)."""


class FormDialog(Dialog):
    """A title, a form, and two buttons: what it is for, and cancel. Enter in a field presses the first."""

    def __init__(self, title: str, button: str, parent: QWidget, *, width: int = 460) -> None:
        super().__init__(title, "", parent, width=width)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.form = QFormLayout()
        self.form.setVerticalSpacing(px(12))
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        self.trouble = Label("", Role.BODY, "bad", wrap=True)
        self.trouble.hide()
        self.body.addLayout(self.form)
        self.body.addWidget(self.trouble)
        self.add_button(_("Cancel"), "quiet", self.reject)
        self.button = self.add_button(button, "primary", self.give)

    def field[W: QWidget](self, name: str, widget: W) -> W:
        """Add a field under its name."""
        widget.setAccessibleName(name)
        self.form.addRow(Label(name, Role.LABEL, "muted"), padded(widget))
        return widget

    def give(self) -> None:
        """The first button was pressed."""
        raise NotImplementedError

    def complain(self, sentence: str, field: QWidget | None = None) -> None:
        """Say what is wrong, at the field that it concerns."""
        self.trouble.setText(sentence)
        self.trouble.show()
        if field is not None:
            restyle(field, invalid=True)
            field.setFocus()


def choice(vocabulary: Any, chosen: str | None, *, none: str = "") -> QComboBox:
    box = QComboBox()
    if none:
        box.addItem(none, None)
    for value in vocabulary:
        box.addItem(label(vocabulary, value), value)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    return box


class TitleDialog(FormDialog):
    """Asks for one line."""

    given = Signal(str)

    def __init__(self, title: str, field: str, button: str, parent: QWidget) -> None:
        super().__init__(title, button, parent)
        self.line = self.field(field, QLineEdit())

    def give(self) -> None:
        text = self.line.text().strip()
        if not text:
            self.complain(_("Give it a title."), self.line)
            return
        self.given.emit(text)
        self.accept()


class NewCourseDialog(FormDialog):
    """A new draft: empty, with the outline of a template, or a copy of another course. Opens its page once it is there."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(_("New course"), _("Create draft"), parent)
        self._context = context
        self.course_title = self.field(_("Title"), QLineEdit())
        self.category = self.field(_("Category"), choice(CATEGORIES, None))
        self.beginning = self.field(_("Begin with"), QComboBox())
        self.beginning.addItem(_("An empty course"), None)
        for template in list_templates():
            self.beginning.addItem(template.name, template)
        self.beginning_told = Label("", Role.CAPTION, "muted", wrap=True)
        self.form.addRow(self.beginning_told)
        self.beginning.currentIndexChanged.connect(lambda _index: self._tell())
        self.description = self.field(_("Description"), QPlainTextEdit())
        self.description.setTabChangesFocus(True)
        self.description.setFixedHeight(px(110))
        self._tell()
        context.spawn(self._offer_originals(), self)

    def give(self) -> None:
        title = self.course_title.text().strip()
        if not title:
            self.complain(_("A course needs a title."), self.course_title)
            return
        self._context.spawn(self._create(title), self)

    def _tell(self) -> None:
        match self.beginning.currentData():
            case Template() as template:
                self.beginning_told.setText(f"{template.summary} {_('{n} lessons to fill in.').format(n=template.lessons)}")
            case None:
                self.beginning_told.setText(_("You add modules and lessons in the editor."))
            case _original:
                self.beginning_told.setText(
                    _("Everything that was written comes along, with quizzes, question banks and assignments; dates do not.")
                )

    async def _offer_originals(self) -> None:
        try:
            originals = await self._context.read(list_originals)
        except ServerAway:
            return  # what is begun without the server begins empty
        if originals:
            self.beginning.insertSeparator(self.beginning.count())
        for original in originals:
            self.beginning.addItem(_("Copy of “{title}”").format(title=original.name), original.id)

    async def _create(self, title: str) -> None:
        given = title, self.category.currentData(), self.description.toPlainText()
        place = "course"
        with disabled(self.button):
            match self.beginning.currentData():
                case None:
                    place, course = await self._begin(*given)
                case Template() as template:
                    course = await self._context.write(start_from_template, *given, template)
                case original:
                    course = await self._context.write(start_from_copy, *given, original)
        self.accept()
        self._context.open(place, course=course)

    async def _begin(self, title: str, category: str, description: str) -> tuple[str, UUID]:
        """An empty course, and the place that shows it; on this computer, where the server is away."""
        try:
            return "course", await self._context.write(create_course, title, category, description)
        except ServerAway:
            if self._context.replica is None:
                raise
        done = await self._context.tasks.run(begin_course, self._context.replica, title, category, description)
        self._context.broadcast(done.changes)
        self._context.notices.info(_("The server is away: “{title}” is begun on this computer and sent later.").format(title=title))
        return "course-editor", done.value


class EditCourseDialog(FormDialog):
    """The essentials of a course. The whole editor is a page of its own."""

    def __init__(self, context: Context, course: CourseDetails, parent: QWidget) -> None:
        super().__init__(_("Edit details"), _("Save"), parent, width=560)
        self._context = context
        self._course = course
        self.course_title = self.field(_("Title"), QLineEdit(course.title))
        self.summary = self.field(_("Short description"), QLineEdit(course.short_description or ""))
        self.summary.setMaxLength(SUMMARY_LENGTH)
        self.description = self.field(_("Description"), QPlainTextEdit(course.description))
        self.objectives = self.field(_("Learning objectives, one a line"), QPlainTextEdit("\n".join(course.objectives)))
        for text in (self.description, self.objectives):
            text.setTabChangesFocus(True)
            text.setFixedHeight(px(84))
        self.category = choice(CATEGORIES, course.category)
        self.difficulty = choice(DIFFICULTIES, course.difficulty_level, none=_("Not said"))
        self.delivery = choice(FORMATS, course.delivery_format)
        self.pricing = choice(PRICINGS, course.pricing_type)
        self.price = QDoubleSpinBox()
        self.price.setRange(0, 99_999_999)
        self.price.setPrefix("$")
        self.price.setValue(float(course.list_price))
        self.credits = QDoubleSpinBox()
        self.credits.setRange(0, 999.99)
        self.credits.setSingleStep(0.5)
        self.credits.setValue(float(course.ce_credits))
        self.minutes = QSpinBox()
        self.minutes.setRange(0, 1_000_000)
        self.minutes.setSuffix(_(" min"))
        self.minutes.setValue(course.minutes or 0)
        pairs: tuple[tuple[str, QWidget], ...] = (
            (_("Category"), self.category),
            (_("Difficulty"), self.difficulty),
            (_("Delivery"), self.delivery),
            (_("Length"), self.minutes),
            (_("Pricing"), self.pricing),
            (_("Price"), self.price),
            (_("CE credits"), self.credits),
        )
        for first, second in zip(pairs[::2], [*pairs[1::2], None], strict=True):
            line = QHBoxLayout()
            line.setSpacing(px(16))
            for pair in (first, second):
                cell = QVBoxLayout()
                cell.setSpacing(px(4))
                if pair is not None:
                    pair[1].setAccessibleName(pair[0])
                    cell.addWidget(Label(pair[0], Role.LABEL, "muted"))
                    cell.addWidget(pair[1])
                line.addLayout(cell, 1)
            self.form.addRow(line)
        self.certificate = QCheckBox(_("Certificate of completion"))
        self.certificate.setChecked(course.certificate)
        self.enrolls = QCheckBox(_("Members may enroll by themselves"))
        self.enrolls.setChecked(course.allow_enrollment)
        self.form.addRow(self.certificate)
        self.form.addRow(self.enrolls)

    def values(self) -> dict[str, Any]:
        return {
            "title": self.course_title.text().strip(),
            "short_description": self.summary.text().strip() or None,
            "description": self.description.toPlainText().strip(),
            "learning_objectives": [line.strip() for line in self.objectives.toPlainText().splitlines() if line.strip()],
            "category": self.category.currentData(),
            "difficulty_level": self.difficulty.currentData(),
            "delivery_format": self.delivery.currentData(),
            "pricing_type": self.pricing.currentData(),
            "price": Decimal(str(round(self.price.value(), 2))),
            "ce_credits": Decimal(str(round(self.credits.value(), 2))),
            "estimated_duration_minutes": self.minutes.value() or None,
            "completion_certificate": self.certificate.isChecked(),
            "allow_enrollment": self.enrolls.isChecked(),
        }

    def changed(self) -> dict[str, Any]:
        """Only what differs from what was shown, so that nothing else is written over."""
        shown = self._course
        before = {
            "title": shown.title,
            "short_description": shown.short_description,
            "description": shown.description,
            "learning_objectives": list(shown.objectives),
            "category": shown.category,
            "difficulty_level": shown.difficulty_level,
            "delivery_format": shown.delivery_format,
            "pricing_type": shown.pricing_type,
            "price": shown.list_price,
            "ce_credits": shown.ce_credits,
            "estimated_duration_minutes": shown.minutes,
            "completion_certificate": shown.certificate,
            "allow_enrollment": shown.allow_enrollment,
        }
        return {name: value for name, value in self.values().items() if value != before[name]}

    def give(self) -> None:
        if not self.course_title.text().strip():
            self.complain(_("A course needs a title."), self.course_title)
            return
        self._context.spawn(self._save(), self)

    async def _save(self) -> None:
        if values := self.changed():
            await self._context.write(edit_course, self._course.id, values)
        self.accept()


class NewLessonDialog(FormDialog):
    """A reading or a link."""

    given = Signal(object)
    """A :class:`NewLesson`."""

    def __init__(self, lesson_type: str, parent: QWidget) -> None:
        super().__init__(_("Add reading") if lesson_type == "text" else _("Add link"), _("Add"), parent, width=540)
        self._type = lesson_type
        self.lesson_title = self.field(_("Title"), QLineEdit())
        self.minutes = QSpinBox()
        self.minutes.setRange(0, 100_000)
        self.minutes.setSuffix(_(" min"))
        if lesson_type == "text":
            self.text = self.field(_("Text"), QPlainTextEdit())
            self.text.setMinimumHeight(px(180))
        else:
            self.address = self.field(_("Address"), QLineEdit())
            self.address.setPlaceholderText("https://")
        self.field(_("Length"), self.minutes)

    def give(self) -> None:
        title = self.lesson_title.text().strip()
        if not title:
            self.complain(_("A lesson needs a title."), self.lesson_title)
            return
        if self._type == "text":
            html, address = paragraphs(self.text.toPlainText()), None
        else:
            html, address = None, self.address.text().strip()
            if not address.startswith(("https://", "http://")):
                self.complain(_("The address must begin with https:// or http://."), self.address)
                return
        self.given.emit(
            NewLesson(title, self._type, content_html=html, content_url=address, estimated_duration_minutes=self.minutes.value() or None)
        )
        self.accept()


class ReportDialog(Dialog):
    """What the importer tolerated: the gravest first, each with the files or the elements that it is about."""

    def __init__(self, title: str, report: ImportReport, parent: QWidget) -> None:
        super().__init__(_("Import report of “{title}”").format(title=title), "", parent, width=560)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if not report.remarks:
            self.body.addWidget(Label(_("The package is in order; nothing had to be tolerated."), token="muted", wrap=True))
        self.remarks = Remarks(report)
        self.remarks.setVisible(bool(report.remarks))
        self.body.addWidget(self.remarks)
        self.add_button(_("Close"), "primary", self.accept)


_TONES = {Severity.PROBLEM: ("error", "bad"), Severity.WARNING: ("warning", "warn"), Severity.NOTE: ("info", "info")}
PLACES_SHOWN = 5
"""Files or elements that a remark names at once; the others on demand."""


class Remarks(QScrollArea):
    """The remarks of a report. What is said of many files is said once: a package may hold thousands with the same fault."""

    def __init__(self, report: ImportReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Remarks"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, px(8), 0)
        column.setSpacing(px(12))
        places: dict[tuple[Severity, str], list[str]] = {}
        for remark in sorted(report.remarks, key=lambda remark: list(Severity).index(remark.severity), reverse=True):
            places.setdefault((remark.severity, remark.text), []).extend([remark.where] if remark.where else [])
        for (severity, text), where in places.items():
            column.addLayout(_remark_row(severity, text, where))
        column.addStretch(1)
        self.setWidget(content)
        lines = sum(2 + min(len(where), PLACES_SHOWN + 2) for where in places.values())
        self.setMinimumHeight(px(min(420, 20 * lines)))


def _remark_row(severity: Severity, text: str, where: list[str]) -> QHBoxLayout:
    """How grave it is, what it says, and where."""
    name, token = _TONES[severity]
    line = QHBoxLayout()
    line.setSpacing(px(10))
    line.addWidget(Picture(name, token), 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(px(1))
    words.addWidget(Label(text, wrap=True))
    if where:
        named = Label("\n".join(where[:PLACES_SHOWN]), Role.CAPTION, "faint", wrap=True)
        words.addWidget(named)
        if len(where) > PLACES_SHOWN:
            others = Button(_("Show all {n}").format(n=f"{len(where):,}"), "link")
            others.clicked.connect(lambda: named.setText("\n".join(where)))
            others.clicked.connect(others.hide)
            words.addWidget(others, 0, Qt.AlignmentFlag.AlignLeft)
    line.addLayout(words, 1)
    return line


def paragraphs(text: str) -> str:
    """Plain text as HTML: blank lines part paragraphs, nothing in it is taken for markup."""
    blocks = (block.strip() for block in text.replace("\r\n", "\n").split("\n\n"))
    return "".join("<p>{}</p>".format(escape(block).replace("\n", "<br>")) for block in blocks if block)
