"""An author's text as a learner reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QTextBrowser, QWidget

from desktop.courses.richtext import sanitize
from desktop.i18n import _
from desktop.store.assets import asset_of
from desktop.ui.theme import Role, theme

COLUMN = 720
"""Widest line of a reading, in pixels at nominal text."""
PICTURE = re.compile(r'<img[^>]*\ssrc="asset:([0-9a-f]{64})')


def load_picture(path: Path, widest: int) -> QImage:
    """The picture in a file, no wider than ``widest``; for worker threads. Null where it is none."""
    picture = QImage(str(path))
    return picture.scaledToWidth(widest, Qt.TransformationMode.SmoothTransformation) if picture.width() > widest else picture


class Reading(QTextBrowser):
    """An author's HTML as text: no scripts (there is no engine for them), nothing fetched from anywhere, links only by hand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.setAccessibleName(_("Lesson text"))
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setViewportMargins(0, 0, 0, 0)
        self._shown: str | None = None
        self._pictures: dict[str, QImage] = {}
        theme().changed.connect(self._again)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        # Pictures inside the document (data:) are decoded by the document itself; anything else would be a request to somebody.
        url = QUrl(name)
        if url.scheme() == "asset":
            return self._pictures.get(asset_of(url.toString()) or "")
        return super().loadResource(kind, name) if url.scheme() == "data" else None

    @property
    def wanted(self) -> tuple[str, ...]:
        """The stored pictures that the text names and that :meth:`show_pictures` has not brought yet: ids of assets."""
        named = dict.fromkeys(PICTURE.findall(self._shown or ""))
        return tuple(asset for asset in named if asset not in self._pictures)

    def show_pictures(self, pictures: Mapping[str, QImage]) -> None:
        """The pictures that the text waits for, by their assets."""
        self._pictures.update(pictures)
        self._again()

    def show_html(self, html: str) -> None:
        self._shown = html
        body, text, link = theme().font(Role.BODY), theme().colour("text").name(), theme().colour("accent_text").name()
        self.document().setDefaultStyleSheet(
            f"body {{ font-size: {round(body.pixelSize() * 1.1)}px; line-height: 150%; color: {text}; }} a {{ color: {link}; }}"
            " p { margin: 0 0 12px 0; } h1, h2, h3 { margin: 18px 0 8px 0; }"
            f" blockquote, aside {{ color: {theme().colour('muted').name()}; margin: 8px 0 12px 20px; }}"
            f" pre, code {{ background-color: {theme().colour('sunken').name()}; }}"
            f" td, th {{ border: 1px solid {theme().colour('line_strong').name()}; padding: 4px; }}"
        )
        self.setHtml(f"<body>{sanitize(html)}</body>")
        self.document().setDocumentMargin(0)

    def show_plain(self, words: str) -> None:
        self._shown = None
        self.setPlainText(words)

    def _again(self) -> None:
        """Colours and pictures are in the document: it is made anew, at the same place."""
        if self._shown is not None:
            at = self.verticalScrollBar().value()
            self.show_html(self._shown)
            self.verticalScrollBar().setValue(at)
