"""Writing a review, and the page on which administrators decide what is shown."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.courses.reviews import LONGEST_TEXT, LONGEST_TITLE, OwnReview, QueuedReview, Standing, count_waiting, list_queue, moderate
from desktop.i18n import N_, _, ngettext
from desktop.ui.context import Context
from desktop.ui.courses.reviews import Stars
from desktop.ui.dates import since_text
from desktop.ui.page import Empty, Page, breathe
from desktop.ui.theme import Role, px
from desktop.ui.theme.icons import icon
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.fields import SegmentedControl
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.scrolled import ScrolledColumn
from desktop.ui.widgets.surfaces import Card, Dialog


class StarChooser(QWidget):
    """One to five stars: by mouse, or by Tab and Space."""

    chosen = Signal(int)

    def __init__(self, rating: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Stars"))
        self.rating = 0
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(px(2))
        group = QButtonGroup(self)
        self.buttons: list[IconButton] = []
        for number in range(1, 6):
            button = IconButton("star", ngettext("{n} star", "{n} stars", number).format(n=number), self)
            button.setCheckable(True)
            button.clicked.connect(partial(self._choose, number))
            group.addButton(button)
            self.buttons.append(button)
            row.addWidget(button)
        row.addStretch(1)
        if rating:
            self.buttons[rating - 1].setChecked(True)
            self._choose(rating)

    def _choose(self, rating: int, _checked: bool = False) -> None:
        self.rating = rating
        for number, button in enumerate(self.buttons, 1):
            button.setIcon(icon("star", "accent" if number <= rating else "faint"))
        self.chosen.emit(rating)


class ReviewDialog(Dialog):
    """Stars, and words where somebody has some."""

    given = Signal(int, str, str)
    deleted = Signal()

    def __init__(self, course: str, own: OwnReview | None, parent: QWidget) -> None:
        super().__init__(_("Your review"), course, parent, width=520)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.stars = StarChooser(own.rating if own else 0)
        self.title = QLineEdit((own and own.title) or "")
        self.title.setMaxLength(LONGEST_TITLE)
        self.title.setPlaceholderText(_("In a few words"))
        self.title.setAccessibleName(_("Title"))
        self.text = QPlainTextEdit((own and own.text) or "")
        self.text.setPlaceholderText(_("What helped you, and what could be better?"))
        self.text.setAccessibleName(_("Review"))
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(px(140))
        self.hint = Label("", Role.CAPTION, "muted", wrap=True)
        for widget in (self.stars, self.title, self.text, self.hint):
            self.body.addWidget(widget)
        if own is not None:
            delete = self.add_button(_("Delete the review"), "plain", self._delete)
            self.footer.removeWidget(delete)
            self.footer.insertWidget(0, delete)
        self.add_button(_("Cancel"), "quiet", self.reject)
        self.send_button = self.add_button(_("Send"), "primary", self._send)
        self.stars.chosen.connect(lambda _rating: self._check())
        self.text.textChanged.connect(self._check)
        self.title.textChanged.connect(lambda _text: self._check())
        self._check()

    def _check(self) -> None:
        over = len(self.text.toPlainText()) - LONGEST_TEXT
        words = bool(self.title.text().strip() or self.text.toPlainText().strip())
        if over > 0:
            self.hint.setText(_("{n} characters too many").format(n=over))
        elif not self.stars.rating:
            self.hint.setText(_("Choose from one to five stars."))
        else:
            self.hint.setText(_("An administrator reads it before others do.") if words else _("Stars alone count at once."))
        self.send_button.setEnabled(bool(self.stars.rating) and over <= 0)

    def _send(self) -> None:
        self.given.emit(self.stars.rating, self.title.text(), self.text.toPlainText())
        self.accept()

    def _delete(self) -> None:
        self.deleted.emit()
        self.accept()


class ReviewsPage(Page):
    """What learners wrote of courses: what waits, what is shown, what is not."""

    title = N_("Reviews")
    shows: ClassVar[frozenset[str]] = frozenset({"course_reviews"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        self.standing = Standing.WAITING
        self.reviews: tuple[QueuedReview, ...] = ()
        super().__init__(context, parent)

    def build(self) -> QWidget:
        names = {Standing.WAITING: _("Waiting"), Standing.APPROVED: _("Shown"), Standing.REFUSED: _("Not shown")}
        self.tabs = SegmentedControl(_("Which reviews"), [(standing.value, words, "") for standing, words in names.items()])
        self.tabs.chosen.connect(self._choose)
        self.header.trailing.addWidget(self.tabs)
        self.column = ScrolledColumn()
        content = QWidget()
        outer = QVBoxLayout(content)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.column)
        return content

    async def refresh(self) -> Empty | None:
        standing = self.standing
        self.reviews = await self.context.read(list_queue, standing)
        waiting = await self.context.read(count_waiting)
        words = ngettext("{n} waits for you", "{n} wait for you", waiting).format(n=f"{waiting:,}") if waiting else ""
        self.set_title(_(self.title), words)
        if not self.reviews:
            nothing = {
                Standing.WAITING: _("No review waits for you."),
                Standing.APPROVED: _("No review is shown yet."),
                Standing.REFUSED: _("Every review is shown."),
            }
            return Empty(nothing[standing], picture="star")
        column = self.column.begin()
        for review in self.reviews:
            column.addWidget(self._card(review))
            await breathe()
        column.addStretch(1)
        await self.column.show_column()
        return None

    def _choose(self, value: str) -> None:
        self.standing = Standing(value)
        self.reload()

    def _card(self, review: QueuedReview) -> Card:
        card = Card()
        head = QHBoxLayout()
        head.addWidget(Stars(review.rating))
        head.addWidget(Label(f"{review.author} · {since_text(review.updated_at)}", Role.CAPTION, "muted"))
        head.addStretch(1)
        course = Button(review.course_title, "link")
        course.clicked.connect(lambda: self.context.open("course", course=review.course_id))
        head.addWidget(course)
        card.body.addLayout(head)
        if review.title:
            card.body.addWidget(Label(review.title, Role.STRONG, wrap=True))
        if review.text:
            card.body.addWidget(Label(review.text, Role.BODY, wrap=True))
        foot = QHBoxLayout()
        if review.helpful or review.not_helpful:
            said = _("{yes} found it helpful, {no} did not").format(yes=review.helpful, no=review.not_helpful)
            foot.addWidget(Label(said, Role.CAPTION, "muted"))
        foot.addStretch(1)
        for words, kind, approved, featured in self._choices(review):
            button = Button(words, kind)
            button.setAccessibleName(_("{action}: the review of {name}").format(action=words, name=review.author))
            button.clicked.connect(partial(self._moderate, review, approved, featured))
            foot.addWidget(button)
        card.body.addLayout(foot)
        return card

    def _choices(self, review: QueuedReview) -> list[tuple[str, str, bool, bool]]:
        hide = (_("Do not show"), "quiet", False, False)
        match self.standing:
            case Standing.WAITING:
                return [hide, (_("Show"), "primary", True, False)]
            case Standing.APPROVED if review.featured:
                return [hide, (_("Feature no longer"), "quiet", True, False)]
            case Standing.APPROVED:
                return [hide, (_("Feature"), "quiet", True, True)]
            case _:
                return [(_("Show"), "quiet", True, False)]

    def _moderate(self, review: QueuedReview, approved: bool, featured: bool, _checked: bool = False) -> None:
        self.spawn(self.context.write(moderate, review.id, approved, featured))
