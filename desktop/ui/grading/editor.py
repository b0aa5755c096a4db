"""Setting an assignment: its task, what may be handed in and when, and its rubric. On the replica throughout, as lessons and quizzes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar, cast
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStackedWidget, QWidget

from desktop.changes import Changes
from desktop.errors import NotFound
from desktop.grading.drafting import (
    ASSIGNMENTS,
    Assignment,
    Model,
    find_assignment,
    find_lesson_assignment,
    list_models,
    make_assignment,
    save_assignment,
)
from desktop.grading.queries import ASSIGNMENT
from desktop.grading.rubric import copied, worth, write_rubric
from desktop.i18n import _
from desktop.questions.markup import from_plain, plain_text
from desktop.questions.model import Text
from desktop.sync.exchange import exchange
from desktop.ui.context import Context
from desktop.ui.courses.editor import CourseFiles
from desktop.ui.grading.rubric import RubricForm
from desktop.ui.grading.settings import SECTIONS, hidden, problem
from desktop.ui.page import Empty, Page
from desktop.ui.questions.fields import Formatter, WordsField
from desktop.ui.questions.settings import SettingsForm
from desktop.ui.theme import Role
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.fields import SegmentedControl
from desktop.ui.widgets.forms import FormRow
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Dialog

SAVE_PAUSE_MS = 400
"""What is typed is kept when the keys have rested for so long."""
TASK_AFTER = 3
"""Below the heading, the title and the short description."""


class AssignmentEditorPage(Page):
    """``context.open("assignment-editor", course=…, lesson=…)`` for the assignment of a lesson, which is made where there is none.

    Or ``course=…, assignment=…``.
    """

    shows: ClassVar[frozenset[str]] = frozenset()  # it follows one row

    def __init__(
        self, context: Context, course: UUID, lesson: UUID | None = None, assignment: UUID | None = None, parent: QWidget | None = None
    ) -> None:
        self.course_id, self.lesson_id, self.assignment_id = course, lesson, assignment
        self.assignment: Assignment | None = None
        self._saving = asyncio.Lock()
        self._unsaved: dict[str, Any] = {}
        """What is to be kept, in the order in which it was done; of what is typed here, the column alone."""
        super().__init__(context, parent)
        context.changed.connect(self._something_changed)

    @property
    def document(self) -> tuple[str, UUID]:
        return ("course-editor", self.course_id)  # a course has one history, wherever it is edited

    @property
    def breadcrumb(self) -> tuple[str, Callable[[], object]]:
        return _("Course editor"), lambda: self.context.open("course-editor", course=self.course_id, row=self.lesson_id)

    # Making

    def build(self) -> QWidget:
        self.files = CourseFiles(self.context, self.context.here.media)
        self.formatter = Formatter(self.context, self.files, self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(lambda: self.spawn(self.keep()))
        self.settings = SettingsForm(SECTIONS, problem, hidden)
        self.settings.edited.connect(self._chosen)
        self.task = WordsField(_("The task"), self.formatter, placeholder=_("What is to be done, and what good work shows"), lines=4)
        self.task.changed.connect(lambda: self._edited("instructions_html"))
        self.settings.column.insertWidget(TASK_AFTER, FormRow(_("The task"), self.task))
        self.rubric = RubricForm()
        self.rubric.changed.connect(lambda: self._edited("rubric"))
        self.rubric.use_asked.connect(lambda: self.spawn(self._ask_model()))
        self.rubric.total_asked.connect(self._take_total)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.settings)
        self.stack.addWidget(self.rubric)
        self.status = Label("", Role.CAPTION, "muted")
        self.views = SegmentedControl(_("What to edit"), (("settings", _("Assignment"), ""), ("rubric", _("Rubric"), "")))
        self.views.chosen.connect(lambda view: self.stack.setCurrentWidget(self.rubric if view == "rubric" else self.settings))
        self.learners_button = Button(_("Learners"), "quiet", "people")
        self.learners_button.clicked.connect(self.open_learners)
        self.grade_button = Button(_("Grade"), "quiet", "grade")
        self.grade_button.clicked.connect(self.open_grader)
        for widget in (self.status, self.learners_button, self.grade_button, self.views):
            self.header.trailing.addWidget(widget)
        self.on("edit.undo", self.undo)
        self.on("edit.redo", self.redo)
        self.on("assignment-editor.learners", self.open_learners)
        self.on("assignment-editor.grade", self.open_grader)
        return self.stack

    # Reading

    async def refresh(self) -> Empty | None:
        await self._find()
        for widget in (self.views, self.learners_button, self.grade_button):
            widget.setVisible(self.assignment is not None)
        self.header.set_breadcrumb(*self.breadcrumb)
        if self.assignment is None:
            self.set_title(_("Assignment"))
            return Empty(
                _("This lesson has no assignment yet."),
                _("Make an assignment"),
                pressed=lambda: self.spawn(self._make()),
                picture="assignment",
            )
        await self.context.load_steps(self.document, self.course_id)
        self.context.undo.activate(self.document)
        self._show()
        self.spawn(self.files.send())
        return None

    async def _find(self) -> None:
        """The assignment; its course is brought to this computer first where it is not there yet."""
        self.assignment = await self._look()
        if self.assignment is None:
            here = self.context.here
            if self.course_id not in {one.scope for one in await self.context.tasks.run(here.list_checked_out)}:
                await self.context.tasks.run(here.check_out, self.course_id)
                await self.context.tasks.run(exchange, here, cast("Any", self.context.store), self.course_id)
                self.assignment = await self._look()
        if self.assignment is not None:
            self.assignment_id, self.lesson_id = self.assignment.id, self.assignment.lesson
        elif self.lesson_id is None:
            raise NotFound(_("This assignment is no longer there. Somebody may have deleted it."))

    async def _look(self) -> Assignment | None:
        if self.assignment_id is not None:
            return await self.context.look(find_assignment, self.assignment_id)
        assert self.lesson_id is not None
        return await self.context.look(find_lesson_assignment, self.lesson_id)

    async def _make(self) -> None:
        assert self.lesson_id is not None
        lesson = await self.context.look(lambda reader, row: reader.get("lessons", row), self.lesson_id)
        await self.context.edit(self.course_id, _("Make assignment"), make_assignment, self.course_id, self.lesson_id, str(lesson["title"]))
        self.reload()

    def _show(self) -> None:
        """Show what is stored, except what is being typed."""
        assert self.assignment is not None
        self.set_title(self.assignment.title)
        self.settings.show_values(self.assignment.values)
        html = str(self.assignment.values.get("instructions_html") or "")
        plain = plain_text(html)
        typing = bool(self._unsaved) or self._saving.locked()
        if not typing and html != self._task_html():
            self.task.show_text(Text(plain) if html == from_plain(plain) else Text(plain, html))
        if not typing and self.assignment.rubric != self.rubric.rubric():
            self.rubric.show_rubric(self.assignment.rubric, self.assignment.points)
        self.rubric.show_total(self.assignment.points)
        self.status.setText(_("Saving…") if typing else _("Saved here"))

    def _task_html(self) -> str:
        text = self.task.text()
        return text.html if text.html is not None else from_plain(text.plain)

    def _something_changed(self, changes: Changes) -> None:
        if (
            self.assignment is not None
            and changes.touch(frozenset({ASSIGNMENTS}))
            and (not changes.ids or self.assignment.id in changes.ids)
        ):
            self.spawn(self._follow())

    async def _follow(self) -> None:
        """Show what changed, whoever changed it."""
        assert self.assignment is not None
        found = await self.context.look(find_assignment, self.assignment.id)
        if found is None:
            self.reload()
            return
        self.assignment = found
        self._show()

    # Doing

    def _edited(self, column: str) -> None:
        self._unsaved[column] = None
        self._pause.start(SAVE_PAUSE_MS)
        self.status.setText(_("Saving…"))

    def _chosen(self, column: str, value: Any) -> None:
        self._unsaved[column] = value
        self._pause.start(0)
        self.status.setText(_("Saving…"))

    async def keep(self) -> None:
        """Keep what was typed and chosen, each as a step of its own."""
        async with self._saving:
            self._pause.stop()
            while self._unsaved:
                column = next(iter(self._unsaved))
                value = self._unsaved.pop(column)
                match column:
                    case "rubric":
                        await self._set(_("Change the rubric"), column, write_rubric(self.rubric.rubric()))
                    case "instructions_html":
                        await self._set(_("Change the task"), column, self._task_html() or None)
                    case _:
                        await self._set(_("Change the assignment"), column, value)
            self.status.setText(_("Saved here"))

    async def _set(self, name: str, column: str, value: Any) -> None:
        if self.assignment is not None:
            await self.context.continue_edit(self.course_id, name, save_assignment, self.assignment.id, {column: value})

    def _take_total(self) -> None:
        """Let the assignment be worth what its criteria give."""
        points = worth(self.rubric.rubric())
        self._chosen("total_points", int(points) if points == points.to_integral_value() else float(points))

    def open_learners(self) -> None:
        if self.assignment_id is not None:
            self.context.open("assignment-learners", assignment=self.assignment_id)

    def open_grader(self) -> None:
        if self.assignment is not None:
            self.context.open("grader", task=self.assignment.id, kind=ASSIGNMENT, course=self.course_id, title=self.assignment.title)

    async def undo(self) -> None:
        await self.flush()
        await self.context.undo_last()

    async def redo(self) -> None:
        await self.flush()
        await self.context.redo_last()

    async def save(self) -> None:
        """Ctrl+S: keep what was typed, and send it where the server can be reached."""
        await self.flush()
        await self.context.tasks.run(exchange, self.context.here, cast("Any", self.context.store), self.course_id)

    async def flush(self) -> None:
        self.settings.flush()
        await self.keep()

    async def _ask_model(self) -> None:
        assert self.assignment is not None
        courses = [one.scope for one in await self.context.tasks.run(self.context.here.list_checked_out)]
        models = await self.context.look(list_models, courses, self.assignment.id)
        if not models:
            self.context.notices.info(_("No other assignment on this computer has a rubric."))
            return
        ModelsDialog(models, self._use, self).open()

    def _use(self, model: Model) -> None:
        assert self.assignment is not None
        self.rubric.show_rubric(copied(model.rubric), self.assignment.points)
        self._edited("rubric")

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if hasattr(self, "settings"):
            self.context.spawn(self.flush())  # whoever goes elsewhere, or signs out, leaves nothing behind


class ModelsDialog(Dialog):
    """Which rubric to copy, of the assignments on this computer."""

    def __init__(self, models: list[Model], chosen: Callable[[Model], object], parent: QWidget) -> None:
        super().__init__(_("Use a rubric again"), _("It takes the place of this one. Undo brings this one back."), parent, width=520)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.list = QListWidget()
        self.list.setAccessibleName(_("Rubrics"))
        for model in models:
            words = _("{title} · {course} · {n} criteria").format(title=model.title, course=model.course_title, n=len(model.rubric))
            item = QListWidgetItem(words)
            item.setData(Qt.ItemDataRole.UserRole, models.index(model))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.itemActivated.connect(lambda _item: self.accept())
        self.body.addWidget(self.list)
        self.add_button(_("Cancel"), "quiet", self.reject)
        self.add_button(_("Use it"), "primary", self.accept)
        self.accepted.connect(lambda: chosen(models[self.list.currentRow()]))
