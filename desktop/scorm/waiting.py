"""Packages that were put into a course on this computer: what their imports have to say waits here until the server has their lessons."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from desktop.changes import Changes, Done
from desktop.scorm import commands
from desktop.scorm.commands import About
from desktop.scorm.report import ImportReport
from desktop.store.connection import Store


@dataclass(frozen=True, slots=True)
class WaitingImport:
    """Of one package in one course. ``path`` is the file that says so; it goes once the report is with the lessons."""

    path: Path
    course_id: UUID
    about: About


def keep(folder: Path, course_id: UUID, about: About) -> WaitingImport:
    """Note down what an import has to say, in ``folder``, which belongs to one person in one workspace."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{course_id}-{about.asset_id}.json"
    said = {
        "asset": about.asset_id, "file_name": about.file_name, "standard": about.standard,
        "report": about.report.as_json(), "media": about.media,
    }  # fmt: skip
    half = path.with_suffix(".half")
    half.write_text(json.dumps(said), "utf-8")
    half.replace(path)
    return WaitingImport(path, course_id, about)


def list_waiting(folder: Path) -> tuple[WaitingImport, ...]:
    """What waits, the oldest first."""
    return tuple(sorted(_read(folder), key=lambda one: one.path.stat().st_mtime))


def file_reports(store: Store, folder: Path) -> Done[int]:
    """Put each report with the lessons that play its package, as far as the server has them; the number of such lessons."""
    lessons = 0
    for one in list_waiting(folder):
        filed = store.write(commands.file_report, one.course_id, one.about).value
        if filed is not None:
            lessons += filed
            one.path.unlink(missing_ok=True)
    return Done(lessons, Changes.of("lessons"))


def _read(folder: Path) -> Iterator[WaitingImport]:
    for path in folder.glob("*.json"):
        with suppress(FileNotFoundError):  # another window was faster
            said = json.loads(path.read_text("utf-8"))
            about = About(said["asset"], said["file_name"], said["standard"], ImportReport.from_json(said["report"]), tuple(said["media"]))
            yield WaitingImport(path, UUID(path.stem[:36]), about)
