"""Storing and fetching a file of 64 MiB, hashed on both sides, against COPY of the same bytes in the same pieces."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from desktop.store.assets import CHUNK, fetch, upload
from desktop.store.dsn import Dsn
from desktop.tasks import JobControl
from tests.benchmarks.report import Line
from tests.benchmarks.workspace import sign_in, throwaway_workspace

MEGABYTES = 64
RUNS = 3


def measure() -> Iterator[Line]:
    with throwaway_workspace() as installer, tempfile.TemporaryDirectory() as folder:
        store = sign_in(installer, "instructor")
        control = JobControl(lambda _fraction, _detail: None)
        path = Path(folder, "file.bin")
        back = Path(folder, "back.bin")
        stored, copied_in, fetched, copied_out, again = [], [], [], [], []
        for _run in range(RUNS):  # in turn, so that both meet the same weather
            path.write_bytes(os.urandom(MEGABYTES * CHUNK))  # new bytes: what is stored already would not be sent
            asset = ""

            def put() -> None:
                nonlocal asset
                asset = upload(store, path, path.name, "application/octet-stream", control)

            stored.append(rate(put))
            again.append(rate(put))
            copied_in.append(rate(lambda: copy_in(installer, path)))
            back.unlink(missing_ok=True)
            fetched.append(rate(lambda asset=asset: fetch(store, asset, back, control)))  # type: ignore[misc]
            copied_out.append(rate(lambda: copy_out(installer, back)))
        yield Line("store 64 MiB", max(stored), "MiB/s", max(copied_in), "COPY FROM", at_least=True)
        yield Line("fetch 64 MiB", max(fetched), "MiB/s", max(copied_out), "COPY TO", at_least=True)
        yield Line("store it again: hashes only", max(again), "MiB/s")
        store.close()


def rate(work: Callable[[], object]) -> float:
    """MiB a second, commit included."""
    start = time.perf_counter()
    work()
    return MEGABYTES / (time.perf_counter() - start)


def copy_in(installer: Dsn, path: Path) -> None:
    with psycopg.connect(installer.conninfo()) as connection, path.open("rb") as file:
        connection.execute("CREATE TABLE IF NOT EXISTS lms.copied (data bytea NOT NULL)")
        connection.execute("TRUNCATE lms.copied")
        with connection.cursor().copy("COPY lms.copied FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["bytea"])
            while data := file.read(CHUNK):
                copy.write_row([data])


def copy_out(installer: Dsn, target: Path) -> None:
    with psycopg.connect(installer.conninfo()) as connection, target.open("wb") as file:
        with connection.cursor().copy("COPY lms.copied TO STDOUT (FORMAT binary)") as copy:
            copy.set_types(["bytea"])
            for (data,) in copy.rows():
                file.write(data)
        file.flush()
        os.fsync(file.fileno())
