"""Keeping a course on this computer, asked for from its page or from the list of what is here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from PySide6.QtCore import QLocale

from desktop.changes import Changes
from desktop.i18n import _, ngettext
from desktop.store.replica import Replica
from desktop.sync.keeping import keep
from desktop.tasks import JobControl
from desktop.ui.context import Context


def size_text(size: int) -> str:
    """Bytes as the reader's system writes them."""
    return QLocale().formattedDataSize(size, 1, QLocale.DataSizeFormat.DataSizeTraditionalFormat)


async def keep_course(context: Context, course: UUID, title: str) -> None:
    """Bring a course with all its files, and say so; it can be edited without the server then."""
    replica = context.here
    brought = await context.job(_("Keeping “{title}” on this computer").format(title=title), _kept, replica, context.store, course)
    words = ngettext(
        "“{title}” is on this computer with its files: {n} was brought.",
        "“{title}” is on this computer with its files: {n} were brought.",
        brought,
    )
    context.notices.done(words.format(title=title, n=f"{brought:,}"))
    context.broadcast(Changes.of("courses", ids=(course,)))


def _kept(control: JobControl, replica: Replica, store: Any, course: UUID) -> int:
    return keep(replica, store, course, control)
