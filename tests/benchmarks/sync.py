"""A course of 1,000 lessons checked out, and 1,000 edits pushed, against COPY of the same rows; round trips counted."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import sqlalchemy as sa

from desktop.courses.commands import create_course
from desktop.store.cipher import new_key
from desktop.store.connection import Store
from desktop.store.dsn import Dsn
from desktop.store.replica import Draft, Replica
from desktop.sync.exchange import exchange
from tests.benchmarks.report import Line
from tests.benchmarks.workspace import sign_in, throwaway_workspace

MODULES = 20
LESSONS = 1000
TEXT = "<p>" + "A paragraph of a lesson, as long as they are. " * 40 + "</p>"
RUNS = 3
BUDGET_SECONDS = 2.0


def measure() -> Iterator[Line]:
    with throwaway_workspace() as installer, tempfile.TemporaryDirectory() as folder:
        store = sign_in(installer, "instructor")
        course = store.write(create_course, "A large course", "compliance").value
        trips = RoundTrips(store)

        def replica(name: str) -> Replica:
            return Replica(Path(folder, name), uuid4(), new_key())

        author = replica("author")
        author.edit(course, "Build", build)
        yield Line(f"push of a new course, {LESSONS + MODULES} rows", seconds(lambda: exchange(author, store, course)), "s")

        checked_out, copied_out, checkout_trips = [], [], 0
        for run in range(RUNS):  # in turn, so that both meet the same weather
            reader = replica(f"reader {run}")
            trips.count = 0
            checked_out.append(seconds(lambda reader=reader: exchange(reader, store, course)))  # type: ignore[misc]
            checkout_trips = trips.count
            copied_out.append(seconds(lambda: copy_out(installer)))
            reader.close()
        yield Line(f"check-out of {LESSONS} lessons", statistics.median(checked_out), "s", budget=BUDGET_SECONDS)
        yield Line("  the same", statistics.median(checked_out), "s", statistics.median(copied_out), "COPY TO")
        yield Line("  round trips", checkout_trips, "")

        lessons = [row.id for row in author.read(lambda reader: reader.list_all("lessons", course))]
        pushed, copied_in, edited, push_trips = [], [], [], 0
        for run in range(RUNS):
            edited.append(seconds(lambda run=run: edit_all(author, course, lessons, run)))  # type: ignore[misc]
            trips.count = 0
            pushed.append(seconds(lambda: exchange(author, store, course)))
            push_trips = trips.count
            copied_in.append(seconds(lambda: copy_in(installer)))
        yield Line("an edit, on this computer's disk", statistics.median(edited) / LESSONS * 1000, "ms")
        yield Line(f"push of {LESSONS} edits", statistics.median(pushed), "s", budget=BUDGET_SECONDS)
        yield Line("  the same", statistics.median(pushed), "s", statistics.median(copied_in), "COPY FROM")
        yield Line("  round trips", push_trips, "")
        author.close()
        store.close()


class RoundTrips:
    """Counts what a store waits for: each statement, and the beginning and the end of each transaction."""

    def __init__(self, store: Store) -> None:
        self.count = 0
        for event in ("before_cursor_execute", "begin", "commit"):
            sa.event.listen(store._engine, event, self._one)

    def _one(self, *_event: object) -> None:
        self.count += 1


def build(draft: Draft) -> None:
    for module in range(MODULES):
        values = {"course_id": str(draft.scope), "title": f"Module {module}", "position": float(module)}
        parent = draft.insert("course_modules", values)
        for lesson in range(LESSONS // MODULES):
            draft.insert(
                "lessons",
                {
                    "module_id": str(parent),
                    "title": f"Lesson {lesson}",
                    "lesson_type": "text",
                    "content_html": TEXT,
                    "position": float(lesson),
                },
            )


def edit_all(replica: Replica, course: UUID, lessons: list[UUID], run: int) -> None:
    for number, lesson in enumerate(lessons):
        replica.edit(course, "Edit", Draft.update, "lessons", lesson, {"title": f"{run}.{number}", "content_html": f"{TEXT}<p>{run}</p>"})


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def copy_out(installer: Dsn) -> None:
    with psycopg.connect(installer.conninfo()) as connection, connection.cursor().copy("COPY public.lessons TO STDOUT") as copy:
        for _row in copy.rows():
            pass


def copy_in(installer: Dsn) -> None:
    with psycopg.connect(installer.conninfo()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS lms.copied_lessons (LIKE public.lessons)")
        connection.execute("TRUNCATE lms.copied_lessons")
        with connection.cursor().copy("COPY public.lessons TO STDOUT") as copy:
            rows = list(copy)
        with connection.cursor().copy("COPY lms.copied_lessons FROM STDIN") as copy:
            for row in rows:
                copy.write(row)
