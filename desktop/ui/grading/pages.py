"""The pages of a file, with what is marked on them: highlights, notes, drawings, by mouse and by keys."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtPdf import QPdfDocument, QPdfPageRenderer
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from desktop.grading.annotations import COLOURS, DRAWING, HIGHLIGHT, NOTE, Annotation, stroke
from desktop.i18n import N_, _
from desktop.ui.grading.marks import paint, place_key, place_of
from desktop.ui.theme import px, restyle, theme
from desktop.ui.widgets.buttons import Button

GAP = 12
REMEMBERED = 8
"""Drawn pages that are kept."""
STEP = 0.01
"""Of a page, for one press of an arrow key."""
KINDS = {HIGHLIGHT: N_("Highlight"), NOTE: N_("Note"), DRAWING: N_("Drawing")}
COLOUR_NAMES = (N_("Yellow"), N_("Green"), N_("Blue"), N_("Red"))


class Sheets(QWidget):
    """Pages, one below another, as wide as there is room. ``marked`` says (before, after): one of them is None where one came or went."""

    marked = Signal(object, object)
    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Pages of the document"))
        self.tool = ""
        self.colour = COLOURS[0]
        self.subject: tuple[UUID, str] | None = None
        self.annotations: list[Annotation] = []
        self.current: UUID | None = None
        self.sizes: list[QSizeF] = []
        self._request: Callable[[int, QSize], None] = lambda _page, _size: None
        self._drawn: OrderedDict[tuple[int, int], QImage] = OrderedDict()
        self._asked: set[tuple[int, int]] = set()
        self._places: list[QRectF] = []
        self._points: list[QPointF] = []
        self._page = 0

    def show_pages(self, sizes: Sequence[QSizeF], request: Callable[[int, QSize], None]) -> None:
        """Pages of these sizes; ``request`` is asked for the picture of one in pixels, which comes by :meth:`put`."""
        self.sizes, self._request = list(sizes), request
        self._drawn.clear()
        self._asked.clear()
        self.annotations, self.current, self._points = [], None, []
        self._lay_out()

    def put(self, page: int, image: QImage) -> None:
        """A page has been drawn."""
        self._drawn[page, image.width()] = image
        while len(self._drawn) > REMEMBERED:
            self._asked.discard(self._drawn.popitem(last=False)[0])
        self.update()

    def show_annotations(self, annotations: Sequence[Annotation]) -> None:
        self.annotations = sorted(annotations, key=lambda each: (each.page, place_key(each)))
        if self.annotation_of(self.current) is None:
            self.choose(None)
        self.update()

    def annotation_of(self, id: UUID | None) -> Annotation | None:
        return next((each for each in self.annotations if each.id == id), None)

    def choose(self, annotation: Annotation | None) -> None:
        self.current = None if annotation is None else annotation.id
        if annotation is None:
            self.setAccessibleDescription("")
        else:
            words = _("{kind} on page {page}: {words}")
            self.setAccessibleDescription(words.format(kind=_(KINDS[annotation.kind]), page=annotation.page + 1, words=annotation.words))
        self.chosen.emit(annotation)
        self.update()

    def step(self, by: int) -> None:
        """To the next or the one before, in reading order."""
        if self.annotations:
            ids = [each.id for each in self.annotations]
            at = ids.index(self.current) + by if self.current in ids else (0 if by > 0 else -1)
            self.choose(self.annotations[at % len(ids)])

    def place(self, page: int) -> QRectF:
        """Where a page is shown."""
        return self._places[page]

    def add(self, kind: str, page: int, points: Sequence[QPointF]) -> None:
        """Mark a page; the points are this widget's."""
        if self.subject is None:
            return
        rect = self._places[page]
        line = stroke(((point.x() - rect.x()) / rect.width(), (point.y() - rect.y()) / rect.height()) for point in points)
        made = Annotation(*self.subject, kind, page, (line,), self.colour)
        self.marked.emit(None, made)
        self.choose(self.annotation_of(made.id))

    def add_note(self) -> None:
        """A note in the middle of what is seen, to be moved by the arrow keys."""
        middle = QPointF(self.visibleRegion().boundingRect().center())
        page = self._page_at(middle)
        if page is not None:
            self.add(NOTE, page, [middle])

    # Painting

    def _lay_out(self) -> None:
        width, top = max(px(80), self.width() - 2 * px(GAP)), float(px(GAP))
        self._places = []
        for size in self.sizes:
            height = width * size.height() / max(size.width(), 1)
            self._places.append(QRectF(px(GAP), top, width, height))
            top += height + px(GAP)
        self.setMinimumHeight(round(top))
        self._asked.clear()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for number, place in enumerate(self._places):
            if not place.intersects(QRectF(event.rect())):
                continue
            painter.fillRect(place, Qt.GlobalColor.white)
            image = self._image(number, place)
            if image is not None:
                painter.drawImage(place, image)
            painter.setPen(theme().colour("line_strong"))
            painter.drawRect(place)
            for each in self.annotations:
                if each.page == number:
                    paint(painter, each, place)
                    if each.id == self.current:
                        painter.setPen(QPen(theme().colour("accent"), px(2), Qt.PenStyle.DashLine))
                        painter.drawRect(place_of(each, place).adjusted(-px(3), -px(3), px(3), px(3)))
        if self._points and self.subject is not None:
            rect = self._places[self._page]
            line = stroke(((point.x() - rect.x()) / rect.width(), (point.y() - rect.y()) / rect.height()) for point in self._points)
            paint(painter, Annotation(*self.subject, self.tool, self._page, (line,), self.colour), rect)
        painter.end()

    def _image(self, page: int, place: QRectF) -> QImage | None:
        ratio = self.devicePixelRatioF()
        wanted = QSize(round(place.width() * ratio), round(place.height() * ratio))
        key = (page, wanted.width())
        if key in self._drawn:
            self._drawn.move_to_end(key)
            return self._drawn[key]
        if key not in self._asked:
            self._asked.add(key)
            self._request(page, wanted)
        return next((image for (number, _width), image in self._drawn.items() if number == page), None)

    # By mouse

    def _page_at(self, point: QPointF) -> int | None:
        return next((number for number, place in enumerate(self._places) if place.contains(point)), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        page = self._page_at(event.position())
        if event.button() is not Qt.MouseButton.LeftButton or page is None:
            return
        if not self.tool:
            here = [each for each in self.annotations if each.page == page and self._covers(each, event.position())]
            self.choose(here[-1] if here else None)
        elif self.tool == NOTE:
            self.add(NOTE, page, [event.position()])
        else:
            self._page, self._points = page, [event.position()]

    def _covers(self, annotation: Annotation, point: QPointF) -> bool:
        return place_of(annotation, self._places[annotation.page]).adjusted(-px(4), -px(4), px(4), px(4)).contains(point)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._points:
            if self.tool == HIGHLIGHT:
                self._points = [self._points[0], event.position()]
            else:
                self._points.append(event.position())
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        points, self._points = self._points, []
        if len(points) > 1:
            self.add(self.tool, self._page, points)
        self.update()

    # By keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.annotation_of(self.current)
        arrows = {
            Qt.Key.Key_Left: (-STEP, 0.0),
            Qt.Key.Key_Right: (STEP, 0.0),
            Qt.Key.Key_Up: (0.0, -STEP),
            Qt.Key.Key_Down: (0.0, STEP),
        }
        key = Qt.Key(event.key())
        if key in arrows and current is not None and current.mine:
            self.marked.emit(current, current.moved(*arrows[key]))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and current is not None and current.mine:
            self.marked.emit(current, None)
        elif event.text() == "]":
            self.step(1)
        elif event.text() == "[":
            self.step(-1)
        elif key == Qt.Key.Key_Escape and current is not None:
            self.choose(None)
        else:
            super().keyPressEvent(event)


class AnnotatedPages(QWidget):
    """A PDF or a picture to be marked. ``changed`` says (annotation, gone) for each change; ``exporting`` that a copy is wanted."""

    changed = Signal(object, bool)
    exporting = Signal()

    def __init__(self, *, marking: bool = True) -> None:
        super().__init__()
        self.sheets = Sheets()
        self.sheets.marked.connect(self._marked)
        self.sheets.chosen.connect(self._chosen)
        self.document: QPdfDocument | None = None
        self.picture: QImage | None = None
        self._done: list[tuple[Annotation | None, Annotation | None]] = []
        self._renderer = QPdfPageRenderer(self)
        self._renderer.setRenderMode(QPdfPageRenderer.RenderMode.MultiThreaded)
        self._renderer.pageRendered.connect(self._rendered)
        self._asked: set[int] = set()
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(self.sheets)
        self.tools: dict[str, Button] = {}
        group = QButtonGroup(self)
        bar, more = QHBoxLayout(), QHBoxLayout()
        for row in (bar, more):
            row.setContentsMargins(px(12), px(2), px(12), px(2))
        for kind, words in (("", N_("Select")), *((kind, KINDS[kind]) for kind in KINDS)):
            button = self.tools[kind] = Button(_(words), "plain" if kind else "primary")
            button.setCheckable(True)
            button.setChecked(not kind)
            button.clicked.connect(lambda _checked, kind=kind: self.use(kind))
            group.addButton(button)
            bar.addWidget(button)
        self.colours = QComboBox()
        self.colours.setAccessibleName(_("Colour"))
        self.colours.addItems([_(name) for name in COLOUR_NAMES])
        self.colours.currentIndexChanged.connect(self._coloured)
        self.undo_button = Button(_("Undo"), "plain", "undo")
        self.undo_button.setShortcut("Ctrl+Alt+Z")
        self.undo_button.clicked.connect(self.undo)
        self.note_button = Button(_("Note here"), "plain", "plus")
        self.note_button.setToolTip(_("A note in the middle of the page; the arrow keys move it, [ and ] go from one to the next"))
        self.note_button.clicked.connect(self.note_here)
        self.delete_button = Button(_("Delete"), "plain", "trash")
        self.delete_button.clicked.connect(self._delete)
        self.export_button = Button(_("Save a copy…"), "plain", "download")
        self.export_button.clicked.connect(self.exporting)
        bar.addWidget(self.colours)
        bar.addStretch(1)
        for widget in (self.note_button, self.undo_button, self.delete_button):
            more.addWidget(widget)
        more.addStretch(1)
        more.addWidget(self.export_button)
        self.words = QLineEdit()
        self.words.setAccessibleName(_("Words of the annotation"))
        self.words.setPlaceholderText(_("What do you want to say about this place?"))
        self.words.setMaxLength(10_000)
        self.words.textEdited.connect(self._said)
        below = QHBoxLayout()
        below.setContentsMargins(px(12), px(4), px(12), px(4))
        below.addWidget(self.words)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addLayout(more)
        column.addWidget(self.area, 1)
        column.addLayout(below)
        if not marking:
            for tool in (*self.tools.values(), self.colours, self.note_button, self.undo_button, self.delete_button):
                tool.hide()
            self.words.setPlaceholderText(_("Choose what is marked to read what is said about it; [ and ] go from one to the next."))
        self._chosen(None)

    def show_pdf(self, document: QPdfDocument, subject: tuple[UUID, str]) -> None:
        """The pages of a document that was read; ``subject`` is the submission and the asset that marks are of."""
        self.document, self.picture = document, None
        self._renderer.setDocument(document)
        sizes = [document.pagePointSize(page) for page in range(document.pageCount())]
        self._begin(subject)
        self.sheets.show_pages(sizes, self._ask)

    def _ask(self, page: int, size: QSize) -> None:
        self._asked.add(self._renderer.requestPage(page, size))

    def _rendered(self, page: int, _size: QSize, image: QImage, _options: object, request: int) -> None:
        if request in self._asked:  # else it is of a file that was shown before
            self._asked.discard(request)
            self.sheets.put(page, image)

    def show_picture(self, picture: QImage, subject: tuple[UUID, str]) -> None:
        """A picture as one page."""
        self.document, self.picture = None, picture
        self._begin(subject)
        self.sheets.show_pages([QSizeF(picture.size())], lambda _page, _size: None)
        self.sheets.put(0, picture)

    def _begin(self, subject: tuple[UUID, str]) -> None:
        self.sheets.subject = subject
        self._asked.clear()
        self._done.clear()
        self.undo_button.setEnabled(False)
        self.area.verticalScrollBar().setValue(0)

    def show_annotations(self, annotations: Sequence[Annotation]) -> None:
        """Those of this very file."""
        assert self.sheets.subject is not None
        self.sheets.show_annotations([each for each in annotations if each.asset == self.sheets.subject[1]])

    @property
    def sizes(self) -> list[QSizeF]:
        """Of the pages, in points."""
        return list(self.sheets.sizes)

    def use(self, tool: str) -> None:
        """Go on with this tool: a kind of annotation, or empty to select."""
        self.sheets.tool = tool
        self.tools[tool].setChecked(True)
        for kind, button in self.tools.items():
            restyle(button, kind="primary" if kind == tool else "plain")
        self.sheets.setCursor(Qt.CursorShape.CrossCursor if tool else Qt.CursorShape.ArrowCursor)

    def note_here(self) -> None:
        self.sheets.add_note()
        self.words.setFocus()

    def undo(self) -> None:
        """Take back the last change of these pages."""
        if self._done:
            before, after = self._done.pop()
            self._apply(after, before)

    def _marked(self, before: Annotation | None, after: Annotation | None) -> None:
        self._done.append((before, after))
        self._apply(before, after)

    def _apply(self, before: Annotation | None, after: Annotation | None) -> None:
        gone = {each.id for each in (before, after) if each is not None}
        self.sheets.show_annotations([each for each in self.sheets.annotations if each.id not in gone] + ([after] if after else []))
        self.sheets.choose(after)
        self.undo_button.setEnabled(bool(self._done))
        if after is not None:
            self.changed.emit(after, False)
        elif before is not None:
            self.changed.emit(before, True)

    def _chosen(self, annotation: Annotation | None) -> None:
        mine = annotation is not None and annotation.mine
        words = annotation.words if annotation is not None else ""
        if self.words.text() != words:  # else the cursor would jump while one writes
            self.words.setText(words)
        self.words.setEnabled(mine)
        self.delete_button.setEnabled(mine)
        if annotation is not None:
            rect: QRect = place_of(annotation, self.sheets.place(annotation.page)).toRect()
            self.area.ensureVisible(rect.center().x(), rect.center().y(), 0, px(80))

    def _said(self, words: str) -> None:
        """Kept with each letter; taken back as one change."""
        current = self.sheets.annotation_of(self.sheets.current)
        if current is None or not current.mine:
            return
        said = replace(current, words=words)
        before, after = self._done[-1] if self._done else (None, None)
        if before is not None and after == current and replace(before, words=current.words) == current:
            self._done[-1] = (before, said)
            self._apply(current, said)
        else:
            self._marked(current, said)

    def _coloured(self, at: int) -> None:
        self.sheets.colour = COLOURS[at]
        current = self.sheets.annotation_of(self.sheets.current)
        if current is not None and current.mine and current.colour != COLOURS[at]:
            self._marked(current, replace(current, colour=COLOURS[at]))

    def _delete(self) -> None:
        current = self.sheets.annotation_of(self.sheets.current)
        if current is not None and current.mine:
            self._marked(current, None)
