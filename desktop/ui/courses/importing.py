"""Bringing a package into a course: read, asked about, stored, reported; and replacing it by another version."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from desktop.changes import Done
from desktop.courses.commands import add_module, remove_module
from desktop.i18n import _, ngettext
from desktop.scorm.cache import Arrived, arriving, package_of
from desktop.scorm.commands import Choice, add_lessons, replace_package
from desktop.scorm.queries import PackageLesson
from desktop.scorm.report import ImportReport
from desktop.scorm.versions import compare
from desktop.settings import cache_folder
from desktop.tasks import JobControl
from desktop.ui.courses.dialogs import ReportDialog
from desktop.ui.courses.importing_dialogs import ChoiceDialog, ReplaceDialog
from desktop.ui.courses.importing_media import convert_media
from desktop.ui.page import Page
from desktop.ui.widgets.surfaces import Dialog


class Arrival:
    """A package that lies unpacked in a scratch folder until :meth:`close`. For worker threads."""

    def __init__(self, source: Path, control: JobControl) -> None:
        self._room = ExitStack()
        self.arrived: Arrived = self._room.enter_context(arriving(source, _cache(), control))

    def close(self) -> None:
        self._room.close()


def _cache() -> Path:
    return cache_folder() / "packages"


def _arrive(control: JobControl, /, source: Path) -> Arrival:
    return Arrival(source, control)


def _add(control: JobControl, /, store: Any, arrived: Arrived, course: UUID, module: UUID | None, choice: Choice) -> Done[int]:
    """On a worker thread; the number of lessons. A course without modules gets its first one, which goes again where the import fails."""
    if module is not None:
        done = store.write(add_lessons, module, arrived.store(store, _cache(), control), choice)
        return Done(len(done.value), done.changes, done.undo)
    made = store.write(add_module, course, _("Lessons")).value
    try:
        return _add(control, store, arrived, course, made, choice)
    except BaseException:
        store.write(remove_module, made)
        raise


@asynccontextmanager
async def arrival_of(page: Page, source: Path) -> AsyncIterator[tuple[Arrived, Choice | None]]:
    """Read ``source``, a zip or a folder, and ask how it becomes lessons, where there is a choice; None where the answer was no."""
    context = page.context
    arrival: Arrival = await context.job(_("Reading {name}").format(name=source.name), _arrive, source)
    manifest = arrival.arrived.package.manifest
    try:
        choice: Choice | None = Choice()
        if len(manifest.organizations) > 1 or len(manifest.default.launchable) > 1:
            dialog = ChoiceDialog(manifest, page)
            choice = dialog.choice() if await _answered(dialog) else None
        yield arrival.arrived, choice
    finally:
        await context.tasks.run(arrival.close)


async def import_into(page: Page, course: UUID, module: UUID | None, source: Path) -> None:
    """Import ``source``, a zip or a folder, at the end of ``module`` and say how it went. Asks where there is something to choose."""
    context = page.context
    async with arrival_of(page, source) as (arrived, choice):
        if choice is None:
            return
        lessons: int = await context.job(
            _("Importing {name}").format(name=source.name), _add, context.store, arrived, course, module, choice
        )
    title = arrived.package.manifest.title or source.stem
    tell(page, title, imported_as(title, lessons), arrived.package.report)


def imported_as(title: str, lessons: int) -> str:
    """The sentence that says so."""
    if lessons == 1:
        return _("“{title}” was imported.").format(title=title)
    said = ngettext("“{title}” was imported as {n} lesson.", "“{title}” was imported as {n} lessons.", lessons)
    return said.format(title=title, n=lessons)


async def replace_with(page: Page, lesson: PackageLesson, source: Path) -> None:
    """Let a lesson play another version, once its author has read what does not carry over."""
    context = page.context
    arrival: Arrival = await context.job(_("Reading {name}").format(name=source.name), _arrive, source)
    arrived = arrival.arrived
    try:
        report: ImportReport = await context.job(
            _("Comparing with “{title}”").format(title=lesson.title), _compare, context.store, lesson, arrived
        )
        if not await _answered(ReplaceDialog(lesson, source.name, report, page)):
            return
        _version: int = await context.job(_("Importing {name}").format(name=source.name), _replace, context.store, arrived, lesson)
    finally:
        await context.tasks.run(arrival.close)
    tell(page, lesson.title, _("“{title}” now plays {name}.").format(title=lesson.title, name=source.name), arrived.package.report)


def _compare(control: JobControl, /, store: Any, lesson: PackageLesson, arrived: Arrived) -> ImportReport:
    old = package_of(store, lesson.asset_id, _cache(), control).manifest
    return compare(old.part(lesson.part), arrived.package.manifest.part(lesson.part))


def _replace(control: JobControl, /, store: Any, arrived: Arrived, lesson: PackageLesson) -> Done[int]:
    imported = arrived.store(store, _cache(), control)
    done: Done[int] = store.write(replace_package, lesson.lesson_id, imported, lesson.part)
    return done


def tell(page: Page, title: str, said: str, report: ImportReport) -> None:
    """Say that it was done, with the importer's remarks at hand, and see to the media behind the author's back."""
    context = page.context
    if report.remarks:
        context.notices.done(
            _("{sentence} The importer has remarks.").format(sentence=said),
            button=_("Show report"),
            pressed=lambda: ReportDialog(title, report, page).open(),
        )
    else:
        context.notices.done(said)
    context.spawn(convert_media(context))


async def _answered(dialog: Dialog) -> bool:
    """Open a dialog and wait until it is answered. The page's end ends the dialog, and that is a no."""
    answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def settle(result: int) -> None:
        if not answer.done():
            answer.set_result(bool(result))

    dialog.finished.connect(settle)
    dialog.open()
    return await answer
