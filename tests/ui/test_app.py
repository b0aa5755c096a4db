"""The whole application: its window, a workspace of its own on this computer, its own server, and what may happen to those.

No lesson is opened here, so no Chromium is started; ``tests/player`` and the tour do that.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop import settings as options
from desktop.app import Application, open_workspace
from desktop.changes import Changes, Done
from desktop.errors import StorageFull
from desktop.members.commands import disable_login
from desktop.scorm.commands import begin_session
from desktop.scorm.journal import Journal, Save, journal_path
from desktop.settings import HOME_VARIABLE, Settings, config_folder, data_folder
from desktop.store import embedded, postgres
from desktop.store.announcement import announce
from desktop.store.dsn import Host
from desktop.store.postgres import Cluster
from desktop.store.secrets import Secrets
from desktop.store.workspaces import Kind, Workspace, Workspaces
from desktop.tasks import JobControl
from desktop.ui.closing import ClosingDialog
from desktop.ui.home.page import HomePage
from desktop.ui.notices import Notice
from desktop.ui.page import Page
from desktop.ui.watchdog import Watchdog
from desktop.ui.workspaces.new import NewWorkspaceDialog
from desktop.ui.workspaces.people import PersonButton
from tests.support.postgres import shared_folder
from tests.ui.conftest import Until

PATIENCE = 20.0
TALLEST_STALL_MS = 1000.0

pytestmark = pytest.mark.xdist_group("application")
root_only = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root, to mount a file system")
not_on_windows = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 and mounts are of Unix")


def new_folder() -> Path:
    """A folder that the server's account can reach, which pytest's own is not."""
    folder = shared_folder() / f"application-{os.getpid()}-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o711)
    return folder


@contextmanager
def living_in(folder: Path) -> Iterator[Path]:
    """Everything that the application keeps is in ``folder``."""
    before = os.environ.get(HOME_VARIABLE)
    os.environ[HOME_VARIABLE] = str(folder)
    try:
        yield folder
    finally:
        if before is None:
            del os.environ[HOME_VARIABLE]
        else:
            os.environ[HOME_VARIABLE] = before


def demolish(home: Path) -> None:
    with living_in(home):
        for folder in (data_folder() / "workspaces").glob("*"):
            embedded.delete(folder)
    shutil.rmtree(home)


@pytest.fixture(autouse=True)
def without_keyring() -> Iterator[None]:
    """Nothing here may touch the keyring of whoever runs the tests."""
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def bare() -> Iterator[Path]:
    """A home in which the application was never started."""
    folder = new_folder()
    with living_in(folder):
        yield folder
    demolish(folder)


@pytest.fixture(scope="module")
def furnished() -> Iterator[Path]:
    folder = new_folder()
    with living_in(folder):
        workspaces = list_of_workspaces()
        open_workspace(workspaces, workspaces.add_embedded("Sample association", sample=True)).close()
    yield folder
    demolish(folder)


@pytest.fixture
def home(furnished: Path) -> Iterator[Path]:
    """A home in which the sample association is; who was signed in, and which other workspaces there were, is forgotten."""
    with living_in(furnished):
        (config_folder() / "settings.json").unlink(missing_ok=True)
        workspaces = list_of_workspaces()
        for workspace in workspaces.list_all()[1:]:
            workspaces.remove(workspace.id)
        yield furnished


def list_of_workspaces() -> Workspaces:
    return Workspaces(config_folder() / "workspaces.json", data_folder(), Secrets(config_folder() / "secrets.json"))


def cluster() -> Cluster:
    """The server of the only workspace on this computer."""
    (workspace,) = (one for one in list_of_workspaces().list_all() if one.kind is Kind.EMBEDDED)
    account = postgres.server_account()
    binaries = postgres.wheel_binaries()
    assert binaries is not None
    return Cluster(embedded.server_folder(list_of_workspaces().folder(workspace), account), binaries, account)


def serving() -> bool:
    """Whether a server accepts connections. What the status bar says trails behind: a page that reads nothing meets no dead server."""
    server = cluster().postmaster()
    return server is not None and server.ready


def kill_server() -> None:
    server = cluster().postmaster()
    assert server is not None
    os.kill(server.pid, signal.SIGKILL)


class Sitting:
    """A person before one running copy of the application."""

    def __init__(self, application: Application, wait: Until) -> None:
        self.application = application
        self.start = application.start_page
        self.window = application.window
        self.notices: list[Notice] = []
        self._wait = wait
        application.notices.posted.connect(self.notices.append)

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        await self._wait(condition, what, PATIENCE)

    async def start_page(self, state: str) -> None:
        await self.until(lambda: self.start.state == state, f"the start page says {self.start.state}, not {state}: {self.start.sentence}")

    @property
    def page(self) -> Page:
        assert self.window.workbench is not None
        assert self.window.workbench.page is not None
        return self.window.workbench.page

    @property
    def connection(self) -> str:
        """What the status bar says of the server."""
        assert self.window.workbench is not None
        return self.window.workbench.status.connection.text()

    async def click(self, button: QAbstractButton) -> None:
        await self.until(lambda: button.isVisible() and button.isEnabled())
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def person(self, name: str) -> PersonButton:
        (button,) = (one for one in self.start.people.findChildren(PersonButton) if one.isVisible() and one.person.name.startswith(name))
        return button

    async def sign_in(self, name: str) -> None:
        await self.start_page("people")
        await self.until(lambda: any(one.isVisible() for one in self.start.people.findChildren(PersonButton)))
        await self.click(self.person(name))
        await self.until(lambda: self.application.context is not None, f"{name} signed in")
        await self.until(lambda: self.page.state == "content", "a page with its content")

    async def sign_out(self) -> None:
        self.window.sign_out_wanted.emit()
        await self.until(lambda: self.application.context is None and self.start.state != "ready", "signed out")

    async def enter(self, user: str, password: str) -> None:
        """Type a name and a password, and press Return."""
        await self.start_page("credentials")
        form = self.start.credentials
        form.user.clear()
        form.password.clear()
        QTest.keyClicks(form.user, user)
        QTest.keyClicks(form.password, password)
        QTest.keyClick(form.password, Qt.Key.Key_Return)


@pytest.fixture
def sit(qapp: QApplication, until: Until) -> Callable[..., object]:
    @asynccontextmanager
    async def sit() -> AsyncIterator[Sitting]:
        """Start the application as a person does; it is closed as by the window's cross."""
        settings = Settings(config_folder() / "settings.json")
        application = Application(qapp, settings)
        sitting = Sitting(application, until)
        running = asyncio.ensure_future(application.run())
        try:
            await until(application.window.isVisible)
            yield sitting
        finally:
            application.window.close()
            await asyncio.wait_for(running, PATIENCE)
            application.tasks.close()
            application.window.deleteLater()
            settings.flush()

    return sit


@contextmanager
def living_on(bare: Path, kind: str, options_: str) -> Iterator[Path]:
    """A home with a file system of its own, mounted with ``options_``: below the whole of it, or below its "data" or "config" folder."""
    home = bare / "small"
    place = home if kind == "home" else home / kind
    place.mkdir(parents=True, mode=0o711)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options_, "tmpfs", str(place)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"cannot mount a file system here: {done.stderr.strip()}")
    try:
        with living_in(home):
            yield place
    finally:
        for folder in (home / "data" / "workspaces").glob("*"):
            embedded.delete(folder)
        subprocess.run(["umount", str(place)], check=True)


# What a person does on a good day


async def test_the_first_start_makes_the_sample_association_and_one_click_signs_in(bare, sit):
    watchdog = Watchdog()
    watchdog.start()
    async with sit() as sitting:
        await sitting.sign_in("Ada")
        assert isinstance(sitting.page, HomePage)
        assert sitting.connection == "Connected"
        await sitting.sign_out()
        await sitting.sign_in("Lena")
        assert sitting.application.context.identity.roles == {"learner"}
        watchdog.stop()
    assert sitting.notices == []
    assert cluster().postmaster() is None, "the last copy stops the server"
    assert watchdog.longest_ms < TALLEST_STALL_MS


async def test_a_later_version_is_announced_to_who_signs_in(home, sit):
    async with sit() as sitting:
        await sitting.sign_in("Inés")
        opened = sitting.application._opened
        assert opened is not None
        assert opened.server is not None
        announce(opened.server.address().conninfo(), "99.1+5.gabc", "https://example.org/lms")
        await sitting.sign_out()
        await sitting.sign_in("Inés")
        await sitting.until(lambda: any("Version 99.1 " in notice.message for notice in sitting.notices))
        (told,) = (notice for notice in sitting.notices if "Version 99.1 " in notice.message)
        assert told.button == "Download"


async def test_who_was_signed_in_is_signed_in_again_at_the_next_start(home, sit):
    async with sit() as sitting:
        await sitting.sign_in("Inés")
    async with sit() as sitting:
        await sitting.until(lambda: sitting.application.context is not None)
        assert sitting.application.context.identity.name == "Inés Álvarez"
        await sitting.sign_out()
    async with sit() as sitting:
        await sitting.start_page("people")


async def test_two_copies_share_the_server_and_the_one_that_stays_goes_on(home, sit):
    async with sit() as stays:
        await stays.sign_in("Samuel")
        async with sit() as leaves:
            await leaves.until(lambda: leaves.application.context is not None)
            await leaves.sign_out()
            await leaves.sign_in("Ada")
        stays.page.reload()
        await stays.until(lambda: not stays.page.loading)
        assert stays.page.state == "content"
        assert stays.connection == "Connected"


async def test_a_double_click_signs_in_once(home, sit):
    async with sit() as sitting:
        await sitting.start_page("people")
        await sitting.until(lambda: any(one.isVisible() for one in sitting.start.people.findChildren(PersonButton)))
        button = sitting.person("Lena")
        sitting.start.person_chosen.emit(button.person)
        sitting.start.person_chosen.emit(button.person)
        await sitting.until(lambda: sitting.application.context is not None)
        first = sitting.application.context
        await asyncio.sleep(0.3)
        assert sitting.application.context is first


async def fill_in_association(sitting: Sitting, name: str) -> NewWorkspaceDialog:
    await sitting.start_page("people")
    await sitting.click(sitting.start.create_button)
    (dialog,) = sitting.window.findChildren(NewWorkspaceDialog)
    for field, typed in (
        (dialog.association, name),
        (dialog.first_name, "Ann"),
        (dialog.last_name, "Lee"),
        (dialog.email, "ann@prairie.example"),
        (dialog.password, "correct horse battery"),
    ):
        QTest.keyClicks(field, typed)
    return dialog


async def test_an_association_of_ones_own_is_made_and_its_administrator_is_in(home, sit):
    async with sit() as sitting:
        dialog = await fill_in_association(sitting, "Prairie Health")
        await sitting.click(dialog.create_button)
        await sitting.until(lambda: sitting.application.context is not None, "signed in")
        assert sitting.application.context.identity.name == "Ann Lee"
        assert "administrator" in sitting.application.context.identity.roles
        assert sitting.window.windowTitle().startswith("Prairie Health")
        await sitting.until(lambda: sitting.page.state in ("content", "empty"))
        for place in sitting.window.workbench.places.rail():
            sitting.window.workbench.go(place.id)
            await sitting.until(lambda: sitting.page.state in ("content", "empty") and not sitting.page.loading, f"{place.id} of nothing")
    async with sit() as sitting:
        await sitting.until(lambda: sitting.application.context is not None, "remembered")
        await sitting.sign_out()
        await sitting.start_page("credentials")
        login = sitting.start.credentials.user.text()
        await sitting.enter(login, "correct horse battery")
        await sitting.until(lambda: sitting.application.context is not None, "signed in with the password chosen")
    workspaces = list_of_workspaces()
    workspaces.remove(workspaces.list_all()[1].id, delete_data=True)


def folders() -> set[str]:
    return {path.name for path in (data_folder() / "workspaces").iterdir()}


async def test_an_association_that_is_cancelled_leaves_nothing_behind(home, sit):
    before, listed = folders(), list_of_workspaces().list_all()
    async with sit() as sitting:
        dialog = await fill_in_association(sitting, "Prairie Health")
        await sitting.click(dialog.create_button)
        await sitting.until(lambda: folders() != before, "it is being made")
        await sitting.click(dialog.cancel_button)
        await sitting.until(lambda: folders() == before, "nothing of it is left")
        assert sitting.start.state == "people"
    assert list_of_workspaces().list_all() == listed
    assert sitting.notices == []


async def test_the_window_closed_while_an_association_is_made_leaves_nothing_behind(home, sit):
    before, listed = folders(), list_of_workspaces().list_all()
    async with sit() as sitting:
        dialog = await fill_in_association(sitting, "Prairie Health")
        await sitting.click(dialog.create_button)
        await sitting.until(lambda: folders() != before, "it is being made")
    assert folders() == before
    assert list_of_workspaces().list_all() == listed


async def test_an_association_that_cannot_be_made_says_why_in_the_dialog(home, sit):
    before = folders()
    async with sit() as sitting:
        dialog = await fill_in_association(sitting, "Prairie Health")
        path = config_folder() / "workspaces.json"
        whole = path.read_bytes()
        path.write_text("{")
        try:
            await sitting.click(dialog.create_button)
            await sitting.until(dialog.problem.isVisible)
            assert dialog.problem.text().startswith("The list of workspaces cannot be read.")
            assert folders() == before
        finally:
            path.write_bytes(whole)
        await sitting.click(dialog.cancel_button)


# The window is closed in the middle of something


async def test_closed_during_the_first_start_no_server_is_left_and_the_next_start_is_whole(bare, sit):
    async with sit() as sitting:
        await sitting.until(lambda: any(data_folder().rglob("postmaster.pid")), "the server is being made")
    assert cluster().postmaster() is None
    async with sit() as sitting:
        await sitting.sign_in("Tariq")


class Issuing:
    """A job that runs until it is told to finish, or is cancelled."""

    def __init__(self) -> None:
        self.begun, self.finish, self.ended = threading.Event(), threading.Event(), threading.Event()

    def __call__(self, control: JobControl) -> None:
        self.begun.set()
        try:
            while not self.finish.wait(0.01):
                control.check()
        finally:
            self.ended.set()


async def close_while_it_runs(sitting: Sitting, issuing: Issuing) -> ClosingDialog:
    await sitting.sign_in("Ada")
    context = sitting.application.context
    assert context is not None
    context.spawn(context.job("Issuing certificates", issuing))
    await sitting.until(issuing.begun.is_set)
    sitting.window.close()
    (dialog,) = sitting.window.findChildren(ClosingDialog)
    assert sitting.window.isVisible()
    return dialog


async def test_the_window_stays_open_for_a_job_if_the_person_says_so(home, sit):
    issuing = Issuing()
    async with sit() as sitting:
        dialog = await close_while_it_runs(sitting, issuing)
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Space)
        await sitting.until(lambda: not sitting.window.findChildren(ClosingDialog))
        issuing.finish.set()
        await sitting.until(lambda: not sitting.application.tasks.jobs)
        assert sitting.window.isVisible()
        assert sitting.application.context is not None


async def test_the_window_closes_by_itself_once_the_job_is_done(home, sit):
    issuing = Issuing()
    async with sit() as sitting:
        await close_while_it_runs(sitting, issuing)
        issuing.finish.set()
        await sitting.until(lambda: not sitting.window.isVisible())
    assert cluster().postmaster() is None


async def test_a_job_that_is_stopped_for_closing_is_cancelled_and_waited_for(home, sit):
    issuing = Issuing()
    async with sit() as sitting:
        dialog = await close_while_it_runs(sitting, issuing)
        await sitting.click(dialog.stop_button)
        await sitting.until(lambda: not sitting.window.isVisible())
    assert issuing.ended.is_set()
    assert sitting.notices == []
    assert cluster().postmaster() is None


# The server goes away


@not_on_windows
async def test_a_killed_server_is_said_counted_down_and_brought_back(home, sit):
    async with sit() as sitting:
        await sitting.sign_in("Ada")
        status = sitting.window.workbench.status
        kill_server()
        sitting.page.reload()
        await sitting.until(lambda: "Trying again" in sitting.connection, "the status bar says that the server is away")
        assert sitting.window.isVisible()
        await sitting.click(status.retry)
        await sitting.until(lambda: sitting.connection == "Connected")
        await sitting.until(lambda: sitting.page.state == "content" and not sitting.page.loading, "the page was read again")
        assert not status.retry.isVisible()
        assert sitting.notices == []


@not_on_windows
async def test_a_page_left_while_the_server_was_away_is_read_again_when_one_returns(home, sit):
    async with sit() as sitting:
        await sitting.sign_in("Ada")
        kill_server()
        sitting.window.workbench.go("catalogue")
        catalogue = sitting.page
        await sitting.until(lambda: catalogue.state == "error")
        sitting.window.workbench.go("home")
        await sitting.until(lambda: sitting.connection == "Connected" and sitting.page.state == "content")
        sitting.window.workbench.go("catalogue")
        assert sitting.page is catalogue
        await sitting.until(lambda: catalogue.state == "content")


@not_on_windows
@pytest.mark.parametrize("name", ["Ada", "Lena"])
async def test_every_page_outlives_the_server_and_is_whole_again_after_it(home, sit, name):
    async with sit() as sitting:
        await sitting.sign_in(name)
        bench = sitting.window.workbench
        places = [place.id for place in bench.places.rail()]
        for place in places:
            bench.go(place)
            await sitting.until(lambda: sitting.page.state in ("content", "empty") and not sitting.page.loading, place)
            kill_server()
            sitting.page.reload()
            await sitting.until(lambda: not sitting.page.loading, f"{place} has given up")
            assert sitting.page.state in ("content", "empty", "error")
            if place != "local":  # what is on this computer needs no server, and nobody misses it
                await sitting.until(lambda: brought_back(sitting), f"{place}: the server was brought back")
            await sitting.until(lambda: sitting.page.state in ("content", "empty") and not sitting.page.loading, f"{place} is whole again")
        assert sitting.notices == []


def brought_back(sitting: Sitting) -> bool:
    """Whether the server is there again. A backend may outlive its postmaster for a moment and still answer the page that was to miss it:
    then the page reads once more."""
    if serving():
        return sitting.connection == "Connected"
    if sitting.connection == "Connected" and not sitting.page.loading:
        sitting.page.reload()
    return False


@not_on_windows
async def test_signing_out_while_the_server_is_dead_leads_back_to_the_people(home, sit):
    async with sit() as sitting:
        await sitting.sign_in("Ada")
        kill_server()
        sitting.window.sign_out_wanted.emit()
        await sitting.sign_in("Lena")


@not_on_windows
async def test_closing_while_the_server_is_dead_just_closes(home, sit):
    async with sit() as sitting:
        await sitting.sign_in("Ada")
        kill_server()
    assert cluster().postmaster() is None


# A server elsewhere


@asynccontextmanager
async def passage(port: int, target: int) -> AsyncIterator[None]:
    """What comes to ``port`` is passed on to ``target``, until the end of the block."""

    async def forward(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
        sink.close()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward, back = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(forward(reader, back), forward(onward, writer), return_exceptions=True)

    server = await asyncio.start_server(meet, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()


@contextmanager
def shared_server() -> Iterator[tuple[Workspace, str, str, int]]:
    """The sample's server as if it were elsewhere: the workspace (at a closed port), Lena's login, her password, and the true port."""
    workspaces = list_of_workspaces()
    (local,) = workspaces.list_all()
    with workspaces.open(local) as opened:
        from desktop.store.sample import renew_password, sample_people

        login = next(one.login for one in sample_people(opened) if one.name.startswith("Lena"))
        password = renew_password(workspaces, opened, login)
        remote = replace(
            Workspace.remote("Academy", f"postgresql://{login}@localhost/lms"), hosts=(Host("127.0.0.1", postgres.free_port()),)
        )
        workspaces.add(remote)
        assert opened.server is not None
        yield remote, login, password, opened.server.port


def open_at_start(workspace: Workspace, person: str = "") -> None:
    settings = Settings(config_folder() / "settings.json")
    settings.set(options.LAST_WORKSPACE, workspace.id)
    settings.set(options.LAST_PERSON, person)
    settings.flush()


async def test_started_while_the_server_is_away_the_window_says_so_and_enters_when_it_is_back(home, sit):
    with shared_server() as (remote, login, password, port):
        list_of_workspaces().remember(remote, login, password)
        open_at_start(remote, login)
        async with sit() as sitting:
            await sitting.start_page("trouble")
            assert sitting.start.sentence == "The server cannot be reached."
            await sitting.until(lambda: "Trying again in" in sitting.start._lead.text(), "a countdown")
            async with passage(remote.hosts[0].port, port):
                await sitting.until(lambda: sitting.application.context is not None, "signed in without a click")
                assert sitting.application.context.identity.name == "Lena Hoffmann"
                await sitting.sign_out()


async def test_a_wrong_password_is_said_beside_the_password_and_the_right_one_enters(home, sit):
    with shared_server() as (remote, login, password, port):
        open_at_start(remote)
        async with passage(remote.hosts[0].port, port), sit() as sitting:
            await sitting.enter(login, "not it")
            await sitting.until(sitting.start.credentials.problem.isVisible)
            assert "does not accept this user name and password" in sitting.start.credentials.problem.text()
            assert sitting.start.credentials.user.text() == login
            await sitting.enter(login, password)
            await sitting.until(lambda: sitting.application.context is not None)
            await sitting.sign_out()


async def test_a_remembered_password_that_was_changed_is_asked_for(home, sit):
    with shared_server() as (remote, login, _password, port):
        list_of_workspaces().remember(remote, login, "the old one")
        open_at_start(remote, login)
        async with passage(remote.hosts[0].port, port), sit() as sitting:
            await sitting.start_page("credentials")
            await sitting.until(sitting.start.credentials.problem.isVisible)
            assert sitting.start.credentials.user.text() == login


async def test_another_workspace_can_be_chosen_while_the_first_keeps_one_waiting(home, sit):
    async def never_answers(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.5)
        writer.close()

    with shared_server() as (remote, login, password, _port):
        list_of_workspaces().remember(remote, login, password)
        open_at_start(remote, login)
        server = await asyncio.start_server(never_answers, "127.0.0.1", remote.hosts[0].port)
        async with sit() as sitting:
            await sitting.until(lambda: sitting.start.workspaces.count() == 2)
            sitting.start.workspace_chosen.emit(sitting.start.workspaces.itemData(0))
            await sitting.until(lambda: sitting.application.context is not None, "the person of before, known there too, is signed in")
            assert "Sample association" in sitting.window.windowTitle()
            await sitting.sign_out()
        server.close()


async def test_a_sample_person_whose_password_was_changed_still_signs_in_with_one_click(home, sit):
    with shared_server() as (_remote, login, _password, _port):
        workspaces = list_of_workspaces()
        workspaces.remember(workspaces.list_all()[0], login, "the old one")
        async with sit() as sitting:
            await sitting.sign_in("Lena")


async def test_a_sample_person_whose_login_is_disabled_is_told_so_among_the_others(home, sit):
    async with sit() as sitting:
        await sitting.sign_in("Tariq")
        tariq = sitting.application.context.identity.member_id
        await sitting.sign_out()
        await sitting.sign_in("Ada")
        await sitting.application.context.write(disable_login, tariq)
        await sitting.sign_out()
        await sitting.start_page("people")
        await sitting.click(sitting.person("Tariq"))
        await sitting.until(lambda: sitting.notices)
        assert "does not accept" in sitting.notices[-1].message
        assert "enable the login" in sitting.notices[-1].remedy
        await sitting.sign_in("Lena")


async def test_what_a_lesson_could_not_send_is_sent_at_the_next_sign_in(home, sit):
    def package(session: Session) -> tuple[UUID, UUID]:
        query = """
            SELECT p.enrollment_id, p.lesson_id FROM lesson_progress AS p JOIN lessons AS l ON l.id = p.lesson_id
            WHERE l.lesson_type = 'scorm'
        """
        enrollment, lesson = session.execute(text(query)).one()
        return enrollment, lesson

    def location(session: Session) -> str:
        query = """
            SELECT scorm_cmi_data #>> '{items,ITEM-1,cmi,cmi.core.lesson_location}' FROM lesson_progress
            WHERE scorm_cmi_data IS NOT NULL
        """
        return session.execute(text(query)).scalar_one_or_none() or ""

    async with sit() as sitting:
        await sitting.sign_in("Lena")
        context, launch = sitting.application.context, uuid4()
        enrollment, lesson = await context.read(package)
        await context.write(begin_session, enrollment, lesson, launch)
        item = {"finished": False, "cmi": {"cmi.core.lesson_status": "incomplete", "cmi.core.lesson_location": "page 7"}}
        document = {"standard": "1.2", "required": ["ITEM-1"], "current": "ITEM-1", "items": {"ITEM-1": item}}
        with closing(Journal(journal_path(data_folder(), context.identity.member_id))) as journal:
            journal.keep(Save(launch, 1, document, 1))
            await sitting.sign_out()
            await sitting.sign_in("Lena")
            await sitting.until(lambda: not journal.waiting(), "it was sent")
        assert await sitting.application.context.read(location) == "page 7"


# Files and disks


@pytest.mark.parametrize("content", ["{", "[]", '{"workspaces": [{"id": 1}]}', "\udcff"])
async def test_a_broken_list_of_workspaces_is_named_and_works_once_it_is_mended(home, sit, content):
    path = config_folder() / "workspaces.json"
    whole = path.read_bytes()
    path.write_bytes(content.encode(errors="surrogateescape"))
    async with sit() as sitting:
        await sitting.start_page("trouble")
        assert sitting.start.sentence == "The list of workspaces cannot be read."
        path.write_bytes(whole)
        sitting.start.retry.emit()
        await sitting.start_page("people")


@pytest.mark.parametrize("content", ["", "null", "\udcff"])
async def test_broken_secrets_are_made_anew(home, sit, content):
    (workspace,) = list_of_workspaces().list_all()
    paths = (config_folder() / "secrets.json", *(list_of_workspaces().folder(workspace) / name for name in ("people.json", "secrets.json")))
    for path in paths:
        path.write_bytes(content.encode(errors="surrogateescape"))
    async with sit() as sitting:
        await sitting.sign_in("Lena")
    (config_folder() / "secrets.json").unlink(missing_ok=True)


@root_only
@pytest.mark.parametrize("kind", ["data", "config", "home"])
async def test_a_folder_that_cannot_be_written_to_is_said_and_works_once_it_can(bare, sit, kind):
    with living_on(bare, kind, "ro,mode=711") as place:
        async with sit() as sitting:
            await sitting.start_page("trouble")
            assert sitting.start.sentence == "The workspace's folder on this computer cannot be written to."
            subprocess.run(["mount", "-o", "remount,rw", str(place)], check=True)
            await sitting.click(sitting.start._trouble.retry_button)
            await sitting.sign_in("Lena")


@root_only
@pytest.mark.parametrize(
    ("kind", "size"),
    [("data", "4m"), ("data", "38m"), ("home", "40m"), ("home", "44m")],
    ids=["making the server", "starting the server", "installing the schema", "furnishing the sample"],
)
async def test_a_disk_that_fills_up_at_the_first_start_is_said_and_works_once_there_is_room(bare, sit, kind, size):
    with living_on(bare, kind, f"size={size},mode=711") as place:
        async with sit() as sitting:
            await sitting.start_page("trouble")
            assert sitting.start.sentence == "There is no space left on this computer's disk for the workspace."
            subprocess.run(["mount", "-o", "remount,size=400m", str(place)], check=True)
            await sitting.click(sitting.start._trouble.retry_button)
            await sitting.sign_in("Lena")


@root_only
async def test_a_disk_that_fills_up_under_an_open_window_is_said_and_nothing_that_was_saved_is_lost(bare, sit):
    def store_chunk(session: Session) -> Done[bytes]:
        stored = session.execute(text("SELECT lms.put_chunk(:data)"), {"data": secrets.token_bytes(1 << 20)})
        return Done(stored.scalar_one(), Changes.of("assets"))

    with living_on(bare, "data", "size=150m,mode=711") as place:
        async with sit() as sitting:
            await sitting.sign_in("Samuel")
            context = sitting.application.context
            ballast = place / "ballast"
            ballast.write_bytes(bytes(shutil.disk_usage(place).free))
            with pytest.raises(StorageFull) as caught:
                await context.write(store_chunk)
            assert "this computer's disk" in caught.value.message
            ballast.unlink()
            await sitting.until(lambda: sitting.connection == "Connected")
            await context.write(store_chunk)
            sitting.page.reload()
            await sitting.until(lambda: sitting.page.state == "content" and not sitting.page.loading)


@root_only
async def test_settings_that_cannot_be_kept_keep_nobody_out(home, sit):
    (config_folder() / "settings.json").mkdir()
    try:
        async with sit() as sitting:
            await sitting.sign_in("Lena")
            assert any("settings could not be kept" in notice.message for notice in sitting.notices)
    finally:
        (config_folder() / "settings.json").rmdir()
