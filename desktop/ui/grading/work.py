"""The work that is graded: text, an address, files that can be shown here, and the others to be opened elsewhere."""

from __future__ import annotations

import asyncio
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImageReader
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import Invalid, LmsError
from desktop.grading.annotations import Annotation
from desktop.grading.documents import AUDIO, OFFICE, VIDEO, check_document, convert, find_converter, is_media
from desktop.grading.flattening import flatten
from desktop.grading.queries import File, Piece
from desktop.i18n import _
from desktop.questions.markup import from_plain
from desktop.settings import cache_folder
from desktop.store.assets import fetch
from desktop.tasks import JobControl
from desktop.ui.context import Context
from desktop.ui.grading.annotating import AnnotationSaver
from desktop.ui.grading.marks import draw_marks
from desktop.ui.grading.pages import AnnotatedPages
from desktop.ui.grading.words import size_text
from desktop.ui.learning.reading import Reading
from desktop.ui.theme import Role, px, restyle
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label

if TYPE_CHECKING:
    from desktop.ui.grading.playing import MediaView

LARGEST_FETCHED = 200 << 20
"""Bytes of a file that is fetched without being asked for."""
WIDEST = 2400
"""Pixels of a picture as it is shown."""


class WorkView(QWidget):
    """One piece of work at a time. Without ``marking`` what is marked on it is seen and not changed."""

    def __init__(self, context: Context, *, marking: bool = True) -> None:
        super().__init__()
        self._context = context
        self._piece: Piece | None = None
        self._fetching: asyncio.Task[Any] | None = None
        self._shown: tuple[File, Path] | None = None
        self._player: MediaView | None = None
        self._printed: QPdfView | None = None
        self.parts: list[Button] = []
        self._bar = QHBoxLayout()
        self._bar.setContentsMargins(px(12), 0, px(12), px(6))
        self._bar.setSpacing(px(6))
        self._bar.addStretch(1)
        self.asked = Reading()
        self.asked.setAccessibleName(_("What was asked"))
        self.asked.setMaximumHeight(px(140))
        self.reading = Reading()
        self.reading.setAccessibleName(_("The work"))
        self.reading.anchorClicked.connect(self._visit)
        self._marking = marking
        self.annotations = AnnotationSaver(context, self)
        self.other = QWidget()
        self.other_words = Label("", Role.BODY, wrap=True)
        self.other_words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.open_button = Button(_("Open in another program"), "quiet", "external")
        self.open_button.clicked.connect(self._open_elsewhere)
        column = QVBoxLayout(self.other)
        column.addStretch(1)
        column.addWidget(self.other_words)
        column.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.reading)
        self.stack.addWidget(self.other)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(px(8), 0, px(8), 0)
        outer.addLayout(self._bar)
        outer.addWidget(self.asked)
        outer.addWidget(self.stack, 1)

    @cached_property
    def pdf(self) -> QPdfDocument:
        return QPdfDocument(self)

    @cached_property
    def pages(self) -> AnnotatedPages:
        """Made when the first file is shown: most work is text, and the queue is to stand at once."""
        pages = AnnotatedPages(marking=self._marking)
        pages.changed.connect(self._marked)
        pages.exporting.connect(self._ask_copy)
        self.stack.addWidget(pages)
        return pages

    def show_piece(self, piece: Piece) -> None:
        """Show this work, its text first."""
        self._piece = piece
        self._stop()
        for button in self.parts:
            button.hide()
            button.deleteLater()
        self.parts = []
        self.asked.setVisible(piece.question is not None)
        if piece.question is not None:
            self.asked.show_html(piece.question)
        if piece.text or piece.html or (not piece.files and not piece.url):
            self._add(_("Text"), lambda: self._show_text(piece))
        if piece.url:
            self._add(_("Address"), lambda: self._show_address(piece.url or ""))
        for file in piece.files:
            self._add(file.name, lambda file=file: self._show_file(file))
        for button in self.parts:
            button.setVisible(len(self.parts) > 1)
        self.parts[0].click()

    def _add(self, words: str, show: Any) -> None:
        button = Button(words if len(words) <= 28 else words[:25] + "…", "quiet")
        button.setAccessibleName(words)
        button.setCheckable(True)

        def pressed() -> None:
            for each in self.parts:
                each.setChecked(each is button)
                restyle(each, kind="primary" if each is button else "quiet")
            self._stop()
            show()

        button.clicked.connect(pressed)
        self._bar.insertWidget(len(self.parts), button)
        self.parts.append(button)

    def _stop(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()
            self._fetching = None
        self._shown = None
        if self._player is not None:
            self._player.stop()
        if "pdf" in self.__dict__:
            self.pdf.close()

    def _show_text(self, piece: Piece) -> None:
        self.reading.show_html(piece.html or from_plain(piece.text or ""))
        self.stack.setCurrentWidget(self.reading)

    def _show_address(self, url: str) -> None:
        self.other_words.setText(url)
        self.open_button.setText(_("Open in the browser"))
        self.open_button.setProperty("target", url)
        self.open_button.show()
        self.stack.setCurrentWidget(self.other)

    def _show_file(self, file: File) -> None:
        self.other_words.setText(_("{file} is on its way ({size}).").format(file=file.name, size=size_text(file.size)))
        self.open_button.hide()
        self.stack.setCurrentWidget(self.other)
        if file.asset is None:
            self._say(_("{file} was never stored here.").format(file=file.name))
        elif file.size > LARGEST_FETCHED:
            self._say(_("{file} is large ({size}).").format(file=file.name, size=size_text(file.size)), _("Fetch and open it"), file)
        else:
            self._fetching = self._context.spawn(self._load(file), self)

    async def _load(self, file: File, *, elsewhere: bool = False) -> None:
        piece = self._piece
        try:
            path = await work_file(self._context, file)
        except LmsError as error:
            self._say(error.message)
            return
        if piece is not self._piece:
            return  # the next one is shown by now
        if elsewhere:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
            return
        kind = path.suffix.lower()
        if kind == ".pdf":
            await self._show_pdf(file, path)
        elif kind in PICTURES:
            await self._show_picture(file, path)
        elif kind in (".txt", ".md", ".csv"):
            self.reading.show_plain(path.read_text("utf-8", errors="replace")[:1_000_000])
            self.stack.setCurrentWidget(self.reading)
        elif kind in OFFICE:
            await self._show_document(file, path)
        elif kind in AUDIO | VIDEO:
            self._show_media(file, path, video=kind in VIDEO)
        else:
            self._say(_("{file} cannot be shown here.").format(file=file.name), _("Open in another program"), file)

    async def _show_document(self, file: File, path: Path) -> None:
        """As a PDF, which is only looked at: where its lines fall depends on who makes it, so marks would mean nothing to another."""
        piece, pdf = self._piece, path.with_name(f"{path.name}.pdf")
        try:
            if not pdf.exists():
                await self._context.tasks.run(check_document, path)
                converter = find_converter()
                if converter is None:
                    words = _("{file} can be shown here once LibreOffice is installed on this computer.")
                    self._say(words.format(file=file.name), _("Open in another program"), file)
                    return
                await self._context.job(_("Making a PDF of {name}").format(name=file.name), convert, converter, path, pdf)
        except LmsError as error:
            if piece is self._piece:
                words = "\n".join(filter(None, (f"{file.name}: {error.message}", error.remedy)))
                # What is not what it says is handed to no other program
                self._say(words, "" if isinstance(error, Invalid) else _("Open in another program"), file)
            return
        if piece is not self._piece:
            return
        self.pdf.load(str(pdf))
        if self._printed is None:
            self._printed = QPdfView(self)
            self._printed.setAccessibleName(_("Pages of the document"))
            self._printed.setPageMode(QPdfView.PageMode.MultiPage)
            self._printed.setZoomMode(QPdfView.ZoomMode.FitToWidth)
            self._printed.setDocument(self.pdf)
            self.stack.addWidget(self._printed)
        self.stack.setCurrentWidget(self._printed)

    def _show_media(self, file: File, path: Path, *, video: bool) -> None:
        if not is_media(path):
            self._say(_("{file} says that it is a recording, and is none that can be played.").format(file=file.name))
            return
        if self._player is None:
            from desktop.ui.grading.playing import MediaView  # codecs are loaded only once something is played

            self._player = MediaView()
            self.stack.addWidget(self._player)
        self._player.show_file(path, file.name, video=video)
        self.stack.setCurrentWidget(self._player)

    async def _show_pdf(self, file: File, path: Path) -> None:
        self.pdf.load(str(path))
        match self.pdf.error():
            case QPdfDocument.Error.None_:
                self._shown = (file, path)
                self.pages.show_pdf(self.pdf, self._subject(file))
                await self._show_pages(file)
            case QPdfDocument.Error.IncorrectPassword:
                self._say(_("{file} has a password. Ask its author for a copy without one.").format(file=file.name))
            case _:
                self._say(_("{file} says that it is a PDF, and is none that can be read.").format(file=file.name))

    async def _show_picture(self, file: File, path: Path) -> None:
        reader = QImageReader(str(path))
        reader.setDecideFormatFromContent(True)
        reader.setAutoTransform(True)
        size = reader.size()
        if size.isValid() and max(size.width(), size.height()) > WIDEST:
            reader.setScaledSize(size.scaled(QSize(WIDEST, WIDEST), Qt.AspectRatioMode.KeepAspectRatio))
        image = reader.read()
        if image.isNull():
            self._say(_("{file} says that it is a picture, and is none that can be read.").format(file=file.name))
            return
        self._shown = (file, path)
        self.pages.show_picture(image, self._subject(file))
        await self._show_pages(file)

    def _subject(self, file: File) -> tuple[UUID, str]:
        assert self._piece is not None
        assert file.asset is not None
        return (self._piece.key.id, file.asset)

    async def _show_pages(self, file: File) -> None:
        self.stack.setCurrentWidget(self.pages)
        subject = self._subject(file)
        self.pages.setEnabled(False)  # what is marked now would be missing from what is read
        found = await self.annotations.read(subject[0])
        if self.pages.sheets.subject == subject:
            self.pages.show_annotations(found)
            self.pages.setEnabled(True)

    def _marked(self, annotation: Annotation, gone: bool) -> None:
        self.annotations.keep(annotation, gone=gone)

    def _ask_copy(self) -> None:
        if self._shown is None:
            return
        file, path = self._shown
        dialog = QFileDialog(self, _("Save a copy with what is marked"), f"{Path(file.name).stem}.pdf", _("PDF (*.pdf)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.fileSelected.connect(lambda target: self._context.spawn(self.save_copy(path, Path(target)), self))
        dialog.open()

    async def save_copy(self, source: Path, target: Path) -> None:
        """Write the file that is shown with what is marked drawn into it, as a PDF."""
        marks = draw_marks(self.pages.sizes, self.pages.sheets.annotations, self.pages.picture)
        picture = self.pages.picture is not None
        await self._context.job(_("Saving a copy"), _saved, None if picture else source, marks, target)
        self._context.notices.done(_("{file} was saved.").format(file=target.name))

    def _say(self, words: str, button: str = "", file: File | None = None) -> None:
        self.other_words.setText(words)
        self.open_button.setVisible(bool(button))
        self.open_button.setText(button)
        self.open_button.setProperty("target", file)
        self.stack.setCurrentWidget(self.other)

    def _open_elsewhere(self) -> None:
        target = self.open_button.property("target")
        if isinstance(target, File):
            self._fetching = self._context.spawn(self._load(target, elsewhere=True), self)
        else:
            self._visit(QUrl(str(target)))

    def _visit(self, url: QUrl) -> None:
        if url.scheme() in ("http", "https"):
            QDesktopServices.openUrl(url)


PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".svg"})


def work_path(file: File) -> Path:
    """Where the file is on this computer. Its ending is that of the name that its author gave it, if that is a plain one."""
    ending = Path(file.name).suffix.lower()
    return cache_folder() / "work" / f"{file.asset}{ending if ending[1:].isalnum() and len(ending) <= 8 else ''}"


async def work_file(context: Context, file: File) -> Path:
    """The file on this computer, fetched once."""
    assert file.asset is not None
    target = work_path(file)
    if not target.exists():
        await context.job(_("Fetching {name}").format(name=file.name), _fetched, context.store, file.asset, target)
    return target


def _fetched(control: JobControl, store: Any, asset: str, target: Path) -> None:
    fetch(store, asset, target, control)


def _saved(_control: JobControl, source: Path | None, marks: bytes, target: Path) -> None:
    part = target.with_name(target.name + ".part")
    if source is None:
        part.write_bytes(marks)
    else:
        flatten(source, marks, part)
    part.replace(target)
