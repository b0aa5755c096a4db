"""Bringing a SCORM package into a course: a job with progress and cancel, then the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from desktop.changes import Done
from desktop.courses.commands import add_module, remove_module
from desktop.i18n import _
from desktop.scorm.cache import import_package
from desktop.scorm.package import Package
from desktop.settings import cache_folder
from desktop.tasks import JobControl
from desktop.ui.courses.dialogs import ReportDialog
from desktop.ui.page import Page


def _import(control: JobControl, /, store: Any, source: Path, course: UUID, module: UUID | None) -> Done[tuple[UUID, Package]]:
    """For the worker thread. A course without modules gets its first one, which goes again where the import fails."""
    if module is not None:
        return import_package(store, source, module, cache_folder() / "packages", control)
    made = store.write(add_module, course, _("Lessons")).value
    try:
        return _import(control, store, source, course, made)
    except BaseException:
        store.write(remove_module, made)
        raise


async def import_into(page: Page, course: UUID, module: UUID | None, source: Path) -> None:
    """Import ``source`` as a lesson at the end of ``module`` and say how it went."""
    context = page.context
    imported: tuple[UUID, Package] = await context.job(
        _("Importing {name}").format(name=source.name),
        _import,
        context.store,
        source,
        course,
        module,
    )
    package = imported[1]
    title = package.manifest.title or source.stem
    if package.report.remarks:
        context.notices.done(
            _("“{title}” was imported, with remarks.").format(title=title),
            button=_("Show report"),
            pressed=lambda: ReportDialog(title, package.report, page).open(),
        )
    else:
        context.notices.done(_("“{title}” was imported.").format(title=title))
