"""A list of any length: how many rows there are, the pages that are looked at, and placeholders for the rest.

Nothing here waits: a cell that is not here yet is empty, its page is fetched on a worker thread and painted when it comes. Sorting and
filtering are another query, that is another :class:`PageSource`.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Protocol

from PySide6.QtCore import QTimer, Signal

from desktop.errors import ServerAway
from desktop.ui.context import Context
from desktop.ui.itemmodels.columns import Column, ColumnsModel

PAGE = 100
KEPT_PAGES = 60
WANTED_PAGES = 3
"""While somebody drags the scroll bar only the pages asked for last are fetched: that is where they will look."""
REFRESHED_PAGES = 4
PREPARE_MS = 300
"""After so long without another query what a jump needs is read ahead: sooner than a hand is at the scroll bar, later than the next key."""


class PageSource[Row](Protocol):
    """One query: its filter and order are fixed. Called on worker threads, several at a time."""

    def count(self, session: Any, /) -> int:
        """How many rows there are now. Called before each fetch of a refresh: forget what was known about the order."""
        ...

    def fetch(self, session: Any, start: int, limit: int, /) -> Sequence[Row]:
        """The rows from position ``start``, a multiple of ``limit``."""
        ...

    def prepare(self, session: Any, limit: int, /) -> None:
        """Read ahead what a fetch from a far position will need."""
        ...


class KeysetSource[Row, Key]:
    """Any page of a keyset query without OFFSET: the keys that end each page are read once, by one index-only scan.

    ``count(session)``; ``keys(session, page_size)`` gives the key of the last row of each full page; ``page(session, after, limit)`` the
    rows that follow a key (None: the first).
    """

    def __init__(
        self,
        count: Callable[[Any], int],
        keys: Callable[[Any, int], Sequence[Key]],
        page: Callable[[Any, Key | None, int], Sequence[Row]],
    ) -> None:
        self._count, self._read_keys, self._page = count, keys, page
        self._keys: Sequence[Key] | None = None
        self._reading = threading.Lock()

    def count(self, session: Any, /) -> int:
        self._keys = None
        return self._count(session)

    def fetch(self, session: Any, start: int, limit: int, /) -> Sequence[Row]:
        if start == 0:
            return self._page(session, None, limit)
        keys = self._page_keys(session, limit)
        before = start // limit - 1
        return self._page(session, keys[before], limit) if before < len(keys) else ()

    def prepare(self, session: Any, limit: int, /) -> None:
        self._page_keys(session, limit)

    def _page_keys(self, session: Any, limit: int) -> Sequence[Key]:
        with self._reading:
            if self._keys is None:
                self._keys = self._read_keys(session, limit)
            return self._keys


class VirtualModel[Row](ColumnsModel[Row]):
    """The model. Give it a source with :meth:`show`; the page's ``refresh`` does that."""

    counted = Signal(int)

    def __init__(self, context: Context, columns: Iterable[Column[Row]], key: Callable[[Row], Hashable], page_size: int = PAGE) -> None:
        super().__init__(columns, key)
        self._context = context
        self._size = page_size
        self._source: PageSource[Row] | None = None
        self._generation = 0
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()
        self._wanted: dict[int, None] = {}
        self._coming: set[int] = set()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._fetch_wanted)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(PREPARE_MS)
        self._quiet.timeout.connect(self._prepare)

    async def show(self, source: PageSource[Row]) -> int:
        """Show another query from its beginning; returns its count. The old rows stay until the new ones are here.

        Raises what the query raises. A later call wins over an earlier one that has not ended.
        """
        self._generation += 1
        generation = self._generation
        first, count = await asyncio.gather(
            self._context.read(source.fetch, 0, self._size),
            self._context.read(source.count),
        )
        if generation == self._generation:
            self.beginResetModel()
            self._source = source
            self._pages = OrderedDict({0: first})
            self._wanted.clear()
            self._coming.clear()
            self._count = max(count, len(first)) if len(first) == self._size else len(first)
            self.endResetModel()
            self.counted.emit(self._count)
            self._quiet.start()
        return self._count

    async def refresh(self) -> int:
        """Read again what is looked at; scroll position and selection stay. Returns the count."""
        source = self._source
        if source is None:
            return 0
        self._generation += 1
        generation = self._generation
        selected = {index.row() // self._size for index in self.persistentIndexList()}
        looked_at = list(dict.fromkeys([*reversed(self._pages), *selected]))[:REFRESHED_PAGES]
        count = await self._context.read(source.count)
        fetched = await asyncio.gather(*(self._context.read(source.fetch, page * self._size, self._size) for page in looked_at))
        if generation == self._generation:
            pages = OrderedDict(zip(looked_at, fetched, strict=True))

            def put() -> None:
                self._pages = pages

            self._coming.clear()
            self._replace(count, put)
            self.counted.emit(count)
            self._quiet.start()
        return self._count

    def row(self, row: int) -> Row | None:
        page, offset = divmod(row, self._size)
        rows = self._pages.get(page)
        if rows is None:
            self._want(page)
            return None
        self._pages.move_to_end(page)
        return rows[offset] if offset < len(rows) else None

    def row_key(self, row: int) -> Hashable | None:
        page, offset = divmod(row, self._size)
        rows = self._pages.get(page, ())
        return self._key(rows[offset]) if offset < len(rows) else None

    @property
    def settled(self) -> bool:
        """True when every row that was asked for is here."""
        return not self._wanted and not self._coming

    def _prepare(self) -> None:
        if self._source is not None and self._count > self._size:
            self._context.spawn(self._read_ahead(self._source), self)

    async def _read_ahead(self, source: PageSource[Row]) -> None:
        with contextlib.suppress(ServerAway):  # nobody asked for it; a jump asks again, and says what is wrong
            await self._context.read(source.prepare, self._size)

    def _want(self, page: int) -> None:
        if page in self._coming or self._source is None:
            return
        self._wanted.pop(page, None)
        self._wanted[page] = None
        if not self._soon.isActive():
            self._soon.start()

    def _fetch_wanted(self) -> None:
        pages = list(self._wanted)[-WANTED_PAGES:]
        self._wanted.clear()
        for page in pages:
            self._coming.add(page)
            self._context.spawn(self._fetch(page), self)

    async def _fetch(self, page: int) -> None:
        source, generation = self._source, self._generation
        if source is None:
            return
        try:
            rows = await self._context.read(source.fetch, page * self._size, self._size)
        finally:
            if generation == self._generation:
                self._coming.discard(page)
        if generation != self._generation:
            return
        self._pages[page] = rows
        while len(self._pages) > KEPT_PAGES:
            self._pages.popitem(last=False)
        first, last = page * self._size, min((page + 1) * self._size, self._count) - 1
        if first <= last:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

    def _places(self) -> dict[Hashable, int]:
        return {
            self._key(row): page * self._size + offset
            for page, rows in self._pages.items()
            for offset, row in enumerate(rows)
            if page * self._size + offset < max(self._count, 1)
        }
