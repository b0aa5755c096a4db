"""The application on trial: the whole of it, in a process of its own, with a learner who does what the lines of stdin say.

What the content says comes out on stdout as it is said, and ``done`` after each command. A line is written before the next thing happens,
so that what was said stays said when the process is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
import time
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.app import Application, run
from desktop.chromium import prepare_qt
from desktop.ui.player.page import PlayerPage

PATIENCE = 30.0


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


class Learner:
    """Sits before the application until stdin ends."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.page: PlayerPage | None = None

    async def obey(self, commands: asyncio.Queue[str]) -> None:
        say("ready")
        while command := await commands.get():
            name, *arguments = command.split()
            await getattr(self, name)(*arguments)
            say("done")

    async def open(self, lesson: str, enrollment: str) -> None:
        """Open a lesson and hear all that its content says."""
        assert self.application.context is not None
        self.application.context.open("player", lesson=UUID(lesson), enrollment=UUID(enrollment))
        deadline = time.monotonic() + PATIENCE
        while True:
            bench = self.application.window.workbench
            page = bench.page if bench is not None else None
            if isinstance(page, PlayerPage) and page.view is not None:
                break
            assert time.monotonic() < deadline, "no lesson was opened"
            await asyncio.sleep(0.002)
        self.page = page
        page.view.console.connect(lambda text, _line, _source: say(text))

    async def exit(self) -> None:
        assert self.page is not None
        QTest.mouseClick(self.page.exit_button, Qt.MouseButton.LeftButton)
        await self._settled()

    async def leave(self) -> None:
        """To another page, as by the rail."""
        assert self.application.context is not None
        self.application.context.open("home")
        await self._settled()

    async def onward(self) -> None:
        assert self.page is not None
        assert self.page.view is not None
        self.page.view.page.runJavaScript("document.getElementById('content').contentWindow.goOn()")

    async def close(self) -> None:
        self.application.window.close()

    async def quit(self) -> None:
        """As the system's menu and logging out do it."""
        QApplication.quit()

    async def crash(self) -> None:
        """The content's process is killed, as for want of memory."""
        assert self.page is not None
        assert self.page.view is not None
        os.kill(self.page.view.page.renderProcessPid(), signal.SIGKILL)

    async def again(self) -> None:
        assert self.page is not None
        while not self.page.again_button.isVisible():
            await asyncio.sleep(0.01)
        QTest.mouseClick(self.page.again_button, Qt.MouseButton.LeftButton)

    async def _settled(self) -> None:
        assert self.application.context is not None
        page, self.page = self.page, None
        while page is not None and page.view is not None:
            await asyncio.sleep(0.005)
        await self.application.context.settled()


def main() -> int:
    prepare_qt()
    tasks: list[asyncio.Task[None]] = []

    def started(application: Application) -> None:
        def signed_in(_context: object) -> None:
            loop = asyncio.get_running_loop()
            commands: asyncio.Queue[str] = asyncio.Queue()

            def listen() -> None:
                for line in sys.stdin:
                    loop.call_soon_threadsafe(commands.put_nowait, line.strip())
                with contextlib.suppress(RuntimeError):  # the loop has ended before stdin did
                    loop.call_soon_threadsafe(application.window.close)

            threading.Thread(target=listen, daemon=True).start()
            tasks.append(loop.create_task(Learner(application).obey(commands)))

        application.signed_in.connect(signed_in)

    return run(["nabip-lms"], started)


if __name__ == "__main__":
    sys.exit(main())
