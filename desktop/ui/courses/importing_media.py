"""Converting the media of imported packages, behind whatever the author does."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

from desktop.errors import Cancelled
from desktop.i18n import _
from desktop.scorm.conversion import convert_waiting
from desktop.scorm.queries import list_waiting_media
from desktop.settings import cache_folder
from desktop.ui.context import Context

_CONVERTING: WeakSet[Context] = WeakSet()
"""One conversion at a time for each person; when it is through it looks again, and finds what was imported meanwhile."""


async def convert_media(context: Context) -> None:
    """Go on with what waits in the courses of whoever is signed in. What is cancelled waits for the next sign-in or import."""
    if context in _CONVERTING:
        return
    _CONVERTING.add(context)
    try:
        store: Any = context.store  # the database's own, not only what a page needs of it
        while await context.read(list_waiting_media):
            _converted: int = await context.job(_("Converting media"), convert_waiting, store, cache_folder() / "packages")
    except Cancelled:
        context.notices.info(_("Media wait to be converted. It goes on when you next sign in or import something."))
    finally:
        _CONVERTING.discard(context)
