"""The pictures of a question: fetched once, decoded away from the window, no larger than they are shown."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QImage, QImageReader, QPixmap
from PySide6.QtWidgets import QLabel

from desktop.errors import LmsError
from desktop.i18n import _
from desktop.questions.queries import Asked
from desktop.settings import cache_folder
from desktop.store.assets import asset_of, fetch
from desktop.tasks import JobControl
from desktop.ui.context import Context
from desktop.ui.theme import px

WIDEST, HIGHEST = 640, 420
"""Pixels at nominal text."""

type Find = Callable[[str], Awaitable[Path | bytes]]
"""The file of an asset on this computer, or its bytes where it must not be kept. Raises :class:`~desktop.errors.LmsError`."""

_IN_TEXT = re.compile(r"\basset:([0-9a-f]{64})")


def pictures_of(asked: Asked) -> list[str]:
    """The assets that a question shows, each once: its picture first, then those in its words and in what is chosen from."""
    first = asset_of(asked.image)
    words = " ".join(filter(None, (asked.html, *(choice.html for choice in (*asked.options, *asked.left, *asked.items)))))
    return list(dict.fromkeys([*([first] if first else []), *_IN_TEXT.findall(words)]))


def finder(context: Context) -> Find:
    """Pictures as a learner gets them: from the workspace, kept with what can be fetched again."""

    async def find(asset: str) -> Path:
        target = cache_folder() / "pictures" / asset
        if not target.exists():
            await context.job(_("Fetching a picture"), _fetched, context.store, asset, target)
        return target

    return find


async def load(context: Context, find: Find, asset: str) -> QImage | None:
    """The picture, or None where it cannot be had or read."""
    try:
        found = await find(asset)
    except LmsError:
        return None
    image = await context.tasks.run(_decoded, found, px(WIDEST), px(HIGHEST))
    return None if image.isNull() else image


class PictureLabel(QLabel):
    """A question's picture; until it is there, and where it cannot be had, a sentence."""

    def __init__(self) -> None:
        super().__init__(_("The picture is on its way."))
        self.setAccessibleName(_("Picture of the question"))
        self.setAlignment(Qt.AlignmentFlag.AlignLeft)

    def show_image(self, image: QImage | None) -> None:
        if image is None:
            self.setText(_("The picture cannot be shown."))
        else:
            self.setPixmap(QPixmap.fromImage(image))


def _fetched(control: JobControl, store: Any, asset: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    fetch(store, asset, target, control)


def _decoded(found: Path | bytes, widest: int, highest: int) -> QImage:
    reader = QImageReader()
    buffer = QBuffer()  # kept for as long as it is read from
    if isinstance(found, bytes):
        buffer.setData(found)
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        reader.setDevice(buffer)
    else:
        reader.setFileName(str(found))
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and (size.width() > widest or size.height() > highest):
        reader.setScaledSize(size.scaled(widest, highest, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()
