"""An assignment with 10,000 submissions: the queue opened, the next work shown, all grades released, and what they come to."""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import qasync
from PySide6.QtWidgets import QApplication

from desktop.grading.commands import release_grades
from desktop.grading.gradebook import begin_scheme, get_gradebook, list_items, look_at_scheme
from desktop.grading.queries import ASSIGNMENT, list_queue
from desktop.members.queries import get_identity
from desktop.settings import HOME_VARIABLE, Settings
from desktop.store.connection import Store
from desktop.store.dsn import Dsn
from desktop.tasks import Tasks
from desktop.ui.actions import ActionRegistry
from desktop.ui.context import Context
from desktop.ui.everything import ACTIONS
from desktop.ui.grading.grader import FIRST, GraderPage
from desktop.ui.notices import Notices
from tests.benchmarks.report import Line, milliseconds
from tests.benchmarks.workspace import sign_in, throwaway_workspace

SUBMISSIONS = 10_000
LOOPED = 200
"""Grades that are released one by one; their time is multiplied."""
BUDGET_MS = 50.0
TIMES = 15


def measure() -> Iterator[Line]:
    application = QApplication.instance() or QApplication([])
    with throwaway_workspace() as installer, tempfile.TemporaryDirectory(prefix="lms-bench-grading-") as folder:
        store = sign_in(installer, "instructor")
        course, assignment, works = fill(installer, store)
        first = milliseconds(lambda: store.read(list_queue, assignment, FIRST))
        yield Line(f"the first {FIRST} of {SUBMISSIONS:,} read", first, "ms")
        yield Line(f"all {SUBMISSIONS:,} read", milliseconds(lambda: store.read(list_queue, assignment)), "ms")
        with at_home(Path(folder)):
            opened, shown, following, typed = run(application, screen(store, course, assignment, Path(folder)))
        yield Line("the queue opened, from nothing to painted", opened, "ms", budget=BUDGET_MS)
        yield Line("  with its first work, ready to be graded", shown, "ms")
        yield Line("next, shown and painted", following, "ms", budget=BUDGET_MS)
        yield Line("a score typed, with the whole queue there", typed, "ms", budget=BUDGET_MS)
        grade(installer, assignment)
        start = time.perf_counter()
        for work in works[:LOOPED]:
            store.write(release_grades, [work])
        loop = (time.perf_counter() - start) * SUBMISSIONS / LOOPED
        start = time.perf_counter()
        outcomes = store.write(release_grades, works[LOOPED:]).value
        taken = time.perf_counter() - start
        assert set(outcomes.values()) == {"released"}
        yield Line(f"{SUBMISSIONS - LOOPED:,} grades released", taken, "s", loop, "one by one", 1.0)
        yield Line(f"the gradebook of {SUBMISSIONS:,} learners read", milliseconds(lambda: store.read(get_gradebook, course)), "ms")
        scheme = begin_scheme(store.read(list_items, course))
        looked = milliseconds(lambda: store.read(look_at_scheme, course, scheme))
        yield Line("whose grades other weights would change", looked, "ms")
        store.close()


def fill(installer: Dsn, store: Store) -> tuple[UUID, UUID, list[UUID]]:
    """A course of the store's member, an assignment with a page of text from each learner; their submissions."""
    teacher = store.read(get_identity).member_id
    with psycopg.connect(installer.conninfo(), autocommit=True) as connection:

        def value(statement: str, *parameters: object) -> Any:
            row = connection.execute(statement.encode(), parameters).fetchone()
            assert row is not None
            return row[0]

        course: UUID = value(
            "INSERT INTO public.courses (title, slug, description, category, status, instructor_id)"
            " VALUES ('Ethics', gen_random_uuid()::text, '', 'compliance', 'published', %s) RETURNING id",
            teacher,
        )
        assignment: UUID = value(
            "INSERT INTO public.assignments (course_id, title, description, submission_type)"
            " VALUES (%s, 'Essay', 'A page', 'text_entry') RETURNING id",
            course,
        )
        connection.execute(
            "WITH member AS (INSERT INTO public.members (first_name, last_name, email)"
            " SELECT 'Learner', i::text, gen_random_uuid() || '@example.org' FROM generate_series(1, %s) AS i RETURNING id)"
            " INSERT INTO public.enrollments (course_id, member_id) SELECT %s, id FROM member",
            (SUBMISSIONS, course),
        )
        connection.execute(
            "INSERT INTO public.assignment_submissions (assignment_id, enrollment_id, member_id, submitted_at, submission_text)"
            " SELECT %s, id, member_id, now() - random() * interval '30 days', repeat('What a plan pays for is written in it. ', 80)"
            " FROM public.enrollments WHERE course_id = %s",
            (assignment, course),
        )
        connection.execute("VACUUM ANALYZE")
        works = connection.execute(
            "SELECT id FROM public.assignment_submissions WHERE assignment_id = %s ORDER BY submitted_at, id", (assignment,)
        ).fetchall()
    return course, assignment, [row[0] for row in works]


def grade(installer: Dsn, assignment: UUID) -> None:
    """Grades for all of them, as graders left them."""
    with psycopg.connect(installer.conninfo(), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO lms.grades (submission_id, assignment_id, stage, score, done) SELECT s.id, s.assignment_id, 'first', 80, true"
            " FROM public.assignment_submissions AS s WHERE s.assignment_id = %s ON CONFLICT (submission_id, stage)"
            " DO UPDATE SET score = 80, done = true",
            (assignment,),
        )


@contextmanager
def at_home(folder: Path) -> Iterator[None]:
    before = os.environ.get(HOME_VARIABLE)
    os.environ[HOME_VARIABLE] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[HOME_VARIABLE]
        else:
            os.environ[HOME_VARIABLE] = before


def run[T](application: Any, work: Coroutine[Any, Any, T]) -> T:
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(work)
    finally:
        asyncio.set_event_loop(None)
        loop.close()


async def screen(store: Store, course: UUID, assignment: UUID, folder: Path) -> tuple[float, float, float, float]:
    """Milliseconds until the queue stands, until its first work does, until the next one does, and that a typed score takes the window."""
    found: Any = store.read(get_identity)
    tasks = Tasks()
    context = Context(
        store=store,
        tasks=tasks,
        identity=found,
        actions=ActionRegistry(ACTIONS, frozenset(found.roles)),
        notices=Notices(),
        settings=Settings(folder / "settings.json"),
    )
    opened, shown, following, typed = [], [], [], []
    for number in range(TIMES + 1):
        page = GraderPage(context, assignment, ASSIGNMENT, course, "Essay")
        page.resize(1280, 800)
        opened.append(await timed(page, page.show, partial(shows_queue, page)))
        shown.append(opened[-1] + await timed(page, lambda: None, partial(shows_work, page)))
        await until(partial(whole, page))
        if number < TIMES:
            page.hide()
            await context.settled()
            page.deleteLater()
            await asyncio.sleep(0)
    for _time in range(TIMES):
        await until(partial(is_read_ahead, page))
        following.append(await timed(page, partial(page.go, 1), page.form.isEnabled))
        typed.append(await timed(page, partial(type_score, page), lambda: True))
    await page.saver.close()
    page.hide()
    await context.close()
    page.deleteLater()
    tasks.close()
    return statistics.median(opened[1:]), statistics.median(shown[1:]), statistics.median(following), statistics.median(typed)


async def timed(page: GraderPage, work: Callable[[], object], done: Callable[[], bool]) -> float:
    """Milliseconds from ``work`` until ``done`` and the page is painted."""
    start = time.perf_counter()
    work()
    while not done():
        await asyncio.sleep(0)
    page.grab()
    return (time.perf_counter() - start) * 1000


async def until(done: Callable[[], bool]) -> None:
    while not done():
        await asyncio.sleep(0.001)


def shows_queue(page: GraderPage) -> bool:
    return page.state == "content" and len(page.queue.rows) >= FIRST


def shows_work(page: GraderPage) -> bool:
    return page.form.isEnabled() and page.form.piece is not None


def whole(page: GraderPage) -> bool:
    return len(page.queue.rows) == SUBMISSIONS


def is_read_ahead(page: GraderPage) -> bool:
    """Whether the next work is there already, as it is while one grades."""
    at = next(at for at, row in enumerate(page.queue.rows) if row.key == page.current)
    return page.queue.rows[at + 1].key in page._known


def type_score(page: GraderPage) -> None:
    page.form.score.setText("77")
    page.form.score.textEdited.emit("77")
