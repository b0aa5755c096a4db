"""Questions in and out, and the same change to many: what is asked before, and the report of each item after."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QLineEdit, QListWidget, QListWidgetItem, QPlainTextEdit, QWidget

from desktop.i18n import _, ngettext
from desktop.questions.banks import VersionRow
from desktop.questions.drafting import Pool, get_questions
from desktop.questions.duplicates import Likeness
from desktop.questions.exchange import WRITABLE, Attachment, Exported, Format, Imported, Item, Kind, read, read_file, write
from desktop.questions.model import Question
from desktop.questions.preview import ask, reveal
from desktop.questions.storage import from_row
from desktop.store.media import Media
from desktop.ui.context import Context
from desktop.ui.dates import date_text
from desktop.ui.questions.fields import NumberField, number_text
from desktop.ui.questions.wording import key_words
from desktop.ui.theme import px, theme
from desktop.ui.theme.icons import icon
from desktop.ui.widgets.forms import FormRow
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Dialog

if TYPE_CHECKING:
    from desktop.ui.questions.editor import QuizEditorPage

PASTED = (Format.TYPED, Format.GIFT, Format.AIKEN)
"""Formats that people type."""
PAUSE_MS = 250


class ReportList(QListWidget):
    """For each item what became of it, and where a file is wrong. What needs a look comes first."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("Report"))
        self.setWordWrap(True)
        self.setMinimumHeight(px(220))

    def show_report(self, items: Sequence[Item], problems: Sequence[object] = ()) -> None:
        self.clear()
        for problem in problems:
            self._add("error", "bad", str(problem))
        rows: list[tuple[int, str, str, str]] = []
        for at, item in enumerate(items, 1):
            name = item.title or (item.question.text.plain if item.question is not None else "") or _("Question {n}").format(n=at)
            name = " ".join(name.split())[:90]
            if item.question is None and not item.notes:
                rows.append((0, "ban", "bad", _("{name}: not taken.").format(name=name)))
            for note in item.notes:
                dropped = note.kind is Kind.DROPPED
                sentence = _("{name}: dropped. {what}") if dropped else _("{name}: changed. {what}")
                rows.append((0 if dropped else 1, "ban" if dropped else "edit", "warn", sentence.format(name=name, what=note.what)))
            if item.question is not None and not item.notes:
                rows.append((2, "check", "good", _("{name}: as it is.").format(name=name)))
        for _order, picture, token, words in sorted(rows, key=lambda row: row[0]):
            self._add(picture, token, words)

    def _add(self, picture: str, token: str, words: str) -> None:
        self.addItem(QListWidgetItem(icon(picture, token), words))


class TakingDialog(Dialog):
    """What was read, item by item. Where a part is wrong nothing is taken, unless the person takes what is sound."""

    def __init__(self, title: str, taken: Callable[[list[Question], list[Attachment]], object], parent: QWidget) -> None:
        super().__init__(title, "", parent, width=660)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._taken = taken
        self.imported = Imported(())
        self.summary = Label("", token="muted", wrap=True)
        self.report = ReportList()
        self.only_sound = QCheckBox(_("Import what is sound, and leave out the rest"))
        self.only_sound.toggled.connect(lambda _on: self._show_button())
        self.body.addWidget(self.summary)
        self.body.addWidget(self.report, 1)
        self.body.addWidget(self.only_sound)
        self.add_button(_("Cancel"), "quiet", self.reject)
        self.take_button = self.add_button(_("Import"), "primary", self._take)
        self.show_imported(self.imported)

    def show_imported(self, imported: Imported) -> None:
        self.imported = imported
        sound = sum(item.question is not None for item in imported.items)
        words = ngettext("{n} question can be imported.", "{n} questions can be imported.", sound).format(n=sound)
        if imported.problems:
            wrong = len(imported.problems)
            words += " " + ngettext("{n} place is wrong.", "{n} places are wrong.", wrong).format(n=wrong)
        self.summary.setText(words)
        self.report.show_report(imported.items, imported.problems)
        self.only_sound.setVisible(bool(imported.problems))
        self._show_button()

    def _show_button(self) -> None:
        sound = any(item.question is not None for item in self.imported.items)
        self.take_button.setEnabled(sound and (not self.imported.problems or self.only_sound.isChecked()))

    def _take(self) -> None:
        questions = self.imported.questions(only_sound=self.only_sound.isChecked())
        self.accept()
        self._taken(questions, self.imported.attachments_of(questions))


class PasteDialog(TakingDialog):
    """Questions as somebody types them; what they mean is shown while one types."""

    def __init__(self, context: Context, taken: Callable[[list[Question], list[Attachment]], object], parent: QWidget) -> None:
        super().__init__(_("Paste typed questions"), taken, parent)
        self._context = context
        self.format_box = QComboBox()
        self.format_box.setAccessibleName(_("Written as"))
        for form in PASTED:
            self.format_box.addItem(form.label, form)
        self.text = QPlainTextEdit()
        self.text.setAccessibleName(_("Questions"))
        self.text.setTabChangesFocus(True)
        self.text.setFont(theme().monospace())
        self.text.setMinimumHeight(px(160))
        self.text.setPlaceholderText(_("1. What does COBRA extend?\n*a) Coverage\nb) Premiums\nc) Networks"))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.read_now)
        self.text.textChanged.connect(self._typed)
        self.format_box.currentIndexChanged.connect(lambda _index: self.read_now())
        self.body.insertWidget(0, self.text, 1)
        self.body.insertWidget(0, FormRow(_("Written as"), self.format_box))
        self.report.setMinimumHeight(px(120))
        self.text.setFocus()

    def read_now(self) -> None:
        self._pause.stop()
        self._context.spawn(self._read(), self)

    def _typed(self) -> None:
        self.take_button.setEnabled(False)  # until it is known what this means
        self._pause.start()

    async def _read(self) -> None:
        """Away from the window: somebody may paste ten thousand."""
        text, form = self.text.toPlainText(), self.format_box.currentData()
        imported = await self._context.tasks.run(_read_typed, text, form)
        if (text, form) == (self.text.toPlainText(), self.format_box.currentData()):
            self.show_imported(imported)


class ReportDialog(Dialog):
    """What a written file does not hold."""

    def __init__(self, title: str, exported: Exported, parent: QWidget) -> None:
        super().__init__(title, _("What the format has no place for is listed; the questions here stay whole."), parent, width=620)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.report = ReportList()
        self.report.show_report(exported.items)
        self.body.addWidget(self.report, 1)
        self.add_button(_("Close"), "primary", self.accept)


class ChangeDialog(Dialog):
    """The same change to all that are chosen; what is left empty stays as it is."""

    def __init__(self, count: int, done: Callable[[Decimal | None, list[str], list[str]], object], parent: QWidget) -> None:
        super().__init__(ngettext("Change {n} question", "Change {n} questions", count).format(n=count), "", parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._done = done
        self.points = NumberField(_("Points"), least=Decimal(0), none=True, wide=96)
        self.added, self.removed = QLineEdit(), QLineEdit()
        for line in (self.added, self.removed):
            line.setPlaceholderText(_("Words with commas between"))
        self.body.addWidget(FormRow(_("Points"), self.points, hint=_("Empty: as they are.")))
        self.body.addWidget(FormRow(_("Add tags"), self.added))
        self.body.addWidget(FormRow(_("Remove tags"), self.removed))
        self.add_button(_("Cancel"), "quiet", self.reject)
        self.add_button(_("Change"), "primary", self._change)

    def _change(self) -> None:
        self.accept()
        self._done(self.points.value, tags_of(self.added.text()), tags_of(self.removed.text()))


class CopyDialog(Dialog):
    """Which bank questions are copied into."""

    def __init__(self, title: str, pools: Sequence[Pool], done: Callable[[UUID], object], parent: QWidget) -> None:
        super().__init__(title, _("The quiz keeps its own; a draw from the bank can take their place."), parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._done = done
        self.bank = QComboBox()
        self.bank.setAccessibleName(_("Question bank"))
        for pool in pools:
            self.bank.addItem(pool.title, str(pool.id))
        self.body.addWidget(FormRow(_("Question bank"), self.bank))
        self.add_button(_("Cancel"), "quiet", self.reject)
        self.add_button(_("Copy"), "primary", self._copy)

    def _copy(self) -> None:
        self.accept()
        self._done(UUID(self.bank.currentData()))


class DuplicatesDialog(Dialog):
    """Questions that are alike, two by two; choosing a pair chooses both in the list behind it."""

    def __init__(
        self, pairs: Sequence[Likeness], questions: Mapping[UUID, Question], show: Callable[[list[UUID]], object], parent: QWidget
    ) -> None:
        words = ngettext("{n} pair of questions is alike.", "{n} pairs of questions are alike.", len(pairs)).format(n=len(pairs))
        super().__init__(_("Find duplicates"), words if pairs else _("No two questions are alike."), parent, width=620)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._pairs, self._show = pairs, show
        self.list = QListWidget()
        self.list.setAccessibleName(_("Pairs that are alike"))
        self.list.setSpacing(px(4))
        self.list.setWordWrap(True)
        for pair in pairs:
            names = [" ".join(questions[name].text.plain.split())[:90] or _("New question") for name in (pair.one, pair.other)]
            same = _("the same words") if pair.likeness == 1 else _("{n} % alike").format(n=round(100 * pair.likeness))
            self.list.addItem(f"{names[0]}\n{names[1]}\n{same}")
        self.list.setVisible(bool(pairs))
        self.body.addWidget(self.list, 1)
        self.add_button(_("Close"), "quiet", self.reject)
        self.show_button = self.add_button(_("Choose both"), "primary", self._choose)
        self.show_button.setVisible(bool(pairs))
        self.list.itemActivated.connect(lambda _item: self._choose())
        self.list.setCurrentRow(0)

    def _choose(self) -> None:
        pair = self._pairs[self.list.currentRow()]
        self.accept()
        self._show([pair.one, pair.other])


class VersionsDialog(Dialog):
    """A question as attempts were given it."""

    def __init__(self, versions: Sequence[VersionRow], parent: QWidget) -> None:
        text = _("Attempts keep the question that they were given; an edit makes a new version when it is next given.")
        super().__init__(_("Versions"), text if versions else _("No attempt was given this question yet."), parent, width=620)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.list = QListWidget()
        self.list.setAccessibleName(_("Versions"))
        self.list.setSpacing(px(4))
        self.list.setWordWrap(True)
        for version in versions:
            question = from_row(version.values)
            given = ngettext("given to {n} attempt", "given to {n} attempts", version.attempts).format(n=f"{version.attempts:,}")
            right = key_words(ask(UUID(int=0), 1, question), reveal(question).right)
            head = _("{version}. {day}, {given}, {points} pt").format(
                version=version.version, day=date_text(version.created_at), given=given, points=number_text(question.points)
            )
            answer = _("Right answer: {words}").format(words=" · ".join(right.splitlines())) if right else ""
            self.list.addItem("\n".join(filter(None, (head, " ".join(question.text.plain.split()), answer))))
        self.list.setVisible(bool(versions))
        self.body.addWidget(self.list, 1)
        self.add_button(_("Close"), "primary", self.accept)


def tags_of(text: str) -> list[str]:
    return list(dict.fromkeys(tag.strip() for tag in text.split(",") if tag.strip()))


def choose_import(page: QuizEditorPage) -> None:
    dialog = QFileDialog(page, _("Import questions"), "", _("Questions (*.gift *.txt *.xml *.csv *.zip *.qti);;All files (*)"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda path: page.spawn(import_from(page, Path(path))))
    dialog.open()


async def import_from(page: QuizEditorPage, path: Path) -> TakingDialog:
    """Read a file; the report asks what to take."""
    imported = await page.context.job(_("Reading {name}").format(name=path.name), _read, path)
    name = _("Import “{name}”").format(name=path.name)
    dialog = TakingDialog(name, lambda questions, pictures: page.spawn(page.add_all(questions, name, pictures)), page)
    dialog.show_imported(imported)
    dialog.open()
    return dialog


def choose_export(page: QuizEditorPage) -> None:
    dialog = QFileDialog(page, _("Export questions"), page.quiz.title if page.quiz is not None else "")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters([f"{form.label} (*{form.suffix})" for form in WRITABLE])
    dialog.fileSelected.connect(lambda path: page.spawn(export_to(page, _chosen(dialog), Path(path))))
    dialog.open()


def _chosen(dialog: QFileDialog) -> Format:
    return WRITABLE[max(0, dialog.nameFilters().index(dialog.selectedNameFilter()))]


async def export_to(page: QuizEditorPage, form: Format, target: Path) -> ReportDialog:
    """Write what is chosen, where that is more than one question, else all; then say what the file does not hold."""
    await page.flush()
    assert page.quiz is not None
    chosen = page.list.selected
    questions = await page.context.look(get_questions, page.quiz.id, chosen if len(chosen) > 1 else ())
    target = target if target.suffix else target.with_suffix(form.suffix)
    media, store = page.files.media, page.context.store
    exported = await page.context.job(_("Writing {name}").format(name=target.name), _written, form, questions, target, media, store)
    dialog = ReportDialog(_("“{name}” was written").format(name=target.name), exported, page)
    dialog.open()
    return dialog


def _read_typed(text: str, form: Format) -> Imported:
    return read(text.encode(), form=form)


def _read(_control: Any, path: Path) -> Imported:
    return read_file(path)


def _written(control: Any, form: Format, questions: list[Question], target: Path, media: Media, store: Any) -> Exported:
    exported = write(questions, form, lambda asset: media.get(store, asset, control))
    target.write_bytes(exported.data)
    return exported
