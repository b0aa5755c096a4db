"""The web view that plays one launch of a package.

Its profile is off the record and its own, its host too; nothing it asks for leaves the machine. It goes through :meth:`PlayerView.close`,
in this order: the content's page is replaced by a blank one, so that it says its last words; those are made durable; the page is deleted,
then its profile.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard
from uuid import UUID

from PySide6.QtCore import QEvent, Qt, QUrl, Signal
from PySide6.QtWebEngineCore import (
    QWebEngineDownloadRequest,
    QWebEngineFullScreenRequest,
    QWebEnginePage,
    QWebEnginePermission,
    QWebEngineProfile,
    QWebEngineScript,
    QWebEngineSettings,
)
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import delete

from desktop.i18n import _
from desktop.scorm import hacp
from desktop.scorm.manifest import Item, Standard
from desktop.scorm.package import Package
from desktop.scorm.records import Document, Record, launch_values
from desktop.scorm.route import Route, Step
from desktop.scorm.sequencing.requests import Navigation, NavigationRequest
from desktop.ui.player.dialogs import ContentDialog
from desktop.ui.player.saving import Saving
from desktop.ui.player.scheme import RUNTIME, SCHEME, ContentFiles, LaunchHandler, NoWayOut, address, with_query

MOST_POPUPS = 8
"""Windows that content may have open at once."""
LEAVE_SECONDS = 5.0
"""How long content may take to say its last words. A page that hangs is not waited for longer."""


@dataclass(frozen=True, slots=True)
class Launch:
    """What is played: the package, the way through it, and who the learner is. A preview is told so.

    With ``traced`` each call of the content is told to ``PlayerView.traced``, for authors to see.
    """

    session_id: UUID
    package: Package
    route: Route
    learner_id: str
    learner_name: str
    preview: bool = False
    traced: bool = False

    @property
    def host(self) -> str:
        return self.session_id.hex


@dataclass(frozen=True, slots=True)
class Call:
    """A call that the content made: the function and its arguments, what it got, and the error code with its diagnostic."""

    function: str
    argument: str
    value: str
    answer: str
    error: str
    detail: str


class ContentPage(QWebEnginePage):
    """A page of the launch: the player, or a window that the content opened."""

    def __init__(self, profile: QWebEngineProfile, view: PlayerView, *, popup: bool) -> None:
        super().__init__(profile)
        self._player = view
        self._popup = popup
        settings = self.settings()
        attribute = QWebEngineSettings.WebAttribute
        for name, value in {
            attribute.JavascriptCanOpenWindows: True,
            attribute.JavascriptCanAccessClipboard: False,
            attribute.JavascriptCanPaste: False,
            attribute.LocalContentCanAccessRemoteUrls: False,
            attribute.LocalContentCanAccessFileUrls: False,
            attribute.PluginsEnabled: False,
            attribute.HyperlinkAuditingEnabled: False,
            attribute.DnsPrefetchEnabled: False,
            attribute.ScreenCaptureEnabled: False,
            attribute.WebRTCPublicInterfacesOnly: True,
            attribute.AllowWindowActivationFromJavaScript: False,
            attribute.NavigateOnDropEnabled: False,
            attribute.ErrorPageEnabled: False,
            attribute.FullScreenSupportEnabled: True,
            # Narration starts with its slide: opening the lesson was the gesture.
            attribute.PlaybackRequiresUserGesture: False,
        }.items():
            settings.setAttribute(name, value)

    def acceptNavigationRequest(self, url: QUrl | str, type: QWebEnginePage.NavigationType, isMainFrame: bool) -> bool:
        return self._player.may_navigate(QUrl(url), main_frame=isMainFrame and not self._popup)

    def createWindow(self, type: QWebEnginePage.WebWindowType) -> QWebEnginePage | None:  # type: ignore[override]  # Qt takes none for no
        return self._player.open_popup()

    def chooseFiles(self, mode: QWebEnginePage.FileSelectionMode, oldFiles: Sequence[str], acceptedMimeTypes: Sequence[str]) -> list[str]:
        return []

    def javaScriptAlert(self, securityOrigin: QUrl | str, msg: str) -> None:
        self._player.dialog.alert(msg)

    def javaScriptConfirm(self, securityOrigin: QUrl | str, msg: str) -> bool:
        # While leaving, this is the page asking whether it may be left.
        return True if self._player.leaving else self._player.dialog.confirm(msg)

    def javaScriptPrompt(self, securityOrigin: QUrl | str, msg: str, defaultValue: str) -> tuple[bool, str]:
        answer = self._player.dialog.prompt(msg, defaultValue)
        return answer is not None, answer or ""

    def javaScriptConsoleMessage(
        self, level: QWebEnginePage.JavaScriptConsoleMessageLevel, message: str, lineNumber: int, sourceID: str
    ) -> None:
        self._player.console.emit(message, lineNumber, sourceID)


class PlayerView(QWidget):
    """Plays a launch. All coroutines run on the GUI thread."""

    moved = Signal(object)
    """Where a request led: a :class:`~desktop.scorm.route.Step`."""
    record_changed = Signal(object)
    """The content said something: the whole record as it is now."""
    asked = Signal(object)
    """The content asks for a :class:`NavigationRequest`: to be passed to :meth:`ask`."""
    traced = Signal(list)
    """The content made calls: a list of :class:`Call`."""
    broken = Signal(str)
    """The content's process ended, or the player page did not load: a sentence. :meth:`start` begins again where it was."""
    refused = Signal(object)
    """A :class:`NavigationRequest` that cannot be met now. What is shown stays."""
    exit_requested = Signal()
    """The content asked to be closed."""
    full_screen_requested = Signal(bool)
    link_refused = Signal(str)
    """The content tried to go somewhere outside of the package: the address."""
    file_missing = Signal(str)
    """The content asked for a file that the package does not hold: its path."""
    address_stopped = Signal(str)
    """The content asked for something outside of the package, as a page or without being seen: the address."""
    console = Signal(str, int, str)

    def __init__(self, launch: Launch, saving: Saving, parent: QWidget | None = None) -> None:
        self._closed = True  # until everything is there: palette changes come as early as the parent is set
        super().__init__(parent)
        self.launch = launch
        self.saving = saving
        self.route = launch.route
        self.leaving = False
        self.current = ""
        """The identifier of the item whose content is shown; empty where none is."""
        self._turn = asyncio.Lock()  # requests are met one after the other
        self._begun = False
        self._alive = False  # the player page is there to be called
        self._said = 0  # the number of the page's last record
        self._saved = 0  # the number of the last save
        self._may_be_mute = False  # nothing is known yet that keeps the content from being a thing that was merely shown
        self._calls = 0
        self._units: dict[str, tuple[str, hacp.Session]] = {}  # by AICC_SID: the item and its launch
        self._posting: set[str] = set()  # items that have said something over HACP
        self._answers: dict[int, asyncio.Future[str]] = {}
        self.popups: list[QWebEngineView] = []

        self._profile = QWebEngineProfile()  # without a storage name: off the record
        self._handler = LaunchHandler(launch.host, ContentFiles(launch.package), self, self)
        self._handler.missed.connect(self._file_missed)
        self.interceptor = NoWayOut(launch.host, self)
        self.interceptor.stopped.connect(self._address_stopped)
        self._profile.installUrlSchemeHandler(SCHEME, self._handler)
        self._profile.setUrlRequestInterceptor(self.interceptor)
        self._profile.downloadRequested.connect(_refuse_download)
        if launch.package.converted:
            self._profile.scripts().insert(_script("media.js"))
        if launch.package.manifest.standard is Standard.AICC:
            self._profile.scripts().insert(_script("hacp.js"))

        self.view = QWebEngineView(self)
        self.view.setAccessibleName(_("Course content"))
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setFocusProxy(self.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.dialog = ContentDialog(self)
        self.page = self._new_page()
        self._closed = False
        self._profile.setParent(self)  # children go in order: the page before its profile, should this widget end without being closed

    # what the window calls

    @property
    def document(self) -> Document:
        """The whole record of the lesson as it is now."""
        return self.route.document

    async def start(self) -> None:
        """Load the player page and open what is to be opened first; after :attr:`broken`, what was open."""
        async with self._turn:
            loaded = asyncio.get_running_loop().create_future()

            def finished(ok: bool) -> None:
                if not loaded.done():
                    loaded.set_result(ok)

            self.page.loadFinished.connect(finished)
            try:
                self.page.load(QUrl(f"{SCHEME.decode()}://{self.launch.host}/_lms/player.html"))
                self._alive = await loaded
                if not self._alive:
                    self.broken.emit(_("The player could not be started."))
                    return
            finally:
                with contextlib.suppress(RuntimeError):
                    self.page.loadFinished.disconnect(finished)
            step = self.route.reopen() if self._begun else self.route.begin()
            self._begun = True
            await self._follow(step)

    async def ask(self, request: NavigationRequest) -> None:
        """Meet a request of the learner or of the content: take away what is shown, in order, and show what comes of it."""
        async with self._turn:
            if self._closed:
                return
            if not self.route.may(request):
                self.refused.emit(request)
                return
            await self._leave()
            await self._follow(self.route.ask(request))

    async def open_item(self, identifier: str) -> None:
        """The learner chose an entry of the contents."""
        await self.ask(NavigationRequest(Navigation.CHOICE, identifier))

    async def close_launch(self) -> None:
        """Take the content away, make its last words durable, end the launch, delete the page and then its profile."""
        if self._closed:
            return
        self._closed = True
        self.dialog.dismiss()
        async with self._turn:
            await self._leave()
            self.route.leave()
            self._save()
            await self.saving.close()
            # At once and in this order: Chromium does not survive a profile that goes before its pages.
            for part in (self.view, self.page, self._profile):
                delete(part)

    # what the page's handler calls

    def page_launch(self) -> dict[str, Any]:
        return {
            "standard": self.launch.package.manifest.standard.run_time.value,
            "sequence": self._said,
            "dark": self._dark,
            "traced": self.launch.traced,
        }

    def page_committed(self, message: dict[str, Any], answer: Callable[[bool, dict[str, str]], None]) -> None:
        number, item, record = message.get("sequence"), message.get("item"), message.get("record")
        known = {one.identifier for one in self.launch.package.manifest.default.launchable}
        if not isinstance(number, int) or item not in known or not _is_record(record):
            answer(False, {})
            return
        if number <= self._said or item in self._posting:
            # A newer one is on its way to the disk already, or the content speaks for itself and the page takes it to be mute.
            answer(True, {})
            return
        self._said = number
        self.route.says(item, {"finished": record["finished"], "cmi": record["cmi"]})
        self.record_changed.emit(self.document)
        changed = self.route.valid_requests() if message.get("waits") and not record["finished"] else {}
        self._save(lambda ok: answer(ok, changed))
        if record["finished"] and message.get("waits") and item == self.current and not self.leaving:
            request = self.route.requested()
            if request is not None:
                self.asked.emit(request)

    def page_traced(self, calls: object) -> None:
        told = [Call(*map(_text, one)) for one in calls if isinstance(one, list) and len(one) == 6] if isinstance(calls, list) else []
        if told:
            self.traced.emit(told)

    def page_done(self, number: int, error: str) -> None:
        future = self._answers.pop(number, None)
        if future is not None and not future.done():
            future.set_result(error)

    def page_posted(self, form: str, answer: Callable[[str], None]) -> None:
        request = hacp.read_request(form)
        if request.session_id not in self._units:
            answer(hacp.unknown_session())
            return
        item, session = self._units[request.session_id]
        self._may_be_mute = False
        self._posting.add(item)
        reply = session.answer(request)
        if not reply.changed:
            answer(reply.text)
            return
        self.route.says(item, session.record)
        self.record_changed.emit(self.document)
        self._save(lambda durable: answer(reply.text if durable else hacp.not_stored()))

    # what pages call

    def may_navigate(self, url: QUrl, *, main_frame: bool) -> bool:
        player = url.scheme() == SCHEME.decode() and url.host() == self.launch.host
        if main_frame:
            allowed = player and url.path() == "/_lms/player.html"
        else:
            allowed = player or url.scheme() in ("about", "data", "blob", "javascript")
        if not allowed:
            self.link_refused.emit(url.toString())
        return allowed

    def open_popup(self) -> QWebEnginePage | None:
        """A window that the content opens: same profile, so that it finds the API through its opener. None where there are enough."""
        if len(self.popups) >= MOST_POPUPS:
            return None
        view = QWebEngineView(self)
        view.setWindowFlag(Qt.WindowType.Window)
        view.setAccessibleName(_("Window of the course content"))
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        page = ContentPage(self._profile, self, popup=True)
        page.setParent(view)
        view.setPage(page)
        page.titleChanged.connect(view.setWindowTitle)
        page.geometryChangeRequested.connect(lambda geometry: view.resize(geometry.size()))
        page.windowCloseRequested.connect(lambda: self._forget_popup(view))
        self.popups.append(view)
        view.resize(self.size())
        view.show()
        return page

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and not self._closed:
            self.page.runJavaScript(f"window.LmsPlayer && LmsPlayer.dark({json.dumps(self._dark)})")

    # how it works

    @property
    def _dark(self) -> bool:
        palette = self.palette()
        return palette.window().color().lightness() < palette.windowText().color().lightness()

    def _new_page(self) -> ContentPage:
        page = ContentPage(self._profile, self, popup=False)
        page.setParent(self)
        self.view.setPage(page)
        page.renderProcessTerminated.connect(self._process_ended)
        page.windowCloseRequested.connect(self.exit_requested)
        page.fullScreenRequested.connect(self._full_screen)
        page.permissionRequested.connect(_refuse_permission)
        return page

    async def _leave(self) -> None:
        """Take the content away, and its windows; what it says last is on its way to the disk then."""
        self.leaving = True
        self.dialog.dismiss()
        try:
            await self._close_popups()
            await self._call("leave", self._may_be_mute)
        finally:
            self.leaving = False
            self.dialog.reset()
        self.current = ""

    async def _follow(self, step: Step) -> None:
        item = step.item
        if item is not None:
            self.current = item.identifier
            self._save()
            self.moved.emit(step)
            await self._call("open", self._opening(item))
            self.view.setFocus()
        else:
            self._save()
            self.moved.emit(step)

    def _opening(self, item: Item) -> dict[str, Any]:
        assert item.resource is not None
        self._may_be_mute = True
        launch, standard = self.launch, self.launch.package.manifest.standard
        values = launch_values(standard, item, launch.learner_id, launch.learner_name, preview=launch.preview)
        target = address(launch.host, item.launch)
        if standard is Standard.AICC:
            session_id = f"{launch.host}-{len(self._units)}"
            self._units[session_id] = item.identifier, hacp.Session(item, self.route.record(item.identifier), values)
            target = with_query(target, {"AICC_SID": session_id, "AICC_URL": f"{SCHEME.decode()}://{launch.host}/_lms/aicc"})
        return {
            "id": item.identifier,
            "address": target,
            "asset": not item.resource.is_sco,
            "launch": values | self.route.launch_values(),
            "record": self.route.record(item.identifier),
        }

    def _file_missed(self, path: str) -> None:
        self._may_be_mute &= not path.lower().endswith((".js", ".mjs"))
        self.file_missing.emit(path)

    def _address_stopped(self, address: str, is_script: bool) -> None:
        self._may_be_mute &= not is_script
        self.address_stopped.emit(address)

    def _save(self, answer: Callable[[bool], None] = lambda _durable: None) -> None:
        self._saved += 1
        self.saving.save(self.document, self._saved, answer)

    async def _call(self, function: str, *arguments: object) -> None:
        """Call a function of ``LmsPlayer`` and wait until it is through. A page that is gone or hangs is not waited for."""
        if not self._alive:
            return
        self._calls += 1
        number = self._calls
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._answers[number] = future
        parameters = ", ".join(json.dumps(argument) for argument in (number, *arguments))
        self.page.runJavaScript(f"window.LmsPlayer ? LmsPlayer.{function}({parameters}) : null")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(future, LEAVE_SECONDS)
        self._answers.pop(number, None)

    async def _close_popups(self) -> None:
        for view in tuple(self.popups):
            view.page().load(QUrl("about:blank"))
        if self.popups:
            await asyncio.sleep(0.2)  # their last words go through the player's page
        while self.popups:
            delete(self.popups.pop())  # at once: its page must not outlive the profile

    def _forget_popup(self, view: QWebEngineView) -> None:
        if view in self.popups:
            self.popups.remove(view)
            view.close()
            view.deleteLater()

    def _process_ended(self, status: QWebEnginePage.RenderProcessTerminationStatus, _code: int) -> None:
        self._alive = False
        for future in self._answers.values():
            if not future.done():
                future.set_result("the page's process ended")
        if not self._closed and status != QWebEnginePage.RenderProcessTerminationStatus.NormalTerminationStatus:
            self.broken.emit(_("The content stopped working. What it said until a second ago is safe."))

    def _full_screen(self, request: QWebEngineFullScreenRequest) -> None:
        request.accept()
        self.full_screen_requested.emit(request.toggleOn())


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _is_record(record: object) -> TypeGuard[Record]:
    return (
        isinstance(record, dict)
        and isinstance(record.get("finished"), bool)
        and isinstance(record.get("cmi"), dict)
        and all(isinstance(value, str) for value in record["cmi"].values())
    )


def _script(name: str) -> QWebEngineScript:
    """One of ours that runs in every page and frame before its own scripts."""
    script = QWebEngineScript()
    script.setSourceCode((RUNTIME / name).read_text(encoding="utf-8"))
    script.setInjectionPoint(QWebEngineScript.InjectionPoint.DocumentCreation)
    script.setWorldId(QWebEngineScript.ScriptWorldId.MainWorld)
    script.setRunsOnSubFrames(True)
    return script


def _refuse_download(request: QWebEngineDownloadRequest) -> None:
    request.cancel()


def _refuse_permission(permission: QWebEnginePermission) -> None:
    permission.deny()
