"""The outline of a course of 1,000 lessons in the editor: how long each thing that its author does keeps the window waiting."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

from PySide6.QtWidgets import QApplication

from desktop.courses.checklist import State
from desktop.courses.draft import LESSONS, MODULES, Draft, Step, edit, move
from desktop.courses.editing import load, write
from desktop.store import replica
from desktop.store.cipher import new_key
from desktop.ui.courses.editor_outline import OutlineModel, OutlineTree
from tests.benchmarks.report import Line, milliseconds
from tests.benchmarks.sync import LESSONS as COUNT
from tests.benchmarks.sync import build

BUDGET_MS = 50.0
"""What may keep the main thread waiting anywhere."""


def measure() -> Iterator[Line]:
    application = QApplication.instance() or QApplication([])
    course = uuid4()
    with tempfile.TemporaryDirectory(prefix="lms-bench-editor-") as folder:
        here = replica.Replica(Path(folder), uuid4(), new_key())
        here.edit(course, "Begin", begin)
        here.edit(course, "Build", build)
        yield Line(f"{COUNT:,} lessons read from the replica, on a worker thread", milliseconds(lambda: here.read(load, course)), "ms")
        draft = here.read(load, course).draft
        yield from outline(draft)
        words = iter(range(1_000_000))
        lesson = next(draft.lessons)["id"]
        typed = milliseconds(lambda: here.edit(course, "Typing", write, rename(draft, lesson, f"Typed {next(words)}").changes))
        yield Line("a pause in typing on the disk, on a worker thread", typed, "ms")
        here.close()
    application.processEvents()


def outline(draft: Draft) -> Iterator[Line]:
    """What the main thread does. ``draft`` is changed."""
    tree = OutlineTree()
    tree.resize(360, 900)

    def budgeted(what: str, work: Callable[[], object]) -> Line:
        return Line(what, milliseconds(lambda: (work(), tree.grab())), "ms", budget=BUDGET_MS)

    yield budgeted("the outline made and painted", lambda: tree.show_model(OutlineModel(draft, tree)))
    model = OutlineModel(draft, tree)
    tree.show_model(model)
    lessons = [lesson["id"] for lesson in draft.lessons]
    modules = [module["id"] for module in draft.modules]

    def do(step: Step) -> None:
        draft.apply(step)
        model.follow(tuple(change.id for change in step.changes))
        tree.select(step.focus)

    turns = iter(range(1_000_000))
    some = lessons[100:120]
    yield budgeted("a lesson moved to another module", lambda: do(move(draft, some[:1], modules[next(turns) % 2], 0)))
    yield budgeted("20 lessons moved to another module", lambda: do(move(draft, some, modules[next(turns) % 2], 0)))
    yield budgeted("a lesson renamed", lambda: do(rename(draft, lessons[500], f"Another name {next(turns)}")))
    states = (State.READY, State.INCOMPLETE)
    every = [*draft.rows[MODULES], *draft.rows[LESSONS]]
    yield budgeted("every row's state changed", lambda: model.set_states(dict.fromkeys(every, states[next(turns) % 2])))
    yield budgeted("filtered, or all shown again", lambda: tree.filter(("4", "")[next(turns) % 2]))
    tree.filter("")
    yield budgeted("everything read anew", lambda: model.replace(draft))
    tree.filter("lesson")
    yield budgeted("everything read anew while filtered", lambda: model.replace(draft))
    yield budgeted("every row's state changed while filtered", lambda: model.set_states(dict.fromkeys(every, states[next(turns) % 2])))
    tree.deleteLater()


def begin(draft: replica.Draft) -> None:
    draft.insert("courses", {"title": "A large course", "slug": "large", "description": "", "category": "compliance"}, draft.scope)


def rename(draft: Draft, lesson: UUID, title: str) -> Step:
    return edit(draft, LESSONS, lesson, {"title": title})
