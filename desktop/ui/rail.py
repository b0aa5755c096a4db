"""The left rail: where you can go, who and where you are."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.i18n import N_, _
from desktop.ui.places import Place, Places
from desktop.ui.theme import Role, colour, font, px, theme
from desktop.ui.theme.icons import icon, paint_icon
from desktop.ui.widgets.badges import paint_avatar
from desktop.ui.widgets.labels import Label

WIDE, NARROW = 224, 60

ROLE_NAMES = {
    "administrator": N_("Administrator"),
    "instructor": N_("Instructor"),
    "proctor": N_("Proctor"),
    "learner": N_("Learner"),
}


def role_names(roles: frozenset[str]) -> str:
    """Roles in words, the widest first; everybody is a learner, so that is said only of those who are nothing else."""
    named = [_(name) for role, name in ROLE_NAMES.items() if role in roles and role != "learner"]
    return ", ".join(named) or _(ROLE_NAMES["learner"])


class RailButton(QAbstractButton):
    """A place in the rail."""

    def __init__(self, place: Place, shortcut: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place = place
        self.setObjectName(f"rail.{place.id}")
        self.setText(_(place.text))
        self.setAccessibleName(_(place.text))
        self.setToolTip(f"{_(place.text)}  ({shortcut})" if shortcut else _(place.text))
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(px(NARROW - 16), px(34))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit, contrast = self.isChecked(), theme().name == "contrast"
        if lit or self.underMouse():
            painter.setPen(colour("line_strong") if contrast and lit else Qt.PenStyle.NoPen)
            painter.setBrush(colour("selected" if lit else "pressed" if self.isDown() else "hover"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), px(7), px(7))
        narrow = self.width() < px(100)
        side = px(18)
        left = (self.width() - side) / 2 if narrow else px(10)
        token = "accent_text" if lit else "muted"
        paint_icon(painter, QRectF(left, (self.height() - side) / 2, side, side), self.place.icon, colour(token))
        if not narrow:
            painter.setFont(font(Role.STRONG if lit else Role.BODY))
            painter.setPen(colour("text" if lit or self.underMouse() else "muted"))
            words = QRectF(px(38), 0, self.width() - px(44), self.height())
            shown = QFontMetrics(painter.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, int(words.width()))
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


class TwoLines(QPushButton):
    """A picture, a name and a second line, as a button with a menu: the workspace at the top, the person at the bottom."""

    def __init__(self, first: str, second: str, menu: QMenu, *, person: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._first, self._second, self._person = first, second, person
        self.setAccessibleName(f"{first}, {second}")
        self.setToolTip(f"{first}\n{second}")
        self.setFlat(True)
        self.setProperty("kind", "plain")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setMenu(menu)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(px(NARROW - 16), px(46))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.isDown() or self.menu().isVisible():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("hover"))
            painter.drawRoundedRect(QRectF(self.rect()), px(8), px(8))
        narrow = self.width() < px(100)
        side = px(30)
        left = (self.width() - side) / 2 if narrow else px(8)
        box = QRectF(left, (self.height() - side) / 2, side, side)
        if self._person:
            paint_avatar(painter, box, self._first)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("accent"))
            painter.drawRoundedRect(box, px(8), px(8))
            inner = side * 0.6
            paint_icon(
                painter, QRectF(box.center().x() - inner / 2, box.center().y() - inner / 2, inner, inner), "grade", colour("on_accent")
            )
        if narrow:
            return
        arrow = px(14)
        paint_icon(painter, QRectF(self.width() - arrow - px(8), (self.height() - arrow) / 2, arrow, arrow), "updown", colour("faint"))
        room = int(self.width() - px(48) - px(26))
        lines = ((self._first, font(Role.STRONG), colour("text")), (self._second, font(Role.CAPTION), colour("muted")))
        heights = [QFontMetrics(line_font).height() for _text, line_font, _ink in lines]
        y = (self.height() - sum(heights)) / 2
        for (text, line_font, ink), high in zip(lines, heights, strict=True):
            painter.setFont(line_font)
            painter.setPen(ink)
            shown = QFontMetrics(line_font).elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(px(48), y, room, high), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
            y += high


class Rail(QWidget):
    """Sections of places between the workspace and the person. Narrow, it shows icons only."""

    chosen = Signal(str)
    palette_asked = Signal()

    def __init__(
        self, places: Places, workspace: tuple[str, str], person: tuple[str, str], menus: tuple[QMenu, QMenu], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAccessibleName(_("Places"))
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._narrow = False
        self._group = QButtonGroup(self)
        self._buttons: dict[str, RailButton] = {}
        self._headings: list[Label] = []
        self._find = QPushButton(icon("search"), _("Search or do…"), self)
        self._find.setProperty("railfind", True)
        self._find.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._find.setAccessibleName(_("Search or do"))
        self._find.setToolTip(_("Every place and every action  (Ctrl+K)"))
        self._find.clicked.connect(self.palette_asked)
        self._column = QVBoxLayout(self)
        self._column.addWidget(TwoLines(*workspace, menus[0], person=False, parent=self))
        self._column.addSpacing(px(6))
        self._column.addWidget(self._find)
        section = None
        for number, place in enumerate(places.rail(), start=1):
            if place.section != section:
                section = place.section
                self._column.addSpacing(px(12))
                if section:
                    heading = Label(_(section), Role.LABEL, "faint", self)
                    heading.setContentsMargins(px(10), 0, 0, px(2))
                    self._headings.append(heading)
                    self._column.addWidget(heading)
            button = RailButton(place, f"Ctrl+{number}" if number <= 9 else "", self)
            button.clicked.connect(lambda _checked, picked=place.id: self.chosen.emit(picked))
            self._group.addButton(button)
            self._buttons[place.id] = button
            self._column.addWidget(button)
        self._column.addStretch(1)
        self._column.addWidget(TwoLines(*person, menus[1], person=True, parent=self))
        theme().changed.connect(self._measure)
        self._measure()

    @property
    def narrow(self) -> bool:
        return self._narrow

    def set_narrow(self, narrow: bool) -> None:
        self._narrow = narrow
        self._measure()

    def light(self, place_id: str) -> None:
        """Show which place is open."""
        if place_id in self._buttons:
            self._buttons[place_id].setChecked(True)

    def _measure(self) -> None:
        self.setFixedWidth(px(NARROW if self._narrow else WIDE))
        self._column.setContentsMargins(px(10), px(12), px(10), px(10))
        self._column.setSpacing(px(2))
        self._find.setText("" if self._narrow else _("Search or do…"))
        self._find.setIconSize(QSize(px(16), px(16)))
        for heading in self._headings:
            heading.setVisible(not self._narrow)
