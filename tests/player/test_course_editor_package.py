"""Packages in the course editor: put into a course on this computer, played in no time once the server has them, with their report."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtWidgets import QFileDialog

from desktop.errors import ServerAway
from desktop.scorm.cache import package_of
from desktop.scorm.queries import get_scorm_lesson, list_package_lessons
from desktop.settings import cache_folder
from desktop.tasks import JobControl
from desktop.ui.courses.editor_package import import_package
from desktop.ui.courses.importing_dialogs import ChoiceDialog
from desktop.ui.courses.importing_media import convert_media, imports_folder
from tests.player.test_course_editor import Author, Open, ada, ethics, open_editor, pytestmark, sign_in, tasks, until
from tests.support.clips import make_clip
from tests.support.courses import add_course
from tests.support.postgres import Database, Person
from tests.support.scorm_packages import make_package

__all__ = ["ada", "ethics", "open_editor", "pytestmark", "sign_in", "tasks", "until"]


class Away:
    """A server that cannot be reached."""

    def read(self, *_arguments: Any) -> Any:
        raise ServerAway("The server cannot be reached.")

    write = read


async def answered(author: Author, per_item: bool) -> None:
    """Say how the package becomes lessons."""
    await author.until(lambda: any(one.isVisible() for one in author.page.findChildren(ChoiceDialog)), seconds=20)
    dialog = next(one for one in author.page.findChildren(ChoiceDialog) if one.isVisible())
    (dialog.parts if per_item else dialog.whole).click()
    dialog.button.click()


async def test_a_package_comes_in_while_the_server_is_away_and_is_sent_with_its_report(
    db: Database, ada: Person, ethics: UUID, open_editor: Open, home: Path
) -> None:
    clip = make_clip(home / "film.mp4").read_bytes()
    source = make_package(home / "tides.zip", {"Ebb": "1", "Flood": "2"}, version="7.3", files={"film.mp4": clip})
    author = await open_editor(db, ada, ethics)
    context = author.desk.context
    server, context.store = context.store, Away()
    author.select("Terms")
    author.choose(author.page.add_lesson_button, "SCORM or AICC package…")
    chooser = author.page.findChild(QFileDialog)
    chooser.fileSelected.emit(str(source))
    chooser.close()
    await answered(author, per_item=True)
    await author.until(lambda: len(author.page.session.draft.rows["lessons"]) == 4, seconds=20)
    assert author.shape[0] == ("Basics", ["Terms", "Ebb", "Flood", "Cases"])
    await author.until(lambda: any("sent when the server is back" in one.message for one in author.desk.notices))
    await author.saved()
    waiting = imports_folder(context.here)
    assert len(list(waiting.iterdir())) == 1
    await author.undo()
    assert author.shape[0] == ("Basics", ["Terms", "Cases"])
    await author.redo()

    context.store = server
    await convert_media(context)
    assert list(waiting.iterdir()) == []
    ebb, flood = db.store(ada).read(list_package_lessons, ethics)
    assert (ebb.title, flood.title) == ("Ebb", "Flood")
    for lesson in (ebb, flood):
        assert lesson.current is not None
        assert (lesson.current.file_name, lesson.current.version) == ("tides.zip", 1)
        assert {remark.where for remark in lesson.current.report.remarks} >= {"7.3"}
        assert (lesson.current.media, lesson.current.waiting) == (1, 0)  # the film was converted as well
    playable = db.store(ada).read(get_scorm_lesson, ebb.lesson_id, None)
    package = package_of(db.store(ada), playable.asset_id, cache_folder() / "packages", JobControl(lambda _f, _d: None))
    assert [item.title for item in package.manifest.part(playable.part).default.launchable] == ["Ebb"]
    await convert_media(context)  # nothing is left to do
    assert db.store(ada).read(list_package_lessons, ethics) == (ebb, flood)


async def test_a_course_without_modules_gets_one_and_a_no_leaves_nothing(db: Database, ada: Person, open_editor: Open, home: Path) -> None:
    source = make_package(home / "tides.zip", {"Ebb": "1", "Flood": "2"})
    author = await open_editor(db, ada, add_course(db, "Seas", instructor_id=ada.member_id, status="draft"))
    importing = author.page.spawn(import_package(author.page, source))
    await author.until(lambda: any(one.isVisible() for one in author.page.findChildren(ChoiceDialog)), seconds=20)
    next(one for one in author.page.findChildren(ChoiceDialog) if one.isVisible()).reject()
    await importing
    assert author.shape == []
    assert [path for path in (cache_folder() / "packages").iterdir() if path.name != "media"] == []
    importing = author.page.spawn(import_package(author.page, source))
    await answered(author, per_item=False)
    await importing
    assert author.shape == [("Lessons", ["Made up"])]
    await author.saved()
    assert author.desk.context.undo.active.undo_name == "Import “Made up”"
