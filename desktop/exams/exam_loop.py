"""What keeps a station and its server together while a candidate works: saving, heartbeats, and what the proctor wants.

Everything that the server is asked for goes one after the other over one thread, so that a station never needs a second connection; what
goes to the disk has a thread of its own and waits for no network. Nothing here knows of Qt.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from desktop.errors import Conflict, LmsError, ServerAway, TookTooLong
from desktop.exams.queries import Beat, Given, Receipt, SeatCommand, SeatState
from desktop.exams.station import Station
from desktop.i18n import _
from desktop.tasks import Tasks

BEAT_SECONDS = 5.0
JITTER = 0.2
"""A share by which every wait is longer or shorter by chance, so that a room does not speak at once."""
KEEP_SECONDS = 0.4
"""From a keystroke to the disk and the server; what is typed within it goes as one."""
FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 15.0
AWAY = (ServerAway, TookTooLong)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the seat stands as far as this station knows.

    ``ends`` is the deadline on this process's monotonic clock, whatever this machine's calendar says; None where there is none. ``waiting``
    answers are only here. ``trouble`` is a refusal that a proctor has to look at.
    """

    online: bool
    delivery: str
    version: int
    ends: float | None
    ended: bool
    waiting: int = 0
    trouble: LmsError | None = None

    @property
    def seconds_left(self) -> float | None:
        return None if self.ends is None else max(0.0, self.ends - time.monotonic())


class ExamLoop:
    """One seat's loop. ``stood`` hears of every change of the :class:`Standing`; ``commanded`` gets each command of a supervisor once."""

    def __init__(self, station: Station, stood: Callable[[Standing], object], commanded: Callable[[SeatCommand], object]) -> None:
        self.station = station
        self._stood = stood
        self._commanded = commanded
        self._net = Tasks(workers=1)
        self._disk = Tasks(workers=1)
        self._wake = asyncio.Event()
        self._now = asyncio.Event()
        self._unkept: dict[UUID, dict[str, Any] | None] = {}
        self._keeping: asyncio.Task[None] | None = None
        self._running: asyncio.Task[None] | None = None
        self._failures = 0
        self._next_beat = 0.0
        self._question: int | None = None
        self._answered = 0
        self.standing: Standing | None = None

    # Taking the seat

    async def resume(self) -> SeatState | None:
        """The seat of the session before, if there is one. Raises :class:`ServerAway`."""
        return self._took(await self._asked(self.station.resume))

    async def enter(self, code: str) -> str:
        """Exchange a start code: "entered", "wrong" or "locked"."""
        said = await self._asked(self.station.enter, code)
        if said == "entered":
            self._took(await self._asked(self.station.state))
        return said

    async def state(self) -> SeatState:
        state = await self._asked(self.station.state)
        self._took(state)
        return state

    def _took(self, state: SeatState | None) -> SeatState | None:
        if state is not None:
            left = None if state.deadline is None else (state.deadline - state.now).total_seconds()
            self._stand(Standing(True, state.delivery, state.version, None if left is None else time.monotonic() + left, state.ended))
        return state

    async def begin(self) -> None:
        """Start the clock of an authorised seat; again is no error."""
        await self._asked(self.station.begin)
        await self.state()

    async def questions(self) -> tuple[Given, ...]:
        return await self._asked(self.station.questions)

    async def picture(self, asset: str) -> bytes:
        return await self._asked(self.station.picture, asset)

    async def place(self) -> UUID | None:
        """The question that the candidate looked at before this process."""
        question, _command = await self._disk.run(self.station.journal.place)
        return question

    # Working

    def start(self) -> None:
        """Beat and send from now on, until :meth:`stop`."""
        if self._running is None:
            self._running = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Keep what was typed last, and end. What waits stays in the journal."""
        for task in (self._running, self._keeping):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        self._running = self._keeping = None
        await self.keep()
        for lane in (self._disk, self._net):
            await lane.run(_nothing)  # behind whatever is still on its way there
            lane.close()

    def hurry(self) -> None:
        """Speak to the server now, whatever the pace."""
        self._next_beat = 0.0
        self._now.set()
        self._wake.set()

    def type(self, question: UUID, answer: dict[str, Any] | None) -> None:
        """The candidate changed an answer: it is on the disk, and on its way to the server, :data:`KEEP_SECONDS` later."""
        self._unkept[question] = answer
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.get_running_loop().create_task(self._keep_soon())

    async def keep(self) -> None:
        """Put what was typed on the disk now."""
        while self._unkept:
            question, answer = next(iter(self._unkept.items()))
            del self._unkept[question]
            try:
                await self._disk.run(self.station.type, question, answer)
            except BaseException:
                self._unkept.setdefault(question, answer)  # unless it was typed anew meanwhile
                raise
        await self._count()

    async def flag(self, question: UUID, flagged: bool) -> None:
        await self._disk.run(self.station.journal.flag, question, flagged)
        self._wake.set()

    async def notice(self, kind: str, severity: str, evidence: dict[str, Any]) -> None:
        """Keep an incident, and report it as soon as there is a connection."""
        await self._disk.run(self.station.journal.notice, kind, severity, evidence)
        self._wake.set()

    async def look_at(self, question: UUID, number: int) -> None:
        """The question on the screen, for the next process and for the proctor."""
        self._question = number
        await self._disk.run(self.station.journal.move_to, question)

    def count_answered(self, answered: int) -> None:
        self._answered = answered

    async def submit(self) -> Receipt:
        """Hand everything in. Raises :class:`ServerAway` while answers are only here."""
        await self.keep()
        try:
            receipt = await self._asked(self.station.submit)
        except Conflict:  # more time came at this moment
            receipt = await self._asked(self.station.submit)
        await self.state()
        return receipt

    async def receipt(self) -> Receipt:
        return await self._asked(self.station.receipt)

    async def send_left(self) -> None:
        """Send what earlier candidates left here."""
        if await self._asked(self.station.send):
            raise ServerAway(_("The server cannot be reached."))
        await self._asked(self.station.send_remarks)

    # The loop

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._exchange()
            except AWAY:
                self._failures += 1
                if self.standing is not None:
                    self._stand(replace(self.standing, online=False))
                await self._count()
                self._now.clear()
                with suppress(TimeoutError):
                    longest = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** (self._failures - 1))
                    await asyncio.wait_for(self._now.wait(), _about(longest))
                continue
            except LmsError as error:
                log.warning("the server refused: %s", error.details or error.message)
                await self._count(error)
            except Exception:  # a defect in one exchange must not end the saving of answers
                log.exception("an exchange with the server failed")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), max(0.05, self._next_beat - time.monotonic()))

    async def _exchange(self) -> None:
        """Send what waits; when it is time, say that this station is there, and carry out what comes back."""
        due = time.monotonic() >= self._next_beat
        if due:
            self._next_beat = time.monotonic() + _about(BEAT_SECONDS)
            await self.keep()  # what could not be kept before, as the disk was full
        if await self._asked(self.station.send):
            raise ServerAway(_("The server cannot be reached."))
        await self._asked(self.station.send_remarks)
        if due or self._failures:
            await self._beat()
        self._failures = 0
        await self._count()

    async def _beat(self) -> None:
        _question, after = await self._disk.run(self.station.journal.place)
        asked = time.monotonic()
        beat = await self._asked(self.station.beat, self._question, self._answered, after)
        self._heard(beat, (asked + time.monotonic()) / 2)
        for command in beat.commands:
            self._commanded(command)
            await self._disk.run(self.station.journal.carried_out, command.id)

    async def _asked[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._net.run(fn, *args, **kwargs)

    def _heard(self, beat: Beat, at: float) -> None:
        """``at`` is when the server looked at its clock, by ours: half-way between question and answer."""
        ends = None if beat.deadline is None else at + (beat.deadline - beat.now).total_seconds()
        waiting = self.standing.waiting if self.standing is not None else 0
        self._stand(Standing(True, beat.delivery, beat.version, ends, beat.ended, waiting))

    async def _count(self, trouble: LmsError | None = None) -> None:
        waiting, _seconds = await self._disk.run(self.station.journal.backlog)
        if self.standing is not None:
            self._stand(replace(self.standing, waiting=waiting, trouble=trouble))

    def _stand(self, standing: Standing) -> None:
        if standing != self.standing:
            self.standing = standing
            self._stood(standing)

    async def _keep_soon(self) -> None:
        await asyncio.sleep(KEEP_SECONDS)
        try:
            await self.keep()
        except LmsError as error:  # the disk is full; it is tried again with every beat
            await self._count(error)
        self._wake.set()


def _about(seconds: float) -> float:
    return seconds * random.uniform(1 - JITTER, 1 + JITTER)


def _nothing() -> None:
    """For a thread that is asked whether it is done."""
