"""The process of an exam station: its window, wired to the server that this machine is enrolled at."""

from __future__ import annotations

import asyncio
import contextlib
import locale
import logging
import sys
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import qasync
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop import settings as options
from desktop.errors import LmsError
from desktop.exams.enrolment import load_account, open_store
from desktop.exams.station import ExamJournal, Station
from desktop.i18n import use_language
from desktop.lockdown.guard import ALIVE_SECONDS, HOPELESS, Guarded
from desktop.lockdown.release import use_code
from desktop.lockdown.watch import Watch
from desktop.settings import Settings, config_folder, data_folder
from desktop.store.secrets import Secrets
from desktop.store.workspaces import Workspaces
from desktop.tasks import Tasks
from desktop.ui.actions import ActionRegistry
from desktop.ui.context import Context
from desktop.ui.exams.station_shield import Shield, platform_lockdown
from desktop.ui.exams.station_window import StationWindow
from desktop.ui.garbage import MainThreadCollector
from desktop.ui.notices import Notices
from desktop.ui.theme import Scheme, theme

ACCOUNT = "station.json"
JOURNAL = "exam.sqlite3"
log = logging.getLogger(__name__)
NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Machine:
    """Who is signed in at a station: the machine, and no member."""

    name: str
    member_id: UUID = NOBODY
    roles: frozenset[str] = frozenset()


def main() -> int:
    """The station as its guard starts it; the exit status."""
    try:
        return run(windowed=False)
    except LmsError as error:
        log.critical("%s %s %s", error.message, error.remedy, error.details)
        return HOPELESS


def run(*, windowed: bool) -> int:
    """Be a station until it is released. ``windowed``: in a window of its own, for rehearsals, and holding nothing."""
    path = config_folder() / ACCOUNT
    account = load_account(path)
    workspaces = Workspaces(config_folder() / "workspaces.json", data_folder(), Secrets(config_folder() / "secrets.json"))
    qt = QApplication(sys.argv[:1])
    qt.setApplicationName("nabip-lms")
    qt.setApplicationDisplayName("NABIP LMS")
    qt.setQuitOnLastWindowClosed(False)
    settings = Settings(config_folder() / "settings.json")
    use_language(settings.get(options.LANGUAGE) or (locale.getlocale()[0] or "en"))
    scheme = Scheme(settings.get(options.THEME))
    theme().apply(scheme, motion=False if settings.get(options.REDUCED_MOTION) else None, text_scale=settings.get(options.TEXT_SCALE))
    loop = qasync.QEventLoop(qt)
    asyncio.set_event_loop(loop)
    collector = MainThreadCollector(qt)
    tasks = Tasks()
    with (
        loop,
        workspaces.open(workspaces.get(account.workspace)) as opened,
        open_store(workspaces, opened, account) as store,
        contextlib.closing(ExamJournal(data_folder() / "stations" / account.role / JOURNAL)) as journal,
    ):
        context = Context(
            store=store, tasks=tasks, identity=Machine(account.name), actions=ActionRegistry(), notices=Notices(), settings=settings
        )
        window = StationWindow(context, Station(store, journal), scheme, partial(use_code, path))
        window.setWindowTitle(f"{window.windowTitle()} · {account.name}")
        host = store.dsn.hosts[0]
        loop.run_until_complete(_serve(window, Watch((host.name, host.port)), windowed=windowed))
        loop.run_until_complete(context.close())
        tasks.close()
    collector.stop()
    return 0


async def _serve(window: StationWindow, watch: Watch, *, windowed: bool) -> None:
    window.resize(1100, 800)
    window.show()
    alive = QTimer(window)
    if not windowed:
        guarded = Guarded()
        alive.timeout.connect(guarded.say)
        alive.start(round(ALIVE_SECONDS * 1000))
        guarded.say()
        window.lock_with(Shield(window, window.context, platform_lockdown(), watch))
    await window.start()
    await window.released.wait()
    alive.stop()
    await window.close_station()
    window.close()
