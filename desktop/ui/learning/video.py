"""Plays a film that the association stores: where somebody was, at their speed, with captions and chapters, by mouse and by keyboard.

What is played is counted second by second (:mod:`desktop.learning.watching`), so jumping to the end is seen as what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtMultimedia import QAudioOutput, QMediaPlayer
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSlider, QStyle, QStyleOptionSlider, QVBoxLayout, QWidget

from desktop.i18n import _, ngettext
from desktop.learning.captions import Chapter, Cue, clock, showing
from desktop.learning.watching import TOP_SPEED, HeatPart, Spans, merged
from desktop.settings import VIDEO_CAPTIONS, VIDEO_SPEED, VIDEO_VOLUME, Settings
from desktop.store.streaming import AssetFile
from desktop.ui.learning.reporting import Reporter
from desktop.ui.theme import Role, colour, font, px
from desktop.ui.theme.icons import icon
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.film import AssetDevice, Picture
from desktop.ui.widgets.labels import ElidedLabel, Label

SPEEDS = (0.5, 0.75, 1.0, 1.25, 1.5, 1.75, TOP_SPEED)
TICK_MS = 250
STEP_SECONDS = 5
LEAP_SECONDS = 10
NEAR_END_SECONDS = 5
"""Whoever stopped so near to the end begins again at the beginning."""


class Timeline(QSlider):
    """Where the film is, what of it was watched, and where its chapters begin. A click goes there."""

    sought = Signal(float)
    """Seconds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setAccessibleName(_("Position in the film"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setMinimumHeight(px(22))
        self.setSingleStep(STEP_SECONDS * 1000)
        self.setPageStep(LEAP_SECONDS * 1000)
        self.watched: Spans = ()
        self.chapters: tuple[Chapter, ...] = ()
        self.actionTriggered.connect(lambda _action: QTimer.singleShot(0, self, lambda: self.sought.emit(self.value() / 1000)))

    def show_watched(self, watched: Spans) -> None:
        self.watched = watched
        self.update()

    def _groove(self) -> QRectF:
        high = px(4)
        return QRectF(px(7), (self.height() - high) / 2, max(1, self.width() - 2 * px(7)), high)

    def _x(self, seconds: float) -> float:
        groove = self._groove()
        return groove.left() + groove.width() * min(1.0, seconds * 1000 / max(1, self.maximum()))

    def _seconds(self, x: float) -> float:
        groove = self._groove()
        return max(0.0, min(1.0, (x - groove.left()) / groove.width())) * self.maximum() / 1000

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        groove, radius = self._groove(), px(2)
        painter.setBrush(colour("line_strong"))
        painter.drawRoundedRect(groove, radius, radius)
        faint = QColor(colour("accent"))
        faint.setAlphaF(0.45)
        painter.setBrush(faint)
        for start, end in self.watched:
            painter.drawRect(QRectF(self._x(start), groove.top(), max(1.0, self._x(end) - self._x(start)), groove.height()))
        here = self._x(self.value() / 1000)
        painter.setBrush(colour("accent"))
        painter.drawRoundedRect(QRectF(groove.left(), groove.top(), here - groove.left(), groove.height()), radius, radius)
        painter.setBrush(colour("canvas"))
        for chapter in self.chapters[1:]:
            painter.drawRect(QRectF(self._x(chapter.start) - 1, groove.top() - 1, 2, groove.height() + 2))
        painter.setBrush(colour("accent"))
        painter.drawEllipse(QPointF(here, groove.center().y()), px(6), px(6))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour("focus"), 2))
            painter.drawEllipse(QPointF(here, groove.center().y()), px(8), px(8))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.isEnabled():
            self.setSliderDown(True)
            self.setValue(int(self._seconds(event.position().x()) * 1000))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._seconds(event.position().x())
        chapter = next((one.title for one in reversed(self.chapters) if one.start <= at), "")
        self.setToolTip(f"{clock(at)}  {chapter}".strip())
        if self.isSliderDown():
            self.setValue(int(at * 1000))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setSliderDown(False)
            self.sought.emit(self._seconds(event.position().x()))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.StyleChange:
            self.update()
        return super().event(event)

    def initStyleOption(self, opt: QStyleOptionSlider) -> None:
        super().initStyleOption(opt)
        opt.state &= ~QStyle.StateFlag.State_MouseOver


class Heat(QWidget):
    """For those who teach: how many learners played each part of the film, and, darker, how many of them again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parts: tuple[HeatPart, ...] = ()
        self.setFixedHeight(px(40))
        self.hide()

    def show_parts(self, parts: tuple[HeatPart, ...], length: float) -> None:
        self.parts = parts
        most = max((part.viewers for part in parts), default=0)
        self.setVisible(most > 0)
        if most == 0:
            return
        fewest = min(range(len(parts)), key=lambda at: parts[at].viewers)
        again = max(range(len(parts)), key=lambda at: parts[at].again)
        words = [
            ngettext("Watched by {n} learner.", "Watched by {n} learners.", most).format(n=f"{most:,}"),
            _("The fewest, {n}, at {time}.").format(n=f"{parts[fewest].viewers:,}", time=clock(fewest * length / len(parts))),
        ]
        if parts[again].again:
            words.append(
                _("Played again most often at {time}, by {n}.").format(n=f"{parts[again].again:,}", time=clock(again * length / len(parts)))
            )
        self.setAccessibleName(" ".join(words))
        self.setToolTip("\n".join(words))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        most = max((part.viewers for part in self.parts), default=0)
        if not most:
            return
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        left, step = px(7), (self.width() - 2 * px(7)) / len(self.parts)
        light = QColor(colour("accent"))
        light.setAlphaF(0.3)
        for at, part in enumerate(self.parts):
            for count, tint in ((part.viewers, light), (part.again, colour("accent"))):
                high = (self.height() - 1) * count / most
                painter.fillRect(QRectF(left + at * step, self.height() - high, step + 0.5, high), tint)


class Stage(Picture):
    """The picture, with the words that are said over its lower edge."""

    pressed = Signal()
    full_screen_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Film"))
        self.setMinimumSize(px(240), px(135))
        self._words = ""

    @property
    def words(self) -> str:
        return self._words

    def show_words(self, words: str) -> None:
        if words != self._words:
            self._words = words
            self.setAccessibleDescription(words)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        if self._words:
            self._paint_words(painter)
        if self.hasFocus():
            painter.setPen(QPen(colour("focus"), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_words(self, painter: QPainter) -> None:
        face = QFont(font(Role.BODY))
        face.setPixelSize(max(px(14), round(self.height() / 24)))
        painter.setFont(face)
        metrics = QFontMetricsF(face)
        width = self.width() * 0.86
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        box = metrics.boundingRect(QRectF(0, 0, width, self.height()), flags, self._words)
        box.moveCenter(QPointF(self.width() / 2, self.height() - box.height() / 2 - self.height() * 0.05))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Qt.GlobalColor.black)
        painter.setOpacity(0.75)
        painter.drawRoundedRect(box.adjusted(-px(10), -px(4), px(10), px(4)), px(4), px(4))
        painter.setOpacity(1)
        painter.setPen(Qt.GlobalColor.white)
        painter.drawText(box.adjusted(-1, -1, 1, 1), flags, self._words)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.pressed.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()  # takes the press back that came before
        self.full_screen_asked.emit()


class VideoView(QWidget):
    """One film. ``open_film`` has it ready, paused, where it was left."""

    moved = Signal(float)
    """The position, in seconds; several times a second while it plays."""
    length_known = Signal(int)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._device: AssetDevice | None = None
        self._resume, self._ready = 0.0, False
        self._tracks: dict[str, tuple[Cue, ...]] = {}
        self._track: tuple[Cue, ...] = ()
        self._full: _FullScreen | None = None
        self.reporter = Reporter(self)
        self.player = QMediaPlayer(self)
        self.sound = QAudioOutput(self)
        self.player.setAudioOutput(self.sound)
        self.body = QWidget(self)
        self.stage = Stage(self.body)
        self.player.setVideoSink(self.stage.sink)
        self._make_controls()
        inner = QVBoxLayout(self.body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(px(4))
        inner.addWidget(self.stage, 1)
        inner.addWidget(self.trouble)
        inner.addWidget(self.heat)
        inner.addWidget(self.timeline)
        inner.addWidget(self.bar)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.body)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._ticked)
        self._connect()
        self.sound.setVolume(settings.get(VIDEO_VOLUME))
        self._show_sound()
        self._set_speed(settings.get(VIDEO_SPEED), keep=False)

    def _make_controls(self) -> None:
        self.timeline = Timeline(self.body)
        self.heat = Heat(self.body)
        self.bar = QWidget(self.body)
        self.play_button = IconButton("play", _("Play (Space)"), self.bar)
        self.back_button = IconButton("rewind", _("Back 10 seconds (J)"), self.bar)
        self.forward_button = IconButton("forward", _("Forward 10 seconds (L)"), self.bar)
        self.time = Label("", Role.CAPTION, "muted", self.bar)
        self.chapter = ElidedLabel("", Role.CAPTION, "muted", self.bar)
        self.chapters_button = Button(_("Chapters"), "plain", "list", self.bar)
        self.chapters_button.setMenu(QMenu(self.chapters_button))
        self.captions_button = IconButton("captions", _("Captions (C)"), self.bar)
        self.captions_button.setCheckable(True)
        self.captions_button.setMenu(QMenu(self.captions_button))
        self.captions_button.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        self.speed_button = Button("1×", "plain", "", self.bar)
        menu = QMenu(self.speed_button)
        for speed in SPEEDS:
            menu.addAction(f"{speed:g}×").triggered.connect(partial(self._set_speed, speed))
        self.speed_button.setMenu(menu)
        self.mute_button = IconButton("volume", _("Mute (M)"), self.bar)
        self.loudness = QSlider(Qt.Orientation.Horizontal, self.bar)
        self.loudness.setAccessibleName(_("Volume"))
        self.loudness.setRange(0, 100)
        self.loudness.setFixedWidth(px(72))
        self.full_screen_button = IconButton("fullscreen", _("Full screen (F)"), self.bar)
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(4))
        for widget in (self.play_button, self.back_button, self.forward_button, self.time):
            row.addWidget(widget)
        row.addWidget(self.chapter, 1)
        for control in (self.chapters_button, self.captions_button, self.speed_button, self.mute_button, self.loudness):
            row.addWidget(control)
        row.addWidget(self.full_screen_button)
        self.trouble = Label("", Role.BODY, "warn", self.body, wrap=True)
        self.trouble.hide()
        self.chapters_button.hide()
        self.captions_button.hide()

    def _connect(self) -> None:
        self.play_button.clicked.connect(self.play_or_pause)
        self.stage.pressed.connect(self.play_or_pause)
        self.stage.full_screen_asked.connect(self.toggle_full_screen)
        self.back_button.clicked.connect(lambda: self.step(-LEAP_SECONDS))
        self.forward_button.clicked.connect(lambda: self.step(LEAP_SECONDS))
        self.timeline.sought.connect(self.seek)
        self.mute_button.clicked.connect(self.toggle_mute)
        self.loudness.valueChanged.connect(lambda value: self._set_volume(value / 100))
        self.full_screen_button.clicked.connect(self.toggle_full_screen)
        self.sound.volumeChanged.connect(lambda _volume: self._show_sound())
        self.sound.mutedChanged.connect(lambda _muted: self._show_sound())
        self.player.positionChanged.connect(lambda _position: self._show_position())
        self.player.durationChanged.connect(self._length)
        self.player.playbackStateChanged.connect(self._state)
        self.player.mediaStatusChanged.connect(self._status)
        self.player.errorOccurred.connect(lambda _error, words: self._failed(words))

    # What a page calls

    def open_film(self, file: AssetFile, *, at: float = 0.0, watched: Spans = (), controls: bool = True) -> None:
        """Have a film ready. Without ``controls`` one can play and pause it and nothing else, as its author wanted it."""
        self._resume, self._ready = at, False
        self._device = AssetDevice(file, self)
        self.timeline.show_watched(watched)
        for widget in (self.timeline, self.back_button, self.forward_button, self.speed_button):
            widget.setEnabled(controls)
        self.player.setSourceDevice(self._device, QUrl(f"file:///{file.asset.name}"))

    def show_captions(self, tracks: Mapping[str, tuple[Cue, ...]]) -> None:
        """Captions by language, as the menu names it."""
        self._tracks = dict(tracks)
        menu = self.captions_button.menu()
        menu.clear()
        for name in ("", *self._tracks):
            action = menu.addAction(name or _("No captions"))
            action.setCheckable(True)
            action.triggered.connect(partial(self._choose_track, name))
        self.captions_button.setVisible(bool(self._tracks))
        chosen = self._settings.get(VIDEO_CAPTIONS)
        self._show_track(chosen if chosen in self._tracks else "")

    def show_chapters(self, chapters: Sequence[Chapter]) -> None:
        self.timeline.chapters = tuple(chapters)
        self.timeline.update()
        menu = self.chapters_button.menu()
        menu.clear()
        for chapter in chapters:
            menu.addAction(f"{clock(chapter.start)}  {chapter.title}").triggered.connect(partial(self._go, chapter.start))
        self.chapters_button.setVisible(bool(chapters))

    @property
    def position(self) -> float:
        """Seconds."""
        return self.player.position() / 1000

    @property
    def length(self) -> float:
        return self.player.duration() / 1000

    @property
    def playing(self) -> bool:
        return self.player.playbackState() is QMediaPlayer.PlaybackState.PlayingState

    def play_or_pause(self) -> None:
        if self.playing:
            self.player.pause()
        else:
            if self.length and self.position >= self.length - 0.2:
                self.seek(0)
            self.player.play()

    def pause(self) -> None:
        self.player.pause()

    def seek(self, seconds: float) -> None:
        """Go to a moment; it goes on playing, or stays paused."""
        at = max(0.0, min(seconds, self.length))
        self.reporter.jumped(at)
        self.player.setPosition(round(at * 1000))
        self._show_position()

    def step(self, seconds: float) -> None:
        if self.timeline.isEnabled():
            self.seek(self.position + seconds)

    def toggle_captions(self) -> None:
        if self._tracks:
            self._choose_track("" if self._track else next(iter(self._tracks)))

    def toggle_mute(self) -> None:
        self.sound.setMuted(not self.sound.isMuted())

    def release(self) -> None:
        """Report, and let go of the film."""
        if self._full is not None:
            self.toggle_full_screen()
        self.player.pause()
        self.reporter.stopped()
        device, self._device = self._device, None
        if device is not None:
            device.file.close()  # whoever waits in it stops waiting, so that the player can be told
            self.player.setSource(QUrl())
            device.release()

    def toggle_full_screen(self) -> None:
        """The whole screen for the film and its controls, and back. Escape leaves it, too."""
        layout = self.layout()
        if self._full is None:
            self._full = _FullScreen(self.toggle_full_screen, self.handle_key)
            self._full.column.addWidget(self.body)
            self._full.showFullScreen()
            self.stage.setFocus()
        elif layout is not None:
            full, self._full = self._full, None
            layout.addWidget(self.body)
            self.body.show()
            full.hide()
            full.deleteLater()
            self.stage.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.handle_key(event):
            super().keyPressEvent(event)

    def handle_key(self, event: QKeyEvent) -> bool:
        """The keys that film players have in common. True where it was one of them."""
        if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            return False
        key, typed = event.key(), event.text()
        acts: dict[object, Callable[[], object]] = {
            Qt.Key.Key_Space: self.play_or_pause,
            Qt.Key.Key_K: self.play_or_pause,
            Qt.Key.Key_J: lambda: self.step(-LEAP_SECONDS),
            Qt.Key.Key_L: lambda: self.step(LEAP_SECONDS),
            Qt.Key.Key_Left: lambda: self.step(-STEP_SECONDS),
            Qt.Key.Key_Right: lambda: self.step(STEP_SECONDS),
            Qt.Key.Key_Up: lambda: self._set_volume(self.sound.volume() + 0.05),
            Qt.Key.Key_Down: lambda: self._set_volume(self.sound.volume() - 0.05),
            Qt.Key.Key_M: self.toggle_mute,
            Qt.Key.Key_C: self.toggle_captions,
            Qt.Key.Key_F: self.toggle_full_screen,
            Qt.Key.Key_Home: lambda: self.step(-self.length),
            Qt.Key.Key_End: lambda: self.step(self.length),
        }
        if typed in ("<", ">") and self.speed_button.isEnabled():
            near = min(range(len(SPEEDS)), key=lambda at: abs(SPEEDS[at] - self.player.playbackRate()))
            self._set_speed(SPEEDS[max(0, min(len(SPEEDS) - 1, near + (1 if typed == ">" else -1)))])
        elif typed.isdecimal() and typed.isascii() and self.timeline.isEnabled():
            self.seek(self.length * int(typed) / 10)
        elif key in acts:
            acts[key]()
        else:
            return False
        event.accept()
        return True

    # How it works

    def _go(self, seconds: float, _checked: bool = False) -> None:
        self.seek(seconds)

    def _set_speed(self, speed: float, _checked: bool = False, *, keep: bool = True) -> None:
        self.player.setPlaybackRate(speed)
        self.speed_button.setText(f"{speed:g}×")
        self.speed_button.setAccessibleName(_("Speed: {speed}").format(speed=f"{speed:g}×"))
        if keep:
            self._settings.set(VIDEO_SPEED, float(speed))

    def _set_volume(self, volume: float) -> None:
        self.sound.setMuted(False)
        self.sound.setVolume(max(0.0, min(1.0, volume)))
        self._settings.set(VIDEO_VOLUME, round(self.sound.volume(), 2))

    def _show_sound(self) -> None:
        silent = self.sound.isMuted() or self.sound.volume() == 0
        self.mute_button.setIcon(icon("muted" if silent else "volume"))
        self.loudness.blockSignals(True)
        self.loudness.setValue(0 if silent else round(self.sound.volume() * 100))
        self.loudness.blockSignals(False)

    def _choose_track(self, name: str, _checked: bool = False) -> None:
        self._settings.set(VIDEO_CAPTIONS, name)
        self._show_track(name)

    def _show_track(self, name: str) -> None:
        self._track = self._tracks.get(name, ())
        self.captions_button.setChecked(bool(self._track))
        for action in self.captions_button.menu().actions():
            action.setChecked(action.text() == (name or _("No captions")))
        self._show_words()

    def _show_words(self) -> None:
        self.stage.show_words(showing(self._track, self.position) if self._track else "")

    def _length(self, _duration: int) -> None:
        self.timeline.setRange(0, max(1, self.player.duration()))
        self._show_position()
        if self.player.duration() > 0:
            self.length_known.emit(round(self.length))

    def _status(self, status: QMediaPlayer.MediaStatus) -> None:
        if status is QMediaPlayer.MediaStatus.LoadedMedia and not self._ready:
            self._ready = True
            self.player.pause()  # what is stopped shows no picture
            if self._resume and self._resume < self.length - NEAR_END_SECONDS:
                self.seek(self._resume)
        elif status is QMediaPlayer.MediaStatus.EndOfMedia:
            self.reporter.at(self.length, self.player.playbackRate())
            self.reporter.stopped(ended=True)

    def _state(self, _state: QMediaPlayer.PlaybackState) -> None:
        self.play_button.setIcon(icon("pause" if self.playing else "play"))
        self.play_button.setAccessibleName(_("Pause (Space)") if self.playing else _("Play (Space)"))
        self.play_button.setToolTip(self.play_button.accessibleName())
        if self.playing:
            self._tick.start()
        else:
            self._tick.stop()
            if self.player.mediaStatus() is not QMediaPlayer.MediaStatus.EndOfMedia:
                self.reporter.stopped()
        self._show_position()

    def _ticked(self) -> None:
        away = self._device is not None and self._device.file.away
        buffering = self.player.mediaStatus() is QMediaPlayer.MediaStatus.StalledMedia
        if not buffering:
            self.reporter.at(self.position, self.player.playbackRate())
        self._say(_("The server is away. The film goes on as soon as it is back.") if away else "")
        self._show_position()

    def _show_position(self) -> None:
        at = self.position
        if not self.timeline.isSliderDown():
            self.timeline.setValue(self.player.position())
        self.time.setText(f"{clock(at)} / {clock(self.length)}")
        self.chapter.setText(next((one.title for one in reversed(self.timeline.chapters) if one.start <= at), ""))
        self._show_words()
        self.moved.emit(at)

    def show_played(self, spans: Spans) -> None:
        """What was reported is watched from now on."""
        whole = merged((*self.timeline.watched, *spans))
        self.timeline.show_watched(tuple((int(start), int(end)) for start, end in whole))

    def _failed(self, words: str) -> None:
        device = self._device
        reason = str(device.failure) if device is not None and device.failure is not None else words
        self._say(_("This film cannot be played: {reason}").format(reason=reason))

    def _say(self, words: str) -> None:
        self.trouble.setText(words)
        self.trouble.setVisible(bool(words))


class _FullScreen(QWidget):
    """A window over everything for the film; black around it."""

    def __init__(self, leave: Callable[[], None], handle: Callable[[QKeyEvent], bool]) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self._leave, self._handle = leave, handle
        self.setAccessibleName(_("Film in full screen"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, px(4))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_F11):
            self._leave()
        elif not self._handle(event):
            super().keyPressEvent(event)
