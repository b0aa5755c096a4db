"""The outline of a course on screen: modules that fold, lessons that open."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from desktop.courses.outline import Lock, LockReason, Outline, OutlineLesson, OutlineModule, Progress
from desktop.courses.vocabulary import LESSON_TYPES, duration, label
from desktop.i18n import _, ngettext
from desktop.ui.dates import date_text
from desktop.ui.page import breathe, polish
from desktop.ui.theme import Role, colour, font, px, theme
from desktop.ui.theme.icons import paint_icon
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import ElidedLabel, Label

OPEN_AT_FIRST = 6
"""Modules that are unfolded when a long course opens; the one with the next lesson is unfolded too."""

ICONS = {
    "video": "video",
    "text": "document",
    "pdf": "document",
    "scorm": "package",
    "quiz": "quiz",
    "assignment": "assignment",
    "live_session": "live",
    "external_link": "external",
    "embedded_content": "play",
}


def lock_text(lock: Lock) -> str:
    """Why it is locked, for a person."""
    match lock.reason:
        case LockReason.NOT_ENROLLED:
            return _("Opens once you are enrolled")
        case LockReason.NOT_YET if lock.until is not None:
            return _("Opens on {date}").format(date=date_text(lock.until))
        case LockReason.AFTER_MODULE:
            return _("Complete the module “{title}” first").format(title=lock.title)
        case _:
            return _("Complete “{title}” first").format(title=lock.title)


class LessonButton(QAbstractButton):
    """One lesson: its state, type, title, and length."""

    def __init__(
        self, lesson: OutlineLesson, *, enrolled: bool, current: bool, explain: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.lesson = lesson
        self._enrolled = enrolled
        self._current = current
        self._explain = explain
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setEnabled(lesson.lock is None)
        self.setCursor(Qt.CursorShape.PointingHandCursor if lesson.lock is None else Qt.CursorShape.ArrowCursor)
        row = lesson.row
        self.setText(row.title)
        states = {Progress.COMPLETED: _("completed"), Progress.IN_PROGRESS: _("in progress"), Progress.NOT_STARTED: ""}
        parts = [row.title, label(LESSON_TYPES, row.lesson_type), duration(row.estimated_duration_minutes), states[row.progress]]
        if lesson.lock is not None:
            parts.append(lock_text(lesson.lock))
            if lesson.lock.reason is not LockReason.NOT_ENROLLED:
                self.setToolTip(lock_text(lesson.lock))
        self.setAccessibleName(", ".join(part for part in parts if part))

    def sizeHint(self) -> QSize:
        return QSize(px(320), px(56) if self._second() else px(44))

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(px(6), 1, -px(6), -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isEnabled() and (self.underMouse() or self.isDown()):
            painter.setBrush(colour("pressed" if self.isDown() else "hover"))
            painter.drawRoundedRect(area, px(8), px(8))
        elif self._current:
            painter.setBrush(colour("selected"))
            painter.drawRoundedRect(area, px(8), px(8))
        if self.hasFocus():
            painter.setPen(QPen(colour("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), px(8), px(8))
        middle = area.center().y()
        x = area.left() + px(10)
        self._mark(painter, QRectF(x, middle - px(9), px(18), px(18)))
        x += px(30)
        side = px(16)
        open_ = self.lesson.lock is None
        paint_icon(
            painter,
            QRectF(x, middle - side / 2, side, side),
            ICONS.get(self.lesson.row.lesson_type, "document"),
            colour("muted" if open_ else "faint"),
        )
        x += side + px(10)
        end = area.right() - px(12)
        end = self._trailing(painter, end, middle)
        painter.setFont(font(Role.STRONG if self._current else Role.BODY))
        painter.setPen(colour("text" if open_ else "muted"))
        metrics = QFontMetrics(painter.font())
        title = metrics.elidedText(self.lesson.row.title, Qt.TextElideMode.ElideRight, int(end - x))
        second = self._second()
        if second:
            painter.drawText(
                QRectF(x, middle - metrics.lineSpacing() + 1, end - x, metrics.lineSpacing()), int(Qt.AlignmentFlag.AlignVCenter), title
            )
            painter.setFont(font(Role.CAPTION))
            painter.setPen(colour("faint"))
            shown = QFontMetrics(painter.font()).elidedText(second, Qt.TextElideMode.ElideRight, int(end - x))
            painter.drawText(QRectF(x, middle + 1, end - x, metrics.lineSpacing()), int(Qt.AlignmentFlag.AlignVCenter), shown)
        else:
            painter.drawText(QRectF(x, area.top(), end - x, area.height()), int(Qt.AlignmentFlag.AlignVCenter), title)

    def _second(self) -> str:
        """A quieter line: why it is locked, or the score."""
        lock = self.lesson.lock
        if lock is not None and self._explain and lock.reason is not LockReason.NOT_ENROLLED:
            return lock_text(lock)
        if self.lesson.row.score is not None:
            return _("Score {score} %").format(score=f"{float(self.lesson.row.score):g}")
        return ""

    def _mark(self, painter: QPainter, circle: QRectF) -> None:
        """A ring that fills: empty, half, done; a lock where it is locked."""
        if self.lesson.lock is not None:
            paint_icon(painter, circle.adjusted(1, 1, -1, -1), "lock", colour("faint"))
            return
        match self.lesson.row.progress:
            case Progress.COMPLETED:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour("good"))
                painter.drawEllipse(circle)
                inner = circle.adjusted(px(3), px(3), -px(3), -px(3))
                paint_icon(painter, inner, "check", colour("canvas"))
            case Progress.IN_PROGRESS:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(colour("line_strong"), px(2)))
                painter.drawEllipse(circle.adjusted(1, 1, -1, -1))
                painter.setPen(QPen(colour("accent"), px(2)))
                painter.drawArc(circle.adjusted(1, 1, -1, -1), 90 * 16, -180 * 16)
            case Progress.NOT_STARTED:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(colour("line_strong"), 1.5))
                painter.drawEllipse(circle.adjusted(1, 1, -1, -1))

    def _trailing(self, painter: QPainter, end: float, middle: float) -> float:
        painter.setFont(font(Role.CAPTION))
        metrics = QFontMetrics(painter.font())
        text = duration(self.lesson.row.estimated_duration_minutes)
        if text:
            wide = metrics.horizontalAdvance(text)
            painter.setPen(colour("faint"))
            painter.drawText(QRectF(end - wide, middle - px(10), wide, px(20)), int(Qt.AlignmentFlag.AlignVCenter), text)
            end -= wide + px(12)
        if self.lesson.row.is_preview and not self._enrolled:
            text = _("Preview")
            wide = metrics.horizontalAdvance(text) + px(16)
            pill = QRectF(end - wide, middle - px(10), wide, px(20))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("accent_soft"))
            painter.drawRoundedRect(pill, px(10), px(10))
            painter.setPen(colour("accent_text"))
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
            end -= wide + px(10)
        return end


class ModuleView(QFrame):
    """A module: its head folds and unfolds the lessons, which are made when first shown."""

    opened = Signal(object)
    """The :class:`OutlineLesson` that was chosen."""

    def __init__(
        self,
        number: int,
        module: OutlineModule,
        *,
        enrolled: bool,
        current: UUID | None,
        unfolded: bool,
        menu: QMenu | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.module = module
        self._enrolled = enrolled
        self._current = current
        self._made = False
        self.setProperty("card", True)
        self.head = Button("", "plain", "chevron-down")
        self.head.setCheckable(True)
        self.head.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.head.setAccessibleName(_("Module {n}: {title}").format(n=number, title=module.row.title))
        self.head.toggled.connect(self.set_unfolded)
        words = QVBoxLayout()
        words.setSpacing(px(2))
        words.addWidget(ElidedLabel(module.row.title, Role.HEADING))
        words.addWidget(ElidedLabel(self._summary(), Role.CAPTION, "muted"))
        line = QHBoxLayout()
        line.setContentsMargins(px(16), px(12), px(12), px(12))
        line.setSpacing(px(10))
        index = Label(str(number), Role.STRONG, "faint")
        index.setFixedWidth(px(20))
        line.addWidget(index)
        line.addLayout(words, 1)
        if menu is not None:
            add = Button(_("Add lesson"), "plain", "plus")
            add.setMenu(menu)
            add.setAccessibleName(_("Add a lesson to {title}").format(title=module.row.title))
            line.addWidget(add)
        line.addWidget(self.head)
        self._lessons = QWidget()
        self._list = QVBoxLayout(self._lessons)
        self._list.setContentsMargins(px(6), 0, px(6), px(8))
        self._list.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(line)
        column.addWidget(self._lessons)
        self._lessons.hide()
        self.head.setChecked(unfolded)
        self._turn(unfolded)

    def set_unfolded(self, unfolded: bool) -> None:
        if unfolded and not self._made:
            self._made = True
            for lesson in self.module.lessons:
                button = LessonButton(
                    lesson,
                    enrolled=self._enrolled,
                    current=lesson.row.id == self._current,
                    explain=lesson.lock != self.module.lock,  # else the head says it for all
                )
                button.clicked.connect(lambda _checked=False, lesson=lesson: self.opened.emit(lesson))
                self._list.addWidget(button)
            if not self.module.lessons:
                empty = Label(_("No lessons yet."), Role.BODY, "faint")
                empty.setContentsMargins(px(40), px(4), 0, px(8))
                self._list.addWidget(empty)
        self._lessons.setVisible(unfolded)
        self._turn(unfolded)

    def buttons(self) -> list[LessonButton]:
        return self._lessons.findChildren(LessonButton)

    def _turn(self, unfolded: bool) -> None:
        from desktop.ui.theme.icons import icon

        self.head.setIcon(icon("chevron-up" if unfolded else "chevron-down"))

    def _summary(self) -> str:
        count = len(self.module.lessons)
        parts = [ngettext("{n} lesson", "{n} lessons", count).format(n=count)]
        minutes = self.module.row.estimated_duration_minutes or sum(
            lesson.row.estimated_duration_minutes or 0 for lesson in self.module.lessons
        )
        if minutes:
            parts.append(duration(minutes))
        if self._enrolled and count:
            parts.append(_("{done} of {all} done").format(done=self.module.completed, all=count))
        if self.module.lock is not None and self.module.lock.reason is not LockReason.NOT_ENROLLED:
            parts.append(lock_text(self.module.lock))
        return " · ".join(parts)


class OutlineView(QWidget):
    """All modules. Rebuilt when the outline changed; what was unfolded stays unfolded."""

    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._shown = QWidget(self)
        self._column.addWidget(self._shown)
        self._modules: list[ModuleView] = []
        theme().changed.connect(self.update)

    @property
    def modules(self) -> list[ModuleView]:
        return self._modules

    async def show_outline(
        self, outline: Outline, *, enrolled: bool, current: UUID | None, menu: Callable[[UUID], QMenu] | None = None
    ) -> None:
        """``current`` is the lesson to go on with. ``menu(module)`` offers authors what to add to a module.

        The new outline is made in turns behind the one that is shown.
        """
        unfolded = {view.module.row.id: view.head.isChecked() for view in self.modules}
        following = QWidget(self)
        following.hide()
        column = QVBoxLayout(following)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(10))
        modules = []
        for number, module in enumerate(outline.modules, 1):
            holds_current = any(lesson.row.id == current for lesson in module.lessons)
            view = ModuleView(
                number,
                module,
                enrolled=enrolled,
                current=current,
                unfolded=unfolded.get(module.row.id, holds_current or number <= OPEN_AT_FIRST),
                menu=menu(module.row.id) if menu is not None else None,
            )
            view.opened.connect(self.opened)
            column.addWidget(view)
            modules.append(view)
            await breathe()
        await polish(following)
        shown, self._shown, self._modules = self._shown, following, modules
        self._column.replaceWidget(shown, following)
        shown.hide()
        shown.deleteLater()
        following.show()
