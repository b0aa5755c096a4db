"""The composition root: the only place where objects are wired together.

:func:`run` opens the window at once and does everything slow behind it: the database library is loaded, the server of the workspace
started and the person signed in on worker threads, while the first page says what is happening.
"""

from __future__ import annotations

import asyncio
import locale
import logging
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, Concatenate
from uuid import UUID

import qasync
from PySide6.QtCore import QObject, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QDialog

from desktop import settings as options
from desktop.errors import LmsError, NotAllowed, ServerAway, ServerFailed, SignInRefused, StorageFull
from desktop.i18n import _, ngettext, use_language
from desktop.settings import Settings, cache_folder, config_folder, data_folder
from desktop.store.link import Link, LinkState
from desktop.tasks import JobControl, Tasks, working_on
from desktop.ui import arrangement
from desktop.ui.actions import ActionRegistry
from desktop.ui.context import Context
from desktop.ui.garbage import MainThreadCollector
from desktop.ui.notices import Notices
from desktop.ui.player.warm import warm_chromium
from desktop.ui.theme import Scheme, theme
from desktop.ui.window import Window
from desktop.ui.workspaces.people import Person
from desktop.ui.workspaces.start import StartPage
from desktop.version import application_version

if TYPE_CHECKING:
    from desktop.store.connection import Store
    from desktop.store.dsn import Dsn
    from desktop.store.replica import Replica
    from desktop.store.workspaces import OpenWorkspace, Workspace, Workspaces
    from desktop.sync.loop import Status, Sync
    from desktop.ui.workspaces.new import NewWorkspace

NAME = "nabip-lms"
RETRY_MS = 250
TURN_SECONDS = 0.001
"""How long a thread may compute while another waits for the interpreter. The GUI thread lets go of it dozens of times in a turn and gets
it back after this; a page beside a computing thread took 47 ms with Python's 5 ms, and 36 with this."""
LOOK = (options.THEME, options.REDUCED_MOTION, options.TEXT_SCALE)

log = logging.getLogger(__name__)

type Wish = Callable[[], Coroutine[Any, Any, None]]
"""Something that the start page asked for."""

REFUSED = (NotAllowed, SignInRefused)
"""A wrong or an old password, a disabled login, or one that belongs to nobody: another try with the same will fail, too."""


class LinkedStore:
    """A store that tells the link whether the server answered. ``heard(error or None)`` is called on the worker thread.

    ``here``: the server is on this computer, so that its full disk is ours.
    """

    def __init__(self, store: Store, heard: Callable[[LmsError | None], None], *, here: bool) -> None:
        self.store = store
        self._heard = heard
        self._here = here

    def read[**P, T](self, fn: Callable[Concatenate[Any, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._listening(self.store.read, fn, *args, **kwargs)

    def report[**P, T](self, fn: Callable[Concatenate[Any, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._listening(self.store.report, fn, *args, **kwargs)

    def write[**P, T](self, fn: Callable[Concatenate[Any, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._listening(self.store.write, fn, *args, **kwargs)

    @property
    def dsn(self) -> Dsn:
        return self.store.dsn

    def move(self, dsn: Dsn) -> None:
        self.store.move(dsn)

    def close(self) -> None:
        self.store.close()

    def _listening(self, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        try:
            result = call(*args, **kwargs)
        except ServerAway as error:
            self._heard(error)
            raise
        except StorageFull as error:
            if not self._here:
                raise
            from desktop.store.postgres import storage_full

            raise storage_full(error.details) from error
        self._heard(None)
        return result


class Application(QObject):
    """One running copy of the application: its window, the open workspace and the person signed in."""

    usable = Signal()
    """The window waits for the person: the first page is shown, or the question who they are."""
    signed_in = Signal(object)
    """A :class:`~desktop.ui.context.Context`."""

    def __init__(self, qt: QApplication, settings: Settings) -> None:
        super().__init__()
        self.qt = qt
        self.settings = settings
        self.tasks = Tasks()
        self.notices = Notices()
        self.link = Link()
        self.window = Window(settings, self.tasks, self.notices)
        self.start_page = StartPage()
        self.context: Context | None = None
        self.store: LinkedStore | None = None
        self.replica: Replica | None = None
        self.sync: Sync | None = None
        self._workspaces: Workspaces | None = None
        self._opened: OpenWorkspace | None = None
        self._wanted: Wish = self._begin
        self._next: Wish | None = None
        self._wish: asyncio.Task[None] | None = None
        self._pinging: asyncio.Task[None] | None = None
        self._quitting: asyncio.Task[None] | None = None
        self._work: set[asyncio.Task[None]] = set()
        self._preloading: asyncio.Task[None] | None = None
        self._closed = asyncio.Event()
        self._retry = QTimer(self)
        self._retry.setInterval(RETRY_MS)
        self._retry.timeout.connect(self._try_again_when_due)
        self.link.listeners.append(self._link_changed)
        self.start_page.workspace_chosen.connect(lambda chosen: self._go(lambda: self._open(chosen)))
        self.start_page.person_chosen.connect(lambda person: self._go(lambda: self._sign_in_sample(person)))
        self.start_page.entered.connect(lambda user, password, keep: self._go(lambda: self._sign_in(user, password, remember=keep)))
        self.start_page.connect_wanted.connect(self._ask_for_server)
        self.start_page.create_wanted.connect(self._ask_for_association)
        self.start_page.retry.connect(self._try_again)
        self.window.sign_out_wanted.connect(lambda: self._go(self._sign_out))
        self.window.retry_wanted.connect(self._try_again)
        self.window.closed.connect(self._close)
        settings.observe(lambda changed: follow_choice(settings, changed))

    async def run(self) -> None:
        """Show the window and stay until it is closed."""
        loop = asyncio.get_running_loop()
        self.settings.failed = lambda error: loop.call_soon_threadsafe(self._unkept, error)
        self.window.show_start(self.start_page)
        self.window.show()
        self.qt.processEvents()  # painted before the rest begins to compete for the interpreter
        self._go(self._begin)
        await self._closed.wait()

    # Opening a workspace

    async def _begin(self) -> None:
        self.start_page.show_ready(_("Opening the application…"))
        self._workspaces = await self.tasks.run(load_workspaces)
        workspaces = await self.tasks.run(self._workspaces.list_all)
        last = self.settings.get(options.LAST_WORKSPACE)
        current = next((one.id for one in workspaces if one.id == last), workspaces[0].id)
        self.start_page.set_workspaces(workspaces, current)
        await self._open(current)

    async def _open(self, workspace_id: str) -> None:
        assert self._workspaces is not None
        await self._close_workspace()
        workspace = await self.tasks.run(self._workspaces.get, workspace_id)
        self.start_page.show_ready(
            _("Opening {name}…").format(name=workspace.name)
            if self.settings.get(options.LAST_WORKSPACE)
            else _("Preparing the sample association. This happens once and takes some seconds.")
        )
        from desktop.ui.everything import load_first

        self._spawn(self.tasks.run(load_first))  # while the server is waited for; :meth:`_enter` waits for it
        self._opened, _warm = await asyncio.gather(self.tasks.run(open_workspace, self._workspaces, workspace), warm_chromium())
        self.settings.set(options.LAST_WORKSPACE, workspace.id)
        await self._offer_sign_in(workspace)

    async def _offer_sign_in(self, workspace: Workspace) -> None:
        """Sign in whoever was here last, if their password is kept; else ask."""
        assert self._workspaces is not None
        last = self.settings.get(options.LAST_PERSON) or workspace.user
        password = await self.tasks.run(self._workspaces.password, workspace, last) if last else None
        if password is not None:
            try:
                await self._enter(last, password)
            except REFUSED as error:  # a new password, or the login was disabled
                await self._ask_who(workspace, error)
            return
        await self._ask_who(workspace)

    async def _ask_who(self, workspace: Workspace, refused: LmsError | None = None) -> None:
        """Show who there is to choose from, or ask for name and password; ``refused`` is why the last answer would not do."""
        assert self._opened is not None
        if workspace.sample:
            self.start_page.show_people(await self.tasks.run(sample_people, self._opened))
            if refused is not None:
                self.notices.error(refused)
        else:
            self.start_page.show_credentials(workspace.name, self.settings.get(options.LAST_PERSON) or workspace.user)
            if refused is not None:
                self.start_page.refuse(refused)
        self.usable.emit()

    # Signing in and out

    async def _sign_in_sample(self, person: Person) -> None:
        """One click: a password that somebody changed meanwhile is set anew, as the whole workspace belongs to whoever sits here."""
        assert self._workspaces is not None
        assert self._opened is not None
        if self.context is not None:
            return  # the second half of a double click
        workspace = self._opened.workspace
        self.start_page.show_ready(_("Signing in…"))
        password = await self.tasks.run(self._workspaces.password, workspace, person.login)
        try:
            try:
                if password is None:
                    raise SignInRefused(_("The password of this sample person is gone."))
                await self._enter(person.login, password)
            except SignInRefused:
                await self._enter(person.login, await self.tasks.run(renew_password, self._workspaces, self._opened, person.login))
        except REFUSED as error:
            await self._ask_who(workspace, error)

    async def _sign_in(self, user: str, password: str, *, remember: bool) -> None:
        assert self._workspaces is not None
        assert self._opened is not None
        if self.context is not None:
            return
        try:
            await self._enter(user, password)
        except REFUSED as error:
            self.start_page.refuse(error)
            return
        if remember:
            await self.tasks.run(self._workspaces.remember, self._opened.workspace, user, password)
            if notice := self._workspaces.secrets.notice:
                self.notices.warn(notice)

    async def _enter(self, user: str, password: str) -> None:
        assert self._opened is not None
        self.start_page.show_ready(_("Signing in…"))
        from desktop.ui.everything import ACTIONS, PLACES, load_first, load_rest

        assert self._workspaces is not None
        entering, _page = await asyncio.gather(self.tasks.run(enter, self._opened, user, password), self.tasks.run(load_first))
        store, identity = entering
        self.replica = await self.tasks.run(open_replica, self._workspaces, self._opened.workspace, identity)
        loop = asyncio.get_running_loop()

        def heard(error: LmsError | None) -> None:
            loop.call_soon_threadsafe(self._heard, error)

        self.store = LinkedStore(store, heard, here=self._opened.workspace.kind == "embedded")
        self.settings.set(options.LAST_PERSON, user)
        self.context = Context(
            store=self.store,
            tasks=self.tasks,
            identity=identity,
            actions=ActionRegistry(ACTIONS, identity.roles),
            notices=self.notices,
            settings=self.settings,
            replica=self.replica,
        )
        workspace = self._opened.workspace
        self.window.open_session(
            self.context, PLACES, workspace.name, _("On this computer") if workspace.kind == "embedded" else workspace.hosts[0].name
        )
        self._link_changed(self.link)
        if self.replica is not None:
            await self._keep_together(self.replica, self.store, self.context)
        if self._preloading is None:
            self._preloading = asyncio.get_running_loop().create_task(load_rest(self.tasks))
        self._spawn(self._send_left())
        self._spawn(self._convert_left())
        self._spawn(self._tell_of_update())
        self.signed_in.emit(self.context)
        self.usable.emit()

    async def _keep_together(self, replica: Replica, store: LinkedStore, context: Context) -> None:
        """From now on what an author does is sent, and what others do is brought."""
        loop = asyncio.get_running_loop()
        if replica.notice:
            self.notices.warn(replica.notice)
        replica.listeners.append(lambda changes: loop.call_soon_threadsafe(context.broadcast, changes))
        self.sync = context.sync = await self.tasks.run(
            start_sync, replica, store, lambda status: loop.call_soon_threadsafe(self.window.set_saved, status.sentence())
        )

    async def _sign_out(self) -> None:
        assert self._opened is not None
        await self._leave()
        self.settings.set(options.LAST_PERSON, "")
        await self._ask_who(self._opened.workspace)

    async def _leave(self) -> None:
        """End the session: jobs are cancelled, pages go, as a lesson that is open saves once more; then the connections."""
        if self.context is None:
            return
        context, self.context = self.context, None
        for job in tuple(self.tasks.jobs.values()):
            job.cancel()
        self.start_page.show_ready(_("Saving…"))
        self.window.show_start(self.start_page)  # hides the page that is open, and with that closes a lesson
        await context.settled()
        self.window.close_session()
        await context.close()
        if self.sync is not None:
            await self.tasks.run(self.sync.stop)
            self.sync = None
        if self.store is not None:
            await self.tasks.run(self.store.close)
            self.store = None
        if self.replica is not None:
            await self.tasks.run(self.replica.close)
            self.replica = None

    async def _close_workspace(self) -> None:
        await self._leave()
        if self._opened is not None:
            opened, self._opened = self._opened, None
            await self.tasks.run(opened.close)

    def _close(self) -> None:
        """The window was closed: end in order, once."""
        if self._quitting is None:
            for dialog in self.window.findChildren(QDialog):
                if dialog.isVisible():
                    dialog.reject()  # what it has begun is taken back
            self._quitting = asyncio.get_running_loop().create_task(self._quit())

    async def _quit(self) -> None:
        self._retry.stop()
        self._next = None
        if self._preloading is not None:
            self._preloading.cancel()
        for task in self._work:
            task.cancel()
        try:
            # Threads cannot be cancelled: what is being opened is waited for, so that it can be closed.
            if running := [task for task in (self._wish, self._pinging, *self._work) if task is not None and not task.done()]:
                await asyncio.wait(running)
            await self._close_workspace()
        except Exception:
            log.exception("closing")
        finally:
            self._closed.set()

    # The link

    def _heard(self, error: LmsError | None) -> None:
        if error is None:
            self.link.succeeded()
        else:
            self.link.failed(error)

    def _link_changed(self, link: Link) -> None:
        self.window.set_connection(link.sentence(), up=link.state is LinkState.UP)
        if link.state is LinkState.AWAY and not self._retry.isActive():
            self._retry.start()

    def _try_again_when_due(self) -> None:
        if self.link.state is LinkState.UP:
            self._retry.stop()
            self.window.reload_page()
            self._spawn(self._send_left())
            return
        self.window.set_connection(self.link.sentence(), up=False)
        if self.link.due:
            self._try_again()

    def _try_again(self) -> None:
        self.link.retry_now()
        if self.context is None:
            if self._wish is None or self._wish.done():
                self._go(self._wanted if self._opened is None else self._once_more)
        elif self._pinging is None or self._pinging.done():
            self._pinging = asyncio.get_running_loop().create_task(self._shown(self._ping))

    async def _once_more(self) -> None:
        """What was wanted last, after the server on this computer was started again, should it have died."""
        await self._revive()
        await self._wanted()

    async def _ping(self) -> None:
        assert self.store is not None
        store = self.store
        await self._revive()
        await self.tasks.run(store.read, alive)

    async def _revive(self) -> None:
        assert self._opened is not None
        opened, store = self._opened, self.store
        if await self.tasks.run(opened.revive) and store is not None:
            store.move(opened.dsn(store.store.dsn.user, store.store.dsn.password))

    async def _send_left(self) -> None:
        """Deliver what lessons, quizzes and graders could not, earlier or during an outage. It stays on the disk until it has arrived."""
        context = self.context
        if context is None or self.store is None:
            return
        try:
            late = await self.tasks.run(send_left, self.store, context.identity.member_id)
            met = await self.tasks.run(send_grades, self.store, context.identity.member_id)
        except Exception as error:  # nobody asked for it, and it is tried again: at the next sign-in, and whenever the server is back
            log.warning("lessons' records, answers and grades wait", exc_info=error)
            return
        if late:
            from desktop.ui.questions.saving import late_words

            context.notices.warn(late_words(late))
        if met:
            words = ngettext(
                "Somebody else has graded a work meanwhile that you graded on this computer. Open it to choose between the grades.",
                "Somebody else has graded {n} works meanwhile that you graded on this computer. Open them to choose between the grades.",
                met,
            )
            context.notices.warn(words.format(n=met))

    async def _tell_of_update(self) -> None:
        """Say that the association uses a later version of the application; no more than say it."""
        context, preloading = self.context, self._preloading
        if context is None or preloading is None:
            return
        await asyncio.wait([preloading])
        from desktop.store.announcement import get_announcement

        try:
            found = await context.read(get_announcement, application_version())
        except LmsError:
            return  # the server went away; the next sign-in asks again
        if found is not None and self.context is context:
            self.notices.info(
                _("Version {version} of this application is there.").format(version=found.version),
                button=_("Download"),
                pressed=lambda: QDesktopServices.openUrl(QUrl(found.address)),
            )

    async def _convert_left(self) -> None:
        """Remove what a killed import left, and go on with media that an earlier session did not convert, once nothing is more urgent."""
        context, preloading = self.context, self._preloading
        if context is None or preloading is None:
            return
        await asyncio.wait([preloading])  # it imports what this needs, on a worker thread
        from desktop.scorm.scratch import sweep
        from desktop.ui.courses.importing_media import convert_media

        try:
            await self.tasks.run(sweep, cache_folder() / "packages")
            if self.context is context and context.identity.roles & {"instructor", "administrator"}:
                await convert_media(context)
        except Exception as error:  # nobody asked for it, and it is tried again at the next sign-in
            log.warning("packages wait to be tidied or converted", exc_info=error)

    # Settings

    def _unkept(self, error: OSError) -> None:
        self.notices.warn(_("Your settings could not be kept: {reason}").format(reason=error.strerror or str(error)))

    # Coroutines of our own

    def _go(self, work: Wish) -> None:
        """Do what the start page asked for; what goes wrong is shown there and can be tried again.

        One thing at a time: what was asked for last begins when what runs has ended, so that no click is lost behind a slow connection.
        """
        if self._quitting is not None:
            return
        if self._wish is not None and not self._wish.done():
            self._next = work
            return
        if work != self._once_more:
            self._wanted = work
        self._wish = asyncio.get_running_loop().create_task(self._shown(work))
        self._wish.add_done_callback(self._go_on)

    def _go_on(self, _done: asyncio.Task[None]) -> None:
        work, self._next = self._next, None
        if work is not None:
            self._go(work)

    async def _shown(self, work: Wish) -> None:
        try:
            await work()
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - the one place where what nobody caught becomes visible
            away = isinstance(error, LmsError) and self.link.failed(error)
            if self.context is not None:
                if not away:
                    self.notices.error(error)
            elif away:
                self.start_page.show_away(self.link, error)
            else:
                self.start_page.show_error(error)
            self.usable.emit()
        else:
            self.link.succeeded()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    def _ask_for_server(self) -> None:
        if self._workspaces is None:
            return
        from desktop.store import workspaces as store
        from desktop.ui.workspaces.connection import ConnectionDialog

        dialog = ConnectionDialog(
            lambda name, address, pooler, ca_file: store.Workspace.remote(name, address, pooler=pooler, ca_file=ca_file),
            lambda workspace, user, password: self.tasks.run(store.test_connection, workspace, user, password),
            lambda work: self._spawn(self._reported(work)),
            self.window,
        )
        dialog.connected.connect(lambda *given: self._go(lambda: self._add(*given)))
        dialog.open()

    async def _reported(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - a defect in the dialog is shown, and the dialog stays
            self.notices.error(error)

    async def _add(self, workspace: Workspace, user: str, password: str, remember: bool) -> None:
        assert self._workspaces is not None
        await self.tasks.run(self._workspaces.add, workspace)
        await self._enter_added(workspace, user, password, remember)

    def _ask_for_association(self) -> None:
        if self._workspaces is None:
            return
        from desktop.ui.workspaces.new import NewWorkspaceDialog

        dialog = NewWorkspaceDialog(self._make_workspace, lambda work: self._spawn(self._reported(work)), self.window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.made.connect(lambda new, made: self._go(lambda: self._enter_added(made, made.user, new.password, new.remember)))
        dialog.open()

    async def _make_workspace(self, new: NewWorkspace, control: JobControl) -> Workspace:
        assert self._workspaces is not None
        try:
            made = await self.tasks.run(make_workspace, self._workspaces, new, control)
        except Exception as error:
            control.check()  # what failed because it was cancelled
            if isinstance(error, LmsError):
                raise
            raise ServerFailed(_("The workspace could not be made."), details=repr(error)) from error
        if control.cancelled:  # at the last moment
            await self.tasks.run(self._workspaces.remove, made.id, delete_data=True)
            control.check()
        return made

    async def _enter_added(self, workspace: Workspace, user: str, password: str, remember: bool) -> None:
        assert self._workspaces is not None
        self.start_page.set_workspaces(await self.tasks.run(self._workspaces.list_all), workspace.id)
        self.settings.set(options.LAST_PERSON, "")
        await self._open(workspace.id)
        await self._sign_in(user, password, remember=remember)


# What runs on worker threads, and brings the database library with it


def load_workspaces() -> Workspaces:
    """The list of workspaces; at the very first start with the sample association in it."""
    from desktop.store.postgres import storage_errors
    from desktop.store.secrets import Secrets
    from desktop.store.workspaces import Workspaces

    workspaces = Workspaces(config_folder() / "workspaces.json", data_folder(), Secrets(config_folder() / "secrets.json"))
    with storage_errors(config_folder()):
        if not workspaces.list_all():
            workspaces.add_embedded(_("Sample association"), sample=True)
    return workspaces


def open_workspace(workspaces: Workspaces, workspace: Workspace) -> OpenWorkspace:
    from desktop.store import sample
    from desktop.store.postgres import storage_errors

    opened = workspaces.open(workspace)
    try:
        if workspace.sample:
            with storage_errors(workspaces.folder(workspace)):
                sample.ensure(workspaces, opened)
    except BaseException:
        opened.close()
        raise
    return opened


def make_workspace(workspaces: Workspaces, new: NewWorkspace, control: JobControl) -> Workspace:
    from desktop.members.commands import appoint_administrator
    from desktop.members.queries import MemberFields
    from desktop.store.connection import Store

    def appoint(installer: Dsn) -> str:
        with Store(installer, connections=1) as store:
            fields = MemberFields(new.first_name, new.last_name, new.email, organization=new.association)
            return store.write(appoint_administrator, fields, new.password).value

    with working_on(control):
        return workspaces.create_embedded(new.association, appoint, control)


def sample_people(opened: OpenWorkspace) -> tuple[Person, ...]:
    from desktop.store import sample

    return tuple(Person(one.login, one.name, one.description) for one in sample.sample_people(opened))


def renew_password(workspaces: Workspaces, opened: OpenWorkspace, login: str) -> str:
    from desktop.store import sample

    return sample.renew_password(workspaces, opened, login)


def enter(opened: OpenWorkspace, user: str, password: str) -> tuple[Store, Any]:
    """A store for the person, and who they are. Only staff get more than a learner's few connections."""
    from desktop.members.queries import get_identity
    from desktop.store.connection import LEARNER_CONNECTIONS, STAFF_CONNECTIONS

    store = opened.sign_in(user, password, connections=LEARNER_CONNECTIONS)
    try:
        identity = store.read(get_identity)
    except BaseException:
        store.close()
        raise
    if identity.is_staff:
        store.close()
        store = opened.sign_in(user, password, connections=STAFF_CONNECTIONS)
    return store, identity


def open_replica(workspaces: Workspaces, workspace: Workspace, identity: Any) -> Replica | None:
    """The courses that an author keeps on this computer; learners and proctors have none."""
    if not identity.roles & {"instructor", "administrator"}:
        return None
    from desktop.store.replica import Replica

    key = workspaces.replica_key(workspace, identity.member_id)
    return Replica(workspaces.replica_folder(workspace), identity.member_id, key)


def start_sync(replica: Replica, store: Any, told: Callable[[Status], object]) -> Sync:
    from desktop.sync.loop import Sync

    sync = Sync(replica, store, told)
    sync.start()
    return sync


def alive(session: Any) -> None:
    session.connection().exec_driver_sql("SELECT 1")


def send_left(store: Any, member_id: UUID) -> int:
    """Send what waits of lessons and quizzes; returns how many answers came too late."""
    from desktop.questions import journal as answers
    from desktop.scorm import journal as records
    from desktop.scorm import recorder

    recorder.send_left(store, records.journal_path(data_folder(), member_id))
    return answers.send_left(store, answers.journal_path(data_folder(), member_id))


def send_grades(store: Any, member_id: UUID) -> int:
    """Send grades and what was marked on files, where they wait; returns how many grades met another grader's."""
    from desktop.grading import annotations, keeping

    annotations.send_left(store, annotations.annotations_path(data_folder(), member_id))
    return keeping.send_left(store, keeping.journal_path(data_folder(), member_id))


# The process


def apply_look(settings: Settings) -> None:
    """Put the chosen colours, motion and size of text in force."""
    theme().apply(
        Scheme(settings.get(options.THEME)),
        motion=False if settings.get(options.REDUCED_MOTION) else None,
        text_scale=settings.get(options.TEXT_SCALE),
    )


def follow_choice(settings: Settings, changed: options.Option[Any]) -> None:
    """An option was changed: what counts at once is the look. Everything else is read where it is used."""
    if changed in LOOK:
        apply_look(settings)


def run(arguments: list[str], started: Callable[[Application], None] | None = None) -> int:
    """Run the application until its window is closed. ``started`` gets it once it is wired, before anything is shown."""
    sys.setswitchinterval(TURN_SECONDS)
    qt = QApplication(arguments)
    qt.setApplicationName(NAME)
    qt.setApplicationDisplayName("NABIP LMS")
    qt.setDesktopFileName(NAME)
    qt.setQuitOnLastWindowClosed(False)
    settings = Settings(config_folder() / "settings.json")
    arrangement.keep_in(settings)
    use_language(settings.get(options.LANGUAGE) or (locale.getlocale()[0] or "en"))
    apply_look(settings)
    loop = qasync.QEventLoop(qt)
    asyncio.set_event_loop(loop)
    collector = MainThreadCollector(qt)
    with loop:
        application = Application(qt, settings)
        application.usable.connect(collector.settle)
        if settings.notice:
            application.notices.warn(settings.notice)
        if started is not None:
            started(application)
        loop.run_until_complete(application.run())
        application.tasks.close()
        settings.failed = None  # nobody is there any more to be told
        settings.flush()
    collector.stop()
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv))
