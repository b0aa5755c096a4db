"""Media that Chromium without licensed codecs cannot play (H.264, AAC), and their conversion to WebM (VP9, Opus).

A conversion runs in a process of its own with low priority: a codec would take the interpreter's turn from the window, and a damaged file
must not take the application with it.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from desktop.errors import Invalid
from desktop.i18n import _
from desktop.tasks import JobControl

SUFFIX = ".webm"
_CONTAINERS = frozenset({".mp4", ".m4v", ".mov", ".m4a", ".m4b", ".f4v", ".3gp", ".aac"})
_LOOK_SECONDS = 0.2


class MediaUnreadable(Invalid):
    """A media file cannot be converted."""

    code = "scorm.media"


def find(folder: Path, paths: Iterable[str]) -> tuple[str, ...]:
    """Those of a package's files that hold video or sound which cannot be played as it is."""
    candidates = [path for path in paths if PurePosixPath(path).suffix.lower() in _CONTAINERS]
    if not candidates:
        return ()
    from desktop.scorm.webm import is_playable  # loads FFmpeg, which most packages do not need

    return tuple(path for path in candidates if not is_playable(folder / path))


def convert(source: Path, target: Path, control: JobControl) -> None:
    """Write ``source`` as WebM to ``target``. Raises :class:`MediaUnreadable` or ``Cancelled``; the target may then be half-made."""
    from desktop.scorm.webm import work

    # "spawn": a copy of a process with Qt and threads in it would hang.
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(str(source), str(target), there), name="convert-media", daemon=True)
    process.start()
    there.close()
    failure: str | None = "stopped"
    try:
        while True:
            control.check()
            if here.poll(_LOOK_SECONDS):
                try:
                    word = here.recv()
                except EOFError:
                    break  # it ended without a word: killed, or broken by the file
                if isinstance(word, float):
                    control.report(word, 1.0, source.name)
                else:
                    failure = word
                    break
    finally:
        here.close()
        if failure == "stopped":
            process.kill()
        process.join()
    if failure is not None:
        raise MediaUnreadable(
            _("“{name}” cannot be converted.").format(name=source.name),
            remedy=_("Replace it in the authoring tool by an ordinary MP4 file."),
            details=failure,
        )
