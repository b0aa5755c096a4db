"""A case through the real application: imported, opened on the player's page, its SCO a page of its own in Chromium, its learner a mouse.

The SCO that ADL's cases launch is ours: it makes the calls that it is told, and terminates, at the latest when it is taken away. What the
learner may do is read from the controls on the screen and done by clicks on them.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import tempfile
import time
import zipfile
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import qasync
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QTreeWidgetItem

from desktop.learning.commands import enroll
from desktop.scorm.cache import import_package
from desktop.scorm.manifest import Item, Organization, read_manifest
from desktop.scorm.report import ImportReport
from desktop.scorm.route import SequencedRoute, Step
from desktop.scorm.sequencing.tree import ActivityTree
from desktop.settings import HOME_VARIABLE, Settings
from desktop.tasks import JobControl, Tasks
from desktop.ui.actions import ActionRegistry
from desktop.ui.context import Context
from desktop.ui.garbage import MainThreadCollector
from desktop.ui.notices import Notices
from desktop.ui.player.page import PlayerPage, packages_folder
from desktop.ui.theme import Scheme, theme
from tests.benchmarks.workspace import throwaway_workspace
from tests.conformance.cases import all_cases
from tests.conformance.replay import act_of, answer_to, overruled_activity
from tests.conformance.steps import judge
from tests.support.courses import add_course, add_module
from tests.support.postgres import Database

type Case = dict[str, Any]
type Launch = dict[str, Any]

PATIENCE = 15.0

SCO = """<!doctype html><meta charset="utf-8"><title>A scripted SCO</title>
<script>
  const api = (function (at) {
    while (!at.API_1484_11 && at.parent !== at) { at = at.parent; }
    return at.API_1484_11;
  })(window);
  let running = false;

  /** cmi.objectives.&name&.x with the index of the entry of that id in place of its name; there is one afterwards if it is to be set. */
  function place(element, append) {
    const match = /^(.*)\\.&(.*)&(\\..*)$/.exec(element);
    if (!match) return element;
    const count = Number(api.GetValue(match[1] + "._count"));
    let index = 0;
    while (index < count && api.GetValue(match[1] + "." + index + ".id") !== match[2]) index += 1;
    if (index === count && append) api.SetValue(match[1] + "." + index + ".id", match[2]);
    return match[1] + "." + index + match[3];
  }

  function make(step) {
    if (step.call === "?") return "";
    if (step.call === "CompareObjIds") {
      return Array.from({ length: Number(api.GetValue("cmi.objectives._count")) }, (_, n) => api.GetValue("cmi.objectives." + n + ".id"));
    }
    if (step.call === "SetValue") return api.SetValue(place(step.element, true), step.value);
    if (step.call === "GetValue") return api.GetValue(place(step.element, false));
    return step.call === "GetLastError" ? api.GetLastError() : api[step.call](step.argument);
  }

  /** Make the calls; what each answered, with the error after it. */
  function perform(steps, ends) {
    const answers = steps.map(step => [make(step), api.GetLastError()]);
    running = steps.length > 0;
    if (ends) end();
    return JSON.stringify(answers);
  }

  function end() {
    if (running) { running = false; api.Terminate(""); }
  }

  addEventListener("pagehide", end);
</script>
<p>A scripted SCO</p>
"""


def replay_in_browser(report: Callable[[str, list[str]], None]) -> None:
    """All cases; ``report`` is told what went wrong in each."""

    async def replay(desk: Desk) -> None:
        for name, case, manifest in all_cases():
            report(name, await desk.run_case(name, case, manifest))

    at_a_desk(replay)


def at_a_desk(work: Callable[[Desk], Coroutine[Any, Any, None]]) -> None:
    """Run ``work`` on the loop that the application runs on, in a workspace that is made for it and thrown away."""
    qt = QApplication([])
    qt.setQuitOnLastWindowClosed(False)
    theme().apply(Scheme.LIGHT, motion=False)
    loop = qasync.QEventLoop(qt)
    asyncio.set_event_loop(loop)
    collector = MainThreadCollector(qt)
    with tempfile.TemporaryDirectory(prefix="lms-conformance-") as home, throwaway_workspace() as installer, loop:
        os.environ[HOME_VARIABLE] = home
        database = Database(installer)
        desk = Desk(database, Path(home))
        try:
            loop.run_until_complete(work(desk))
        finally:
            desk.close()
            database.close()
    collector.stop()


class Desk:
    """One learner and all the cases: each becomes a lesson of one course, so that what courses share goes from case to case."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.folder = folder
        self._teacher = database.add_person("instructor")
        learner = database.add_person(first_name="Jane", last_name="Doe")
        course = add_course(database, instructor_id=self._teacher.member_id)
        self.module = add_module(database, course)
        self.authors = database.store(self._teacher)
        self.store = database.store(learner)
        self.enrollment: UUID = self.store.write(enroll, course).value
        self.tasks = Tasks()
        identity = Learner(learner.member_id)
        self.context = Context(
            store=self.store, tasks=self.tasks, identity=identity, actions=ActionRegistry(roles=identity.roles), notices=Notices(),
            settings=Settings(folder / "settings.json"),
        )  # fmt: skip

    async def run_case(self, name: str, case: Case, manifest: bytes) -> list[str]:
        """Everything that went otherwise than the case says, in order. It ends where another activity is shown, or none."""
        source = self.folder / f"{name}.zip"
        _pack(source, manifest)
        sitting = self.sit_down(source)
        try:
            return [fault async for fault in sitting.run(case)]
        except Gone as gone:
            return [str(gone)]
        except (KeyError, StopIteration, RuntimeError) as error:
            return [f"the case cannot be followed: {error!r}"]
        finally:
            await sitting.stand_up()

    def sit_down(self, source: Path) -> Sitting:
        """Import a package; the learner before it."""
        control = JobControl(lambda _fraction, _detail: None)
        lesson, package = import_package(self.authors, source, self.module, packages_folder(), control).value
        return Sitting(self.context, lesson, self.enrollment, package.manifest.default)

    def close(self) -> None:
        self.tasks.close()


@dataclass(frozen=True, slots=True)
class Learner:
    """Who is signed in."""

    member_id: UUID
    name: str = "Jane Doe"
    roles: frozenset[str] = frozenset({"learner"})


class Gone(Exception):
    """What a person would have seen here is not there."""


class Sitting:
    """The learner before the player's page, from the start of a case to its end."""

    def __init__(self, context: Context, lesson: UUID, enrollment: UUID, organization: Organization) -> None:
        self.context, self.lesson, self.enrollment, self.organization = context, lesson, enrollment, organization
        self.page: PlayerPage | None = None
        self.steps: list[Step] = []
        self.refusals = 0
        self._before = 0

    async def run(self, case: Case) -> AsyncIterator[str]:
        await self.open()
        if case["start"] != ".":
            await self.choose(case["start"])
        overruled = ""
        for number, launch in enumerate(case["launches"]):
            where = f"launch {number + 1} (activity {launch['act']}, visit {launch['visit']})"
            if overruled == launch["act"] != act_of(self.shown):
                continue
            if self.waits_for_choice:
                await self.choose(next(item.title for item in self.organization.launchable if act_of(item) == launch["act"]))
            if act_of(self.shown) != launch["act"]:
                yield f"{where}: {act_of(self.shown) or 'nothing'} is shown"
                return
            for fault in [*self.answers(launch), *await self.perform(launch)]:
                yield f"{where}: {fault}"
            overruled = overruled_activity(self.tree, self.organization, launch)
            fault = await self.go_on(launch, last=launch is case["launches"][-1])
            if fault:
                yield f"{where}: {fault}"

    # what the learner sees

    @property
    def shown(self) -> Item | None:
        return self.steps[-1].item if self.steps else None

    @property
    def waits_for_choice(self) -> bool:
        return bool(self.steps) and self.steps[-1].item is None and not self.steps[-1].ended

    @property
    def tree(self) -> ActivityTree:
        assert self.player.view is not None
        route = self.player.view.route
        assert isinstance(route, SequencedRoute)
        return route.tree

    @property
    def player(self) -> PlayerPage:
        assert self.page is not None
        return self.page

    def row(self, title: str) -> QTreeWidgetItem | None:
        """The entry of the contents with this title, None where there is none."""
        if title.startswith("the activity that corresponds to the root of"):
            return self.player.contents.entry(self.organization.identifier)
        identifier = next((item.identifier for item in self.organization.walk() if item.title == title), "")
        return self.player.contents.entry(identifier)

    def answers(self, launch: Launch) -> list[str]:
        """The questions about the controls that are answered otherwise."""
        asked = zip(launch["ui_questions"] or (), launch["ui_answers"] or (), strict=True)
        answers = ((question, self.answer(question), expected) for question, expected in asked)
        return [f"{question}: {answer}" for question, answer, expected in answers if answer != expected]

    def answer(self, question: str) -> str:
        page = self.player
        contents = page.contents.isVisible()
        here = page.contents.entry(self.shown.identifier) if self.shown is not None else None
        elsewhere = (one for one in _rows(page.contents.invisibleRootItem()) if one is not here)

        def entry(title: str) -> bool | None:
            row = self.row(title)
            return _may_be_chosen(row) if contents and row is not None else None

        usable = {
            "continue": _usable(page.continue_button),
            "previous": _usable(page.previous_button),
            "exit": _usable(page.exit_button),
            "suspendAll": _usable(page.suspend_button),
            "toc": contents and any(_may_be_chosen(one) for one in elsewhere),
        }
        return answer_to(question, usable, entry)

    # what the content does

    async def perform(self, launch: Launch) -> list[str]:
        item = self.shown
        assert item is not None
        if item.resource is None or not item.resource.is_sco:
            return []
        navigation = launch["navigation_after"] or ""
        ends = not _asks(launch) or navigation in ("", "AutoTest", "HasEnded") or navigation.startswith("Relaunch")
        # With a request of its own before it, a SCO that the learner leaves terminates only then: the learner's request counts.
        self.begin_to_wait()
        answers = await self.content(f"perform({json.dumps(launch['steps'])}, {json.dumps(ends)})")
        results = zip(launch["steps"], json.loads(answers), strict=True)
        faults = ((number, step, judge(step, got, code)) for number, (step, (got, code)) in enumerate(results, 1))
        return [f"step {number}: {str(step)[:300]} got {fault[:300]}" for number, step, fault in faults if fault]

    async def content(self, program: str) -> Any:
        """What a function of the scripted SCO answers, once it is there."""
        item = self.shown
        assert item is not None
        ready = (
            f"content.location.search.includes({json.dumps('act=' + act_of(item))}) && typeof content.perform === 'function'"
            " && content.document.readyState === 'complete'"
        )
        await self.until_js(ready, f"the content of {item.title}")
        return await self.js(f"content.{program}")

    async def until_js(self, condition: str, what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not await self.js(f"(function () {{ try {{ return {condition}; }} catch (gone) {{ return false; }} }})()"):
            if time.monotonic() > deadline:
                raise Gone(f"waited in vain for {what}")
            await asyncio.sleep(0.01)

    async def js(self, program: str, seconds: float = PATIENCE) -> Any:
        view = self.player.view
        if view is None:
            raise Gone("the player was left")
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        text = f"(function () {{ const content = document.getElementById('content').contentWindow; return {program}; }})()"
        view.page.runJavaScript(text, lambda value: None if future.done() else future.set_result(value))
        return await asyncio.wait_for(future, seconds)

    # what the learner does

    async def go_on(self, launch: Launch, *, last: bool) -> str:
        """The fault, where the session should have ended."""
        kind, _mark, title = (launch["navigation_after"] or "").partition("~")
        chosen = re.fullmatch(r"(?:DMI|API)t(\d+)", kind)
        if chosen:
            title = next(item.title for item in self.organization.walk() if item.title.endswith(f"Implementation Test {chosen[1]}"))
        if chosen or kind in ("Choice", "ChoiceExit"):
            await self.choose(title)
        elif kind in ("Continue", "Previous"):
            await self.press(self.player.continue_button if kind == "Continue" else self.player.previous_button)
        elif kind.startswith("ContinueExit"):
            await self.press(self.player.continue_button)
            ended = self.steps[-1].ended
            await self.reopen()
            return "" if ended else "the session goes on"
        elif kind == "TRIGExitAll":
            await self.press(self.player.exit_button)
        elif kind.startswith("Suspend"):
            await self.press(self.player.suspend_button)
            await self.reopen()
        elif kind.startswith("Exit"):
            if self.player.view is not None and self.player.exit_button.isVisible():
                await self.press(self.player.exit_button)
            if not last:
                await self.reopen()
        elif kind.startswith("Relaunch"):
            if _asks(launch):
                await self.moved()
            await self.reopen()
        else:
            await self.moved()
            if kind in ("AutoTest", "HasEnded"):
                return "" if self.steps[-1].ended else "the session goes on"
        return ""

    async def press(self, button: QPushButton) -> None:
        await self.until(lambda: _usable(button), f"{button.text()} to be offered")
        self.begin_to_wait()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        await self.moved()

    async def choose(self, title: str) -> None:
        contents = self.player.contents
        row = self.row(title)
        if row is None or not contents.isVisible():
            raise Gone(f"the contents do not show {title}")
        contents.scrollToItem(row)
        self.begin_to_wait()
        QTest.mouseClick(contents.viewport(), Qt.MouseButton.LeftButton, pos=contents.visualItemRect(row).center())
        await self.moved()

    # the page

    async def open(self) -> None:
        """Open the lesson, as from its course."""
        self.steps = []
        self.page = page = PlayerPage(self.context, lesson=self.lesson, enrollment=self.enrollment)
        page.resize(1280, 900)
        self.begin_to_wait()
        page.show()
        await self.until(lambda: page.view is not None, "the player")
        assert page.view is not None
        page.view.moved.connect(self.steps.append)
        page.view.refused.connect(self._refused)
        await self.moved()
        await self.until(lambda: page.state == "content" and not page.loading, "the page")

    async def stand_up(self) -> None:
        if self.page is not None:
            page, self.page = self.page, None
            page.hide()
            await self.context.settled()
            page.deleteLater()

    async def reopen(self) -> None:
        await self.stand_up()
        await self.open()

    def begin_to_wait(self) -> None:
        self._before = len(self.steps) + self.refusals

    async def moved(self) -> None:
        """Until what was asked for last has been met or refused."""
        await self.until(lambda: len(self.steps) + self.refusals > self._before, "something to happen")

    async def until(self, condition: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise Gone(f"waited in vain for {what}")
            await asyncio.sleep(0.005)

    def _refused(self, _request: object) -> None:
        self.refusals += 1


def _pack(target: Path, manifest: bytes) -> None:
    """The case as a package, with our SCO in the place of each of its own."""
    organization = read_manifest(manifest, [], ImportReport()).default
    names = {unquote(urlsplit(item.launch).path) for item in organization.launchable}
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("imsmanifest.xml", manifest)
        for name in sorted(names):
            package.writestr(name, SCO)


def _asks(launch: Launch) -> bool:
    """Whether the SCO asks for something itself."""
    return any(step["call"] == "SetValue" and step["element"] == "adl.nav.request" for step in launch["steps"])


def _usable(button: QPushButton) -> bool:
    return button.isVisible() and button.isEnabled()


def _may_be_chosen(row: QTreeWidgetItem) -> bool:
    return bool(row.flags() & Qt.ItemFlag.ItemIsSelectable)


def _rows(parent: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    children = [child for index in range(parent.childCount()) if (child := parent.child(index)) is not None]
    return [row for child in children for row in (child, *_rows(child))]
