"""The background job that converts what imported packages hold and Chromium cannot play.

What waits is in the database, so a conversion that was cut off is begun again by whoever teaches the course and starts the application
next. The original stays in the package; a lesson can be played meanwhile, without these files.
"""

from __future__ import annotations

from pathlib import Path

from desktop.changes import Changes, Done
from desktop.scorm import commands, media
from desktop.scorm.cache import media_file, package_of
from desktop.scorm.media import MediaUnreadable
from desktop.scorm.queries import WaitingMedia, list_waiting_media
from desktop.scorm.scratch import scratch
from desktop.store import assets
from desktop.store.connection import Store
from desktop.tasks import JobControl

_MEDIA_TYPE = "video/webm"


def convert_waiting(control: JobControl, /, store: Store, cache: Path) -> Done[int]:
    """Convert everything that waits in the caller's courses, one file after the other; the number that succeeded.

    What was converted before a cancel stays. Raises ``Cancelled`` and what the server refuses.
    """
    waiting = store.read(list_waiting_media)
    converted = 0
    for done, one in enumerate(waiting):
        part = _portion(control, done, len(waiting))
        with control.stopping(part.cancel):
            converted += _convert(store, one, cache, part)
    return Done(converted, Changes.of("lessons"))


def _convert(store: Store, waiting: WaitingMedia, cache: Path, control: JobControl) -> bool:
    package = package_of(store, waiting.package_id, cache, _quiet(control))
    with scratch(cache) as room:
        target = room / f"media{media.SUFFIX}"
        try:
            media.convert(package.folder / waiting.path, target, control)
        except MediaUnreadable as error:
            store.write(commands.settle_media, waiting, None, error.details or error.message)
            return False
        name = Path(waiting.path).with_suffix(media.SUFFIX).name
        asset_id = assets.upload(store, target, name, _MEDIA_TYPE, _quiet(control))
        kept = media_file(cache, asset_id)
        kept.parent.mkdir(exist_ok=True)
        target.replace(kept)
    store.write(commands.settle_media, waiting, asset_id, None)
    return True


def _portion(control: JobControl, done: int, total: int) -> JobControl:
    """A control for one of ``total`` equal parts of the work."""
    return JobControl(lambda fraction, detail: control.report(done + (fraction or 0), total, detail))


def _quiet(control: JobControl) -> JobControl:
    """A control that stops with another, and whose progress nobody sees."""
    return JobControl(lambda _fraction, _detail: control.check())
