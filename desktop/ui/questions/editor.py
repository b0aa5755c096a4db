"""Writing a quiz or a bank: its questions, the one that is chosen, how a learner sees it, and its settings. On the replica throughout."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, cast
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QHideEvent, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QMenu, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop.changes import Changes
from desktop.errors import NotFound, ServerAway
from desktop.i18n import _, ngettext
from desktop.questions.banks import list_bank_uses, list_versions
from desktop.questions.drafting import (
    Draw,
    Line,
    Opened,
    Quiz,
    Use,
    add_draws,
    add_questions,
    change_questions,
    copy_questions,
    duplicate_questions,
    find_draw,
    find_lines,
    find_quiz,
    list_lesson_quizzes,
    list_lines,
    list_pools,
    list_uses,
    make_quiz,
    map_questions,
    move_by,
    move_name,
    move_questions,
    new_body,
    open_question,
    remove_questions,
    retire_questions,
    save_draw,
    save_question,
    save_quiz,
)
from desktop.questions.duplicates import find_duplicates
from desktop.questions.exchange import Attachment
from desktop.questions.figures import QuestionFigures, get_figures
from desktop.questions.model import NOTHING, ZERO, Question
from desktop.questions.preview import ask, reveal
from desktop.questions.vocabulary import TYPES
from desktop.sync.exchange import exchange
from desktop.ui.context import Context
from desktop.ui.courses.editor import CourseFiles
from desktop.ui.page import Empty, Page
from desktop.ui.questions.banks import known_banks
from desktop.ui.questions.cards import QuestionCard, add_verdict
from desktop.ui.questions.draws import DrawForm
from desktop.ui.questions.fields import Formatter, number_text
from desktop.ui.questions.figures import concern_sentences, summary
from desktop.ui.questions.form import QuestionForm
from desktop.ui.questions.lines import LinesModel, LinesView
from desktop.ui.questions.settings import SettingsForm
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.fields import SearchField, SegmentedControl
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.scrolled import ScrolledColumn
from desktop.ui.widgets.states import EmptyState

SAVE_PAUSE_MS = 400
"""What is typed is kept when the keys have rested for so long."""
PREVIEW_PAUSE_MS = 250
KINDS = frozenset({"quizzes", "quiz_questions", "quiz_draws"})


class QuizEditorPage(Page):
    """``context.open("quiz-editor", quiz=…)``, or ``course=…, lesson=…`` for the quiz of a lesson, which is made where there is none."""

    shows: ClassVar[frozenset[str]] = frozenset()  # it follows single rows

    def __init__(
        self,
        context: Context,
        quiz: UUID | None = None,
        course: UUID | None = None,
        lesson: UUID | None = None,
        question: UUID | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self.quiz_id, self.course_id, self.lesson_id = quiz, course, lesson
        self._wanted = question
        self.quiz: Quiz | None = None
        self._lines: dict[UUID, Line] = {}
        self._saving = asyncio.Lock()
        self._unsaved = False
        self._uses: list[Use] = []
        self._figures: dict[UUID, QuestionFigures] = {}
        self.open_id: UUID | None = None
        """The question or draw that is in the form."""
        super().__init__(context, parent)
        context.changed.connect(self._something_changed)

    @property
    def scope(self) -> UUID:
        """The course that this is sent with; a bank of the association is sent by itself."""
        found = self.quiz.scope if self.quiz is not None else self.course_id or self.quiz_id
        assert found is not None
        return found

    @property
    def document(self) -> tuple[str, UUID]:
        return ("course-editor", self.scope)  # a course has one history, wherever it is edited

    @property
    def breadcrumb(self) -> tuple[str, Callable[[], object]]:
        if self.is_bank or self.course_id is None:
            return _("Quizzes and banks"), lambda: self.context.open("banks")
        return _("Course editor"), lambda: self.context.open("course-editor", course=self.course_id, row=self.lesson_id)

    @property
    def is_bank(self) -> bool:
        return self.quiz is not None and (self.quiz.values.get("is_bank") is True or self.course_id is None)

    # Making

    def build(self) -> QWidget:
        self.files = CourseFiles(self.context, self.context.here.media)
        self.formatter = Formatter(self.context, self.files, self)
        self._save_pause = self._timer(SAVE_PAUSE_MS, lambda: self.spawn(self.keep()))
        self._preview_pause = self._timer(PREVIEW_PAUSE_MS, lambda: self.spawn(self._show_preview()))
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self._make_list())
        self.split.addWidget(self._make_middle())
        self.split.addWidget(self._make_preview())
        for at, stretch in enumerate((3, 5, 4)):
            self.split.setStretchFactor(at, stretch)
        self.settings = SettingsForm()
        self.settings.edited.connect(lambda column, value: self.spawn(self._set(column, value)))
        self.stack = QStackedWidget()
        self.stack.addWidget(self.split)
        self.stack.addWidget(self.settings)
        self._make_header()
        for action, handler in (
            ("edit.undo", self.undo),
            ("edit.redo", self.redo),
            ("quiz-editor.add", self.ask_kind),
            ("quiz-editor.draw", self.add_draw),
            ("quiz-editor.statistics", self.open_statistics),
            ("quiz-editor.regrade", self.open_regrade),
            ("quiz-editor.paste", self.ask_typed),
            ("quiz-editor.import", self.ask_import),
            ("quiz-editor.export", self.ask_export),
        ):
            self.on(action, handler)
        return self.stack

    def _timer(self, pause: int, due: Callable[[], object]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(pause)
        timer.timeout.connect(due)
        return timer

    def _make_header(self) -> None:
        self.status = Label("", Role.CAPTION, "muted")
        self.views = SegmentedControl(_("What to edit"), (("questions", _("Questions"), ""), ("settings", _("Settings"), "")))
        self.views.chosen.connect(lambda view: self.stack.setCurrentWidget(self.settings if view == "settings" else self.split))
        self.preview_button = Button(_("Preview"), "quiet", "eye")
        self.preview_button.setCheckable(True)
        self.preview_button.setChecked(True)
        self.preview_button.toggled.connect(lambda _on: self._arrange())
        self.more_menu = QMenu(self)
        for text, pressed in (
            (_("Paste typed questions…\tCtrl+Shift+V"), self.ask_typed),
            (_("Import questions…"), self.ask_import),
            (_("Export questions…"), self.ask_export),
            (_("Find duplicates…"), self.ask_duplicates),
            (_("Statistics"), self.open_statistics),
            (_("Regrade…"), self.open_regrade),
            (_("Versions of this question…"), self.ask_versions),
        ):
            self.more_menu.addAction(text, pressed)
        self.more_button = Button(_("More"), "quiet", "more")
        self.more_button.setMenu(self.more_menu)
        for widget in (self.status, self.views, self.preview_button, self.more_button):
            self.header.trailing.addWidget(widget)

    def _make_list(self) -> QWidget:
        self.model = LinesModel()
        self.list = LinesView(self.model)
        self.list.chosen.connect(lambda question: self.spawn(self._open(question)))
        self.list.asked.connect(self.do)
        self.list.dropped.connect(self._dropped)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list_menu = QMenu(self)
        for text, what in (
            (_("Duplicate\tCtrl+D"), "duplicate"),
            (_("Move up\tAlt+Up"), "up"),
            (_("Move down\tAlt+Down"), "down"),
            (_("Points and tags…"), "change"),
            (_("Copy into a question bank…"), "copy"),
            (_("Retire, or use again"), "retire"),
            (_("Delete\tDel"), "delete"),
        ):
            self.list_menu.addAction(text, partial(self.do, what))
        self.list.customContextMenuRequested.connect(lambda at: self.list_menu.popup(self.list.viewport().mapToGlobal(at)))
        self.filter_field = SearchField(_("Filter questions…"))
        self.filter_field.searched.connect(self._filter)
        self.add_menu = QMenu(self)
        for kind, name in TYPES.items():
            self.add_menu.addAction(_(name), partial(self._add, kind))
        self.add_menu.addSeparator()
        self.draw_action = QAction(_("From a question bank…"), self.add_menu)
        self.draw_action.triggered.connect(lambda _on: self.spawn(self.add_draw()))
        self.add_menu.addAction(self.draw_action)
        self.add_button = Button(_("Question"), "primary", "plus")
        self.add_button.setAccessibleName(_("Add question"))
        self.add_button.setMenu(self.add_menu)
        self.count_label = Label("", Role.CAPTION, "muted")
        foot = QHBoxLayout()
        foot.addWidget(self.add_button)
        foot.addStretch(1)
        foot.addWidget(self.count_label)
        panel = QWidget()
        panel.setMinimumWidth(px(230))
        column = QVBoxLayout(panel)
        column.setContentsMargins(px(24), px(4), px(8), px(12))
        column.setSpacing(px(8))
        column.addWidget(self.filter_field)
        column.addWidget(self.list, 1)
        column.addLayout(foot)
        return panel

    def _make_middle(self) -> QWidget:
        self.form = QuestionForm(self.formatter)
        self.form.edited.connect(self._edited)
        self.form.picture_asked.connect(self._choose_picture)
        self.draws = DrawForm()
        self.draws.edited.connect(self._edited)
        self.nothing = EmptyState(self)
        self.middle = QStackedWidget()
        self.middle.setMinimumWidth(px(320))
        self.middle.addWidget(self.nothing)
        self.middle.addWidget(self.form)
        self.middle.addWidget(self.draws)
        return self.middle

    def _make_preview(self) -> QWidget:
        self.preview = ScrolledColumn()
        self.answers_box = QCheckBox(_("With the right answer"))
        self.answers_box.toggled.connect(lambda _on: self.spawn(self._show_preview()))
        head = QHBoxLayout()
        head.addWidget(Label(_("As a learner sees it"), Role.LABEL, "muted"))
        head.addStretch(1)
        head.addWidget(self.answers_box)
        self.preview_panel = QWidget()
        self.preview_panel.setMinimumWidth(px(260))
        column = QVBoxLayout(self.preview_panel)
        column.setContentsMargins(px(8), px(8), px(16), px(12))
        column.addLayout(head)
        column.addWidget(self.preview, 1)
        return self.preview_panel

    # Reading

    async def refresh(self) -> Empty | None:
        await self._find()
        for widget in (self.views, self.preview_button, self.more_button):
            widget.setVisible(self.quiz is not None)
        if self.quiz is None:
            self.set_title(_("Quiz"))
            self.header.set_breadcrumb(*self.breadcrumb)
            return Empty(
                _("This lesson has no quiz yet."), _("Make a quiz"), pressed=lambda: self.spawn(self._make_quiz()), picture="catalogue"
            )
        await self.context.load_steps(self.document, self.scope)
        self.context.undo.activate(self.document)
        self._lines = {line.id: line for line in await self.context.look(list_lines, self.quiz.id)}
        self._uses = await self._find_uses()
        self._show_uses()
        self._show_quiz()
        self._show_lines()
        first = self._wanted or self.list.current or next(iter(self._lines), None)
        if first is None:
            await self._open(None)
        elif first != self.list.current:
            self.list.choose([first])
        self.spawn(self.files.send())
        if not self.is_bank:
            self.spawn(self._find_figures())
        return None

    async def _find(self) -> None:
        """The quiz; its course is brought to this computer first where it is not there yet."""
        self.quiz = await self._look()
        if self.quiz is None:
            here = self.context.here
            scope = self.scope
            if scope not in {one.scope for one in await self.context.tasks.run(here.list_checked_out)}:
                await self.context.tasks.run(here.check_out, scope)
                await self.context.tasks.run(exchange, here, cast("Any", self.context.store), scope)
                self.quiz = await self._look()
        if self.quiz is None and self.lesson_id is None:
            raise NotFound(_("This quiz is no longer there. Somebody may have deleted it."))
        if self.quiz is not None:
            self.quiz_id = self.quiz.id
            if self.quiz.scope != self.quiz.id:
                self.course_id = self.quiz.scope

    async def _look(self) -> Quiz | None:
        if self.quiz_id is not None:
            return await self.context.look(find_quiz, self.quiz_id)
        assert self.lesson_id is not None
        return next(iter(await self.context.look(list_lesson_quizzes, self.lesson_id)), None)

    async def _find_uses(self) -> list[Use]:
        """Who draws from this bank: from the course on this computer, or for a bank of the association from the server, if it answers."""
        assert self.quiz is not None
        if not self.is_bank:
            return []
        if self.course_id is not None:
            return await self.context.look(list_uses, self.quiz)
        try:
            return await self.context.read(list_bank_uses, self.quiz.id)
        except ServerAway:
            return []

    async def _find_figures(self) -> None:
        """What attempts say, for as long as the server answers."""
        assert self.quiz is not None
        try:
            found = await self.context.read(get_figures, self.quiz.id)
        except (ServerAway, NotFound):  # away, or not sent yet
            return
        self._figures = {one.id: one for one in found.questions}
        if self.open_id is not None:
            self._show_figures(self.open_id)

    def _show_figures(self, question: UUID) -> None:
        found = self._figures.get(question)
        words = [] if found is None or not found.statistics.attempts else [summary(found), *concern_sentences(found)]
        self.form.show_figures(" ".join(words), concern=len(words) > 1)

    def open_statistics(self) -> None:
        self.context.open("quiz-statistics", quiz=self.quiz_id, course=self.course_id)

    def open_regrade(self) -> None:
        self.context.open("quiz-regrade", quiz=self.quiz_id, course=self.course_id, question=self.open_id)

    async def _make_quiz(self) -> None:
        assert self.course_id is not None
        await self.context.edit(self.course_id, _("Make quiz"), make_quiz, self.course_id, self.lesson_id, _("Quiz"))
        self.reload()

    def _show_quiz(self) -> None:
        assert self.quiz is not None
        self.set_title(self.quiz.title)
        self.header.set_breadcrumb(*self.breadcrumb)
        self.settings.show_values(self.quiz.values)
        self.draw_action.setVisible(not self.is_bank)

    def _show_lines(self) -> None:
        lines = sorted(self._lines.values(), key=lambda line: (line.position, str(line.id)))
        self.model.show_lines(lines)
        points = sum((line.points for line in lines), ZERO)
        count = sum(line.count for line in lines)
        words = ngettext("{n} question", "{n} questions", count).format(n=f"{count:,}")
        self.count_label.setText(_("{questions} · {points} pt").format(questions=words, points=number_text(points)))
        self.status.setText(_("Saved here"))

    def _something_changed(self, changes: Changes) -> None:
        if changes.touch(KINDS) and self.quiz is not None and hasattr(self, "model"):
            self.spawn(self._follow(changes))

    async def _follow(self, changes: Changes) -> None:
        """Show what changed, whoever changed it; what is being typed stays."""
        assert self.quiz is not None
        found = await self.context.look(find_quiz, self.quiz.id)
        if found is None:
            self.reload()
            return
        self.quiz = found
        self._show_quiz()
        if changes.ids:
            for question, line in (await self.context.look(find_lines, self.quiz.id, changes.ids)).items():
                if line is None:
                    self._lines.pop(question, None)
                else:
                    self._lines[question] = line
        else:
            self._lines = {line.id: line for line in await self.context.look(list_lines, self.quiz.id)}
        self._show_lines()
        if self.open_id is not None and (not changes.ids or self.open_id in changes.ids):
            await self._open(self.open_id, again=True)

    async def _open(self, question: UUID | None, *, again: bool = False) -> None:
        """Show a question, once the one before is kept."""
        if not again:
            await self.keep()
            if question is not None and question == self.open_id:
                return
        opened: Opened | None = None if question is None else await self.context.look(open_question, question)
        draw = None if question is None or opened is not None else await self.context.look(find_draw, question)
        found = opened or draw
        if question is None or found is None:
            await self._show_nothing()
        elif again:
            typing = self._unsaved or self._saving.locked()
            says = self.form.says(opened.stored) if opened is not None else self.draws.draw() == draw
            if question == self.open_id and not typing and not says:
                await self._show(question, found)
        elif question != self.open_id and self.list.current in (question, None):  # they may have gone on meanwhile
            await self._show(question, found)

    async def _show(self, row: UUID, found: Opened | Draw) -> None:
        pools = await self.context.look(list_pools, self.scope) if isinstance(found, Draw) else []
        banks = await known_banks(self.context) if isinstance(found, Draw) else ()
        if isinstance(found, Opened):
            await self.form.prepare(found.question.type_name)
        while self._unsaved:  # typed while this was looked for
            await self.keep()
        if isinstance(found, Draw):
            self.draws.show_draw(row, found, pools, banks)
            self.middle.setCurrentWidget(self.draws)
        else:
            self.form.show_question(found)
            self._show_figures(row)
            self.middle.setCurrentWidget(self.form)
        self.open_id = row
        self._show_uses()
        await self._show_preview()

    def _show_uses(self) -> None:
        """The quizzes that may give the question of this bank that is in the form."""
        if self.open_id is None or self.middle.currentWidget() is not self.form:
            return
        tags = set(self.form.question().tags)
        fitting = [
            use.title
            for use in self._uses
            if use.draw.question == self.open_id or (use.draw.question is None and tags.issuperset(use.draw.tags))
        ]
        self.form.show_uses(list(dict.fromkeys(fitting)))

    async def _show_nothing(self) -> None:
        self._save_pause.stop()
        self._unsaved = False
        self.open_id = None
        if self._lines:
            self.nothing.show_empty(_("Choose a question."), "catalogue", "", None)
        else:
            self.nothing.show_empty(_("There are no questions yet."), "catalogue", _("Paste typed questions…"), self.ask_typed)
        self.middle.setCurrentWidget(self.nothing)
        await self._show_preview()

    async def _show_preview(self) -> None:
        self._preview_pause.stop()
        if not self.preview_panel.isVisible():
            return
        column = self.preview.begin()
        if self.open_id is not None and self.middle.currentWidget() is self.form:
            question = self.form.question()
            place = next((at for at, line in enumerate(self.model.all, 1) if line.id == self.open_id), 1)
            asked = ask(self.open_id, place, question)
            card = QuestionCard(asked, checkable=False)
            if self.answers_box.isChecked():
                add_verdict(card.verdict, asked, reveal(question), graded=False)
            column.addWidget(card)
            self.spawn(card.show_pictures(self.context, self.files.path))
        column.addStretch(1)
        await self.preview.show_column()

    # Doing

    def _edited(self) -> None:
        self._unsaved = True
        self._save_pause.start()
        self._preview_pause.start()
        self.status.setText(_("Saving…"))

    async def keep(self) -> None:
        """Keep what was typed."""
        async with self._saving:
            self._save_pause.stop()
            if not self._unsaved or self.open_id is None:
                return
            self._unsaved = False
            if self.middle.currentWidget() is self.draws:
                await self.context.continue_edit(self.scope, _("Change draw"), save_draw, self.open_id, self.draws.draw())
            else:
                await self.context.continue_edit(self.scope, _("Edit question"), save_question, self.open_id, self.form.question())

    async def _set(self, column: str, value: Any) -> None:
        assert self.quiz is not None
        await self.context.continue_edit(self.scope, _("Change settings"), save_quiz, self.quiz.id, {column: value})

    def _add(self, kind: str) -> None:
        self.spawn(self.add(kind))

    async def add(self, kind: str) -> None:
        """A new question of a type, behind the one that is chosen, with the keyboard in it."""
        await self.keep()
        assert self.quiz is not None
        made = await self.context.edit(
            self.scope, _("Add question"), add_questions, self.quiz.id, [Question(NOTHING, new_body(kind))], self.list.current
        )
        await self._show_made(made)
        self.form.stem.setFocus(Qt.FocusReason.OtherFocusReason)

    async def add_draw(self) -> None:
        """Questions by chance from a bank, behind the line that is chosen."""
        if self.quiz is None or self.is_bank:
            return
        await self.keep()
        banks = [bank for bank in await known_banks(self.context) if bank.course_id in (None, self.course_id)]
        pools = await self.context.look(list_pools, self.scope)
        first = next((pool.id for pool in pools), next((bank.id for bank in banks), None))
        if first is None:
            self.context.notices.info(_("There is no question bank to draw from yet. Make one under “Quizzes and banks”."))
            return
        made = await self.context.edit(self.scope, _("Draw from a bank"), add_draws, self.quiz.id, [Draw(first)], self.list.current)
        await self._show_made(made)
        self.draws.bank.setFocus(Qt.FocusReason.OtherFocusReason)

    async def add_all(self, questions: Sequence[Question], name: str, pictures: Sequence[Attachment] = ()) -> None:
        """Put questions behind the last one, as one step; first what they show."""
        assert self.quiz is not None
        for picture in pictures:
            await self.files.store(picture.data, picture.name, picture.media_type)
        await self._show_made(await self.context.edit(self.scope, name, add_questions, self.quiz.id, questions))

    async def _show_made(self, made: Sequence[UUID]) -> None:
        assert self.quiz is not None
        self.filter_field.clear_now()
        self._lines |= {name: line for name, line in (await self.context.look(find_lines, self.quiz.id, made)).items() if line is not None}
        self._show_lines()
        self.list.choose(made)
        if made:
            await self._open(made[0])

    def do(self, what: str) -> None:
        """What a key or the menu asks for, of the questions that are chosen."""
        chosen = self.list.selected
        if chosen:
            self.spawn(self._do(what, chosen))

    async def _do(self, what: str, chosen: list[UUID]) -> None:
        await self.keep()
        assert self.quiz is not None
        quiz = self.quiz.id
        many = len(chosen)
        match what:
            case "up" | "down" if not self.model.filtered:
                await self.context.edit(self.scope, move_name(many), move_by, quiz, chosen, -1 if what == "up" else 1)
            case "duplicate":
                name = ngettext("Duplicate question", "Duplicate {n} questions", many).format(n=many)
                await self._show_made(await self.context.edit(self.scope, name, duplicate_questions, quiz, chosen))
            case "delete":
                name = ngettext("Delete question", "Delete {n} questions", many).format(n=many)
                row = self.list.currentIndex().row()
                await self.context.edit(self.scope, name, remove_questions, chosen)
                self._lines = {name: line for name, line in self._lines.items() if name not in chosen}
                self._show_lines()
                line = self.model.row(min(row, self.model.rowCount() - 1))
                if line is not None:
                    self.list.choose([line.id])
                await self._open(None if line is None else line.id)
            case "retire":
                retired = not all(self._lines[question].retired for question in chosen if not self._lines[question].is_draw)
                await self.context.edit(
                    self.scope, _("Retire questions") if retired else _("Use questions again"), retire_questions, chosen, retired
                )
            case "change":
                from desktop.ui.questions.dialogs import ChangeDialog

                ChangeDialog(many, lambda points, add, remove: self.spawn(self._change(chosen, points, add, remove)), self).open()

            case "copy":
                await self._ask_copy(chosen)

    async def _ask_copy(self, chosen: list[UUID]) -> None:
        from desktop.ui.questions.dialogs import CopyDialog

        assert self.quiz is not None
        pools = [pool for pool in await self.context.look(list_pools, self.scope) if pool.id != self.quiz.id]
        if not pools:
            self.context.notices.info(_("This course has no question bank yet. Make one under “Quizzes and banks”."))
            return
        name = ngettext("Copy question into a bank", "Copy {n} questions into a bank", len(chosen)).format(n=len(chosen))
        CopyDialog(name, pools, lambda bank: self.spawn(self.context.edit(self.scope, name, copy_questions, chosen, bank)), self).open()

    async def _change(self, chosen: list[UUID], points: Any, add: Sequence[str], remove: Sequence[str]) -> None:
        name = ngettext("Change question", "Change {n} questions", len(chosen)).format(n=len(chosen))
        await self.context.edit(self.scope, name, change_questions, chosen, points, add, remove)

    def _dropped(self, row: int) -> None:
        chosen = self.list.selected
        if not chosen or self.model.filtered or self.quiz is None:
            return
        before = self.model.row(row)
        target = None if before is None else before.id
        self.spawn(self.context.edit(self.scope, move_name(len(chosen)), move_questions, self.quiz.id, chosen, target))

    def _filter(self, words: str) -> None:
        count = self.model.filter(words)
        self.filter_field.setAccessibleDescription(ngettext("{n} question fits", "{n} questions fit", count).format(n=count))

    async def undo(self) -> None:
        await self.keep()
        await self.context.undo_last()

    async def redo(self) -> None:
        await self.keep()
        await self.context.redo_last()

    async def save(self) -> None:
        """Ctrl+S: keep what was typed, and send it where the server can be reached."""
        await self.flush()
        await self.context.tasks.run(exchange, self.context.here, cast("Any", self.context.store), self.scope)

    async def flush(self) -> None:
        self.settings.flush()
        await self.keep()

    def ask_duplicates(self) -> None:
        self.spawn(self._ask_duplicates())

    async def _ask_duplicates(self) -> None:
        from desktop.ui.questions.dialogs import DuplicatesDialog

        await self.keep()
        assert self.quiz is not None
        questions = await self.context.look(map_questions, self.quiz.id)
        pairs = await self.context.tasks.run(find_duplicates, questions)
        DuplicatesDialog(pairs, questions, self.list.choose, self).open()

    def ask_versions(self) -> None:
        if self.open_id is not None and self.middle.currentWidget() is self.form:
            self.spawn(self._ask_versions(self.open_id))

    async def _ask_versions(self, question: UUID) -> None:
        from desktop.ui.questions.dialogs import VersionsDialog

        VersionsDialog(await self.context.read(list_versions, question), self).open()

    def ask_kind(self) -> None:
        """The types of questions, under the button that adds one."""
        self.add_menu.popup(self.add_button.mapToGlobal(self.add_button.rect().topLeft()))

    # Files

    def _choose_picture(self) -> None:
        dialog = QFileDialog(self, _("Choose a picture"), "", _("Pictures (*.png *.jpg *.jpeg *.gif *.webp *.svg);;All files (*)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.spawn(self.keep_picture(Path(path))))
        dialog.open()

    async def keep_picture(self, path: Path) -> None:
        """Keep a file, and show it with the question."""
        question = self.open_id
        address, _media_type = await self.files.store_file(path)
        if question == self.open_id:
            self.form.set_picture(address)

    def ask_typed(self) -> None:
        from desktop.ui.questions.dialogs import PasteDialog

        PasteDialog(self.context, lambda questions, _pictures: self.spawn(self.add_all(questions, _("Paste questions"))), self).open()

    def ask_import(self) -> None:
        from desktop.ui.questions.dialogs import choose_import

        choose_import(self)

    def ask_export(self) -> None:
        from desktop.ui.questions.dialogs import choose_export

        choose_export(self)

    # The window

    def _arrange(self) -> None:
        if hasattr(self, "preview_panel"):
            fits = self.width() > px(940)
            self.preview_button.setVisible(fits)
            self.preview_panel.setVisible(fits and self.preview_button.isChecked())
            if self.preview_panel.isVisible():
                self._preview_pause.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if hasattr(self, "settings"):
            self._preview_pause.stop()
            self.context.spawn(self.flush())  # whoever goes elsewhere, or signs out, leaves nothing behind
