"""First page of, and a jump to anywhere in, a list of 500,000 rows under row security: People, as an administrator."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import qasync
from PySide6.QtWidgets import QApplication

from desktop.members.queries import MemberFilter, MemberKey, MemberRow, count_members, get_identity, list_member_keys, page_members
from desktop.settings import Settings
from desktop.store.connection import Store
from desktop.store.dsn import Dsn
from desktop.tasks import Tasks
from desktop.ui.actions import ActionRegistry
from desktop.ui.context import Context
from desktop.ui.everything import ACTIONS
from desktop.ui.itemmodels import VirtualModel
from desktop.ui.members.page import COLUMNS, PeopleSource
from desktop.ui.notices import Notices
from tests.benchmarks.report import Line, milliseconds
from tests.benchmarks.workspace import sign_in, throwaway_workspace

ROWS = 500_000
PAGE = 100
BUDGET_MS = 50.0

FILL = """
INSERT INTO public.members (first_name, last_name, email, organization)
SELECT (ARRAY['Ada','Bao','Chloé','Dmitri','Elif','Farid','Grace','Hana'])[1 + i %% 8],
       (ARRAY['Adeyemi','Brooks','Castillo','Demir','Eriksen','Fontaine','Ghosh','Hughes'])[1 + i / 8 %% 8] || i / 64,
       'm' || i || '@example.org', 'Agency ' || i %% 900
FROM generate_series(1, %s) AS i
"""


def measure() -> Iterator[Line]:
    with throwaway_workspace() as installer:
        fill(installer)
        store = sign_in(installer, "administrator")
        everybody = MemberFilter()
        keys: tuple[MemberKey, ...] = store.read(list_member_keys, everybody, PAGE)
        middle, near_end = keys[len(keys) // 2], keys[-10]
        yield Line("first page of 500,000", milliseconds(lambda: store.read(page_members, everybody, None, PAGE)), "ms", budget=BUDGET_MS)
        yield Line("jump to the middle", milliseconds(lambda: store.read(page_members, everybody, middle, PAGE)), "ms", budget=BUDGET_MS)
        yield Line("jump to the end", milliseconds(lambda: store.read(page_members, everybody, near_end, PAGE)), "ms", budget=BUDGET_MS)
        with psycopg.connect(installer.conninfo()) as connection:
            limit = milliseconds(
                lambda: connection.execute(
                    "SELECT * FROM public.members ORDER BY last_name, first_name, id OFFSET %s LIMIT %s", (ROWS // 2, PAGE)
                ).fetchall()
            )
        yield Line("peer: the same jump by OFFSET, without row security", limit, "ms")
        yield Line(
            "keys of all pages, read once in the background", milliseconds(lambda: store.read(list_member_keys, everybody, PAGE), 3), "ms"
        )
        yield Line("count, read beside the first page", milliseconds(lambda: store.read(count_members, everybody), 3), "ms")
        store.close()
        yield from in_the_model(sign_in(installer, "administrator"))


def in_the_model(store: Store) -> Iterator[Line]:
    """The same through the item model of the page: from asking until the rows are there for the view to paint."""
    application = QApplication.instance() or QApplication([])
    loop = qasync.QEventLoop(application)
    with TemporaryDirectory() as folder, loop:
        identity: Any = store.read(get_identity)
        settings = Settings(Path(folder, "settings.json"))
        actions = ActionRegistry(ACTIONS, identity.roles)
        context = Context(
            store=store, tasks=Tasks(), identity=identity, actions=actions, notices=Notices(), settings=settings,
        )  # fmt: skip
        model = VirtualModel[MemberRow](context, COLUMNS, key=lambda row: row.id)

        async def show() -> float:
            start = time.perf_counter()
            await model.show(PeopleSource(MemberFilter()))
            return (time.perf_counter() - start) * 1000

        async def first_jump(after: float) -> float:
            """To the middle, ``after`` seconds of looking at the first page."""
            await show()
            await asyncio.sleep(after)
            return await jump(ROWS // 2)

        async def jump(row: int) -> float:
            start = time.perf_counter()
            model.row(row)
            while not model.settled:
                await asyncio.sleep(0)
            assert model.row(row) is not None
            return (time.perf_counter() - start) * 1000

        loop.run_until_complete(show())  # the connections are made, does not count
        yield Line("model: first page and count", loop.run_until_complete(show()), "ms")
        first_jumps = [loop.run_until_complete(first_jump(1)) for _turn in range(5)]
        yield Line("model: the first jump, a second after opening", statistics.median(first_jumps), "ms", budget=BUDGET_MS)
        yield Line("model: the first jump, at once: it waits for the keys of all pages", loop.run_until_complete(first_jump(0)), "ms")
        jumps = [loop.run_until_complete(jump(row)) for row in range(PAGE, ROWS, ROWS // 9)]
        yield Line("model: a jump to anywhere", statistics.median(jumps), "ms", budget=BUDGET_MS)
        loop.run_until_complete(context.close())
        context.tasks.close()
    store.close()


def fill(installer: Dsn) -> None:
    with psycopg.connect(installer.conninfo(), autocommit=True) as connection:
        connection.execute(FILL, (ROWS,))
        connection.execute("VACUUM ANALYZE public.members")
