"""A lesson that is open: reading, document, film, page of another site, link. Packages, quizzes and assignments have pages of their own.

Beside it stand the course's contents, one's notes, what is said in the film, and its files. Time in front of it and seconds of film that
were played are told to the server as they pass.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from PySide6.QtCore import QLocale, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QHideEvent, QImage, QResizeEvent, QShowEvent
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.courses.outline import Outline, OutlineLesson, Progress, build
from desktop.courses.queries import list_outline
from desktop.courses.vocabulary import LESSON_TYPES, duration, label
from desktop.errors import Invalid, NotFound, ServerAway
from desktop.i18n import _
from desktop.learning.captions import Cue, chapters_of, decode, find_chapters, parse_cues
from desktop.learning.commands import complete_lesson, open_lesson
from desktop.learning.queries import Attachment, LessonContent, get_lesson
from desktop.learning.watching import Spans, get_played, list_heat, record_time, record_watching
from desktop.settings import cache_folder
from desktop.store.assets import asset_of, fetch
from desktop.store.streaming import AssetFile, make_room
from desktop.tasks import JobControl
from desktop.ui.context import Context
from desktop.ui.learning.beside import WIDTH, Beside
from desktop.ui.learning.reading import COLUMN, Reading, load_picture
from desktop.ui.page import Empty, Page
from desktop.ui.theme import Role, px
from desktop.ui.widgets.badges import StatusPill
from desktop.ui.widgets.buttons import Button, IconButton, disabled
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Dialog

if TYPE_CHECKING:
    from desktop.ui.learning.video import VideoView

ELSEWHERE = frozenset({"scorm", "quiz", "assignment"})
"""Types of lessons that have a page of their own."""
TIME_MS = 30_000
"""Between two reports of time in front of a lesson."""
ROOM = 640
"""Pixels at nominal text that a lesson wants for itself; in a narrower window the panels beside it are closed at first."""
HEAT_PARTS = 120
SUBTITLES = (".vtt", ".srt")


class LessonPage(Page):
    """``context.open("lesson", course=…, lesson=…, enrollment=…)``; without an enrolment it is a look that records nothing."""

    shows: ClassVar[frozenset[str]] = frozenset({"lesson_progress"})

    def __init__(self, context: Context, course: UUID, lesson: UUID, enrollment: UUID | None = None, parent: QWidget | None = None) -> None:
        self.course_id, self.lesson_id, self.enrollment_id = course, lesson, enrollment
        self._opened = False
        self._played = False
        self._film: AssetFile | None = None
        self._film_at: float | None = None
        self._since = time.monotonic()
        self.video: VideoView | None = None
        self._clock = QTimer()
        self._clock.setInterval(TIME_MS)
        self._clock.timeout.connect(lambda: self.spawn(self._tell_time()))
        self._lesson: LessonContent | None = None
        self._outline = Outline(())
        super().__init__(context, parent)

    @property
    def breadcrumb(self) -> tuple[str, Callable[[], object]]:
        title = self._lesson.course_title if self._lesson else _("Course")
        return title, lambda: self.context.open("course", course=self.course_id)

    # Making

    def build(self) -> QWidget:
        self.reading = Reading()
        self.reading.anchorClicked.connect(lambda url: self.ask_to_visit(url.toString()))
        self.pdf = QPdfDocument(self)
        self.pdf_view = QPdfView()
        self.pdf_view.setDocument(self.pdf)
        self.pdf_view.setPageMode(QPdfView.PageMode.MultiPage)
        self.pdf_view.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        self.pdf_view.setAccessibleName(_("Pages of the document"))
        self.elsewhere = QWidget()
        self.elsewhere_text = Label("", Role.HEADING, wrap=True)
        self.elsewhere_second = Label("", Role.BODY, "muted", wrap=True)
        self.visit_button = Button(_("Open in the browser…"), "primary", "external")
        self.visit_button.clicked.connect(self._visit)
        away = QVBoxLayout(self.elsewhere)
        away.setSpacing(px(8))
        away.addStretch(2)
        for words in (self.elsewhere_text, self.elsewhere_second):
            words.setAlignment(Qt.AlignmentFlag.AlignCenter)
            away.addWidget(words)
        away.addSpacing(px(8))
        away.addWidget(self.visit_button, 0, Qt.AlignmentFlag.AlignHCenter)
        away.addStretch(3)
        self.stack = QStackedWidget()
        for widget in (self.reading, self.pdf_view, self.elsewhere):
            self.stack.addWidget(widget)
        self.stack.setMaximumWidth(px(COLUMN))
        self.beside = Beside(self.context, self.lesson_id, self._moment)
        self.beside.contents.opened.connect(self._open_lesson)
        self.beside.notes.sought.connect(self._seek)
        self.beside.transcript.sought.connect(self._seek)
        self.beside.files.save_asked.connect(self._save_file)
        self.beside_button = IconButton("sidebar", _("Contents, notes and files"))
        self.beside_button.setCheckable(True)
        self.beside_button.clicked.connect(self.beside.setVisible)
        self.header.trailing.addWidget(self.beside_button)
        self._show_beside(self.width() >= px(ROOM + WIDTH))
        self.done_pill = StatusPill(_("Completed"), "good")
        self.previous_button = Button(_("Previous"), "quiet", "chevron-left")
        self.next_button = Button(_("Next"), "quiet", "chevron-right")
        self.next_button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.complete_button = Button(_("Mark complete"), "primary", "check")
        self.certificate_button = Button(_("Certificate"), "primary", "certificate")
        self.previous_button.clicked.connect(lambda: self._go(-1))
        self.next_button.clicked.connect(lambda: self._go(1))
        self.complete_button.clicked.connect(lambda: self.spawn(self._complete()))
        self.certificate_button.clicked.connect(lambda: self.context.open("certificate", enrollment=self.enrollment_id))
        foot = QHBoxLayout()
        foot.setContentsMargins(px(32), px(12), px(32), px(16))
        foot.setSpacing(px(8))
        foot.addWidget(self.previous_button)
        foot.addStretch(1)
        foot.addWidget(self.done_pill)
        foot.addWidget(self.complete_button)
        foot.addWidget(self.certificate_button)
        foot.addWidget(self.next_button)
        middle = QHBoxLayout()
        middle.setContentsMargins(px(32), px(4), px(32), 0)
        middle.addWidget(self.stack, 100)
        middle.addStretch(1)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(middle, 1)
        column.addLayout(foot)
        content = QWidget()
        content.setMinimumWidth(px(ROOM) - 2 * px(32))  # the panels beside it go before they are in the way
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(column, 1)
        row.addWidget(self.beside)
        return content

    # Reading

    async def refresh(self) -> Empty | None:
        if self.enrollment_id is not None and not self._opened:
            self._opened = True
            await self.context.write(open_lesson, self.enrollment_id, self.lesson_id)
        lesson, rows = await asyncio.gather(
            self.context.read(get_lesson, self.lesson_id, self.enrollment_id),
            self.context.read(list_outline, self.course_id, self.enrollment_id),
        )
        if lesson.lesson_type in ELSEWHERE and not self._played:
            self._played = True  # once: whoever comes back here with Alt+Left wants to go on back
            self._play(lesson)
        first = self._lesson is None
        self._lesson = lesson
        if not first and lesson.lesson_type == "video" and self._film is None:
            await self._show(lesson)  # shown again, after something else was
        self._outline = build(*rows, now=datetime.now(UTC), enrolled=self.enrollment_id is not None, unlocked=self.enrollment_id is None)
        parts = (label(LESSON_TYPES, lesson.lesson_type), duration(lesson.estimated_duration_minutes))
        self.set_title(lesson.title, " · ".join(part for part in parts if part))
        self.header.set_breadcrumb(*self.breadcrumb)
        if first:
            await self._show(lesson)
            await self.beside.notes.refresh()
            await self._show_files(lesson)
        self._show_state(lesson)
        await self.beside.contents.show_outline(self._outline, self.lesson_id, enrolled=self.enrollment_id is not None)
        return None

    async def _show(self, lesson: LessonContent) -> None:
        asset = asset_of(lesson.content_url or "")
        if lesson.lesson_type == "text" or (lesson.lesson_type == "embedded_content" and lesson.content_html):
            self.reading.show_html(lesson.content_html or "")
            self.stack.setCurrentWidget(self.reading)
            if wanted := self.reading.wanted:
                self.spawn(self._fetch_pictures(wanted))
        elif lesson.lesson_type == "pdf" and asset is not None:
            path = await self.context.job(_("Fetching {name}").format(name=lesson.title), _fetched, self.context.store, asset)
            self.pdf.load(str(path))
            self.stack.setCurrentWidget(self.pdf_view)
        elif lesson.lesson_type == "video" and asset is not None:
            await self._open_film(lesson, asset)
        else:
            self._show_elsewhere(lesson)

    async def _fetch_pictures(self, assets: tuple[str, ...]) -> None:
        self.reading.show_pictures(await self.context.job(_("Fetching pictures"), _pictures, self.context.store, assets, px(COLUMN)))

    async def _open_film(self, lesson: LessonContent, asset: str) -> None:
        from desktop.ui.learning.video import VideoView  # codecs are loaded only once there is a film

        played: Spans = ()
        if self.enrollment_id is not None:
            played = await self.context.read(get_played, self.enrollment_id, self.lesson_id)
        self._film = await self.context.tasks.run(_film, self.context.store, asset)
        if self.video is None:
            self.video = VideoView(self.context.settings)
            self.video.reporter.due.connect(lambda spans, at: self._leave_with(self._tell_watched(spans, at)))
            self.video.moved.connect(self.beside.transcript.follow)
            self.stack.addWidget(self.video)
            self.stack.setMaximumWidth(px(2 * COLUMN))
            tracks, transcript, chapters = await self.context.tasks.run(_words, self.context.store, lesson)
            self.video.show_captions(tracks)
            written = find_chapters(lesson.description or "", lesson.video_duration_seconds)
            self.video.show_chapters(chapters_of(chapters) or written)
            if isinstance(transcript, str):
                self.beside.transcript.show_text(transcript)
            elif transcript:
                self.beside.transcript.show_cues(transcript)
            self.beside.tabs.set_enabled("transcript", bool(transcript))
        at = self._film_at if self._film_at is not None else float(lesson.video_position_seconds)
        self.video.open_film(self._film, at=at, watched=played, controls=lesson.enable_video_controls)
        self.stack.setCurrentWidget(self.video)
        if self.enrollment_id is None and self.context.identity.roles & {"instructor", "administrator"}:
            with contextlib.suppress(NotFound):  # somebody else's course: there is nothing to see
                parts = await self.context.report(list_heat, self.lesson_id, HEAT_PARTS)
                self.video.heat.show_parts(parts, float(lesson.video_duration_seconds or 0))

    async def _show_files(self, lesson: LessonContent) -> None:
        files = lesson.attachments
        if lesson.lesson_type == "video" and lesson.allow_download and lesson.content_url:
            film = Attachment(lesson.id, _("The film"), lesson.content_url, "video", None, _("To watch without a connection."))
            files = (film, *files)
        await self.beside.files.show_files(files)
        self.beside.tabs.set_enabled("files", bool(files))

    def _show_elsewhere(self, lesson: LessonContent) -> None:
        url = lesson.content_url or ""
        if lesson.lesson_type in ELSEWHERE:
            said, button = {
                "quiz": (_("This lesson is a quiz."), _("Open the quiz")),
                "assignment": (_("This lesson is an assignment."), _("Open the assignment")),
            }.get(lesson.lesson_type, (_("This lesson opens in the player."), _("Open the player")))
            self.elsewhere_text.setText(said)
            self.elsewhere_second.setText("")
            self.visit_button.setText(button)
            self.stack.setCurrentWidget(self.elsewhere)
            return
        on_the_web = url.startswith(("https://", "http://"))
        self.visit_button.setVisible(on_the_web or lesson.lesson_type == "live_session")
        if lesson.lesson_type == "live_session":
            self.elsewhere_text.setText(_("This lesson is a live session."))
            self.elsewhere_second.setText(_("It is completed once you have attended one of the course."))
            self.visit_button.setText(_("Open the live sessions"))
        elif on_the_web:
            self.elsewhere_text.setText(_("This lesson is on the web."))
            self.elsewhere_second.setText(QUrl(url).host())
        else:
            self.elsewhere_text.setText(_("Nothing is in this lesson yet."))
            self.elsewhere_second.setText(label(LESSON_TYPES, lesson.lesson_type))
        self.stack.setCurrentWidget(self.elsewhere)

    def _show_state(self, lesson: LessonContent) -> None:
        done = lesson.progress == Progress.COMPLETED.value
        by_hand = lesson.completion_criteria in {"marked_complete", "time_spent"}
        course_done = bool(self._outline.lessons) and all(entry.done or not entry.row.require_completion for entry in self._outline.lessons)
        self.done_pill.setVisible(done)
        self.complete_button.setVisible(self.enrollment_id is not None and not done and by_hand)
        self.certificate_button.setVisible(self.enrollment_id is not None and done and course_done)
        self.previous_button.setEnabled(self._neighbour(-1) is not None)
        self.next_button.setEnabled(self._neighbour(1) is not None)

    # Time, and what was watched

    def _moment(self) -> float | None:
        return self.video.position if self.video is not None else None

    def _seek(self, seconds: float) -> None:
        if self.video is not None:
            self.video.seek(seconds)

    async def _tell_watched(self, spans: Spans, at: int) -> None:
        """What the player has played since the last time. While the server is away it goes along with the next report."""
        if self.enrollment_id is None or self.video is None:
            return
        try:
            await self.context.write(record_watching, self.enrollment_id, self.lesson_id, at, spans)
        except ServerAway:
            self.video.reporter.give_back(spans)
        else:
            self.video.show_played(spans)

    async def _tell_time(self) -> None:
        """The time that the lesson was in front of somebody."""
        now = time.monotonic()
        spent, self._since = now - self._since, now
        if self.enrollment_id is not None and self.isVisible() and self.window().isActiveWindow() and self._opened:
            await self.context.write(record_time, self.enrollment_id, self.lesson_id, min(round(spent), TIME_MS // 1000))

    def _leave_with(self, coroutine: Any) -> None:
        """Start what must not end with the page."""
        try:
            self.context.spawn(coroutine)
        except RuntimeError:  # the application is ending, and its loop has ended
            coroutine.close()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._since = time.monotonic()
        self._clock.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()
        if event.spontaneous():  # a window that is only minimised goes on
            return
        if self.video is not None and self._film is not None:
            self._film_at, self._film, self._stale = self.video.position, None, True
            self.video.release()
        if self._lesson is not None and self.beside.notes.field.toPlainText().strip():
            self._leave_with(self.beside.notes.leave())

    async def save(self) -> None:
        """Ctrl+S: the note that was begun, and the seconds that were played."""
        if self.video is not None:
            self.video.reporter.report()
        if self._lesson is not None:
            await self.beside.notes.add()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy = self.width() >= px(ROOM + WIDTH)
        if self._lesson is not None and roomy != (event.oldSize().width() >= px(ROOM + WIDTH)):
            self._show_beside(roomy)

    def _show_beside(self, shown: bool) -> None:
        self.beside.setVisible(shown)
        self.beside_button.setChecked(shown)

    # Doing

    def _open_lesson(self, lesson: OutlineLesson) -> None:
        if lesson.row.id != self.lesson_id and lesson.lock is None:
            self.context.open("lesson", course=self.course_id, lesson=lesson.row.id, enrollment=self.enrollment_id)

    def _save_file(self, file: Attachment) -> None:
        """Ask where to, or leave for the web."""
        asset = asset_of(file.file_url)
        if asset is None:
            self.ask_to_visit(file.file_url)
            return
        dialog = QFileDialog(self, _("Save the file"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.selectFile(file.file_name)
        dialog.fileSelected.connect(lambda chosen: self.spawn(self._saved_file(asset, Path(chosen))))
        dialog.open()

    async def _saved_file(self, asset: str, target: Path) -> None:
        await self.context.job(_("Saving {name}").format(name=target.name), _saved, self.context.store, asset, target)
        self.context.notices.done(_("{name} was saved.").format(name=target.name))

    async def _complete(self) -> None:
        if self.enrollment_id is None:
            return
        with disabled(self.complete_button):
            await self.context.write(complete_lesson, self.enrollment_id, self.lesson_id)

    def _neighbour(self, step: int) -> OutlineLesson | None:
        """The lesson before or after, unless it is locked."""
        lessons = self._outline.lessons
        here = next((at for at, entry in enumerate(lessons) if entry.row.id == self.lesson_id), None)
        if here is None or not 0 <= here + step < len(lessons):
            return None
        found = lessons[here + step]
        return found if found.lock is None else None

    def _go(self, step: int) -> None:
        found = self._neighbour(step)
        if found is not None:
            self.context.open("lesson", course=self.course_id, lesson=found.row.id, enrollment=self.enrollment_id)

    def _play(self, lesson: LessonContent) -> None:
        if lesson.lesson_type in ("quiz", "assignment"):
            self.context.open(lesson.lesson_type, course=self.course_id, lesson=self.lesson_id, enrollment=self.enrollment_id)
        else:
            self.context.open("player", lesson=self.lesson_id, enrollment=self.enrollment_id)

    def _visit(self) -> None:
        if self._lesson is not None and self._lesson.lesson_type in ELSEWHERE:
            self._play(self._lesson)
        elif self._lesson is not None and self._lesson.lesson_type == "live_session":
            self.context.open("live")
        elif self._lesson is not None:
            self.ask_to_visit(self._lesson.content_url or "")

    def ask_to_visit(self, address: str) -> None:
        """Open an address in the system's browser, once the person has seen it whole and agreed."""
        url = QUrl(address)
        if url.scheme() not in {"http", "https"}:
            self.context.notices.warn(_("This link leads to nothing that can be opened."), details=address)
            return
        dialog = Dialog(_("Open this address in your browser?"), address, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.add_button(_("Cancel"), "quiet", dialog.reject)
        dialog.add_button(_("Open"), "primary", dialog.accept)
        dialog.accepted.connect(lambda: QDesktopServices.openUrl(url))
        dialog.open()


def _fetched(control: JobControl, /, store: Any, asset: str) -> Path:
    """The asset as a file; fetched once."""
    target = cache_folder() / "documents" / f"{asset}.pdf"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        fetch(store, asset, target, control)
    return target


def _saved(control: JobControl, /, store: Any, asset: str, target: Path) -> None:
    fetch(store, asset, target, control)


def _pictures(control: JobControl, /, store: Any, assets: tuple[str, ...], widest: int) -> dict[str, QImage]:
    """The pictures of a text. One that is not to be had is an empty place in it, as on any page."""
    found = {}
    for asset in assets:
        target = cache_folder() / "pictures" / asset
        if not target.exists():
            try:
                fetch(store, asset, target, control)
            except NotFound:
                continue
        found[asset] = load_picture(target, widest)
    return found


def _film(store: Any, asset: str) -> AssetFile:
    folder = cache_folder() / "films"
    make_room(folder)
    return AssetFile(store, asset, folder)


def _words(store: Any, lesson: LessonContent) -> tuple[dict[str, tuple[Cue, ...]], str | tuple[Cue, ...], tuple[Cue, ...]]:
    """What is said in a film: captions by their name, the transcript (with its times where it has some), and the chapters of a file."""
    tracks: dict[str, tuple[Cue, ...]] = {}
    chapters: tuple[Cue, ...] = ()
    for file in lesson.attachments:
        asset = asset_of(file.file_url)
        if asset is None or not file.file_name.lower().endswith(SUBTITLES):
            continue
        cues = _cues(_bytes(store, asset))
        if file.file_name.lower().startswith("chapters"):
            chapters = cues
        elif cues:
            tracks[file.description or _language(file.file_name)] = cues
    transcript: str | tuple[Cue, ...] = next(iter(tracks.values()), ())
    asset = asset_of(lesson.transcript_url)
    if asset is not None:
        data = _bytes(store, asset)
        cues = _cues(data)
        if cues:
            transcript = cues
            tracks.setdefault(_("Captions"), cues)
        elif not data.startswith((b"%PDF", b"PK")):
            transcript = decode(data)
    return tracks, transcript, chapters


def _bytes(store: Any, asset: str) -> bytes:
    target = cache_folder() / "words" / asset
    if not target.exists():
        fetch(store, asset, target, JobControl(lambda _progress, _detail: None))
    return target.read_bytes()


def _cues(data: bytes) -> tuple[Cue, ...]:
    try:
        return parse_cues(decode(data))
    except Invalid:
        return ()  # a transcript without times, or a file that only is called captions


def _language(file_name: str) -> str:
    """``intro.es.vtt`` is in Spanish; where the name says nothing it is the name."""
    parts = file_name.rsplit(".", 2)
    locale = QLocale(parts[1]) if len(parts) == 3 else QLocale.c()
    known = locale.language() is not QLocale.Language.C
    return locale.nativeLanguageName() if known else parts[0]
