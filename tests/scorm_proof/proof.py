"""The proof: each way out of a lesson, tried many times with content that never stops talking, and what is stored held against its words.

After each trial: nothing that was committed is lost; of what was only set, nothing older than ``WRITE_BEHIND``; where the lesson was left
in order, not even the last word; what is stored never went backwards. The next trial of the lesson must resume where the last one ended.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from desktop import settings as options
from desktop.app import load_workspaces, open_workspace
from desktop.learning.commands import enroll
from desktop.scorm.cache import import_package
from desktop.settings import HOME_VARIABLE, Settings, config_folder, data_folder
from desktop.store import embedded
from desktop.store.locks import FileLock
from desktop.store.workspaces import OpenWorkspace
from desktop.tasks import JobControl
from tests.scorm_proof.content import VERSIONS, build
from tests.support.courses import add_course, add_module
from tests.support.postgres import ROOT, Database

WRITE_BEHIND = 2.0
"""Seconds: what was set longer ago is durable without a commit."""
PATIENCE = 30.0

AUDIT = """
CREATE TABLE public.proof_trail (id bigint GENERATED ALWAYS AS IDENTITY, lesson uuid, n bigint);
CREATE FUNCTION public.proof_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  INSERT INTO public.proof_trail (lesson, n)
  SELECT NEW.lesson_id, coalesce(c ->> 'cmi.location', c ->> 'cmi.core.lesson_location')::bigint
  FROM (SELECT NEW.scorm_cmi_data #> '{items,i0,cmi}' AS c) AS record WHERE c IS NOT NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER proof_note AFTER INSERT OR UPDATE ON public.lesson_progress FOR EACH ROW EXECUTE FUNCTION public.proof_note();
"""
BACKWARDS = """
SELECT count(*) FROM (SELECT n, lag(n) OVER (PARTITION BY lesson ORDER BY id) AS before FROM public.proof_trail) AS t WHERE n < before
"""
STORED = "SELECT scorm_cmi_data #> '{items,i0,cmi}' FROM public.lesson_progress WHERE enrollment_id = %s AND lesson_id = %s"


class Lost(Exception):
    """What should have been there is not."""


@dataclass
class Said:
    """What the content said in one trial. Times are the content's, in seconds since the epoch, as are ours."""

    opened: list[int] = field(default_factory=list)
    times: dict[int, float] = field(default_factory=dict)
    committed: int = 0

    def hear(self, line: str) -> None:
        word, *numbers = line.split()
        if word == "opened":
            self.opened.append(int(numbers[0]))
        elif word == "set":
            self.times[int(numbers[0])] = int(numbers[1]) / 1000
        elif word == "committed":
            self.committed = int(numbers[0])

    @property
    def last(self) -> int:
        return max(self.times, default=self.opened[-1] if self.opened else 0)

    def owed(self, end: float, behind: float) -> int:
        """How far the record must have come by ``end``, where nobody could say goodbye, written ``behind`` so many seconds at most."""
        old = [n for n, at in self.times.items() if at < end - behind]
        return max([self.committed, *old])


class Desk:
    """A running copy of the application, see ``desk.py``."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.scorm_proof.desk"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        self.said = Said()
        self._changed = threading.Condition()
        self._words: list[str] = []
        self._done = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._until(lambda: "ready" in self._words, "the application to be ready")

    def ask(self, command: str, *, wait: bool = True) -> None:
        """Have the learner do something; a process that is to end says nothing more."""
        assert self.process.stdin is not None
        before = self._done
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        if wait:
            self._until(lambda: self._done > before, command)

    def play(self, lesson: UUID, enrollment: UUID) -> int:
        """Open the lesson; where its content goes on."""
        self.said = Said()
        self.ask(f"open {lesson} {enrollment}")
        return self.resumed(1)

    def resumed(self, times: int) -> int:
        self._until(lambda: len(self.said.opened) >= times, "the content to open")
        return self.said.opened[-1]

    def signal(self, number: int) -> None:
        os.killpg(self.process.pid, number)

    def ended(self) -> None:
        """Wait until the process has ended and all that it said was heard."""
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            with contextlib.suppress(BrokenPipeError):  # nobody was there for the last command
                pipe.close()

    def finish(self) -> None:
        if self.process.poll() is None:
            assert self.process.stdin is not None
            self.process.stdin.close()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.signal(signal.SIGKILL)
        self.ended()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._changed:
                if line.startswith(("opened ", "set ", "committed ")):
                    self.said.hear(line)
                elif line.strip() == "done":
                    self._done += 1
                else:
                    self._words.append(line.strip())
                self._changed.notify_all()

    def _until(self, condition: Callable[[], object], what: str) -> None:
        with self._changed:
            if not self._changed.wait_for(condition, PATIENCE):
                raise Lost(f"waited in vain for: {what}; the application said {self._words[-3:]}")


class Proof:
    """A workspace with two lessons, one for each standard, and a learner who is signed in wherever the application starts."""

    def __init__(self, opened: OpenWorkspace, seed: int, behind: float) -> None:
        assert opened.server is not None
        self.behind = behind
        self.server = opened.server
        self.random = random.Random(seed)
        self.database = Database(opened.server.address())
        self.lessons: dict[UUID, int] = {}
        """How far each lesson has come."""
        self.lesson = UUID(int=0)
        """The one that is open."""
        self._desk: Desk | None = None
        instructor, learner = self.database.add_person("instructor"), self.database.add_person()
        course = add_course(self.database, instructor_id=instructor.member_id)
        module = add_module(self.database, course)
        with self.database.store(instructor) as store, tempfile.TemporaryDirectory() as folder:
            for standard in VERSIONS:
                package = build(Path(folder), standard)
                lesson, _package = import_package(store, package, module, Path(folder) / "cache", JobControl(lambda _f, _d: None)).value
                self.lessons[lesson] = 0
        with self.database.store(learner) as store:
            self.enrollment: UUID = store.write(enroll, course).value
        with psycopg.connect(self.database.dsn) as connection:
            connection.execute(AUDIT)
        workspaces = load_workspaces()
        workspaces.remember(opened.workspace, learner.login, learner.password)
        settings = Settings(config_folder() / "settings.json")
        settings.set(options.LAST_WORKSPACE, opened.workspace.id)
        settings.set(options.LAST_PERSON, learner.login)
        settings.flush()

    @property
    def desk(self) -> Desk:
        if self._desk is None or self._desk.process.poll() is not None:
            self._desk = Desk()
        return self._desk

    def close(self) -> None:
        if self._desk is not None:
            self._desk.finish()
        self.database.close()

    def try_out(self, way: Way) -> None:
        """One trial. Raises ``Lost``."""
        self.lesson = self.random.choice(list(self.lessons))
        desk = self.desk
        self.check_resumed(desk.play(self.lesson, self.enrollment))
        end = way(self, desk)
        self.check(desk.said, end)

    def check_resumed(self, at: int) -> None:
        """Content goes on where its record ended; what was still on its way when the record was looked at may have come after all."""
        if at < self.lessons[self.lesson]:
            raise Lost(f"the content resumed at {at}, {self.lessons[self.lesson]} was stored")

    def check(self, said: Said, end: float | None) -> None:
        owed = said.last if end is None else said.owed(end, self.behind)
        stored = self.stored(owed)
        self.lessons[self.lesson] = stored
        if stored < owed:
            raise Lost(f"{stored} is stored; committed {said.committed}, last set {said.last}, owed {owed}")
        if self.backwards():
            raise Lost("an older record has overwritten a newer one")

    def start_over(self) -> None:
        """After a trial that went wrong: another copy of the application, and the record as it is."""
        if self._desk is not None:
            self._desk.signal(signal.SIGKILL)
            self._desk.ended()
            self._desk = None
        self.lessons[self.lesson] = self.stored(0)

    def stored(self, at_least: int) -> int:
        """How far the record has come; what is owed may still be on its way from a journal."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with psycopg.connect(self.server.address().conninfo()) as connection:
                    row = connection.execute(STORED, (self.enrollment, self.lesson)).fetchone()
            except psycopg.OperationalError:
                row = None
            cmi: dict[str, str] = row[0] if row and row[0] else {}
            stored = int(cmi.get("cmi.location") or cmi.get("cmi.core.lesson_location") or 0)
            if stored and int(cmi["cmi.suspend_data"].split()[0]) not in (stored, stored - 1):
                raise Lost(f"the record is torn: {stored} and {cmi['cmi.suspend_data'][:20]}")
            if stored >= at_least > 0 or (row and not at_least) or time.monotonic() > deadline:
                return stored
            time.sleep(0.1)

    def backwards(self) -> bool:
        with psycopg.connect(self.server.address().conninfo()) as connection:
            row = connection.execute(BACKWARDS).fetchone()
        return row is None or row[0] > 0

    def a_while(self, shortest: float = 0.1, longest: float = 3.2) -> None:
        time.sleep(self.random.uniform(shortest, longest))

    def drop_connections(self) -> None:
        with psycopg.connect(self.server.address().conninfo()) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )

    def kill_postgres(self) -> None:
        process = self.server.cluster.postmaster()
        if process is not None:
            os.kill(process.pid, signal.SIGKILL)


type Way = Callable[[Proof, Desk], float | None]
"""Leaves the lesson that is open; answers when, or None where the content could say its last word."""

# --- the ways out -----------------------------------------------------------------------------------------------------------------------


def exit_button(proof: Proof, desk: Desk) -> None:
    proof.a_while()
    desk.ask("exit")


def page_navigates(proof: Proof, desk: Desk) -> None:
    """The content goes to another page of its own, and the person to another place."""
    proof.a_while()
    desk.ask("onward")
    desk.resumed(2)
    proof.a_while(longest=1.0)
    desk.ask("leave")


def renderer_killed(proof: Proof, desk: Desk) -> None:
    proof.a_while()
    desk.ask("crash")
    end = time.time()
    proof.check(desk.said, end)
    desk.said = Said()
    desk.ask("again")
    proof.check_resumed(desk.resumed(1))
    proof.a_while(longest=1.0)
    desk.ask("exit")


def asleep(proof: Proof, desk: Desk) -> None:
    """The computer sleeps; the server has mostly forgotten it when it wakes up."""
    proof.a_while()
    desk.signal(signal.SIGSTOP)
    proof.a_while(0.5, 2.0)
    if proof.random.random() < 0.7:
        proof.drop_connections()
    desk.signal(signal.SIGCONT)
    proof.a_while(longest=1.0)
    desk.ask("exit")


def postgres_stopped(proof: Proof, desk: Desk) -> None:
    """The server dies and cannot be started for a while; the lesson goes on, and is left before or after it is back."""
    proof.a_while(longest=1.5)
    gate = FileLock(proof.server._folder / "server.lock")
    gate.acquire(PATIENCE)
    try:
        proof.kill_postgres()
        proof.a_while(longest=2.0)
    finally:
        threading.Timer(proof.random.uniform(0.0, 2.0), gate.release).start()
    proof.a_while(longest=2.0)
    desk.ask("exit")


def window_closed(proof: Proof, desk: Desk) -> None:
    proof.a_while()
    desk.ask("close", wait=False)
    desk.ended()


def application_quit(proof: Proof, desk: Desk) -> None:
    proof.a_while()
    desk.ask("quit", wait=False)
    desk.ended()


def application_killed(proof: Proof, desk: Desk) -> float:
    proof.a_while()
    end = time.time()
    desk.signal(signal.SIGKILL)
    desk.ended()
    return end


WAYS: tuple[Way, ...] = (
    exit_button, page_navigates, renderer_killed, asleep, postgres_stopped, window_closed, application_quit, application_killed,
)  # fmt: skip


@contextmanager
def proof_in(home: Path, seed: int, behind: float) -> Iterator[Proof]:
    """A workspace of its own below ``home``, gone afterwards."""
    before = {name: os.environ.get(name) for name in (HOME_VARIABLE, "PYTHON_KEYRING_BACKEND")}
    os.environ[HOME_VARIABLE] = str(home)
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    try:
        workspaces = load_workspaces()
        with open_workspace(workspaces, workspaces.list_all()[0]) as opened:
            proof = Proof(opened, seed, behind)
            try:
                yield proof
            finally:
                proof.close()
        for folder in (data_folder() / "workspaces").glob("*"):
            embedded.delete(folder)
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def prove(
    count: int,
    *,
    ways: Sequence[Way] = WAYS,
    seed: int | None = None,
    behind: float = WRITE_BEHIND,
    say: Callable[[str], Any] = print,
) -> tuple[int, int]:
    """Each way out ``count`` times; how many trials passed, and how many there were. Without a ``seed`` each run is another.

    ``behind``: what was set so many seconds ago must be durable; more than ``WRITE_BEHIND`` on a machine that may stall.
    """
    seed = random.randrange(1 << 32) if seed is None else seed
    say(f"seed {seed}")
    passed = 0
    home = Path(tempfile.mkdtemp(prefix="lms-proof-"))
    try:
        with proof_in(home, seed, behind) as proof:
            for way in ways:
                good = 0
                for number in range(count):
                    try:
                        proof.try_out(way)
                        good += 1
                    except Exception as error:  # noqa: BLE001 - whatever went wrong, it is said and counted; the next trial begins afresh
                        say(f"{way.__name__}, trial {number + 1}: {error!r}")
                        proof.start_over()
                say(f"{way.__name__}: passed {good} of {count}")
                passed += good
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return passed, count * len(ways)
