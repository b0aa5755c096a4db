"""What packages still need once they are in a course: their reports sent, their media converted, behind whatever the author does."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID
from weakref import WeakSet

from desktop.errors import Cancelled, NotAllowed, ServerAway
from desktop.i18n import _
from desktop.scorm.conversion import convert_waiting
from desktop.scorm.queries import list_waiting_media
from desktop.scorm.waiting import file_reports, list_waiting
from desktop.settings import cache_folder
from desktop.store.replica import Replica
from desktop.sync.exchange import exchange
from desktop.tasks import JobControl
from desktop.ui.context import Context

_CONVERTING: WeakSet[Context] = WeakSet()
"""One conversion at a time for each person; when it is through it looks again, and finds what was imported meanwhile."""


def imports_folder(replica: Replica) -> Path:
    """Where the reports of packages wait that were put into courses on this computer."""
    return replica.files.with_suffix(".imports")


async def convert_media(context: Context) -> None:
    """Go on with what waits in the courses of whoever is signed in. What is cancelled, or cannot be sent, waits for the next sign-in or
    import."""
    if context in _CONVERTING:
        return
    _CONVERTING.add(context)
    try:
        store: Any = context.store  # the database's own, not only what a page needs of it
        if context.replica is not None and not await _send_imports(context, context.replica, store):
            return
        while await context.read(list_waiting_media):
            _converted: int = await context.job(_("Converting media"), convert_waiting, store, cache_folder() / "packages")
    except Cancelled:
        context.notices.info(_("Media wait to be converted. It goes on when you next sign in or import something."))
    finally:
        _CONVERTING.discard(context)


async def _send_imports(context: Context, replica: Replica, store: Any) -> bool:
    """Send what was put into courses on this computer: a report can be with its lessons only once the server has these, and the package
    itself. False where it cannot be reached."""
    waiting = await context.tasks.run(list_waiting, imports_folder(replica))
    if not waiting:
        return True
    try:
        for course in dict.fromkeys(one.course_id for one in waiting):
            with suppress(NotAllowed):  # the course was taken away from its author; whatever waits there is said elsewhere
                await context.job(_("Sending packages"), _exchange, replica, store, course)
        done = await context.tasks.run(file_reports, store, imports_folder(replica))
    except ServerAway:
        context.notices.info(_("What was imported is kept on this computer and sent when the server is back."))
        return False
    context.broadcast(done.changes)
    return True


def _exchange(control: JobControl, /, replica: Replica, store: Any, course: UUID) -> None:
    exchange(replica, store, course, control)
