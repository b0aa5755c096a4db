"""What an author is asked and told about packages: how one becomes lessons, what a new version changes, which packages a course has."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QFileDialog, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from desktop.i18n import _, ngettext
from desktop.scorm.commands import Choice
from desktop.scorm.manifest import Manifest
from desktop.scorm.queries import ImportRecord, PackageLesson
from desktop.scorm.report import ImportReport, Severity
from desktop.ui.courses.dialogs import Remarks, ReportDialog
from desktop.ui.dates import date_text
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import ElidedLabel, Label
from desktop.ui.widgets.surfaces import Dialog

PACKAGE_FILTER = "*.zip *.pif"


class ChoiceDialog(Dialog):
    """Asks how a package becomes lessons. One lesson is the default: its parts then share contents, order and completion."""

    def __init__(self, manifest: Manifest, parent: QWidget) -> None:
        super().__init__(
            _("Import “{title}”").format(title=manifest.title), _("{name} package").format(name=manifest.name), parent, width=500
        )
        self._manifest = manifest
        self.organization = QComboBox()
        self.organization.setAccessibleName(_("Organization"))
        for one in manifest.organizations:
            self.organization.addItem(one.title or one.identifier, one.identifier)
        self.organization.setCurrentIndex(manifest.organizations.index(manifest.default))
        if len(manifest.organizations) > 1:
            self.body.addWidget(Label(_("The package holds several ways through its content. Which one?"), Role.LABEL, "muted", wrap=True))
            self.body.addWidget(self.organization)
        self.whole = QRadioButton(_("One lesson with a table of contents"))
        self.parts = QRadioButton()
        self._group = QButtonGroup(self)
        for button, words in (
            (self.whole, _("Order, prerequisites and completion stay as the package has them.")),
            (self.parts, _("Each can be moved, locked and completed by itself; what the package says about their order is not kept.")),
        ):
            self._group.addButton(button)
            column = QVBoxLayout()
            column.setSpacing(px(2))
            column.addWidget(button)
            line = QHBoxLayout()
            line.addSpacing(px(24))
            line.addWidget(Label(words, Role.CAPTION, "muted", wrap=True), 1)
            column.addLayout(line)
            self.body.addLayout(column)
            button.setAccessibleDescription(words)
        self.body.addStretch(1)
        self.whole.setChecked(True)
        self.organization.currentIndexChanged.connect(lambda _index: self._count())
        self._count()
        self.add_button(_("Cancel"), "quiet", self.reject)
        self.button = self.add_button(_("Import"), "primary", self.accept)

    def choice(self) -> Choice:
        """What was chosen."""
        organization = str(self.organization.currentData() or "")
        return Choice("" if organization == self._manifest.default.identifier else organization, self.parts.isChecked())

    def _count(self) -> None:
        chosen = self._manifest.part(quote(str(self.organization.currentData() or ""), safe="")).default
        n = len(chosen.launchable)
        self.parts.setText(ngettext("{n} lesson, one for each part", "{n} lessons, one for each part", n).format(n=n))
        self.parts.setEnabled(n > 1)
        if n == 1:
            self.whole.setChecked(True)


class ReplaceDialog(Dialog):
    """Says what does not carry over to a new version of a package, and asks whether to go on."""

    def __init__(self, lesson: PackageLesson, name: str, report: ImportReport, parent: QWidget) -> None:
        learners = ngettext("{n} learner has a record in this lesson.", "{n} learners have records in this lesson.", lesson.learners)
        super().__init__(
            _("Replace the package of “{title}” by {name}?").format(title=lesson.title, name=name),
            learners.format(n=lesson.learners) if lesson.learners else _("Nobody has opened this lesson yet."),
            parent,
            width=560,
        )
        if not report.remarks:
            self.body.addWidget(Label(_("Everything that learners have recorded carries over."), wrap=True))
        else:
            self.body.addWidget(Remarks(report))
        self.cancel = self.add_button(_("Cancel"), "quiet", self.reject)
        loses = bool(report.problems) and lesson.learners > 0
        self.button = self.add_button(_("Replace package"), "destructive" if loses else "primary", self.accept)


class PackagesDialog(Dialog):
    """The packages of a course: what each lesson plays, its import report, and how to replace it."""

    replace_chosen = Signal(object, Path)
    """A :class:`PackageLesson`, and the file to play instead."""

    def __init__(self, lessons: tuple[PackageLesson, ...], parent: QWidget) -> None:
        super().__init__(_("Packages"), "" if lessons else _("No lesson of this course plays a package."), parent, width=600)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.report_buttons: dict[str, Button] = {}
        self.replace_buttons: dict[str, Button] = {}
        for lesson in lessons:
            self.body.addLayout(self._row(lesson))
        self.add_button(_("Close"), "primary", self.accept)

    def _row(self, lesson: PackageLesson) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(px(8))
        words = QVBoxLayout()
        words.setSpacing(px(2))
        words.addWidget(ElidedLabel(lesson.title, Role.STRONG))
        current = lesson.current
        if current is not None:
            words.addWidget(Label(_about(current), Role.CAPTION, "muted", wrap=True))
            if media := _media(current):
                words.addWidget(Label(media, Role.CAPTION, "warn" if current.failures else "muted", wrap=True))
        row.addLayout(words, 1)
        if current is not None:
            report = Button(_("Report"), "quiet", "", self)
            report.setAccessibleName(_("Import report of {title}").format(title=lesson.title))
            report.clicked.connect(lambda: ReportDialog(lesson.title, current.report, self).open())
            self.report_buttons[lesson.title] = report
            row.addWidget(report, 0, Qt.AlignmentFlag.AlignTop)
        replace = Button(_("Replace…"), "quiet", "", self)
        replace.setAccessibleName(_("Replace the package of {title}").format(title=lesson.title))
        replace.clicked.connect(lambda: self._choose(lesson))
        self.replace_buttons[lesson.title] = replace
        row.addWidget(replace, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _choose(self, lesson: PackageLesson) -> None:
        dialog = QFileDialog(self, _("Choose the new version"), "", _("Course packages ({suffixes})").format(suffixes=PACKAGE_FILTER))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._chosen(lesson, Path(path)))
        dialog.open()

    def _chosen(self, lesson: PackageLesson, path: Path) -> None:
        self.accept()
        self.replace_chosen.emit(lesson, path)


def _about(record: ImportRecord) -> str:
    problems = sum(remark.severity is Severity.PROBLEM for remark in record.report.remarks)
    parts = [
        record.standard,
        record.file_name,
        _("version {n}").format(n=record.version) if record.version > 1 else "",
        date_text(record.imported_at),
        ngettext("{n} problem", "{n} problems", problems).format(n=problems) if problems else "",
    ]
    return " · ".join(part for part in parts if part)


def _media(record: ImportRecord) -> str:
    if record.waiting:
        return ngettext(
            "{n} media file waits to be converted; until then it may not play.",
            "{n} media files wait to be converted; until then they may not play.",
            record.waiting,
        ).format(n=record.waiting)
    if record.failures:
        return _("Cannot be converted: {names}").format(names=", ".join(path for path, _reason in record.failures))
    return (
        ngettext("{n} media file was converted.", "{n} media files were converted.", record.media).format(n=record.media)
        if record.media
        else ""
    )
