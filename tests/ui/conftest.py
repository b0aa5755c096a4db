"""The user interface under test: real widgets, offscreen, on the loop that the application runs on.

A test that is a coroutine runs on a qasync loop, so that clicks start coroutines exactly as they do in the application.
``await until(…)`` waits for something to become true while Qt and asyncio go on.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Concatenate
from uuid import UUID

import pytest
import qasync
from PySide6.QtCore import QEventLoop, QPoint
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication

from desktop.members.queries import get_identity
from desktop.settings import Settings
from desktop.tasks import Tasks
from desktop.ui.actions import ActionRegistry
from desktop.ui.context import Context
from desktop.ui.everything import ACTIONS
from desktop.ui.notices import Notice, Notices
from desktop.ui.theme import Scheme, theme
from tests.support.postgres import Database
from tests.support.postgres import Person as DatabasePerson

EVERY_ROLE = frozenset({"learner", "instructor", "proctor", "administrator"})


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    loop: asyncio.AbstractEventLoop = pyfuncitem._request.getfixturevalue("loop")
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    loop.run_until_complete(pyfuncitem.obj(**arguments))
    return True


@pytest.fixture(autouse=True)
def collected_here() -> Iterator[None]:
    """Cycles are collected between tests, on this thread, and never on another: see ``desktop.ui.garbage``.

    What survives is set aside, so that the next time is quick.
    """
    gc.disable()
    yield
    gc.collect()
    gc.freeze()
    gc.enable()


AWAY = QPoint(-10_000, -10_000)
"""Where no window is."""


@pytest.fixture(autouse=True)
def pointer_away(qapp: QApplication) -> None:
    """The pointer rests on nothing, wherever the test before has left it: a widget that appears under it is entered."""
    QCursor.setPos(AWAY)
    qapp.processEvents()


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """The application with our theme, as a person sees it; nothing moves, so that pictures and waits are exact."""
    qapp.setApplicationName("nabip-lms-tests")
    qapp.setQuitOnLastWindowClosed(False)
    theme().apply(Scheme.LIGHT, motion=False)
    return qapp


class Turns:
    """What qasync needs of an application, without its end: leaving ``QApplication.exec`` tells Chromium to shut down for good.

    The tests of the player may have run in this process before.
    """

    def __init__(self, application: QApplication) -> None:
        self._turns = QEventLoop()
        self.exec = self._turns.exec
        self.exit = self._turns.quit
        self.eventDispatcher = application.eventDispatcher


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    loop = qasync.QEventLoop(Turns(qapp))
    asyncio.set_event_loop(loop)
    yield loop
    loop.run_until_complete(asyncio.sleep(0))
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture
def tasks(loop: asyncio.AbstractEventLoop) -> Iterator[Tasks]:
    tasks = Tasks()
    yield tasks
    tasks.close()


@dataclass(frozen=True)
class Person:
    """Somebody signed in."""

    name: str = "Ada Okafor"
    roles: frozenset[str] = EVERY_ROLE
    member_id: UUID = field(default_factory=lambda: UUID(int=1))


class Memory:
    """A store over one Python object in place of a database session: enough for what the shell itself does with a store."""

    def __init__(self, session: Any = None) -> None:
        self.session = session

    def read[**P, T](self, fn: Callable[Concatenate[Any, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return fn(self.session, *args, **kwargs)

    report = write = read


@dataclass
class Heard:
    """Notices, as they were posted."""

    notices: list[Notice] = field(default_factory=list)

    @property
    def last(self) -> Notice:
        return self.notices[-1]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.json")


@pytest.fixture
def context(tasks: Tasks, settings: Settings, loop: asyncio.AbstractEventLoop) -> Iterator[Context]:
    person = Person()
    context = Context(
        store=Memory(), tasks=tasks, identity=person, actions=ActionRegistry(roles=person.roles), notices=Notices(), settings=settings
    )
    yield context
    loop.run_until_complete(context.close())


@dataclass
class Desk:
    """Somebody signed in to a real database. ``opened`` are the places that were asked for, ``notices`` what was said."""

    context: Context
    opened: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.opened.connect(lambda place, arguments: self.opened.append((place, arguments)))
        self.context.notices.posted.connect(self.notices.append)


type SignIn = Callable[[Database, DatabasePerson], Desk]


@pytest.fixture
def sign_in(loop: asyncio.AbstractEventLoop, tasks: Tasks, tmp_path: Path) -> Iterator[SignIn]:
    """``sign_in(db, person)``: a context over the person's own connection, with every declared action and settings of their own."""
    desks: list[Desk] = []

    def sign_in(database: Database, person: DatabasePerson) -> Desk:
        store = database.store(person)
        found = store.read(get_identity)
        identity = Person(found.name, frozenset(found.roles), person.member_id)
        context = Context(
            store=store,
            tasks=tasks,
            identity=identity,
            actions=ActionRegistry(ACTIONS, identity.roles),
            notices=Notices(),
            settings=Settings(tmp_path / f"{person.login}.json"),
        )
        desks.append(Desk(context))
        return desks[-1]

    yield sign_in
    for desk in desks:
        loop.run_until_complete(desk.context.close())


@pytest.fixture
def heard(context: Context) -> Heard:
    heard = Heard()
    context.notices.posted.connect(heard.notices.append)
    return heard


def described(condition: Callable[[], object]) -> str:
    return inspect.getsource(condition).strip() if inspect.isfunction(condition) else repr(condition)


type Until = Callable[..., Awaitable[None]]


@pytest.fixture
def until() -> Until:
    async def until(condition: Callable[[], object], what: str = "", seconds: float = 5.0) -> None:
        """Wait until ``condition()`` is true; fail after ``seconds``."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                pytest.fail(f"did not happen in {seconds} s: {what or described(condition)}")
            await asyncio.sleep(0.005)

    return until
