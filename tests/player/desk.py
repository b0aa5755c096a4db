"""A learner at a desk: a lesson imported into a real course, and the player's page as the window would show it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import QCoreApplication, QEvent
from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop.learning.commands import enroll
from desktop.scorm.cache import import_package
from desktop.settings import Settings, config_folder
from desktop.tasks import JobControl, Tasks
from desktop.ui.actions import ActionRegistry
from desktop.ui.context import Context
from desktop.ui.notices import Notices
from desktop.ui.player.page import PlayerPage, packages_folder
from tests.player.conftest import Playing, until
from tests.support.courses import add_course, add_module
from tests.support.postgres import Database
from tests.ui.conftest import Person


class Desk:
    """A learner at a desk: pages on the screen, one after the other."""

    def __init__(self, db: Database, source: Path, *roles: str) -> None:
        self.db = db
        instructor, self.learner = db.add_person("instructor"), db.add_person(first_name="Ada", last_name="Okafor")
        course = add_course(db, instructor_id=instructor.member_id)
        done = import_package(
            db.store(instructor), source, add_module(db, course), packages_folder(), JobControl(lambda _fraction, _detail: None)
        )
        self.lesson = done.value[0]
        self.store = db.store(self.learner)
        self.enrollment: UUID = self.store.write(enroll, course).value
        self.tasks = Tasks()
        person = Person(name="Ada Okafor", roles=frozenset({"learner", *roles}), member_id=self.learner.member_id)
        self.context = Context(
            store=self.store,
            tasks=self.tasks,
            identity=person,
            actions=ActionRegistry(roles=person.roles),
            notices=Notices(),
            settings=Settings(config_folder() / "settings.json"),
        )
        self.pages: list[PlayerPage] = []

    async def sit_down(self) -> tuple[PlayerPage, Playing]:
        page = PlayerPage(self.context, lesson=self.lesson, enrollment=self.enrollment)
        self.pages.append(page)
        page.resize(1100, 800)
        page.show()
        await until(lambda: page.state in ("content", "error") and not page.loading, seconds=20)
        assert page.state == "content"
        assert page.view is not None
        return page, Playing(page.view)

    async def stand_up(self, page: PlayerPage) -> None:
        """Go to another page, as the window does it, and wait until the launch is over."""
        page.hide()
        await self.context.settled()

    async def leave(self) -> None:
        for page in self.pages:
            page.release()
        await self.context.settled()

    def row(self) -> Any:
        return self.db.superuser.read(_progress, self.enrollment)


def _progress(session: Session, enrollment: UUID) -> Any:
    return session.execute(
        text(
            "SELECT p.status, p.scorm_cmi_data, p.scorm_completion_status, p.scorm_score, e.progress_percentage, e.status AS enrollment"
            " FROM public.lesson_progress AS p JOIN public.enrollments AS e ON e.id = p.enrollment_id WHERE p.enrollment_id = :enrollment"
        ),
        {"enrollment": enrollment},
    ).one()


def cleared(desk: Desk, loop: asyncio.AbstractEventLoop) -> Iterator[Desk]:
    """The desk for one test; everything open on it is closed afterwards."""
    yield desk
    loop.run_until_complete(desk.leave())
    for page in desk.pages:
        page.deleteLater()
    for _turn in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()
    desk.tasks.close()
