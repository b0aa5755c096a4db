"""The places of one person, each opened for the first time: milliseconds until its page is filled, and of its statements.

``python -m tests.benchmarks.children.pages PLACE=ARGUMENTS …``, arguments a JSON object of ids.
Home comes first: the application opens it itself.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any
from uuid import UUID

from desktop.chromium import prepare_qt


def open_page(application: Any) -> Any:
    """The page that the window shows. Somebody is signed in."""
    bench = application.window.workbench
    assert bench is not None
    assert bench.page is not None
    return bench.page


class Statements:
    """Milliseconds that statements took, over all threads, since :meth:`reset`."""

    def __init__(self) -> None:
        import sqlalchemy as sa

        self.milliseconds = 0.0
        sa.event.listen(sa.Engine, "before_cursor_execute", self._before)
        sa.event.listen(sa.Engine, "after_cursor_execute", self._after)

    def _before(self, _connection: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        context.begun_for_benchmark = time.perf_counter()

    def _after(self, _connection: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        self.milliseconds += (time.perf_counter() - context.begun_for_benchmark) * 1000


def main(places: list[str]) -> int:
    prepare_qt()
    from desktop import app

    statements = Statements()
    figures: dict[str, dict[str, float]] = {}
    tasks: list[asyncio.Task[None]] = []

    async def visit(application: app.Application, start: float) -> None:
        try:
            for place, arguments in (("home", "{}"), *(entry.split("=", 1) for entry in places)):
                if place != "home":
                    statements.milliseconds = 0.0
                    start = time.perf_counter()
                    bench = application.window.workbench
                    assert bench is not None
                    bench.go(place, **{name: UUID(value) for name, value in json.loads(arguments).items()})
                page = open_page(application)
                await filled(page)
                if page.state == "error":
                    raise RuntimeError(f"{place} shows an error")
                figures[place] = {"total": (time.perf_counter() - start) * 1000, "sql": statements.milliseconds}
            print(json.dumps(figures), flush=True)
        finally:
            application.window.close()

    def entered(application: app.Application) -> None:
        statements.milliseconds = 0.0
        tasks.append(asyncio.ensure_future(visit(application, time.perf_counter())))

    def started(application: app.Application) -> None:
        application.signed_in.connect(lambda _context: entered(application))

    app.run(["nabip-lms"], started)
    return 0 if len(figures) == len(places) + 1 else 1


async def filled(page: Any) -> None:
    """Returns when the page has loaded and is painted."""
    if page.loading or page.state in ("blank", "loading"):
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        page.loaded.connect(lambda: None if done.done() else done.set_result(None))
        await done
    page.repaint()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
