"""What learners say of a course, on its page: the stars, the words, whether they helped, and one's own."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.courses.queries import CourseDetails, Review, ReviewSummary
from desktop.courses.reviews import OwnReview, Standing, delete_review, vote_review, write_review
from desktop.i18n import _, ngettext
from desktop.ui.context import Context
from desktop.ui.courses.cards import STAR, star_path
from desktop.ui.dates import since_text
from desktop.ui.layouts import emptied
from desktop.ui.theme import Role, colour, px, theme
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label


class Stars(QWidget):
    """A rating as five stars."""

    def __init__(self, rating: float, parent: QWidget | None = None, *, side: int = 14) -> None:
        super().__init__(parent)
        self._rating = rating
        self._side = px(side)
        self.setFixedSize(self._side * 5 + px(8), self._side)
        self.setAccessibleName(_("{n} of 5 stars").format(n=f"{rating:g}"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number in range(5):
            centre = QPointF(self._side * (number + 0.5) + px(2) * number, self._side / 2)
            star_path(painter, centre, self._side / 2, STAR, max(0.0, min(1.0, self._rating - number)))


class RatingBars(QWidget):
    """How many reviews gave how many stars."""

    def __init__(self, summary: ReviewSummary, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts = summary.counts
        self.setFixedSize(px(220), px(18) * 5)
        listed = ", ".join(_("{stars} stars: {n}").format(stars=stars, n=self._counts.get(stars, 0)) for stars in range(5, 0, -1))
        self.setAccessibleName(listed)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme().font(Role.CAPTION, tabular=True))
        most = max(self._counts.values(), default=1)
        for row, stars in enumerate(range(5, 0, -1)):
            y, high = px(18) * row, px(18)
            count = self._counts.get(stars, 0)
            painter.setPen(colour("faint"))
            painter.drawText(QRectF(0, y, px(14), high), Qt.AlignmentFlag.AlignVCenter, str(stars))
            bar = QRectF(px(18), y + high / 2 - px(3), self.width() - px(58), px(6))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("sunken" if theme().name != "contrast" else "hover"))
            painter.drawRoundedRect(bar, px(3), px(3))
            if count:
                painter.setBrush(STAR)
                painter.drawRoundedRect(QRectF(bar.left(), bar.top(), max(px(6), bar.width() * count / most), bar.height()), px(3), px(3))
            painter.setPen(colour("muted"))
            painter.drawText(
                QRectF(self.width() - px(36), y, px(36), high),
                int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight),
                f"{count:,}",
            )


class CourseReviews(QWidget):
    """The section of a course's page. It takes no room where there is nothing to show and nothing to write."""

    def __init__(self, context: Context, course: UUID, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._course = context, course
        self._title = ""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(12))
        self.own: OwnReview | None = None
        self.hide()

    def show_reviews(
        self, course: CourseDetails, summary: ReviewSummary, own: OwnReview | None, votes: dict[UUID, bool], *, may_write: bool
    ) -> None:
        self.own, self._title = own, course.title
        emptied(self._column)
        self.setVisible(course.rating is not None or own is not None or may_write)
        head = QHBoxLayout()
        head.addWidget(Label(_("Reviews"), Role.HEADING))
        head.addStretch(1)
        if own is not None or may_write:
            self.write_button = Button(_("Your review…") if own is not None else _("Write a review…"), "quiet", "star")
            self.write_button.setEnabled(may_write)
            self.write_button.clicked.connect(self.ask)
            head.addWidget(self.write_button)
        self._column.addLayout(head)
        if own is not None and own.standing is not Standing.APPROVED:
            waiting = own.standing is Standing.WAITING
            words = _("Your review waits for an administrator.") if waiting else _("Your review is not shown to others.")
            self._column.addWidget(Label(words, Role.CAPTION, "muted", wrap=True))
        if course.rating is None:
            return
        figures = QHBoxLayout()
        figures.setSpacing(px(24))
        score = QVBoxLayout()
        score.setSpacing(px(4))
        score.addWidget(Label(f"{course.rating:.1f}", Role.DISPLAY))
        score.addWidget(Stars(float(course.rating)))
        score.addWidget(Label(ngettext("{n} review", "{n} reviews", course.reviews).format(n=f"{course.reviews:,}"), Role.CAPTION, "muted"))
        score.addStretch(1)
        figures.addLayout(score)
        figures.addWidget(RatingBars(summary))
        figures.addStretch(1)
        self._column.addLayout(figures)
        for review in summary.shown:
            if review.text or review.title:
                self._column.addLayout(self._review(review, votes.get(review.id)))

    def _review(self, review: Review, vote: bool | None) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(px(3))
        line = QHBoxLayout()
        line.addWidget(Stars(review.rating, side=12))
        line.addWidget(Label(" · ".join(part for part in (review.author, since_text(review.created_at)) if part), Role.CAPTION, "faint"))
        line.addStretch(1)
        helpful = Button(_("Helpful") if not review.helpful else _("Helpful · {n}").format(n=f"{review.helpful:,}"), "plain", "check")
        helpful.setCheckable(True)
        helpful.setChecked(vote is True)
        helpful.setVisible(not review.mine)
        helpful.setAccessibleName(_("Helpful: the review of {name}").format(name=review.author or _("a learner")))
        helpful.clicked.connect(lambda on, id=review.id: self._vote(id, on))
        line.addWidget(helpful)
        column.addLayout(line)
        if review.title:
            column.addWidget(Label(review.title, Role.STRONG, wrap=True))
        if review.text:
            column.addWidget(Label(review.text, token="muted", wrap=True))
        return column

    def ask(self) -> None:
        """Write a review, or write it anew."""
        from desktop.ui.courses.reviewing import ReviewDialog

        self.dialog = ReviewDialog(self._title, self.own, self)
        self.dialog.given.connect(self._give)
        self.dialog.deleted.connect(lambda: self._context.spawn(self._context.write(delete_review, self._course), self))
        self.dialog.open()

    def _give(self, rating: int, title: str, text: str) -> None:
        self._context.spawn(self._context.write(write_review, self._course, rating, title, text), self)

    def _vote(self, review: UUID, helpful: bool) -> None:
        self._context.spawn(self._context.write(vote_review, review, True if helpful else None), self)
