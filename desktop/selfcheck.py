"""``nabip-lms check``: does this copy of the application work on this computer?

It is started once as a person would start it, out of sight and in a folder of its own: a server and a workspace are made, a learner of the
sample association signs in, enrols and turns a page of a SCORM lesson, and what the lesson said is read back from the server. Nothing that
is the person's own is touched.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from desktop.errors import LmsError
from desktop.i18n import _
from desktop.version import application_version

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from desktop.app import Application

PATIENCE_SECONDS = 120.0
"""For each step: a first start makes a database cluster, and a virus scanner may read every file of it."""
LOOK_SECONDS = 0.05
CLICK_NEXT = """
(function () {
    const frame = document.getElementById("content"), page = frame && frame.contentDocument;
    const button = page && page.readyState === "complete" && page.getElementById("next");
    if (button) button.click();
    return Boolean(button);
})()
"""
"""In the player's page; the sample's lesson begins with a button that goes on."""


class _Failed(Exception):
    """A step did not happen in time."""


def check() -> int:
    """Print each step as it is done, with its time. Returns 0 when all were."""
    with tempfile.TemporaryDirectory(prefix="nabip-lms-check-", ignore_cleanup_errors=True) as home:
        os.environ["LMS_HOME"] = home
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"  # Chromium refuses to start as root with it
        try:
            return _start()
        finally:
            _forget()


def _start() -> int:
    from desktop.chromium import prepare_qt

    prepare_qt()
    from desktop import app

    walks: list[asyncio.Task[bool]] = []
    began = time.monotonic()

    def started(application: Application) -> None:
        def usable() -> None:
            if not walks:
                walks.append(asyncio.ensure_future(_walk(application, began)))

        application.usable.connect(usable)

    print(f"NABIP LMS Desktop {application_version()}", flush=True)
    app.run([sys.argv[0]], started)
    return 0 if walks and walks[0].result() else 1


async def _walk(application: Application, began: float) -> bool:
    last = began

    def done(step: str) -> None:
        nonlocal last
        now = time.monotonic()
        print(f"{now - last:6.1f} s  {step}", flush=True)
        last = now

    try:
        await _sign_in(application)
        done(_("A server was started, a workspace made, and somebody signed in."))
        renderer = await _play(application)
        done(_("A page of a SCORM lesson was played and recorded."))
        if sys.platform == "linux":
            done(_sandbox_words(renderer))
    except (_Failed, LmsError) as error:
        print(_("It does not work here: {reason}").format(reason=error), file=sys.stderr, flush=True)
        return False
    else:
        print(_("Everything works ({n} s).").format(n=round(last - began)), flush=True)
        return True
    finally:
        application.window.close()


async def _sign_in(application: Application) -> None:
    from desktop.ui.workspaces.people import PersonButton

    start = application.start_page
    await _until(lambda: start.state in ("people", "trouble"), lambda: _("the application did not open: {why}").format(why=start.sentence))
    if start.state == "trouble":
        raise _Failed(f"{start.sentence}\n{start.details}")
    start.people.findChildren(PersonButton)[-1].click()  # learners come last
    await _until(lambda: application.context is not None, lambda: _("nobody could sign in: {why}").format(why=start.sentence))


async def _play(application: Application) -> int:
    """The process that showed the lesson."""
    from desktop.learning.commands import enroll
    from desktop.scorm.queries import get_scorm_lesson
    from desktop.ui.player.page import PlayerPage

    context = application.context
    assert context is not None
    lesson = enrollment = None
    for course in await context.read(_list_courses):
        enrollment = await context.write(enroll, course)
        lesson = await context.read(_find_lesson, course)  # lessons are seen by those who are enrolled
        if lesson is not None:
            break
    if lesson is None or enrollment is None:
        raise _Failed(_("the sample association has no SCORM lesson"))
    context.open("player", lesson=lesson, enrollment=enrollment)

    def player() -> PlayerPage | None:
        bench = application.window.workbench
        return bench.page if bench is not None and isinstance(bench.page, PlayerPage) else None

    def view() -> Any:
        page = player()
        return page.view if page is not None else None

    await _until(view, lambda: _("the lesson was not opened"))
    clicked: list[bool] = []

    def click() -> bool:
        view().page.runJavaScript(CLICK_NEXT, lambda answer: clicked.append(answer is True))
        return any(clicked)

    await _until(click, lambda: _("the lesson shows nothing"))
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        record = (await context.read(get_scorm_lesson, lesson, enrollment)).record
        if record is not None and "lesson_location" in json.dumps(record):
            return int(view().page.renderProcessPid())
        if time.monotonic() > end:
            raise _Failed(_("what the lesson said was not recorded"))
        await asyncio.sleep(LOOK_SECONDS)


def _sandbox_words(renderer: int) -> str:
    """Whether the kernel filters the system calls of the process that runs content (proc_pid_status(5), Seccomp: 2)."""
    if "Seccomp:\t2" in Path(f"/proc/{renderer}/status").read_text(encoding="ascii", errors="replace"):
        return _("Content runs in Chromium's sandbox.")
    if os.geteuid() == 0:
        return _("Content would run in Chromium's sandbox, but not as root, as here.")
    raise _Failed(_("content runs outside Chromium's sandbox"))


def _list_courses(session: Session) -> list[UUID]:
    """Free courses, so that anybody may enrol."""
    import sqlalchemy as sa

    from desktop.models.courses import Course

    return list(session.scalars(sa.select(Course.id).where(Course.status == "published", Course.price == 0).order_by(Course.title)))


def _find_lesson(session: Session, course_id: UUID) -> UUID | None:
    import sqlalchemy as sa

    from desktop.models.courses import CourseModule, Lesson

    module = sa.select(CourseModule.id).where(CourseModule.course_id == course_id)
    return session.scalar(sa.select(Lesson.id).where(Lesson.module_id.in_(module), Lesson.lesson_type == "scorm"))


async def _until(condition: Callable[[], object], trouble: Callable[[], str]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise _Failed(trouble())
        await asyncio.sleep(LOOK_SECONDS)


def _forget() -> None:
    """Delete what was made, wherever the server keeps its data."""
    from desktop.settings import data_folder
    from desktop.store import embedded

    for folder in (data_folder() / "workspaces").glob("*"):
        embedded.delete(folder)
