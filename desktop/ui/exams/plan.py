"""The form of a sitting: which exam, when, and who supervises it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from PySide6.QtCore import QDateTime, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDateTimeEdit, QFrame, QLineEdit, QScrollArea, QSpinBox, QVBoxLayout, QWidget

from desktop.errors import LmsError
from desktop.exams.plan import Choices, Plan, plan_sitting
from desktop.i18n import _
from desktop.ui.context import Context
from desktop.ui.courses.dialogs import FormDialog
from desktop.ui.dates import date_format
from desktop.ui.theme import px

LONGEST_MINUTES = 24 * 60
MINUTES = 60


class PlanDialog(FormDialog):
    """Plans a sitting of one of the exams in ``choices``, then opens its console."""

    def __init__(self, context: Context, choices: Choices, parent: QWidget) -> None:
        super().__init__(_("Plan a sitting"), _("Plan"), parent, width=520)
        self._context, self._choices = context, choices
        self.quiz = self.field(_("Exam"), QComboBox())
        for quiz in choices.quizzes:
            self.quiz.addItem(f"{quiz.title} · {quiz.course}", quiz.id)
        self.name = self.field(_("Title of the sitting"), QLineEdit())
        tomorrow = (datetime.now(UTC).astimezone() + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
        self.opens = self.field(_("Opens"), _moment(tomorrow))
        self.closes = self.field(_("Nobody begins after"), _moment(tomorrow + timedelta(hours=1)))
        self.minutes = self.field(_("Minutes"), QSpinBox())
        self.minutes.setRange(1, LONGEST_MINUTES)
        self.room = self.field(_("Room"), QLineEdit(_("Room 1")))
        self.proctors: dict[UUID, QCheckBox] = {}
        listed = QWidget()
        column = QVBoxLayout(listed)
        column.setContentsMargins(0, 0, 0, 0)
        for member, name in choices.proctors:
            self.proctors[member] = QCheckBox(name)
            column.addWidget(self.proctors[member])
        column.addStretch(1)
        scrolled = self.field(_("Proctors"), QScrollArea())
        scrolled.setWidgetResizable(True)
        scrolled.setFrameShape(QFrame.Shape.NoFrame)
        scrolled.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the boxes have it
        scrolled.setMaximumHeight(px(120))
        scrolled.setWidget(listed)
        self.quiz.currentIndexChanged.connect(self._picked)
        self._picked(self.quiz.currentIndex())

    def _picked(self, at: int) -> None:
        if at >= 0:
            quiz = self._choices.quizzes[at]
            self.name.setText(quiz.title)
            self.minutes.setValue(quiz.minutes or MINUTES)

    @property
    def chosen_proctors(self) -> tuple[UUID, ...]:
        return tuple(member for member, box in self.proctors.items() if box.isChecked())

    def give(self) -> None:
        opens, closes = _of(self.opens), _of(self.closes)
        if self.quiz.currentData() is None:
            self.complain(_("There is no quiz yet that could be the exam."), self.quiz)
        elif not self.name.text().strip():
            self.complain(_("Give it a title."), self.name)
        elif closes <= opens:
            self.complain(_("This is before it opens."), self.closes)
        elif not self.room.text().strip():
            self.complain(_("Name the room."), self.room)
        elif not self.chosen_proctors:
            self.complain(_("Choose who supervises it."))
        else:
            plan = Plan(
                self.quiz.currentData(),
                self.name.text().strip(),
                opens,
                closes,
                self.minutes.value(),
                self.chosen_proctors,
                self.room.text().strip(),
            )
            self._context.spawn(self._plan(plan), self)

    async def _plan(self, plan: Plan) -> None:
        self.button.setEnabled(False)
        try:
            sitting = await self._context.write(plan_sitting, plan)
        except LmsError as error:
            self.button.setEnabled(True)
            self.complain(error.message)
            return
        self.accept()
        self._context.open("exam-console", sitting=sitting, title=plan.title)


def _moment(moment: datetime) -> QDateTimeEdit:
    field = QDateTimeEdit(QDateTime.fromSecsSinceEpoch(int(moment.timestamp())))
    field.setDisplayFormat(f"{date_format()} HH:mm")
    field.setCalendarPopup(True)
    return field


def _of(field: QDateTimeEdit) -> datetime:
    return datetime.fromtimestamp(field.dateTime().toSecsSinceEpoch(), UTC)
