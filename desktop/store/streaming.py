"""A stored file that is read while it arrives: for films, which nobody waits to have whole.

Chunks (:mod:`desktop.store.assets`) are fetched where the reader is, then ahead of it, into a file of the cache in which what has not come
is a hole. Each is proved by its hash, those of an earlier time as well. While the server is away the reader waits.
"""

from __future__ import annotations

import contextlib
import os
import threading
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.errors import LmsError, ServerAway
from desktop.store.assets import CHUNK, Asset, damaged, describe, get_chunks, manifest_id

if TYPE_CHECKING:
    from desktop.store.connection import Store

AHEAD = 16
"""Chunks that are fetched ahead of the reader: 16 MiB, half a minute of a film in full HD."""
AT_ONCE = 2
"""Chunks in one query: a seek waits for the query that runs."""
AGAIN_SECONDS = 1.0
"""Between two tries while the server is away."""
KEPT_BYTES = 8 * 1024**3
"""Of films in the cache; beyond that those go first that were not watched for longest."""


class Closed(Exception):
    """The file was closed while somebody waited for its bytes."""


class AssetFile:
    """Bytes of one asset, for any thread. :meth:`read` waits for them; :meth:`close` ends every wait at once."""

    def __init__(self, store: Store, asset_id: str, folder: Path) -> None:
        """Ask the server what the asset is. Raises what :func:`desktop.store.assets.describe` raises."""
        self.asset: Asset = store.read(describe, asset_id)
        if manifest_id(self.asset.chunks) != asset_id:
            raise damaged(self.asset.name)
        self._store = store
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / asset_id
        self._file = path.open("r+b" if path.exists() else "w+b")
        os.utime(path)
        self._turn = threading.Condition()
        self._there: set[int] = set()
        self._wanted = 0
        self._away = False
        self._failure: Exception | None = None
        self._closed = False
        self._worker = threading.Thread(target=self._fetch, name=f"asset {asset_id[:8]}", daemon=True)
        self._worker.start()

    @property
    def size(self) -> int:
        return self.asset.size

    @property
    def away(self) -> bool:
        """True while the server does not answer and somebody may be waiting for it."""
        return self._away

    def read(self, at: int, size: int) -> bytes:
        """Up to ``size`` bytes from ``at``, not beyond the end of their chunk; empty at the end of the file.

        Raises :class:`Closed`, and what made the worker give up.
        """
        if at >= self.size or size <= 0:
            return b""
        ordinal = at // CHUNK
        with self._turn:
            self._wanted = ordinal
            self._turn.notify_all()
            while ordinal not in self._there:
                if self._closed:
                    raise Closed
                if self._failure is not None:
                    raise self._failure
                self._turn.wait()
            if self._closed:
                raise Closed
            self._file.seek(at)
            return self._file.read(min(size, (ordinal + 1) * CHUNK - at))

    def close(self) -> None:
        """Let go of the file. The worker ends once the query that runs is answered."""
        with self._turn:
            self._closed = True
            self._turn.notify_all()
            self._file.close()

    def _fetch(self) -> None:
        while (first := self._next()) is not None:
            try:
                batch = self._store.read(get_chunks, self.asset.id, first, AT_ONCE)
                self._away = False
                if not batch:
                    raise damaged(self.asset.name)
                for ordinal, data in enumerate(batch, first):
                    if sha256(data).digest() != self.asset.chunks[ordinal]:
                        raise damaged(self.asset.name)
                    self._keep(ordinal, data)
            except ServerAway:
                self._away = True
                with self._turn:
                    if not self._closed:
                        self._turn.wait(AGAIN_SECONDS)
            except (LmsError, OSError) as error:
                with self._turn:
                    self._failure = error
                    self._turn.notify_all()
                return

    def _next(self) -> int | None:
        """The chunk to fetch next; waits while all that is wanted is there. None once the file is closed."""
        with self._turn:
            while not self._closed:
                for ordinal in range(self._wanted, min(self._wanted + AHEAD, len(self.asset.chunks))):
                    if ordinal not in self._there and not self._kept_before(ordinal):
                        return ordinal
                self._turn.wait()
            return None

    def _kept_before(self, ordinal: int) -> bool:
        """Whether the cache has the chunk from an earlier time, as it should be."""
        self._file.seek(ordinal * CHUNK)
        if sha256(self._file.read(CHUNK)).digest() != self.asset.chunks[ordinal]:
            return False
        self._there.add(ordinal)
        self._turn.notify_all()
        return True

    def _keep(self, ordinal: int, data: bytes) -> None:
        with self._turn:
            if self._closed:
                return
            self._file.seek(ordinal * CHUNK)
            self._file.write(data)
            self._there.add(ordinal)
            self._turn.notify_all()


def make_room(folder: Path, kept: int = KEPT_BYTES) -> None:
    """Delete the files of ``folder`` that were opened longest ago until the rest has ``kept`` bytes at most."""
    if not folder.is_dir():
        return
    found = sorted(((entry.stat().st_mtime, entry.stat().st_size, entry) for entry in folder.iterdir() if entry.is_file()), reverse=True)
    total = 0
    for _opened, size, path in found:
        total += size
        if total > kept:
            with contextlib.suppress(OSError):  # Windows keeps what is open
                path.unlink()
