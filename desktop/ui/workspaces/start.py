"""The first page: which workspace, and who are you?

It shows exactly one of: getting ready, the sample people, a name and a password, an error with retry, or that the server is away and when
it is tried again. It decides nothing: :mod:`desktop.app` tells it what to show and listens to its signals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.i18n import _
from desktop.ui.notices import explain
from desktop.ui.theme import Role, colour, px, restyle, theme
from desktop.ui.theme.icons import paint_icon
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.states import ErrorState
from desktop.ui.workspaces.people import PeopleList, Person

if TYPE_CHECKING:  # it brings the database library, which is loaded once the window stands
    from desktop.store.link import Link
    from desktop.store.workspaces import Workspace

COLUMN = 440
TALL = 580
"""The column's height where the window has room for it; the same whatever it shows, so that nothing jumps."""
RING = 4
"""Room for the focus ring around a link at the column's edge."""
TICK_MS = 500


class Mark(QWidget):
    """The application's mark: a certificate's seal on the accent."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._measure()
        theme().changed.connect(self._measure)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        field = QRectF(self.rect())
        shade = QLinearGradient(field.topLeft(), field.bottomRight())
        shade.setColorAt(0, colour("accent"))
        shade.setColorAt(1, colour("accent_pressed"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        painter.drawRoundedRect(field, px(12), px(12))
        inset = field.width() * 0.22
        paint_icon(painter, field.adjusted(inset, inset, -inset, -inset), "certificate", colour("on_accent"))

    def _measure(self) -> None:
        self.setFixedSize(px(52), px(52))


class Credentials(QWidget):
    """A name and a password."""

    entered = Signal(str, str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.user = QLineEdit(self)
        self.user.setAccessibleName(_("Login name"))
        self.user.setPlaceholderText(_("Login name"))
        self.password = QLineEdit(self)
        self.password.setAccessibleName(_("Password"))
        self.password.setPlaceholderText(_("Password"))
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.remember = QCheckBox(_("Remember the password on this computer"), self)
        self.remember.setAccessibleName(self.remember.text())
        self.problem = Label("", Role.BODY, "bad", self, wrap=True)
        self.problem.hide()
        self.button = Button(_("Sign in"), "primary", parent=self)
        self.button.clicked.connect(self._enter)
        for line in (self.user, self.password):
            line.returnPressed.connect(self._enter)
            line.textEdited.connect(self._forget_problem)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(12))
        for widget in (self.user, self.password, self.remember, self.problem, self.button):
            column.addWidget(widget)
        column.addStretch(1)

    def ask(self, user: str) -> None:
        self.user.setText(user)
        self.password.clear()
        self._forget_problem()
        (self.password if user else self.user).setFocus(Qt.FocusReason.OtherFocusReason)

    def refuse(self, error: BaseException) -> None:
        """Say why it did not work, in place; what was typed stays."""
        message, remedy, _details = explain(error)
        self.problem.setText(f"{message} {remedy}".strip())
        self.problem.show()
        restyle(self.password, invalid=True)
        self.password.selectAll()
        self.password.setFocus(Qt.FocusReason.OtherFocusReason)

    def _forget_problem(self) -> None:
        self.problem.hide()
        restyle(self.password, invalid=False)

    def _enter(self) -> None:
        empty = next((line for line in (self.user, self.password) if not line.text()), None)
        if empty is not None:
            empty.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.entered.emit(self.user.text().strip(), self.password.text(), self.remember.isChecked())


class StartPage(QWidget):
    """The first page. See the module."""

    workspace_chosen = Signal(str)
    """The id of a workspace in the list."""
    person_chosen = Signal(object)
    entered = Signal(str, str, bool)
    """Login name, password, whether to remember it."""
    connect_wanted = Signal()
    create_wanted = Signal()
    retry = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("content")
        self.setAccessibleName(_("Sign in"))
        self._link: Link | None = None
        self.workspaces = QComboBox(self)
        for widget in (self.workspaces, self.workspaces.view()):
            widget.setAccessibleName(_("Workspace"))
        self.workspaces.activated.connect(lambda index: self.workspace_chosen.emit(self.workspaces.itemData(index)))
        self._title = Label(_("NABIP LMS"), Role.TITLE, parent=self)
        self._lead = Label("", Role.BODY, "muted", self, wrap=True)

        self._ready = QWidget(self)
        self.progress = QProgressBar(self._ready)
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(_("Getting ready"))
        self._doing = Label("", Role.CAPTION, "muted", self._ready, wrap=True)
        ready = QVBoxLayout(self._ready)
        ready.setContentsMargins(0, px(8), 0, 0)
        ready.setSpacing(px(12))
        ready.addWidget(self.progress)
        ready.addWidget(self._doing)
        ready.addStretch(1)

        self.people = PeopleList()
        self.people.chosen.connect(self.person_chosen)
        self._people_area = QScrollArea(self)
        self._people_area.setWidgetResizable(True)
        self._people_area.setFrameShape(QFrame.Shape.NoFrame)
        self._people_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._people_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._people_area.setWidget(self.people)

        self.credentials = Credentials(self)
        self.credentials.entered.connect(self.entered)

        self._trouble = ErrorState(self)
        self._trouble.retry.connect(self.retry)

        self._stack = QStackedWidget(self)
        for state in (self._ready, self._people_area, self.credentials, self._trouble):
            self._stack.addWidget(state)

        self.connect_button = Button(_("Connect to a shared server…"), "link", "server", self)
        self.connect_button.clicked.connect(self.connect_wanted)

        self.create_button = Button(_("New workspace on this computer…"), "link", "plus", self)
        self.create_button.clicked.connect(self.create_wanted)

        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._count_down)

        self._column = QWidget(self)
        column = QVBoxLayout(self._column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setSpacing(px(16))
        head.addWidget(Mark(self))
        words = QVBoxLayout()
        words.setSpacing(px(2))
        words.addWidget(self._title)
        words.addWidget(self._lead)
        head.addLayout(words, 1)
        column.addLayout(head)
        column.addSpacing(px(24))
        column.addWidget(self.workspaces)
        column.addSpacing(px(16))
        column.addWidget(self._stack, 1)
        column.addSpacing(px(12))
        links = QVBoxLayout()
        links.setContentsMargins(px(RING), 0, px(RING), px(RING))
        links.setSpacing(px(10))
        for button in (self.create_button, self.connect_button):
            links.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(links)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(self._column)
        across.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(px(24), px(32), px(24), px(32))
        outer.addStretch(2)  # a little above the middle
        outer.addLayout(across, 1000)
        outer.addStretch(3)
        self._measure()
        theme().changed.connect(self._measure)

    # What it is told

    def set_workspaces(self, workspaces: tuple[Workspace, ...], current: str) -> None:
        """The list, and the id of the one that is shown; a single one is not worth a choice."""
        with QSignalBlocker(self.workspaces):
            self.workspaces.clear()
            for workspace in workspaces:
                self.workspaces.addItem(workspace.name, workspace.id)
            self.workspaces.setCurrentIndex(self.workspaces.findData(current))
        self.workspaces.setVisible(len(workspaces) > 1)

    def show_ready(self, doing: str) -> None:
        """Something is under way: one sentence of what."""
        self._lead.setText(_("Courses, exams and certificates of your association"))
        self._doing.setText(doing)
        self._show(self._ready)

    def show_people(self, people: tuple[Person, ...]) -> None:
        self._lead.setText(_("This is the sample association. Choose who you want to be; nothing here is real."))
        self.people.set_people(people)
        self._show(self._people_area)

    def show_credentials(self, workspace: str, user: str) -> None:
        self._lead.setText(_("Sign in to {workspace}").format(workspace=workspace))
        self._show(self.credentials)
        self.credentials.ask(user)

    def refuse(self, error: BaseException) -> None:
        """Signing in did not work."""
        self._show(self.credentials)
        self.credentials.refuse(error)

    def show_error(self, error: BaseException) -> None:
        self._show(self._trouble)
        self._trouble.show_error(error)

    def show_away(self, link: Link, error: BaseException) -> None:
        """The server is away; says when it is tried again."""
        self.show_error(error)
        self._link = link
        self._tick.start()
        self._count_down()

    @property
    def state(self) -> str:
        """``ready``, ``people``, ``credentials`` or ``trouble``: what it shows now."""
        names: dict[QWidget | None, str] = {
            self._ready: "ready",
            self._people_area: "people",
            self.credentials: "credentials",
            self._trouble: "trouble",
        }
        return names[self._stack.currentWidget()]

    @property
    def sentence(self) -> str:
        """What went wrong, where something did."""
        return self._trouble.sentence

    @property
    def details(self) -> str:
        """For whoever is asked for help with it."""
        return self._trouble.details

    def _show(self, widget: QWidget) -> None:
        self._tick.stop()
        self._link = None
        self._stack.setCurrentWidget(widget)

    def _count_down(self) -> None:
        if self._link is not None:
            self._lead.setText(self._link.sentence())

    def _measure(self) -> None:
        self._column.setFixedWidth(px(COLUMN))
        self._column.setMaximumHeight(px(TALL))
        self._column.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
