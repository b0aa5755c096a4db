"""First page of, and a jump to anywhere in, a list of 500,000 rows under row security: People, as an administrator."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg

from desktop.members.queries import MemberFilter, MemberKey, count_members, list_member_keys, page_members
from desktop.store.dsn import Dsn
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


def fill(installer: Dsn) -> None:
    with psycopg.connect(installer.conninfo(), autocommit=True) as connection:
        connection.execute(FILL, (ROWS,))
        connection.execute("VACUUM ANALYZE public.members")
