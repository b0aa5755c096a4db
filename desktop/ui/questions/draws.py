"""What a quiz takes from a bank: some questions by chance for each attempt, or the one that is named."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from desktop.i18n import _, ngettext
from desktop.questions.banks import BankRow
from desktop.questions.drafting import Draw, Pool
from desktop.ui.questions.fields import NumberField
from desktop.ui.theme import Role, px
from desktop.ui.widgets.fields import SegmentedControl
from desktop.ui.widgets.forms import FormRow
from desktop.ui.widgets.labels import Label

MOST_DRAWN = Decimal(1000)


class DrawForm(QWidget):
    """``edited`` follows what a person chooses; ``draw()`` is it as it stands."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.id: UUID | None = None
        self._pools: dict[UUID, Pool] = {}
        self._banks: dict[UUID, BankRow] = {}
        self.bank = QComboBox()
        self.bank.setAccessibleName(_("Question bank"))
        self.bank.activated.connect(lambda _index: self._bank_chosen())
        self.ways = SegmentedControl(_("Which questions"), (("chance", _("By chance"), ""), ("named", _("This one"), "")))
        self.ways.chosen.connect(lambda _way: self._say())
        self.count = NumberField(_("How many"), least=Decimal(1), most=MOST_DRAWN)
        self.count.changed.connect(self._say)
        self.tags = QLineEdit()
        self.tags.setAccessibleName(_("With all of these tags"))
        self.tags.setPlaceholderText(_("Words with commas between; empty: any"))
        self.tags.textEdited.connect(lambda _text: self._say())
        self.question = QComboBox()
        self.question.setAccessibleName(_("Question"))
        self.question.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.question.activated.connect(lambda _index: self._say())
        self.fits = Label("", Role.CAPTION, "muted", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(8), px(24), px(24))
        column.setSpacing(px(14))
        column.addWidget(Label(_("From a question bank"), Role.LABEL, "muted"))
        column.addWidget(FormRow(_("Question bank"), self.bank))
        column.addWidget(self.ways)
        self.rows = {
            "count": FormRow(_("How many"), self.count, hint=_("Other ones for each attempt, none twice.")),
            "tags": FormRow(_("With all of these tags"), self.tags),
            "question": FormRow(_("Question"), self.question),
        }
        for row in self.rows.values():
            column.addWidget(row)
        column.addWidget(self.fits)
        column.addStretch(1)

    def show_draw(self, row: UUID, draw: Draw, pools: Sequence[Pool], banks: Sequence[BankRow]) -> None:
        """Show a draw; ``pools`` are the banks on this computer, ``banks`` all that may be drawn from."""
        self.id = row
        self._pools = {pool.id: pool for pool in pools}
        self._banks = {bank.id: bank for bank in banks}
        names = {pool.id: pool.title for pool in pools} | {bank.id: bank.title for bank in banks if bank.course_id is None}
        names.setdefault(draw.bank, _("A bank of the association"))
        with QSignalBlocker(self.bank):
            self.bank.clear()
            for name, title in names.items():
                self.bank.addItem(title, str(name))
            self.bank.setCurrentIndex(self.bank.findData(str(draw.bank)))
        self._offer_questions(draw.question)
        self.ways.set_value("chance" if draw.question is None else "named")
        self.count.show_value(Decimal(draw.count))
        if self._tags() != draw.tags:
            self.tags.setText(", ".join(draw.tags))
        self._arrange()

    def draw(self) -> Draw:
        bank, question = UUID(self.bank.currentData()), self.question.currentData()
        if self.ways.value == "named" and question is not None:
            return Draw(bank, UUID(question))
        return Draw(bank, None, self._tags(), int(self.count.value or 1))

    def _tags(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(tag.strip() for tag in self.tags.text().split(",") if tag.strip()))

    def _bank_chosen(self) -> None:
        self._offer_questions(None)
        self._say()

    def _offer_questions(self, chosen: UUID | None) -> None:
        pool = self._pools.get(UUID(self.bank.currentData()))
        with QSignalBlocker(self.question):
            self.question.clear()
            for line in pool.questions if pool is not None else ():
                if not line.retired or line.id == chosen:
                    self.question.addItem(line.title or _("New question"), str(line.id))
            self.question.setCurrentIndex(max(0, self.question.findData(str(chosen))))
        self.ways.set_enabled("named", self.question.count() > 0)
        if not self.question.count():
            self.ways.set_value("chance")

    def _arrange(self) -> None:
        named = self.ways.value == "named"
        self.rows["question"].setVisible(named)
        self.rows["count"].setVisible(not named)
        self.rows["tags"].setVisible(not named)
        self.fits.setVisible(not named)
        draw = self.draw()
        pool, bank = self._pools.get(draw.bank), self._banks.get(draw.bank)
        if pool is not None:
            there = pool.fitting(draw.tags)
            words = ngettext("{n} question of the bank fits.", "{n} questions of the bank fit.", there).format(n=there)
            if there < draw.count:
                words += " " + _("That is fewer than are drawn.")
            self.fits.set_token("warn" if there < draw.count else "muted")
        else:
            there = bank.questions if bank is not None else 0
            words = ngettext("The bank has {n} question.", "The bank has {n} questions.", there).format(n=there) if bank is not None else ""
        tags = sorted({tag for line in pool.questions for tag in line.tags}) if pool is not None else list(bank.tags) if bank else []
        if tags:
            words += " " + _("Tags there: {tags}").format(tags=", ".join(tags))
        self.fits.setText(words)

    def _say(self) -> None:
        self._arrange()
        self.edited.emit()
