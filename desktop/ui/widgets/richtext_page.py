"""The page that the text editor lives in: ``lessontext://<document>/…``, and nothing that leads out of it.

The program is ours (``resources/editor``) with TipTap bundled into it by ``lms``; pictures come from the workspace's assets. Scripts of a
lesson never run: what is shown was sanitized, and the page's own policy allows the bundle only.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QBuffer, QByteArray, QFile, QIODevice, QObject, QUrl, QUrlQuery, Signal
from PySide6.QtWebEngineCore import (
    QWebEnginePage,
    QWebEnginePermission,
    QWebEngineProfile,
    QWebEngineSettings,
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
    QWebEngineUrlRequestJob,
    QWebEngineUrlScheme,
    QWebEngineUrlSchemeHandler,
)
from shiboken6 import isValid

from desktop.ui.widgets import spelling

log = logging.getLogger(__name__)

SCHEME = b"lessontext"
HOST = "editor"
FILES = Path(__file__).resolve().parents[3] / "resources" / "editor"
BUNDLE = FILES / "bundle.js"
"""Made by ``lms`` at set-up; see docs/design.md, "Rich text"."""

LARGEST_TEXT = 32 << 20
LARGEST_PICTURE = 64 << 20
_TYPES = {"editor.html": "text/html", "lesson.css": "text/css", "editor.css": "text/css", "bundle.js": "text/javascript"}


def register() -> None:
    """Make the scheme known to Chromium. Must happen before there is a QApplication; a second call does nothing."""
    if QWebEngineUrlScheme.schemeByName(SCHEME).name() == SCHEME:
        return
    scheme = QWebEngineUrlScheme(SCHEME)
    scheme.setSyntax(QWebEngineUrlScheme.Syntax.Host)
    flag = QWebEngineUrlScheme.Flag
    scheme.setFlags(flag.SecureScheme | flag.CorsEnabled | flag.FetchApiAllowed)
    QWebEngineUrlScheme.registerScheme(scheme)


def address(path: str) -> QUrl:
    return QUrl(f"{SCHEME.decode()}://{HOST}/{path}")


class Files(Protocol):
    """Where a text's pictures and films are kept."""

    async def store(self, data: bytes, name: str, media_type: str) -> str:
        """Keep it; the address that a text names it by (``asset:<id>``). Raises :class:`~desktop.errors.LmsError`."""
        ...

    async def path(self, asset: str) -> Path:
        """The asset as a file on this computer."""
        ...


type Spawn = Callable[[Coroutine[Any, Any, Any]], object]


class TextHandler(QWebEngineUrlSchemeHandler):
    """Answers the page. ``reader`` is a document that it serves as ``/text.html``."""

    posted = Signal(dict)
    refused = Signal(object)
    """A picture could not be kept: the error."""

    def __init__(self, files: Files | None, spawn: Spawn, parent: QObject) -> None:
        super().__init__(parent)
        self._files = files
        self._spawn = spawn
        self.document = b""

    def requestStarted(self, job: QWebEngineUrlRequestJob) -> None:
        url = job.requestUrl()
        initiator = job.initiator()
        if url.host() != HOST or not (initiator.isEmpty() or initiator.scheme() == SCHEME.decode()):
            job.fail(QWebEngineUrlRequestJob.Error.RequestDenied)
            return
        path = url.path().removeprefix("/")
        match job.requestMethod().data():
            case b"POST" if path == "message":
                self._message(job)
            case b"POST" if path == "picture":
                self._picture(job, QUrlQuery(url))
            case b"GET" if path == "text.html":
                _reply(job, "text/html", self.document)
            case b"GET" if path in _TYPES:
                _reply(job, _TYPES[path], (FILES / path).read_bytes())
            case b"GET" if path.startswith("dictionary/"):
                data = spelling.read(path.removeprefix("dictionary/"))
                if data is None:
                    job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)
                else:
                    _reply(job, "text/plain; charset=utf-8", data)
            case b"GET" if path.startswith("asset/") and self._files is not None:
                self._spawn(self._send(job, self._files, path.removeprefix("asset/").partition("/")[0]))
            case _:
                job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)

    def _message(self, job: QWebEngineUrlRequestJob) -> None:
        body = _body(job, LARGEST_TEXT)
        _reply(job, "text/plain", b"ok")
        if body is not None:
            self.posted.emit(json.loads(body))

    def _picture(self, job: QWebEngineUrlRequestJob, query: QUrlQuery) -> None:
        data = _body(job, LARGEST_PICTURE)
        media_type = query.queryItemValue("type", QUrl.ComponentFormattingOption.FullyDecoded)
        if data is None or self._files is None or not media_type.startswith("image/"):
            job.fail(QWebEngineUrlRequestJob.Error.RequestFailed)
            return
        name = query.queryItemValue("name", QUrl.ComponentFormattingOption.FullyDecoded)
        self._spawn(self._keep(job, self._files, data, name, media_type))

    async def _keep(self, job: QWebEngineUrlRequestJob, files: Files, data: bytes, name: str, media_type: str) -> None:
        try:
            src = await files.store(data, name, media_type)
        except Exception as error:  # noqa: BLE001 - it is for the person, who pasted it, to hear
            self.refused.emit(error)
            if isValid(job):
                job.fail(QWebEngineUrlRequestJob.Error.RequestFailed)
            return
        if isValid(job):
            _reply(job, "application/json", json.dumps({"src": src}).encode())

    async def _send(self, job: QWebEngineUrlRequestJob, files: Files, asset: str) -> None:
        try:
            path = await files.path(asset)
        except Exception:  # noqa: BLE001 - shown as a broken picture; the checklist names it
            if isValid(job):
                job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)
            return
        if not isValid(job):
            return
        file = QFile(str(path), job)
        if file.open(QIODevice.OpenModeFlag.ReadOnly):
            # Seekable and whole, whatever the Range header asks for; the type is told by the bytes.
            job.reply(QByteArray(_sniffed(path).encode()), file)
        else:
            job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)


def _sniffed(path: Path) -> str:
    """The media type by the first bytes: an asset's file has no name. What is none of these is not shown inside of a text."""
    with path.open("rb") as file:
        head = file.read(64)
    signs = (
        (b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"), (b"\x1aE\xdf\xa3", "video/webm"),
        (b"OggS", "audio/ogg"), (b"ID3", "audio/mpeg"), (b"\xff\xfb", "audio/mpeg"), (b"fLaC", "audio/flac"),
    )  # fmt: skip
    for sign, media_type in signs:
        if head.startswith(sign):
            return media_type
    if head[4:8] == b"ftyp":
        return "image/avif" if head[8:12] == b"avif" else "video/mp4"
    if head.startswith(b"RIFF"):
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], "application/octet-stream")
    return "image/svg+xml" if b"<svg" in head or head.startswith(b"<?xml") else "application/octet-stream"


def _body(job: QWebEngineUrlRequestJob, most: int) -> bytes | None:
    body = job.requestBody()
    # It arrives closed, and only one read gives all of it.
    if not (body.isOpen() or body.open(QIODevice.OpenModeFlag.ReadOnly)):
        return None
    data = bytes(body.read(most + 1).data())
    return data if len(data) <= most else None


def _reply(job: QWebEngineUrlRequestJob, content_type: str, data: bytes) -> None:
    buffer = QBuffer(job)
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    job.reply(QByteArray(content_type.encode()), buffer)


class NoNetwork(QWebEngineUrlRequestInterceptor):
    """Stops whatever is not the editor's own."""

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        url = info.requestUrl()
        if not ((url.scheme() == SCHEME.decode() and url.host() == HOST) or url.scheme() in ("data", "blob")):
            info.block(True)


class TextPage(QWebEnginePage):
    """The editor's page, or a reader's. Links are asked for, never followed."""

    link_clicked = Signal(QUrl)

    def __init__(self, profile: QWebEngineProfile, *, scripts: bool) -> None:
        super().__init__(profile)
        attribute = QWebEngineSettings.WebAttribute
        settings = self.settings()
        for name, value in {
            attribute.JavascriptEnabled: scripts,
            attribute.JavascriptCanOpenWindows: False,
            attribute.JavascriptCanAccessClipboard: scripts,  # Ctrl+C of a cell selection goes through the page
            attribute.JavascriptCanPaste: False,
            attribute.LocalContentCanAccessRemoteUrls: False,
            attribute.LocalContentCanAccessFileUrls: False,
            attribute.PluginsEnabled: False,
            attribute.NavigateOnDropEnabled: False,
            attribute.ErrorPageEnabled: False,
            attribute.DnsPrefetchEnabled: False,
            attribute.PlaybackRequiresUserGesture: True,
        }.items():
            settings.setAttribute(name, value)
        self.permissionRequested.connect(_deny)

    def acceptNavigationRequest(self, url: QUrl | str, type: QWebEnginePage.NavigationType, isMainFrame: bool) -> bool:
        url = QUrl(url)
        if type == QWebEnginePage.NavigationType.NavigationTypeLinkClicked:
            if url.scheme() == SCHEME.decode() and url.hasFragment():
                return True
            self.link_clicked.emit(url)
            return False
        return url.scheme() == SCHEME.decode() or url.toString() == "about:blank"

    def javaScriptConsoleMessage(
        self, level: QWebEnginePage.JavaScriptConsoleMessageLevel, message: str, lineNumber: int, sourceID: str
    ) -> None:
        log.info("%s:%s: %s", sourceID, lineNumber, message)  # a picture on the web that is not fetched, for one


def _deny(permission: QWebEnginePermission) -> None:
    permission.deny()


def new_profile(handler: TextHandler, parent: QObject) -> QWebEngineProfile:
    """Off the record, without network, with ``handler`` behind the scheme."""
    profile = QWebEngineProfile()
    profile.installUrlSchemeHandler(SCHEME, handler)
    profile.setUrlRequestInterceptor(NoNetwork(parent))
    profile.downloadRequested.connect(lambda request: request.cancel())
    return profile
