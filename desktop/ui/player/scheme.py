"""``scorm://<launch>/…``: where the content of one launch lives, and nothing else.

Each launch has a host of its own, so that two lessons never share storage or reach each other. Below ``/_lms/`` lie the player page, the
run-time and the addresses it reports to; below ``/content/`` the files of the package, by exact name from a list that was made when it was
unpacked: there is no path to escape from.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from PySide6.QtCore import QBuffer, QByteArray, QFile, QIODevice, QObject, QUrl, Signal
from PySide6.QtWebEngineCore import (
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
    QWebEngineUrlRequestJob,
    QWebEngineUrlScheme,
    QWebEngineUrlSchemeHandler,
)
from shiboken6 import isValid

if TYPE_CHECKING:
    from desktop.scorm.package import Package  # with lxml, which the first window need not wait for

SCHEME = b"scorm"
RUNTIME = Path(__file__).resolve().parents[3] / "resources" / "scorm"
PLAYER = ("player.html", "player.js", "runtime.js", "scorm12.js", "scorm2004.js")
MOST_TOLD = 100
"""Addresses that were stopped. Who tries more of them is not listened to."""
LARGEST_POST = 16 << 20
"""Bytes of one report from the page. Suspend data are at most 64,000 characters an item."""

# What course content consists of. The system's own table is not asked: it differs between machines and is sometimes wrong.
_TYPES = {
    ".html": "text/html", ".htm": "text/html", ".xhtml": "application/xhtml+xml", ".css": "text/css", ".js": "text/javascript",
    ".mjs": "text/javascript", ".json": "application/json", ".xml": "text/xml", ".xsd": "text/xml", ".txt": "text/plain",
    ".vtt": "text/vtt", ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
    ".webp": "image/webp", ".avif": "image/avif", ".ico": "image/x-icon", ".bmp": "image/bmp", ".mp3": "audio/mpeg", ".m4a": "audio/mp4",
    ".wav": "audio/wav", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg", ".mp4": "video/mp4", ".m4v": "video/mp4",
    ".webm": "video/webm", ".ogv": "video/ogg", ".woff": "font/woff", ".woff2": "font/woff2", ".ttf": "font/ttf", ".otf": "font/otf",
    ".eot": "application/vnd.ms-fontobject", ".wasm": "application/wasm", ".pdf": "application/pdf",
}  # fmt: skip
_ANY = "application/octet-stream"


def register() -> None:
    """Make the scheme known to Chromium. Must happen before there is a QApplication; a second call does nothing."""
    if QWebEngineUrlScheme.schemeByName(SCHEME).name() == SCHEME:
        return
    scheme = QWebEngineUrlScheme(SCHEME)
    scheme.setSyntax(QWebEngineUrlScheme.Syntax.Host)
    flag = QWebEngineUrlScheme.Flag
    scheme.setFlags(flag.SecureScheme | flag.CorsEnabled | flag.FetchApiAllowed)
    QWebEngineUrlScheme.registerScheme(scheme)


def media_type(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return _TYPES.get(suffix) or mimetypes.types_map.get(suffix, _ANY)


def address(host: str, launch: str) -> str:
    """Where an item's content lies. ``launch`` is percent-encoded already, as the manifest reader gives it."""
    return f"{SCHEME.decode()}://{host}/content/{launch}"


def with_query(address: str, parameters: Mapping[str, str]) -> str:
    """``address`` with further parameters, before its fragment."""
    head, mark, fragment = address.partition("#")
    return head + ("&" if "?" in head else "?") + urlencode(parameters) + mark + fragment


class ContentFiles:
    """The files of an unpacked package, by the names that content uses for them: upper and lower case do not matter.

    Under the name of a file that was converted lies what it was converted to; its type is that of what is served.
    """

    def __init__(self, package: Package) -> None:
        self._folder = package.folder
        self._converted = package.converted
        self._exact = frozenset(package.paths)
        self._folded = {path.casefold(): path for path in package.paths}

    def find(self, path: str) -> Path | None:
        path = path.replace("\\", "/").lstrip("/")
        found = path if path in self._exact else self._folded.get(path.casefold())
        if found is None:
            return None
        return self._converted.get(found) or self._folder / found


class Reports(Protocol):
    """What the page reports to. An answer may be given later, from the GUI thread."""

    def page_launch(self) -> dict[str, Any]:
        """What the page is told when it starts (``LmsLaunch`` in ``player.js``)."""
        ...

    def page_committed(self, message: dict[str, Any], answer: Callable[[bool, dict[str, str]], None]) -> None:
        """A record. The answer says whether it is durable, and which launch values have changed by it."""
        ...

    def page_done(self, number: int, error: str) -> None: ...

    def page_traced(self, calls: object) -> None: ...

    def page_posted(self, form: str, answer: Callable[[str], None]) -> None:
        """A request of AICC's HACP, as it was posted; the answer is its text."""
        ...


class LaunchHandler(QWebEngineUrlSchemeHandler):
    """Answers for one host. Requests for another host, or started by a page of another, are refused: Chromium does not do it for us."""

    missed = Signal(str)
    """The content asked for a file that the package does not hold: its path."""

    def __init__(self, host: str, files: ContentFiles, reports: Reports, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.host = host
        self._files = files
        self._reports = reports

    def requestStarted(self, job: QWebEngineUrlRequestJob) -> None:
        url = job.requestUrl()
        if url.host() != self.host or not self._ours(job.initiator()):
            job.fail(QWebEngineUrlRequestJob.Error.RequestDenied)
            return
        method = job.requestMethod().data()
        path = url.path(QUrl.ComponentFormattingOption.FullyDecoded)
        if method == b"POST" and path == "/_lms/aicc":
            self._hacp(job)
        elif method == b"POST" and path in ("/_lms/commit", "/_lms/done", "/_lms/trace"):
            self._report(job, path)
        elif method not in (b"GET", b"HEAD"):
            job.fail(QWebEngineUrlRequestJob.Error.RequestDenied)
        elif path.startswith("/_lms/"):
            self._player(job, path.removeprefix("/_lms/"))
        elif path.startswith("/content/"):
            found = self._files.find(path.removeprefix("/content/"))
            if found is None:
                self.missed.emit(path.removeprefix("/content/"))
            self._file(job, found)
        else:
            job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)

    def _ours(self, initiator: QUrl) -> bool:
        """The browser itself (no initiator) or a page of this launch."""
        return initiator.isEmpty() or (initiator.scheme() == SCHEME.decode() and initiator.host() == self.host)

    def _player(self, job: QWebEngineUrlRequestJob, name: str) -> None:
        if name == "launch.js":
            # "<" so that no value can end the script, U+2028 and U+2029 are escaped by json already.
            program = f"var LmsLaunch = {json.dumps(self._reports.page_launch())};".replace("<", "\\u003c")
            _reply(job, "text/javascript", program.encode())
        else:
            self._file(job, RUNTIME / name if name in PLAYER else None)

    def _file(self, job: QWebEngineUrlRequestJob, path: Path | None) -> None:
        if path is None:
            job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)
            return
        # The whole, seekable file, whatever the Range header asks for: Qt cuts the range out of it itself.
        file = QFile(str(path), job)
        if not file.open(QIODevice.OpenModeFlag.ReadOnly):
            job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)
            return
        job.reply(QByteArray(media_type(path.name).encode()), file)

    def _hacp(self, job: QWebEngineUrlRequestJob) -> None:
        data = _body(job)
        if len(data) > LARGEST_POST:
            job.fail(QWebEngineUrlRequestJob.Error.RequestFailed)
            return

        def answer(text: str) -> None:
            if isValid(job):
                _reply(job, "text/plain", text.encode())

        self._reports.page_posted(data.decode("utf-8", "replace"), answer)

    def _report(self, job: QWebEngineUrlRequestJob, path: str) -> None:
        data = _body(job)
        try:
            message = json.loads(data) if len(data) <= LARGEST_POST else None
        except (ValueError, RecursionError):  # content may post here itself, whatever it likes
            message = None
        if not isinstance(message, dict):
            job.fail(QWebEngineUrlRequestJob.Error.RequestFailed)
            return
        if path == "/_lms/done":
            number = message.get("number")
            self._reports.page_done(number if isinstance(number, int) else 0, str(message.get("error", "")))
            _reply(job, "text/plain", b"ok")
            return
        if path == "/_lms/trace":
            self._reports.page_traced(message.get("calls"))
            _reply(job, "text/plain", b"ok")
            return

        def answer(ok: bool, changed: dict[str, str]) -> None:
            if not isValid(job):
                return  # the page is gone; what it said is stored all the same
            if ok:
                _reply(job, "application/json", json.dumps(changed).encode())
            else:
                job.fail(QWebEngineUrlRequestJob.Error.RequestFailed)

        self._reports.page_committed(message, answer)


def _body(job: QWebEngineUrlRequestJob) -> bytes:
    """What was posted, at most a byte more than is taken; nothing where it cannot be read."""
    body = job.requestBody()
    # It arrives closed, and only one read gives all of it: further ones return nothing.
    if not (body.isOpen() or body.open(QIODevice.OpenModeFlag.ReadOnly)):
        return b""
    return bytes(body.read(LARGEST_POST + 1).data())


def _reply(job: QWebEngineUrlRequestJob, content_type: str, data: bytes) -> None:
    buffer = QBuffer(job)
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    job.reply(QByteArray(content_type.encode()), buffer)


class NoWayOut(QWebEngineUrlRequestInterceptor):
    """Stops every request that is not for this launch's host, whoever makes it: pages, frames, workers, sockets, beacons."""

    stopped = Signal(str, bool)
    """An address, and whether it was that of a script. Told of the first hundred of a launch only."""

    def __init__(self, host: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._host = host
        self._told = 0

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        url = info.requestUrl()
        inside = url.scheme() == SCHEME.decode() and url.host() == self._host
        if inside or url.scheme() in ("data", "blob") or url.toString() in ("about:blank", "about:srcdoc"):
            return
        info.block(True)
        if self._told < MOST_TOLD:
            self._told += 1
            self.stopped.emit(url.toString(), info.resourceType() == QWebEngineUrlRequestInfo.ResourceType.ResourceTypeScript)
