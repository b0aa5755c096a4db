"""The start page: workspaces at the left, and in the middle whatever comes next.

That is one of: something is being opened, who are you (sample people or name and password), the server is away, it did not work.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Protocol

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import LmsError
from desktop.i18n import _
from desktop.ui.theme import Role, colour, font, px, theme
from desktop.ui.theme.icons import paint_icon
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.forms import FormRow, all_valid
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.progress import ProgressRing
from desktop.ui.widgets.states import ErrorState
from desktop.ui.workspaces.people import PeopleList, Person

COUNTDOWN_MS = 250


class Named(Protocol):
    """A workspace as far as this page shows it (``desktop.store.workspaces.Workspace``)."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> str: ...


class Waiting(Protocol):
    """How things stand with the server (``desktop.store.link.Link``)."""

    def sentence(self) -> str: ...


class WorkspaceButton(QAbstractButton):
    """A workspace in the list at the left."""

    def __init__(self, workspace: Named, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._local = workspace.kind == "embedded"
        self._detail = _("On this computer") if self._local else _("On a server")
        self.setObjectName(f"workspace.{workspace.id}")
        self.setText(workspace.name)
        self.setAccessibleName(f"{workspace.name}, {self._detail}")
        self.setToolTip(workspace.name)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(px(200), px(52))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = self.isChecked()
        if lit or self.underMouse():
            painter.setPen(colour("line_strong") if lit and theme().name == "contrast" else Qt.PenStyle.NoPen)
            painter.setBrush(colour("selected" if lit else "hover"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), px(8), px(8))
        side = px(20)
        picture = "database" if self._local else "server"
        tint = colour("accent_text" if lit else "muted")
        paint_icon(painter, QRectF(px(12), (self.height() - side) / 2, side, side), picture, tint)
        room = self.width() - px(44) - px(10)
        for text, role, token, top in ((self.text(), Role.STRONG, "text", 0.5), (self._detail, Role.CAPTION, "muted", -0.42)):
            painter.setFont(font(role))
            painter.setPen(colour(token))
            metrics = QFontMetrics(painter.font())
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            y = self.height() / 2 - metrics.height() * (0.5 + top)
            painter.drawText(QRectF(px(44), y, room, metrics.height()), Qt.AlignmentFlag.AlignVCenter, shown)


class StartPage(QWidget):
    """The page. It decides nothing: it shows what it is told and says what was chosen."""

    workspace_chosen = Signal(str)
    person_chosen = Signal(object)
    entered = Signal(str, str, bool)
    """Name, password, and whether to remember it."""
    connect_wanted = Signal()
    retry = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("start")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.state = "ready"
        """``ready`` (something is being opened), ``people``, ``credentials``, ``away`` or ``error``."""
        self._group = QButtonGroup(self)
        self._middle: QWidget | None = None
        self._link: Waiting | None = None
        self._countdown = QTimer(self)
        self._countdown.setInterval(COUNTDOWN_MS)
        self._countdown.timeout.connect(self._count_down)
        self._list = QVBoxLayout()
        self._list.setSpacing(px(4))
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._side())
        row.addWidget(self._scroll, 1)
        self.show_ready("")

    def set_workspaces(self, workspaces: Iterable[Named], current: str) -> None:
        """List the workspaces; the one that is being used is lit."""
        while (item := self._list.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        for workspace in workspaces:
            button = WorkspaceButton(workspace, self)
            button.setChecked(workspace.id == current)
            button.clicked.connect(partial(self.workspace_chosen.emit, workspace.id))
            self._group.addButton(button)
            self._list.addWidget(button)

    def show_ready(self, doing: str) -> None:
        """Something is being opened; ``doing`` says what."""
        middle, column = self._column("ready")
        ring = ProgressRing(doing or _("Opening"), None, 28, middle)
        words = Label(doing, Role.BODY, "muted", middle, wrap=True)
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addStretch(2)
        column.addWidget(ring, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(px(16))
        column.addWidget(words)
        column.addStretch(3)
        self._put(middle)

    def show_people(self, people: Iterable[Person]) -> None:
        """Anybody of the sample association, in one click."""
        middle, column = self._column("people")
        shown = PeopleList(people, middle)
        shown.chosen.connect(self.person_chosen)
        column.addStretch(2)
        column.addWidget(Label(_("Who would you like to be?"), Role.TITLE, parent=middle, wrap=True))
        column.addSpacing(px(6))
        explained = _("This association and its people are made up, so that you can try everything. Nothing leaves this computer.")
        column.addWidget(Label(explained, Role.BODY, "muted", middle, wrap=True))
        column.addSpacing(px(20))
        column.addWidget(shown)
        column.addStretch(3)
        self._put(middle)

    def show_credentials(self, workspace: str, user: str = "") -> None:
        """Ask for name and password."""
        middle, column = self._column("credentials")
        self.user, self.password = QLineEdit(user, middle), QLineEdit(middle)
        self.user.setObjectName("user")
        self.password.setObjectName("password")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.remember = QCheckBox(_("Keep me signed in on this computer"), middle)
        self.remember.setAccessibleName(self.remember.text())
        self.enter_button = Button(_("Sign in"), "primary", "", middle)
        needed = partial(_needed, _("Fill this in."))
        self._rows = (
            FormRow(_("Name of your login"), self.user, middle, check=needed),
            FormRow(_("Password"), self.password, middle, check=needed),
        )
        self._problem = Label("", Role.BODY, "bad", middle, wrap=True)
        self._problem.hide()
        for field in (self.user, self.password):
            field.returnPressed.connect(self._enter)
        self.enter_button.clicked.connect(self._enter)
        column.addStretch(2)
        column.addWidget(Label(_("Sign in to {name}").format(name=workspace), Role.TITLE, parent=middle, wrap=True))
        column.addSpacing(px(20))
        for row in self._rows:
            column.addWidget(row)
            column.addSpacing(px(14))
        column.addWidget(self.remember)
        column.addSpacing(px(16))
        column.addWidget(self._problem)
        column.addSpacing(px(8))
        column.addWidget(self.enter_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(3)
        self._put(middle)
        (self.password if user else self.user).setFocus(Qt.FocusReason.OtherFocusReason)

    def refuse(self, error: LmsError) -> None:
        """The name or the password was not accepted; what was typed stays."""
        if self.state != "credentials":
            self.show_error(error)
            return
        self._problem.setText(f"{error.message} {error.remedy}".strip())
        self._problem.show()
        self.enter_button.setEnabled(True)
        self.password.selectAll()
        self.password.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_away(self, link: Waiting, error: BaseException) -> None:
        """The server is away: say so, count down to the next try, offer not to wait."""
        self.show_error(error)
        self.state = "away"
        self._link = link
        self._count_down()
        self._countdown.start()

    def show_error(self, error: BaseException) -> None:
        """It did not work: what happened, what can be done, try again."""
        middle, column = self._column("error")
        self.error = ErrorState(middle)
        self.error.show_error(error)
        self.error.retry.connect(self.retry)
        self._waiting = Label("", Role.CAPTION, "muted", middle)
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.error, 1)
        column.addWidget(self._waiting)
        self._put(middle)

    @property
    def waiting(self) -> str:
        """What is said about the next try."""
        return self._waiting.text() if self.state == "away" else ""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Hide:
            self._countdown.stop()
        return super().event(event)

    def _side(self) -> QWidget:
        side = QWidget(self)
        side.setObjectName("rail")
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        side.setFixedWidth(px(280))
        column = QVBoxLayout(side)
        column.setContentsMargins(px(16), px(24), px(16), px(16))
        column.setSpacing(px(4))
        name = Label("NABIP LMS", Role.HEADING, parent=side)
        name.setContentsMargins(px(12), 0, 0, 0)
        column.addWidget(name)
        column.addSpacing(px(20))
        heading = Label(_("Workspaces"), Role.LABEL, "faint", side)
        heading.setContentsMargins(px(12), 0, 0, px(2))
        column.addWidget(heading)
        column.addLayout(self._list)
        column.addStretch(1)
        self.connect_button = Button(_("Connect to a server…"), "quiet", "plus", side)
        self.connect_button.clicked.connect(self.connect_wanted)
        column.addWidget(self.connect_button)
        return side

    def _column(self, state: str) -> tuple[QWidget, QVBoxLayout]:
        self.state = state
        self._countdown.stop()
        holder = QWidget()
        across = QHBoxLayout(holder)
        across.setContentsMargins(px(32), px(32), px(32), px(32))
        middle = QWidget(holder)
        middle.setMaximumWidth(px(460))
        across.addStretch(1)
        across.addWidget(middle, 100)
        across.addStretch(1)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        return holder, column

    def _put(self, middle: QWidget) -> None:
        self._scroll.setWidget(middle)

    def _enter(self) -> None:
        if all_valid(self._rows):
            self._problem.hide()
            self.entered.emit(self.user.text().strip(), self.password.text(), self.remember.isChecked())

    def _count_down(self) -> None:
        if self._link is not None:
            self._waiting.setText(self._link.sentence())


def _needed(problem: str, text: str) -> str:
    return "" if text.strip() else problem
