"""The player under test: real packages in a real Chromium, real clicks, a real Postgres behind it."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.chromium import prepare_qt
from desktop.scorm.package import Package, unpack
from desktop.scorm.recorder import Recorder
from desktop.scorm.records import Document
from desktop.scorm.route import Shared, route_of
from desktop.tasks import JobControl
from desktop.ui.player.saving import Saving
from desktop.ui.player.view import Launch, PlayerView
from tests.ui.conftest import collected_here, loop, pytest_pyfunc_call, qapp

__all__ = ["collected_here", "loop", "pytest_pyfunc_call", "qapp"]

# Chromium's flags and the scheme must be there before the first QApplication: this runs while tests are collected.
prepare_qt()

DATA = Path(os.environ.get("LMS_TEST_DATA", Path(__file__).resolve().parents[2].parent / "shared" / "data")) / "scorm"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process for everything that runs Chromium: two at once would take each other's turn on a small machine."""
    for item in items:
        if "/player/" in item.path.as_posix():
            item.add_marker(pytest.mark.xdist_group("chromium"))


def shared_package(name: str) -> Path:
    path = DATA / "packages" / f"{name}.zip"
    if not path.is_file():
        pytest.skip("the shared test data is not here (LMS_TEST_DATA)")
    return path


def unpacked(source: Path, tmp_path: Path) -> Package:
    return unpack(source, tmp_path / f"package-{uuid4().hex[:8]}", JobControl(lambda _fraction, _detail: None))


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until ``condition()`` is true; fail after ``seconds``."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"did not happen in {seconds} s: {inspect.getsource(condition).strip()}")
        await asyncio.sleep(0.01)


@dataclass
class Playing:
    """A launch on the screen, and the hands and eyes of a learner."""

    view: PlayerView
    lines: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.view.console.connect(lambda text, _line, _source: self.lines.append(text))
        self.view.broken.connect(self.broken.append)

    @property
    def target(self) -> QWidget:
        """What takes the mouse and the keys."""
        target = self.view.view.focusProxy()
        assert target is not None
        return target

    async def js(self, program: str) -> Any:
        """What ``program`` evaluates to in the player page; ``content`` is the window of the content's frame."""
        future = asyncio.get_running_loop().create_future()
        wrapped = (
            f"JSON.stringify((function () {{ const content = document.getElementById('content').contentWindow; {program} }})() ?? null)"
        )
        self.view.page.runJavaScript(wrapped, lambda value: None if future.done() else future.set_result(value))
        answer = await asyncio.wait_for(future, 10)
        return json.loads(answer) if answer else None

    async def find(self, selector: str, *frames: str) -> QPoint | None:
        """The middle of an element of the content, in the view's coordinates; ``frames`` are selectors of frames inside of it."""
        path = "".join(f"step({json.dumps(frame)});" for frame in frames)
        place = await self.js(
            f"""
            let x = 0, y = 0, at = content;
            function step(selector) {{
                const frame = at.document.querySelector(selector), box = frame.getBoundingClientRect();
                x += box.left + frame.clientLeft; y += box.top + frame.clientTop; at = frame.contentWindow;
            }}
            try {{ {path}
                const element = at.document.querySelector({json.dumps(selector)});
                if (!element || at.document.readyState !== "complete" || element.disabled) return null;
                element.scrollIntoView({{ block: "center", behavior: "instant" }});
                const box = element.getBoundingClientRect();
                return box.width ? [x + box.left + box.width / 2, y + box.top + box.height / 2] : null;
            }} catch (error) {{ return null; }}
            """
        )
        return QPoint(round(place[0]), round(place[1])) if place else None

    async def click(self, selector: str, *frames: str) -> None:
        """Click an element with the mouse, once it is there and stays where it is."""
        place: QPoint | None = None
        for _turn in range(100):
            before, place = place, await self.find(selector, *frames)
            if place is not None and place == before:
                break
            await asyncio.sleep(0.03)
        assert place is not None, f"{selector} is not in the content"
        QTest.mouseMove(self.target, place)
        QTest.mouseClick(self.target, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
        await asyncio.sleep(0.02)

    async def shown(self, selector: str) -> None:
        """Wait until the content shows an element."""
        for _turn in range(200):
            if await self.find(selector) is not None:
                return
            await asyncio.sleep(0.03)
        pytest.fail(f"{selector} is not shown")

    def cmi(self, item: str | None = None) -> dict[str, str]:
        """What the content has said so far, as the application holds it."""
        record = self.view.document["items"].get(item or self.view.current) or {"cmi": {}}
        return dict(record["cmi"])

    async def says(self, element: str, value: str) -> None:
        """Wait until the content has set ``element`` to ``value``, as its own API answers."""
        answer: object = None
        for _turn in range(200):
            answer = await self.js(
                f"const api = window.API || window.API_1484_11; return (api.LMSGetValue || api.GetValue)({json.dumps(element)});"
            )
            if answer == value:
                return
            await asyncio.sleep(0.03)
        pytest.fail(f"{element} is {answer!r}, not {value!r}; the page said: {self.lines[-3:]}")


@pytest.fixture
def play(loop: asyncio.AbstractEventLoop, qapp: QApplication) -> Iterator[Callable[..., Any]]:
    """``await play(package, …)`` opens a launch; whatever is still open after the test is closed as a window would be."""
    opened: list[PlayerView] = []

    async def start(
        package: Package,
        *,
        document: Document | None = None,
        shared: Shared | None = None,
        recorder: Recorder | None = None,
        session: UUID | None = None,
        traced: bool = False,
    ) -> Playing:
        launch = Launch(
            session_id=recorder.session_id if recorder else session or uuid4(), package=package,
            route=route_of(package.manifest, document, shared or Shared()), learner_id="learner-1", learner_name="Okafor, Ada",
            preview=recorder is None, traced=traced,
        )  # fmt: skip
        view = PlayerView(launch, Saving(recorder))
        view.resize(1000, 700)
        view.asked.connect(lambda request: loop.create_task(view.ask(request)))
        view.show()
        opened.append(view)
        playing = Playing(view)
        await view.start()
        return playing

    yield start
    for view in opened:
        loop.run_until_complete(view.close_launch())
        view.close()
        view.deleteLater()
    for _turn in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))
    return tmp_path
