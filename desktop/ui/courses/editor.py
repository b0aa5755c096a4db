"""Building a course: its outline, every field of what is chosen, and the checklist, on the replica and without waiting."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, cast
from uuid import UUID

from PySide6.QtCore import QMimeData, QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QHideEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.changes import Changes
from desktop.courses.commands import archive, publish, set_instructors, unpublish
from desktop.courses.draft import (
    ATTACHMENTS,
    COURSES,
    LESSONS,
    MODULES,
    Fragment,
    Step,
    add_attachment,
    add_lesson,
    add_module,
    copied,
    duplicate,
    move,
    move_by,
    paste,
    remove,
)
from desktop.courses.editing import fragment_from_json, fragment_to_json, offered_from_json, offered_to_json
from desktop.courses.embedding import film
from desktop.courses.film import look
from desktop.courses.publishing import Problem
from desktop.courses.queries import get_offered
from desktop.courses.vocabulary import LESSON_TYPES, STATUSES, label
from desktop.errors import Invalid, LmsError, ServerAway
from desktop.i18n import _, ngettext
from desktop.store.media import Media
from desktop.sync.exchange import exchange
from desktop.ui.context import Context
from desktop.ui.courses.editor_export import FORMATS, choose_cartridge, choose_export
from desktop.ui.courses.editor_form import RowForm
from desktop.ui.courses.editor_outline import OutlineModel, OutlineTree
from desktop.ui.courses.editor_package import choose_package
from desktop.ui.courses.editor_session import CourseSession
from desktop.ui.page import Page
from desktop.ui.sync.conflicts import ConflictBar
from desktop.ui.theme import Role, px
from desktop.ui.theme.icons import icon
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.fields import SearchField, SegmentedControl
from desktop.ui.widgets.labels import ElidedLabel, Label
from desktop.ui.widgets.richtext import RichText
from desktop.ui.widgets.surfaces import confirm

FRAGMENT = "application/x-nabip-lms-fragment"


class CourseFiles:
    """Where the texts of a course keep their pictures: here at once, sent when the workspace can be reached."""

    def __init__(self, context: Context, media: Media) -> None:
        self._context = context
        self.media = media

    async def store(self, data: bytes, name: str, media_type: str) -> str:
        asset = await self._context.tasks.job(_("Keeping {name}").format(name=name), _kept_bytes, self.media, data, name, media_type)
        self._context.spawn(self.send())
        return f"asset:{asset}"

    async def store_file(self, path: Path) -> tuple[str, str]:
        """Keep a file; its address and its media type."""
        media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        asset = await self._context.tasks.job(_("Keeping {name}").format(name=path.name), _kept_file, self.media, path, media_type)
        self._context.spawn(self.send())
        return f"asset:{asset}", media_type

    async def path(self, asset: str) -> Path:
        found = await self._context.tasks.run(self.media.find, asset)
        if found is not None:
            return found
        return await self._context.tasks.job(_("Fetching a file"), _fetched, self.media, self._context.store, asset)

    async def send(self) -> None:
        """Send what waits; away, it waits on."""
        if await self._context.tasks.run(self.media.waiting):
            await self._context.tasks.job(_("Sending files"), _sent, self.media, self._context.store)


def _kept_bytes(control: Any, media: Media, data: bytes, name: str, media_type: str) -> str:
    return media.keep_bytes(data, name, media_type, control)


def _kept_file(control: Any, media: Media, path: Path, media_type: str) -> str:
    return media.keep(path, path.name, media_type, control)


def _fetched(control: Any, media: Media, store: Any, asset: str) -> Path:
    return media.get(store, asset, control)


def _sent(control: Any, media: Media, store: Any) -> int:
    return media.send(store, control)


def _scrolled(form: RowForm) -> QScrollArea:
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setWidget(form)
    return scroll


class CourseEditorPage(Page):
    """``context.open("course-editor", course=…, row=…)``."""

    shows: ClassVar[frozenset[str]] = frozenset()  # the session follows what changes

    def __init__(self, context: Context, course: UUID, row: UUID | None = None, parent: QWidget | None = None) -> None:
        self.course_id = course
        self._wanted = row
        self._shown: UUID | None = None
        super().__init__(context, parent)
        self.session = CourseSession(context, course, self)
        self.session.applied.connect(self._applied)
        self.session.reloaded.connect(self._reloaded)
        self.session.checked.connect(self._checked)
        self.session.saved.connect(self._show_status)

    @property
    def document(self) -> tuple[str, UUID]:
        return ("course-editor", self.course_id)

    @property
    def breadcrumb(self) -> tuple[str, Callable[[], object]]:
        return _("Course"), lambda: self.context.open("course", course=self.course_id)

    # Making

    def build(self) -> QWidget:
        self.files = CourseFiles(self.context, self.context.here.media)
        self.on("edit.undo", self._undo)
        self.on("edit.redo", self._redo)
        self.on("course-editor.add-module", self._add_module)
        self.on("course-editor.add-lesson", lambda: self._add_lesson("text"))
        self.on("course-editor.find", self._find)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self._make_outline())
        self.split.addWidget(self._make_middle())
        self.split.addWidget(self._make_checklist())
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 6)
        self.split.setStretchFactor(2, 3)
        self.status = Label("", Role.CAPTION, "muted")
        self.header.trailing.addWidget(self.status)
        self.checklist_button = Button(_("Checklist"), "quiet", "done")
        self.checklist_button.setCheckable(True)
        self.checklist_button.toggled.connect(self.checklist_panel.setVisible)
        self.header.trailing.addWidget(self.checklist_button)
        self.manage_menu = QMenu(self)
        self.manage_button = Button(_("Manage"), "quiet", "more")
        self.manage_button.setMenu(self.manage_menu)
        self.header.trailing.addWidget(self.manage_button)
        self.publish_button = Button(_("Publish"), "primary")
        self.publish_button.clicked.connect(lambda: self.spawn(self._publish()))
        self.header.trailing.addWidget(self.publish_button)
        self.conflicts = ConflictBar(self.context, self.course_id)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        bar = QHBoxLayout()
        bar.setContentsMargins(px(16), 0, px(16), 0)
        bar.addWidget(self.conflicts)
        column.addLayout(bar)
        column.addWidget(self.split, 1)
        return content

    def _make_outline(self) -> QWidget:
        self.tree = OutlineTree()
        self.tree.asked.connect(self._asked)
        self.filter_field = SearchField(_("Filter the outline…"))
        self.filter_field.searched.connect(self.tree_filter)
        self.course_button = Button(_("About the course"), "plain", "info")
        self.course_button.clicked.connect(lambda: self._show_row(self.course_id))
        self.add_module_button = Button(_("Module"), "quiet", "plus")
        self.add_module_button.setAccessibleName(_("Add module"))
        self.add_module_button.clicked.connect(self._add_module)
        self.add_lesson_menu = QMenu(self)
        for kind, name in LESSON_TYPES.items():
            if kind == "scorm":  # without a package there is no such lesson
                self.add_lesson_menu.addAction(_("SCORM or AICC package…"), partial(choose_package, self))
            else:
                self.add_lesson_menu.addAction(_(name), partial(self._add_lesson, kind))
        self.add_lesson_button = Button(_("Lesson"), "quiet", "plus")
        self.add_lesson_button.setAccessibleName(_("Add lesson"))
        self.add_lesson_button.setMenu(self.add_lesson_menu)
        self.more_menu = QMenu(self)
        for text, what in (
            (_("Duplicate\tCtrl+D"), "duplicate"),
            (_("Copy\tCtrl+C"), "copy"),
            (_("Cut\tCtrl+X"), "cut"),
            (_("Paste\tCtrl+V"), "paste"),
            (_("Move up\tAlt+Up"), "up"),
            (_("Move down\tAlt+Down"), "down"),
            (_("Delete\tDel"), "delete"),
        ):
            self.more_menu.addAction(text, partial(self._asked, what))
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(lambda at: self.more_menu.popup(self.tree.viewport().mapToGlobal(at)))
        buttons = QHBoxLayout()
        buttons.setSpacing(px(6))
        buttons.addWidget(self.add_module_button)
        buttons.addWidget(self.add_lesson_button)
        buttons.addStretch(1)
        panel = QWidget()
        panel.setMinimumWidth(px(240))
        column = QVBoxLayout(panel)
        column.setContentsMargins(px(16), px(4), px(8), px(12))
        column.setSpacing(px(8))
        column.addWidget(self.filter_field)
        column.addWidget(self.course_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.tree, 1)
        column.addLayout(buttons)
        return panel

    def _make_middle(self) -> QWidget:
        self.forms = {table: RowForm(table) for table in (COURSES, MODULES, LESSONS, ATTACHMENTS)}
        self.form_stack = QStackedWidget()
        for table, form in self.forms.items():
            form.edited.connect(self._field_edited)
            form.file_asked.connect(self._choose_file)
            if table != ATTACHMENTS:
                self.form_stack.addWidget(_scrolled(form))
        self.text = RichText(self.context, self.files, _("Lesson text"))
        self.text.edited.connect(self._text_edited)
        self.text.history_asked.connect(lambda what: self.spawn(self._undo() if what == "undo" else self._redo()))
        self.text.left.connect(lambda forward: (self.checklist if forward else self.tree).setFocus(Qt.FocusReason.TabFocusReason))
        self.attachments = QListWidget()
        self.attachments.setAccessibleName(_("Attachments"))
        self.attachments.setFrameShape(QFrame.Shape.NoFrame)
        self.attachments.currentItemChanged.connect(lambda _now, _before: self._show_attachment())
        self.attach_button = Button(_("Attach a file…"), "quiet", "plus")
        self.attach_button.clicked.connect(lambda: self._choose_file(self._shown, "attachment"))
        self.detach_button = Button(_("Remove"), "plain", "trash")
        self.detach_button.clicked.connect(self._detach)
        attached = QWidget()
        buttons = QHBoxLayout()
        buttons.setContentsMargins(px(24), 0, px(24), 0)
        buttons.setSpacing(px(6))
        buttons.addWidget(self.attach_button)
        buttons.addWidget(self.detach_button)
        for icon_name, words, by in (("arrow-up", _("Move the attachment up"), -1), ("arrow-down", _("Move the attachment down"), 1)):
            button = IconButton(icon_name, words)
            button.clicked.connect(partial(self._move_attachment, by))
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.attachment_form = _scrolled(self.forms[ATTACHMENTS])
        box = QVBoxLayout(attached)
        box.setContentsMargins(0, px(16), 0, px(16))
        box.addLayout(buttons)
        box.addWidget(self.attachments, 1)
        box.addWidget(self.attachment_form, 2)
        views = (("text", _("Text"), ""), ("settings", _("Settings"), ""), ("attachments", _("Attachments"), ""))
        self.views = SegmentedControl(_("What to edit"), views)
        self.views.chosen.connect(self._choose_view)
        self.heading = ElidedLabel("", Role.HEADING)
        head = QHBoxLayout()
        head.setContentsMargins(px(24), px(4), px(24), px(4))
        self.quiz_button = Button(_("Edit the quiz"), "quiet", "quiz")
        self.quiz_button.clicked.connect(lambda: self.context.open("quiz-editor", course=self.course_id, lesson=self._shown))
        self.assignment_button = Button(_("Edit the assignment"), "quiet", "assignment")
        self.assignment_button.clicked.connect(lambda: self.context.open("assignment-editor", course=self.course_id, lesson=self._shown))
        self.quiz_button.hide()
        self.assignment_button.hide()
        head.addWidget(self.heading, 1)
        head.addWidget(self.quiz_button)
        head.addWidget(self.assignment_button)
        head.addWidget(self.views)
        self.middle = QStackedWidget()
        for widget in (self.form_stack, self.text, attached):
            self.middle.addWidget(widget)
        self._attached = attached
        panel = QWidget()
        panel.setMinimumWidth(px(260))
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(4))
        column.addLayout(head)
        column.addWidget(self.middle, 1)
        return panel

    def _make_checklist(self) -> QWidget:
        self.checklist = QListWidget()
        self.checklist.setAccessibleName(_("Checklist"))
        self.checklist.setWordWrap(True)
        self.checklist.setFrameShape(QFrame.Shape.NoFrame)
        self.checklist.itemActivated.connect(self._go_to_problem)
        self.checklist.itemClicked.connect(self._go_to_problem)
        self.checklist_panel = QWidget()
        self.checklist_panel.setMinimumWidth(px(200))
        column = QVBoxLayout(self.checklist_panel)
        column.setContentsMargins(px(8), px(4), px(16), px(12))
        column.addWidget(Label(_("Before publishing"), Role.HEADING))
        column.addWidget(self.checklist, 1)
        self.checklist_panel.hide()
        return self.checklist_panel

    # Reading

    async def refresh(self) -> None:
        await self.session.open()
        if hasattr(self, "model"):
            self._reloaded()
            return
        self.spawn(self._read_offered())
        self.model = OutlineModel(self.session.draft, self.tree)
        self.model.renamed.connect(self._rename)
        self.model.moved.connect(lambda ids, parent, at: self._try(lambda: move(self.session.draft, ids, parent, at)))
        self.tree.show_model(self.model)
        self.tree.chosen.connect(lambda row: self._show_row(row) if row is not None else None)
        self._checked()
        first = self._wanted or next((row["id"] for row in self.session.draft.lessons), None)
        if first is not None:
            self.tree.select([first])
        if self._shown is None:
            self._show_row(self.course_id)
        self.spawn(self.files.send())
        self.spawn(self.conflicts.look())

    async def _read_offered(self) -> None:
        """People, designations and other courses are the server's; without it, what it said last."""
        here, name = self.context.here, f"offered:{self.course_id}"
        try:
            offered = await self.context.read(get_offered, self.course_id)
            await self.context.tasks.run(here.remember, name, offered_to_json(offered))
        except ServerAway:
            known = await self.context.tasks.run(here.recall, name)
            if known is None:
                return
            offered = offered_from_json(known)
        form = self.forms[COURSES]
        choices = {
            "instructor_id": offered.people,
            "designation_id": offered.designations,
            "certificate_template_id": offered.templates,
            "prerequisites": offered.courses,
        }
        form.offer({column: [(one.id, one.name) for one in found] for column, found in choices.items()})
        form.taken = {"slug": offered.slugs}
        self._show_current()

    def _applied(self, step: Step) -> None:
        self.model.follow(tuple(change.id for change in step.changes))
        if step.focus and not step.merge and step.focus[0] != self.course_id:
            self.tree.select(step.focus)
        self._show_current()
        self._show_status()

    def _reloaded(self) -> None:
        if not hasattr(self, "model"):
            return
        self.model.replace(self.session.draft)
        self._show_current()
        self._show_status()

    def _checked(self) -> None:
        if not hasattr(self, "model"):
            return
        self.model.set_states(self.session.states)
        course = self.session.draft.course
        blocking = sum(problem.blocking for problem in self.session.problems)
        count = len(self.session.problems)
        self.checklist_button.setText(_("Checklist ({n})").format(n=count) if count else _("Checklist"))
        now = self.checklist.currentRow()
        self.checklist.clear()
        for problem in self.session.problems:
            item = QListWidgetItem(problem.message)
            item.setData(Qt.ItemDataRole.UserRole, problem)
            said = _("Blocks publishing: {message}") if problem.blocking else _("Worth a look: {message}")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, said.format(message=problem.message))
            item.setText(("● " if problem.blocking else "○ ") + problem.message)
            self.checklist.addItem(item)
        if not count:
            self.checklist.addItem(_("Nothing is missing."))
        self.checklist.setCurrentRow(max(0, min(now, self.checklist.count() - 1)))
        published = course.get("status") == "published"
        self.publish_button.setVisible(not published)
        self.publish_button.setEnabled(not blocking)
        blocks = ngettext("{n} thing blocks publishing: see the checklist.", "{n} things block publishing: see the checklist.", blocking)
        self.publish_button.setToolTip(blocks.format(n=blocking) if blocking else "")
        self._show_manage(published)
        self._show_status()

    def _show_manage(self, published: bool) -> None:
        self.manage_menu.clear()
        self.manage_menu.addAction(_("Find and replace…\tCtrl+Shift+H"), self._find)
        self.manage_menu.addAction(_("Preview as a learner…"), self._preview)
        self.manage_menu.addAction(_("History…"), self._history)
        self.manage_menu.addSeparator()
        self.manage_menu.addAction(_("Import a Common Cartridge…"), partial(choose_cartridge, self))
        exports = self.manage_menu.addMenu(_("Export as"))
        for form, (name, _suffix) in FORMATS.items():
            exports.addAction(_(name), partial(choose_export, self, form))
        self.manage_menu.addSeparator()
        if published:
            self.manage_menu.addAction(_("Take out of the catalogue…"), self._unpublish)
        self.manage_menu.addAction(_("Archive…"), self._archive)

    def _show_status(self) -> None:
        course = self.session.draft.course
        title = str(course.get("title", ""))
        self.set_title(title, label(STATUSES, course.get("status")))
        if self.session.busy:
            self.status.setText(_("Saving…"))
        elif self.session.waiting:
            self.status.setText(_("Saved here · {n} waiting").format(n=self.session.waiting))
        else:
            self.status.setText(_("Saved here"))

    # What is shown

    def _show_row(self, row_id: UUID) -> None:
        table = self.session.draft.table_of(row_id)
        if table is None:
            return
        if table == COURSES:
            self.tree.clear_choice()  # so that a click on any row leads back to it
        if row_id != self._shown:
            for form in self.forms.values():
                form.flush()
        self._shown = row_id
        row = self.session.draft.row(table, row_id)
        with_text = table == LESSONS and row["lesson_type"] in ("text", "embedded_content")
        self.views.setVisible(table == LESSONS)
        self.quiz_button.setVisible(table == LESSONS and row["lesson_type"] == "quiz")
        self.assignment_button.setVisible(table == LESSONS and row["lesson_type"] == "assignment")
        self.views.set_enabled("text", with_text)
        if table == LESSONS:
            self.views.set_value("settings" if self._view == "text" and not with_text else self._view)
        self._show_current()
        self._show_view()

    def _show_current(self) -> None:
        table = self.session.draft.table_of(self._shown) if self._shown is not None else None
        if table is None or self._shown is None:
            if self._shown is not None:
                self._show_row(self.course_id)  # it was deleted
            return
        row = self.session.draft.row(table, self._shown)
        self.heading.setText(str(row["title"]))
        form = self.forms[table]
        form.show_row(row, lambda: self.session.draft)
        self.form_stack.setCurrentIndex(list(self.forms).index(table))
        if table == LESSONS:
            self._show_attachments()
            if row["lesson_type"] in ("text", "embedded_content"):
                shown = (row["id"], row["content_html"] or "")
                if shown != self._text_shown:
                    self._text_shown = shown
                    self.spawn(self.text.show_text(row["id"], lambda: self._text_of(row["id"])))

    _text_shown: tuple[UUID, str] | None = None

    def _text_of(self, lesson: UUID) -> str:
        """How the text of a lesson reads now; nothing where it was deleted."""
        return str(self.session.draft.rows[LESSONS].get(lesson, {}).get("content_html") or "")

    _view = "text"
    """What the person wants to see of lessons; one without a text shows its settings instead."""

    def _choose_view(self, view: str) -> None:
        self._view = view
        self._show_view()

    def _show_view(self) -> None:
        table = self.session.draft.table_of(self._shown) if self._shown is not None else None
        if table != LESSONS:
            self.middle.setCurrentWidget(self.form_stack)
            return
        view = self.views.value
        self.middle.setCurrentWidget({"text": self.text, "settings": self.form_stack, "attachments": self._attached}[view])

    def _show_attachments(self) -> None:
        now = self._attachment
        with QSignalBlocker(self.attachments):
            self.attachments.clear()
            for row in self.session.draft.attachments_of(self._shown) if self._shown is not None else ():
                size = row["file_size_bytes"]
                item = QListWidgetItem(f"{row['file_name']}  ·  {size / 1e6:,.1f} MB" if size else row["file_name"])
                item.setIcon(icon("document", "muted"))
                item.setData(Qt.ItemDataRole.UserRole, row["id"])
                self.attachments.addItem(item)
                if row["id"] == now:
                    self.attachments.setCurrentItem(item)
            if self.attachments.currentRow() < 0:
                self.attachments.setCurrentRow(0)
        self._show_attachment()

    @property
    def _attachment(self) -> UUID | None:
        row: UUID | None = self.attachments.currentIndex().data(Qt.ItemDataRole.UserRole)
        return row

    def _show_attachment(self) -> None:
        chosen = self._attachment
        self.detach_button.setEnabled(chosen is not None)
        self.attachment_form.setVisible(chosen is not None)
        if chosen is not None:
            self.forms[ATTACHMENTS].show_row(self.session.draft.row(ATTACHMENTS, chosen), lambda: self.session.draft)

    def tree_filter(self, words: str) -> None:
        fitting = self.tree.filter(words)
        self.filter_field.setAccessibleDescription(ngettext("{n} row fits", "{n} rows fit", fitting).format(n=fitting))

    # Doing

    def _try(self, make: Callable[[], Step]) -> None:
        """Do a step; what is wrong with it becomes a notice."""
        try:
            self.session.do(make())
        except LmsError as error:
            self.context.notices.error(error)

    def _rename(self, row: UUID, title: str) -> None:
        table = self.session.draft.table_of(row)
        if table is not None and (problem := self.session.edit(table, row, {"title": title})):
            self.context.notices.warn(problem)

    def _field_edited(self, table: str, row: UUID, column: str, value: Any) -> None:
        if column == "instructor_id":
            self.spawn(self._set_instructors(value))
            return
        values = {column: value}
        if table == LESSONS and column == "content_url" and value and (found := film(value)) is not None:
            values |= {"content_url": found.address, "video_provider": found.provider}
        if problem := self.session.edit(table, row, values):
            self.forms[table].say(column, problem)

    async def _set_instructors(self, people: list[UUID]) -> None:
        """Who may write in a course is for the server to say; without it nothing changes."""
        try:
            await self.flush()
            await self.context.write(set_instructors, self.course_id, people)
            await self._pull()
        finally:
            self._show_current()

    def _text_edited(self, row: UUID, html: str, before: str) -> None:
        """``before`` is what was on the screen: where a colleague's text has arrived unseen meanwhile, the two meet as a conflict."""
        self._text_shown = (row, html)
        self.session.edit(LESSONS, row, {"content_html": html or None}, seen={"content_html": before or None})

    def _add_module(self) -> None:
        at = self.tree.current
        module = self._module_of(at)
        self._try(lambda: add_module(self.session.draft, _("New module"), module))
        self._rename_now()

    def _add_lesson(self, kind: str) -> None:
        at = self.tree.current
        module = self._module_of(at) or next((row["id"] for row in reversed(self.session.draft.modules)), None)
        if module is None:
            self._try(lambda: add_module(self.session.draft, _("New module")))
            module = self.session.draft.modules[-1]["id"]
        after = at if at in self.session.draft.rows[LESSONS] else None
        self._try(lambda: add_lesson(self.session.draft, module, _(LESSON_TYPES[kind]), kind, after))
        self._rename_now()

    def _rename_now(self) -> None:
        """A new row gets its title at once, in place."""
        # Once the menu that asked for it has given the keyboard back.
        QTimer.singleShot(0, self.tree, lambda: (self.tree.setFocus(), self.tree.edit(self.tree.currentIndex())))

    def _module_of(self, row: UUID | None) -> UUID | None:
        if row in self.session.draft.rows[LESSONS]:
            module: UUID = self.session.draft.row(LESSONS, row)["module_id"]
            return module
        return row if row in self.session.draft.rows[MODULES] else None

    def _asked(self, what: str) -> None:
        chosen = self.tree.selected
        draft = self.session.draft
        if what == "paste":
            self._paste()
            return
        if not chosen:
            return
        match what:
            case "up" | "down":
                self._try(lambda: move_by(draft, chosen, -1 if what == "up" else 1))
            case "duplicate":
                self._try(lambda: duplicate(draft, chosen))
            case "delete":
                self._try(lambda: remove(draft, chosen))
            case "copy" | "cut":
                self._copy(copied(draft, chosen))
                if what == "cut":
                    self._try(lambda: remove(draft, chosen))

    def _copy(self, fragment: Fragment) -> None:
        data = QMimeData()
        data.setData(FRAGMENT, json.dumps(fragment_to_json(fragment)).encode())
        data.setText("\n".join(row["title"] for row in (*fragment.modules, *fragment.lessons)))
        QGuiApplication.clipboard().setMimeData(data)

    def _paste(self) -> None:
        data = QGuiApplication.clipboard().mimeData()
        if not data.hasFormat(FRAGMENT):
            self.context.notices.info(_("There is nothing on the clipboard that could go into the outline."))
            return
        fragment = fragment_from_json(json.loads(bytes(data.data(FRAGMENT).data())))
        self._try(lambda: paste(self.session.draft, fragment, self.tree.current))
        if not fragment.draws_fit(self.session.course_id):
            self.context.notices.info(_("What the quizzes drew from question banks of the other course did not come along."))

    async def _undo(self) -> None:
        await self.flush()
        await self.session.undo()

    async def _redo(self) -> None:
        await self.flush()  # what was typed is newer than what was taken back, and there is nothing to redo then
        await self.session.redo()

    async def save(self) -> None:
        """Ctrl+S: all that was typed is taken, and sent where the server can be reached."""
        await self.flush()
        await self.context.tasks.run(exchange, self.context.here, cast("Any", self.context.store), self.course_id)
        await self.session.check()

    async def flush(self) -> None:
        for form in self.forms.values():
            form.flush()
        await self.text.flush()
        await self.session.settled()

    # Files

    def _choose_file(self, row: UUID | None, column: str) -> None:
        if row is None:
            return
        dialog = QFileDialog(self, _("Choose a file"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.spawn(self.keep_file(row, column, Path(path))))
        dialog.open()

    async def keep_file(self, row: UUID, column: str, path: Path) -> None:
        """Keep a file and name it in ``column`` of ``row``, or attach it to the lesson ``row``."""
        address, media_type = await self.files.store_file(path)
        if column == "attachment":
            size = (await self.context.tasks.run(path.stat)).st_size
            self._try(
                lambda: add_attachment(
                    self.session.draft, row, file_name=path.name, file_url=address, file_type=media_type, file_size_bytes=size
                )
            )
            return
        table = self.session.draft.table_of(row)
        if table is None:
            raise Invalid(_("This is no longer in the course."))
        values: dict[str, Any] = {column: address}
        lesson = self.session.draft.row(table, row)
        if column == "content_url" and lesson.get("lesson_type") == "video":
            values |= {"video_provider": "workspace"} | await self._about_film(path, has_still=bool(lesson.get("video_thumbnail_url")))
        self.session.edit(table, row, values)

    async def _about_film(self, path: Path, *, has_still: bool) -> dict[str, Any]:
        """Length and still of a film, as its lesson has them. A still that its author chose stays."""
        found = await self.context.tasks.run(look, path)
        if found is None:
            self.context.notices.warn(
                _("“{name}” does not say how long it is.").format(name=path.name), remedy=_("Set the length of the film by hand.")
            )
            return {}
        values: dict[str, Any] = {"video_duration_seconds": found.seconds}
        if found.still is not None and not has_still:
            values["video_thumbnail_url"] = await self.files.store(found.still, f"{path.stem}.jpg", "image/jpeg")
        return values

    def _detach(self) -> None:
        chosen = self._attachment
        if chosen is not None:
            self._try(lambda: remove(self.session.draft, [chosen]))

    def _move_attachment(self, by: int) -> None:
        lesson, chosen = self._shown, self._attachment
        if lesson is None or chosen is None:
            return
        at = [row["id"] for row in self.session.draft.attachments_of(lesson)].index(chosen) + by
        self._try(lambda: move(self.session.draft, [chosen], lesson, at + (by > 0)))

    # The checklist and publishing

    def _go_to_problem(self, item: QListWidgetItem) -> None:
        problem = item.data(Qt.ItemDataRole.UserRole)
        if isinstance(problem, Problem) and problem.row is not None:
            self.go_to(problem.row, problem.column, problem.found)

    def go_to(self, row: UUID, column: str = "", found: str = "") -> None:
        """Show a row with a field of it in sight; ``found`` is looked for in the lesson's text."""
        if row == self.course_id:
            self._show_row(row)
        else:
            self.tree.select([row])
            self._show_row(row)
        if column == "content_html":
            self.views.set_value("text")
            self._show_view()
            if found:
                self.text.find_text(found)
            self.text.focus_text()
            return
        if column == "attachments":
            self.views.set_value("attachments")
        elif column:
            self.views.set_value("settings")
        self._show_view()
        table = self.session.draft.table_of(row)
        if table is not None:
            self.forms[table].focus_field(column)

    async def _publish(self) -> None:
        await self.flush()
        await self.context.tasks.run(exchange, self.context.here, cast("Any", self.context.store), self.course_id)
        await self.context.write(publish, self.course_id)
        self.context.notices.done(_("Published. Learners find it in the catalogue."))
        await self._pull()

    def _unpublish(self) -> None:
        confirm(
            self,
            _("Take this course out of the catalogue?"),
            _("Nobody finds it any more, and who is enrolled cannot open its lessons until it is published again. Their progress is kept."),
            _("Take out"),
            lambda: self.spawn(self._change(unpublish)),
        )

    def _archive(self) -> None:
        confirm(
            self,
            _("Archive this course?"),
            _("It leaves the catalogue for good. Who is enrolled keeps it, with what they have done."),
            _("Archive"),
            lambda: self.spawn(self._change(archive)),
        )

    async def _change(self, command: Any) -> None:
        await self.flush()
        await self.context.write(command, self.course_id)
        await self._pull()

    async def _pull(self) -> None:
        await self.context.tasks.run(exchange, self.context.here, cast("Any", self.context.store), self.course_id)
        self.context.broadcast(Changes.of("courses", ids=(self.course_id,)))

    # Elsewhere

    def _find(self) -> None:
        from desktop.ui.courses.editor_find import FindDialog

        FindDialog(self.session, self.go_to, self).open()

    def _preview(self) -> None:
        from desktop.ui.courses.editor_preview import PreviewDialog

        PreviewDialog(self.context, self.session, self.files, self._shown, self).open()

    def _history(self) -> None:
        from desktop.ui.courses.editor_history import HistoryDialog

        HistoryDialog(self.session, self).open()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.session.rest()
        if hasattr(self, "text"):
            self.context.spawn(self.flush())  # whoever goes elsewhere, or signs out, leaves nothing behind

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "checklist_panel"):
            self.checklist_panel.setVisible(self.checklist_button.isChecked() and self.width() > px(760))
