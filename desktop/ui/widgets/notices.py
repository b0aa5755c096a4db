"""Notices as they are seen: a stack over the lower middle of the window."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QCursor, QGuiApplication
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.i18n import _
from desktop.ui.notices import Notice, Notices, Tone
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.labels import Label, Picture

SHOWN_MS = 6_000
"""A passing notice is shown for so long; while it is looked at, it is asked again after as long."""
SEEN_MS = 1_500
"""Whoever moves on after so long has seen what was said; what is younger may have been said by the step that moves on."""
MOST = 4
"""Older ones leave when more come; errors last longest."""
PICTURES = {Tone.INFO: "info", Tone.GOOD: "done", Tone.WARN: "warning", Tone.BAD: "error"}
TOKENS = {Tone.INFO: "info", Tone.GOOD: "good", Tone.WARN: "warn", Tone.BAD: "bad"}


class NoticeCard(QFrame):
    """One notice. One that passes stays for as long as somebody points at it or has the keyboard on it.

    To point is to move the pointer: where a card appears under one that rests, Qt reports that it was entered, though nobody did anything
    and nobody may ever leave.
    """

    def __init__(self, notice: Notice, parent: QWidget) -> None:
        super().__init__(parent)
        self.notice = notice
        self.setProperty("popover", True)
        self.setFixedWidth(px(380))
        self.setAccessibleName(notice.message)
        picture = Picture(PICTURES[notice.tone], TOKENS[notice.tone], self, side=20)
        words = QVBoxLayout()
        words.setSpacing(px(3))
        words.addWidget(Label(notice.message, Role.STRONG, parent=self, wrap=True))
        if notice.remedy:
            words.addWidget(Label(notice.remedy, Role.BODY, "muted", self, wrap=True))
        buttons = QHBoxLayout()
        buttons.setSpacing(px(16))
        if notice.button and notice.pressed is not None:
            self.act_button = Button(notice.button, "link", "", self)
            self.act_button.clicked.connect(notice.pressed)
            self.act_button.clicked.connect(self.dismiss)
            buttons.addWidget(self.act_button)
        if notice.details:
            self.copy_button = Button(_("Copy details"), "link", "", self)
            self.copy_button.clicked.connect(self._copy)
            buttons.addWidget(self.copy_button)
        if buttons.count():
            buttons.addStretch(1)
            words.addSpacing(px(4))
            words.addLayout(buttons)
        self.close_button = IconButton("close", _("Dismiss"), self, side=24)
        self.close_button.clicked.connect(self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(16), px(14), px(10), px(14))
        row.setSpacing(px(12))
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self._pointed_at = False
        self._age = QElapsedTimer()
        self._age.start()
        self._timer = QTimer(self)
        self._timer.setInterval(SHOWN_MS)
        self._timer.timeout.connect(self._leave)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        if not notice.lasting:
            self._timer.start()

    def dismiss(self) -> None:
        self.hide()
        self.deleteLater()

    @property
    def seen(self) -> bool:
        """True once it was shown long enough to be read."""
        return self._age.hasExpired(SEEN_MS)

    @property
    def held(self) -> bool:
        """True while the pointer, having moved on it, is still there, or the keyboard is, in the window that is in use."""
        pointed_at = self._pointed_at and self.rect().contains(self.mapFromGlobal(QCursor.pos()))
        focus = QApplication.focusWidget()
        return self.isActiveWindow() and (pointed_at or (focus is not None and self.isAncestorOf(focus)))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.HoverMove:
            self._pointed_at = True
        elif event.type() == QEvent.Type.Leave:
            if self._pointed_at and not self.notice.lasting:
                self._timer.start()  # anew: whoever has just looked away may look again
            self._pointed_at = False
        return super().event(event)

    def _leave(self) -> None:
        if not self.held:
            self.dismiss()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.notice.details)
        self.copy_button.setText(_("Copied"))


class NoticeStack(QWidget):
    """Shows what is posted, newest at the bottom, over the lower middle of ``over``: the corners are where pages have their buttons."""

    def __init__(self, notices: Notices, over: QWidget, bottom: int = 44) -> None:
        super().__init__(over)
        self._over = over
        self._bottom = bottom
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(8))
        self.hide()
        over.installEventFilter(self)
        notices.posted.connect(self.show_notice)

    @property
    def cards(self) -> list[NoticeCard]:
        return [card for card in self.findChildren(NoticeCard) if not card.isHidden()]

    def clear(self) -> None:
        """Whoever comes next has nothing to do with what was said here."""
        for card in self.cards:
            card.dismiss()

    def move_on(self) -> None:
        """The person went to another place: what has been seen and would pass anyway is of the place before."""
        for card in self.cards:
            if card.seen and not card.notice.lasting:
                card.dismiss()

    def show_notice(self, notice: Notice) -> None:
        for same in [card for card in self.cards if card.notice == notice]:
            same.dismiss()
        for old in self.cards[: max(0, len(self.cards) + 1 - MOST)]:
            old.dismiss()
        card = NoticeCard(notice, self)
        card.destroyed.connect(self._soon)
        self._column.addWidget(card)
        card.show()
        self.show()
        self.raise_()
        self._place()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, f"{notice.message} {notice.remedy}".strip()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _soon(self) -> None:
        QTimer.singleShot(0, self, self._place)

    def _place(self) -> None:
        if not self.cards:
            self.hide()
            return
        self._column.activate()
        width = px(380)
        heights = [card.heightForWidth(width) for card in self.cards]
        size = QSize(width, sum(heights) + px(8) * (len(heights) - 1))
        self.setGeometry((self._over.width() - width) // 2, self._over.height() - size.height() - px(self._bottom), width, size.height())
