"""Many at once, on screen: work as a ZIP file, marks as a table that comes back checked, the same words for many, zero for missing work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit, QWidget

from desktop.errors import Invalid
from desktop.grading.bulk import (
    Applied,
    Upload,
    apply_changes,
    check_table,
    get_table,
    read_table,
    safe_name,
    write_archive,
    write_table,
)
from desktop.grading.queries import Task
from desktop.i18n import _, ngettext
from desktop.ui.context import Context
from desktop.ui.grading.work import work_path
from desktop.ui.questions.fields import NumberField
from desktop.ui.theme import Role, px
from desktop.ui.widgets.forms import FormRow
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Dialog

SHOWN = 200
"""Problems of an uploaded table that are listed; the rest is counted."""


def choose_archive(context: Context, task: Task, parent: QWidget) -> None:
    """Ask where the ZIP file of all work should be, then write it."""
    dialog = _saving(parent, _("Download all work"), _("ZIP files (*.zip)"), "zip", safe_name(task.title))
    dialog.fileSelected.connect(lambda path: context.spawn(save_archive(context, task, Path(path))))
    dialog.open()


def choose_table(context: Context, task: Task, parent: QWidget) -> None:
    """Ask where the table of marks should be, then write it."""
    name = _("Marks of {title}").format(title=safe_name(task.title))
    dialog = _saving(parent, _("Download the marks"), _("CSV files (*.csv)"), "csv", name)
    dialog.fileSelected.connect(lambda path: context.spawn(save_table(context, task, Path(path))))
    dialog.open()


def choose_upload(context: Context, task: Task, parent: QWidget) -> None:
    """Ask for a table of marks, and show what it would do before it does."""
    dialog = QFileDialog(parent, _("Upload marks"), "", _("CSV files (*.csv);;All files (*)"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda path: context.spawn(check_upload(context, task, Path(path), parent)))
    dialog.open()


async def save_archive(context: Context, task: Task, path: Path) -> None:
    label = _("Downloading the work of “{title}”").format(title=task.title)
    store: Any = context.store
    works: int = await context.job(label, write_archive, store, task.id, path, work_path)
    words = ngettext("{n} piece of work is in {name}.", "{n} pieces of work are in {name}.", works)
    context.notices.done(words.format(n=f"{works:,}", name=path.name))


async def save_table(context: Context, task: Task, path: Path) -> None:
    table = await context.read(get_table, task.id)

    def write() -> None:
        try:
            path.write_text(write_table(table), "utf-8-sig", newline="")
        except OSError as error:
            raise Invalid(
                _("{name} could not be written.").format(name=path.name), remedy=_("Choose another folder."), details=str(error)
            ) from error

    await context.tasks.run(write)
    context.notices.done(_("Saved as {name}.").format(name=path.name))


async def check_upload(context: Context, task: Task, path: Path, parent: QWidget) -> UploadDialog:
    """Read a table, and show what it would do."""
    rows = await context.tasks.run(read_table, path)
    table = await context.read(get_table, task.id)
    upload = await context.tasks.run(check_table, table, rows)
    dialog = UploadDialog(upload, lambda: context.spawn(apply_upload(context, upload)), parent)
    dialog.open()
    return dialog


async def apply_upload(context: Context, upload: Upload) -> None:
    store: Any = context.store
    applied: Applied = await context.job(_("Saving grades"), apply_changes, store, upload.changes)
    say(context, applied)


def say(context: Context, applied: Applied) -> None:
    """Say what became of many grades."""
    words = ngettext("{n} grade was saved.", "{n} grades were saved.", applied.saved).format(n=f"{applied.saved:,}")
    if applied.refused:
        lines = "\n".join(f"{learner}: {why}" for learner, why in applied.refused)
        left = ngettext("{n} was not:", "{n} were not:", len(applied.refused)).format(n=f"{len(applied.refused):,}")
        context.notices.warn(f"{words} {left}", details=lines)
    else:
        context.notices.done(words)


class UploadDialog(Dialog):
    """What an uploaded table would do: nothing of it is done yet."""

    def __init__(self, upload: Upload, apply: Callable[[], object], parent: QWidget) -> None:
        changes, problems = len(upload.changes), len(upload.problems)
        title = ngettext("{n} grade would change", "{n} grades would change", changes).format(n=f"{changes:,}")
        same = ngettext("{n} line says what is there already.", "{n} lines say what is there already.", upload.unchanged)
        super().__init__(title, same.format(n=f"{upload.unchanged:,}"), parent, width=560)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if problems:
            words = ngettext("{n} line cannot be taken:", "{n} lines cannot be taken:", problems).format(n=f"{problems:,}")
            self.body.addWidget(Label(words, Role.STRONG))
            lines = [_("Line {n}, {learner}: {why}").format(n=one.number, learner=one.learner, why=one.sentence) for one in upload.problems]
            if problems > SHOWN:
                lines = [*lines[:SHOWN], _("and {n} more").format(n=f"{problems - SHOWN:,}")]
            self.problems = QPlainTextEdit("\n".join(lines))
            self.problems.setReadOnly(True)
            self.problems.setTabChangesFocus(True)
            self.problems.setAccessibleName(words)
            self.problems.setMinimumHeight(px(140))
            self.body.addWidget(self.problems)
        self.add_button(_("Cancel"), "quiet", self.reject)
        self.apply_button = self.add_button(_("Change them"), "primary", self.accept)
        self.apply_button.setEnabled(bool(changes))
        self.accepted.connect(apply)


class CommentDialog(Dialog):
    """The same words for many: ``done(words)``."""

    def __init__(self, names: Sequence[str], done: Callable[[str], object], parent: QWidget) -> None:
        shown = ", ".join(names[:3])
        if len(names) > 3:
            shown = _("{names} and {n} more").format(names=shown, n=len(names) - 3)
        super().__init__(_("Comment"), shown, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.words = QPlainTextEdit()
        self.words.setTabChangesFocus(True)
        hint = _("It is put below what each of them is told, and read once the grade is released.")
        self.body.addWidget(FormRow(_("Words for the learners"), self.words, hint=hint))
        self.add_button(_("Cancel"), "quiet", self.reject)
        self.keep_button = self.add_button(_("Add"), "primary", self.accept)
        self.keep_button.setEnabled(False)
        self.words.textChanged.connect(lambda: self.keep_button.setEnabled(bool(self.words.toPlainText().strip())))
        self.accepted.connect(lambda: done(self.words.toPlainText().strip()))


class MissingDialog(Dialog):
    """What missing work loses: ``done(percentage)``."""

    def __init__(self, done: Callable[[Decimal], object], parent: QWidget) -> None:
        super().__init__(
            _("Grade missing work"),
            _("Everybody who has handed in nothing, and no longer may, gets a grade. Nobody sees it before you release it."),
            parent,
        )
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.percentage = NumberField(_("It loses, in percent of all points"), least=Decimal(0), most=Decimal(100))
        self.percentage.show_value(Decimal(100))
        self.body.addWidget(FormRow(_("It loses, in percent of all points"), self.percentage, hint=_("100 is zero points.")))
        self.add_button(_("Cancel"), "quiet", self.reject)
        self.add_button(_("Grade"), "primary", self.accept)
        self.accepted.connect(lambda: done(self.percentage.value if self.percentage.value is not None else Decimal(100)))


def _saving(parent: QWidget, title: str, kinds: str, suffix: str, name: str) -> QFileDialog:
    dialog = QFileDialog(parent, title, "", kinds)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suffix)
    dialog.selectFile(name)
    return dialog
