"""The pages of a station around the questions: the code, before the start, a pause, and the end."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from desktop.exams.queries import Receipt, SeatState
from desktop.exams.start_codes import is_code, read_code
from desktop.i18n import _, ngettext
from desktop.questions.markup import is_markup, plain_text
from desktop.ui.dates import moment_text
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.forms import FormRow
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Card

WIDTH = 620
"""Pixels at nominal text; longer lines are hard to read."""


class StationPage(QScrollArea):
    """A card in the middle of the screen; ``body`` is its layout."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)
        middle = QWidget()
        self.card = Card(padding=32)
        self.card.setMaximumWidth(px(WIDTH))
        self.body = self.card.body
        self.body.setSpacing(px(14))
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.card, 8)
        row.addStretch(1)
        column = QVBoxLayout(middle)
        column.addStretch(1)
        column.addLayout(row)
        column.addStretch(2)
        self.setWidget(middle)

    def prepare(self) -> None:
        """Put the keyboard where it is needed; called when the page is shown."""


class CodePage(StationPage):
    """Where a code is typed. ``entered`` gives it as it was meant."""

    entered = Signal(str)
    left = Signal()

    def __init__(self, title: str, words: str, verb: str, characters: int, other: str) -> None:
        super().__init__(title)
        self._characters = characters
        self.title = Label(title, Role.TITLE, wrap=True)
        self.words = Label(words, Role.BODY, "muted", wrap=True)
        self.line = QLineEdit()
        self.line.setAccessibleName(title)
        self.line.setMaxLength(40)
        self.row = FormRow(_("Code"), self.line)
        self.line.setAccessibleName(title)
        self.button = Button(verb, "primary")
        self.other_button = Button(other, "link")
        self.line.returnPressed.connect(self._enter)
        self.button.clicked.connect(self._enter)
        self.other_button.clicked.connect(self.left)
        foot = QHBoxLayout()
        foot.addWidget(self.other_button)
        foot.addStretch(1)
        foot.addWidget(self.button)
        for widget in (self.title, self.words, self.row):
            self.body.addWidget(widget)
        self.body.addLayout(foot)
        self.details_button = Button("", "link")
        self.details_button.hide()
        self.details = Label("", Role.CAPTION, "muted", wrap=True)
        self.details.hide()
        self.details_button.clicked.connect(lambda: self.details.setVisible(self.details.isHidden()))
        self.body.addWidget(self.details_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self.details)

    def show_details(self, title: str, sentences: Sequence[str]) -> None:
        """Sentences that whoever wants to know can unfold."""
        self.details_button.setText(title)
        self.details_button.show()
        self.details.setText("\n".join(sentences))

    def prepare(self) -> None:
        self.line.clear()
        self.row.set_problem("")
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def refuse(self, problem: str) -> None:
        """Say why not; the code is there to be mended."""
        self.row.set_problem(problem)
        self.line.selectAll()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _enter(self) -> None:
        code = read_code(self.line.text())
        if not is_code(code, self._characters):
            self.refuse(
                ngettext("A code has {n} letter or digit.", "A code has {n} letters and digits.", self._characters).format(
                    n=self._characters
                )
            )
            return
        self.row.set_problem("")
        self.entered.emit(code)


class ReadyPage(StationPage):
    """Who sits here, what is asked of them, and the beginning."""

    begun = Signal()

    def __init__(self) -> None:
        super().__init__(_("Before the exam"))
        self.title = Label("", Role.TITLE, wrap=True)
        self.who = Label("", Role.STRONG, wrap=True)
        self.facts = Label("", Role.BODY, "muted", wrap=True)
        self.instructions = Label("", wrap=True)
        self.watched = Label(
            _(
                "This computer notices when the exam is left, and what is copied, printed or connected; it notes that for your proctor."
                " No rule here judges by itself: a person does."
            ),
            Role.BODY,
            "muted",
            wrap=True,
        )
        self.consent = QCheckBox(_("I am the person named above, I have read this, and I agree to it"))
        self.waiting = Label("", Role.STRONG, "muted", wrap=True)
        self.begin_button = Button(_("Begin the exam"), "primary")
        self.begin_button.clicked.connect(self.begun)
        self.consent.toggled.connect(lambda _on: self._show_button())
        self._authorized = False
        for widget in (self.title, self.who, self.facts, self.instructions, self.watched, self.consent, self.waiting):
            self.body.addWidget(widget)
        self.body.addWidget(self.begin_button, 0, Qt.AlignmentFlag.AlignRight)

    def show_seat(self, state: SeatState) -> None:
        self.title.setText(state.title)
        self.who.setText(_("{name}, desk {desk}").format(name=state.candidate, desk=state.label) if state.label else state.candidate)
        self.facts.setText(ngettext("{n} minute", "{n} minutes", state.minutes).format(n=state.minutes))
        words = state.instructions or ""
        self.instructions.setText(plain_text(words) if is_markup(words) else words)
        self.instructions.setVisible(bool(words))

    def show_authorized(self, authorized: bool) -> None:
        self._authorized = authorized
        self.waiting.setText(
            _("You may begin. The time starts when you do.") if authorized else _("Please wait: your proctor lets you begin.")
        )
        self.waiting.set_token("good" if authorized else "muted")
        self._show_button()

    def prepare(self) -> None:
        self.consent.setChecked(False)
        self.consent.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_button(self) -> None:
        self.begin_button.setEnabled(self._authorized and self.consent.isChecked())


class WordsPage(StationPage):
    """A heading and a few sentences, and perhaps a button. ``pressed`` is that button."""

    pressed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.title = Label(name, Role.TITLE, wrap=True)
        self.words = Label("", wrap=True)
        self.button = Button("", "primary")
        self.button.clicked.connect(self.pressed)
        self.body.addWidget(self.title)
        self.body.addWidget(self.words)
        self.body.addWidget(self.button, 0, Qt.AlignmentFlag.AlignRight)

    def say(self, title: str, sentences: Sequence[str], button: str = "") -> None:
        self.title.setText(title)
        self.words.setText("\n\n".join(sentences))
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self.setAccessibleName(title)

    def prepare(self) -> None:
        if not self.button.isHidden():
            self.button.setFocus(Qt.FocusReason.OtherFocusReason)


def receipt_words(receipt: Receipt) -> list[str]:
    """What was handed in, in sentences."""
    sentences = [
        _("Handed in: {moment}.").format(moment=moment_text(receipt.submitted_at)),
        _("{answers} of {questions} questions are answered.").format(answers=receipt.answers, questions=receipt.questions),
    ]
    if receipt.quarantined:
        sentences.append(
            ngettext(
                "One answer came too late; your proctor sees it and decides.",
                "{n} answers came too late; your proctor sees them and decides.",
                receipt.quarantined,
            ).format(n=receipt.quarantined)
        )
    sentences.append(_("Receipt: {fingerprint}").format(fingerprint=" ".join(_groups(receipt.fingerprint[:24]))))
    return sentences


def _groups(text: str) -> list[str]:
    return [text[at : at + 4] for at in range(0, len(text), 4)]
