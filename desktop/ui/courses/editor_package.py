"""A SCORM or AICC package in the course that is being built: its lessons are there at once, the server has it when it can be reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from desktop.courses.commands import NewLesson
from desktop.courses.draft import LESSON, MODULE, TITLE_LENGTH, Draft, Fragment, Row, Step, paste
from desktop.i18n import _
from desktop.scorm import waiting
from desktop.scorm.cache import MEDIA_TYPE, Arrived
from desktop.scorm.commands import Imported, lessons_of
from desktop.settings import cache_folder
from desktop.store.assets import asset_of
from desktop.store.replica import Replica
from desktop.tasks import JobControl
from desktop.ui.courses.importing import arrival_of, imported_as, tell
from desktop.ui.courses.importing_dialogs import PACKAGE_FILTER
from desktop.ui.courses.importing_media import imports_folder

if TYPE_CHECKING:
    from desktop.ui.courses.editor import CourseEditorPage


def choose_package(page: CourseEditorPage) -> None:
    """Ask for a package, then put it behind what is chosen in the outline."""
    dialog = QFileDialog(page, _("Import a course package"), "", _("Course packages ({suffixes})").format(suffixes=PACKAGE_FILTER))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda path: page.spawn(import_package(page, Path(path))))
    dialog.open()


async def import_package(page: CourseEditorPage, source: Path) -> None:
    """Import ``source``, a zip or a folder, as one step of the course; say how it went. Asks where there is something to choose."""
    await page.flush()
    context = page.context
    async with arrival_of(page, source) as (arrived, choice):
        if choice is None:
            return
        imported: Imported = await context.job(_("Keeping {name}").format(name=source.name), _kept, context.here, arrived, page.course_id)
    lessons = lessons_of(imported, choice)
    title = imported.manifest.title or source.stem
    page.session.do(step_of(page.session.draft, title, lessons, page.tree.current))
    await page.flush()
    tell(page, title, imported_as(title, len(lessons)), imported.report)


def step_of(draft: Draft, title: str, lessons: Sequence[NewLesson], at: UUID | None) -> Step:
    """The lessons behind the row ``at``, or at the end; a course without modules gets one for them."""
    module = uuid4()
    rows: list[Row] = [
        {**LESSON, **asdict(lesson), "id": uuid4(), "title": lesson.title[:TITLE_LENGTH], "module_id": module, "position": float(n)}
        for n, lesson in enumerate(lessons)
    ]
    modules: tuple[Row, ...] = () if draft.modules else ({**MODULE, "id": module, "title": _("Lessons"), "position": 0.0},)
    return paste(draft, Fragment(modules, tuple(rows), ()), at, _("Import “{title}”").format(title=title[:80].replace("{", "(")))


def _kept(control: JobControl, /, replica: Replica, arrived: Arrived, course: UUID) -> Imported:
    """On a worker thread: the zip beside the course, what was unpacked where it is played from, and the report for later."""
    address = replica.keep_file(arrived.archive, arrived.file_name, MEDIA_TYPE, control)
    asset_id = asset_of(address)
    assert asset_id is not None
    imported = arrived.settle(asset_id, cache_folder() / "packages")
    waiting.keep(imports_folder(replica), course, imported.about)
    return imported
