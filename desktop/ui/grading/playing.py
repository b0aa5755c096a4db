"""Plays the audio or the video that was handed in, by Qt Multimedia."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtMultimedia import QAudioOutput, QMediaPlayer
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from desktop.i18n import _
from desktop.learning.captions import clock
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.film import Picture
from desktop.ui.widgets.labels import Label

STEP_MS = 5000
"""For one press of an arrow key on the slider."""


class MediaView(QWidget):
    """One file at a time, which begins to play only once somebody asks."""

    def __init__(self) -> None:
        super().__init__()
        self.player = QMediaPlayer(self)
        self.sound = QAudioOutput(self)
        self.player.setAudioOutput(self.sound)
        self.picture = Picture()
        self.player.setVideoSink(self.picture.sink)
        self.play_button = Button(_("Play"), "primary")
        self.play_button.clicked.connect(self._play_or_pause)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(_("Position"))
        self.slider.setSingleStep(STEP_MS)
        self.slider.setPageStep(6 * STEP_MS)
        self.slider.valueChanged.connect(self._moved)
        self.time = Label("", Role.CAPTION, "muted")
        self.words = Label("", Role.BODY, wrap=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row = QHBoxLayout()
        row.setContentsMargins(px(12), px(4), px(12), px(4))
        for widget in (self.play_button, self.slider, self.time):
            row.addWidget(widget)
        column = QVBoxLayout(self)
        column.addWidget(self.picture, 1)
        column.addWidget(self.words, 1)
        column.addLayout(row)
        self.player.positionChanged.connect(self._at)
        self.player.durationChanged.connect(self._at)
        self.player.hasVideoChanged.connect(self._show_parts)
        self.player.playbackStateChanged.connect(self._show_parts)
        self.player.errorOccurred.connect(self._failed)

    def show_file(self, path: Path, name: str, *, video: bool) -> None:
        """Have a file ready at its beginning."""
        self.words.setText(name)
        self.picture.setVisible(video)
        self.words.setVisible(not video)
        for widget in (self.play_button, self.slider):
            widget.setEnabled(True)
        self.player.setSource(QUrl.fromLocalFile(str(path)))
        self._show_parts()

    def stop(self) -> None:
        """Let go of the file."""
        self.player.stop()
        self.player.setSource(QUrl())

    def _play_or_pause(self) -> None:
        if self.player.isPlaying():
            self.player.pause()
        else:
            self.player.play()

    def _show_parts(self) -> None:
        playing = self.player.playbackState() is QMediaPlayer.PlaybackState.PlayingState
        self.play_button.setText(_("Pause") if playing else _("Play"))
        self._at()

    def _at(self) -> None:
        self.slider.blockSignals(True)
        self.slider.setRange(0, self.player.duration())
        self.slider.setValue(self.player.position())
        self.slider.blockSignals(False)
        self.time.setText(f"{clock(self.player.position() / 1000)} / {clock(self.player.duration() / 1000)}")

    def _moved(self, position: int) -> None:
        self.player.setPosition(position)

    def _failed(self, _error: object, words: str) -> None:
        self.picture.hide()
        self.words.show()
        self.words.setText(_("This recording cannot be played here: {reason}").format(reason=words))
        for widget in (self.play_button, self.slider):
            widget.setEnabled(False)
