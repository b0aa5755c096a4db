"""Work off the main thread.

The application runs on one asyncio loop (qasync, on the GUI thread). :class:`Tasks` runs synchronous functions on worker threads and
resumes the awaiting coroutine on the GUI thread. Short calls are silent; a job has a label, progress and a cancel button in the status
bar. This module knows nothing of Qt: views listen through :attr:`Tasks.listeners`.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Concatenate

from desktop.errors import Cancelled
from desktop.i18n import _

WORKERS = 4


class JobState(Enum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobControl:
    """What a running job holds: it reports progress and learns of cancellation. Safe to use from the worker thread."""

    def __init__(self, on_progress: Callable[[float | None, str], None]) -> None:
        self._cancelled = threading.Event()
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._on_cancel: list[Callable[[], object]] = []

    def report(self, done: float, total: float | None = None, detail: str = "") -> None:
        """Say how far the work is; without a ``total`` the end is unknown. Raises :class:`Cancelled` once cancelled."""
        self.check()
        self._on_progress(done / total if total else None, detail)

    def check(self) -> None:
        """Raise :class:`Cancelled` if the person cancelled. Call it wherever stopping leaves nothing half-made."""
        if self._cancelled.is_set():
            raise Cancelled(_("Cancelled."))

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    @contextmanager
    def stopping(self, stop: Callable[[], object]) -> Iterator[None]:
        """Inside the block cancelling calls ``stop``, at once and on the thread that cancels, so it must not wait.

        For work that cannot look at :meth:`check` itself, as a statement that the server works on.
        """
        with self._lock:
            self.check()
            self._on_cancel.append(stop)
        try:
            yield
        finally:
            with self._lock:
                self._on_cancel.remove(stop)

    def cancel(self) -> None:
        with self._lock:
            self._cancelled.set()
            for stop in self._on_cancel:
                stop()


_current: ContextVar[JobControl | None] = ContextVar("job", default=None)


def current_job() -> JobControl | None:
    """The control of the job that this thread works on."""
    return _current.get()


@contextmanager
def working_on(control: JobControl) -> Iterator[None]:
    """What this thread does inside the block is part of the job that ``control`` controls."""
    token = _current.set(control)
    try:
        yield
    finally:
        _current.reset(token)


@dataclass
class Job:
    """A labelled piece of work as the status bar shows it. Changed on the GUI thread only."""

    id: int
    label: str
    control: JobControl
    cancellable: bool = True
    fraction: float | None = None
    detail: str = ""
    state: JobState = JobState.RUNNING

    def cancel(self) -> None:
        self.control.cancel()


def _work[T](control: JobControl, work: Callable[[], T]) -> T:
    with working_on(control):
        return work()


@dataclass
class Tasks:
    """The worker threads and the jobs that run on them."""

    workers: int = WORKERS
    listeners: list[Callable[[Job], None]] = field(default_factory=list)
    jobs: dict[int, Job] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="lms-worker")
        self._ids = itertools.count(1)

    async def run[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn`` on a worker thread and return what it returns; errors pass through."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(fn, *args, **kwargs))

    async def job[**P, T](self, label: str, fn: Callable[Concatenate[JobControl, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn(control, …)`` on a worker thread, shown under ``label`` with progress and cancel."""
        loop = asyncio.get_running_loop()

        def progressed(fraction: float | None, detail: str) -> None:
            loop.call_soon_threadsafe(self._progressed, job, fraction, detail)

        job = Job(next(self._ids), label, JobControl(progressed))
        self.jobs[job.id] = job
        self._tell(job)
        try:
            result = await loop.run_in_executor(self._pool, _work, job.control, partial(fn, job.control, *args, **kwargs))
        except Cancelled:
            self._end(job, JobState.CANCELLED)
            raise
        except BaseException:
            self._end(job, JobState.FAILED)
            raise
        self._end(job, JobState.DONE)
        return result

    def close(self) -> None:
        """Cancel what runs and wait for the threads. Nothing may be started afterwards."""
        for job in self.jobs.values():
            job.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _progressed(self, job: Job, fraction: float | None, detail: str) -> None:
        if job.state is JobState.RUNNING:
            job.fraction, job.detail = fraction, detail
            self._tell(job)

    def _end(self, job: Job, state: JobState) -> None:
        job.state = state
        self.jobs.pop(job.id, None)
        self._tell(job)

    def _tell(self, job: Job) -> None:
        for listener in tuple(self.listeners):
            listener(job)
