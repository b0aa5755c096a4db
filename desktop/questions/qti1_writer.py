"""QTI 1.2 out, for Common Cartridges: one assessment with an item for each question.

1EdTech Common Cartridge 1.1, "Assessments" (the CC profile of QTI 1.2.1), with the fields in which Canvas, and whoever reads what Canvas
writes, say the type and the points of a question: the profile itself has six types, the rest is written as Canvas writes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from html import escape

from desktop.i18n import _
from desktop.questions.model import (
    ONE,
    ZERO,
    Accepted,
    Essay,
    FillBlank,
    Matching,
    MultipleAnswer,
    MultipleChoice,
    Option,
    Ordering,
    Question,
    Rule,
    ShortAnswer,
    Text,
    TrueFalse,
    Typing,
)
from desktop.questions.numbers import plain
from desktop.questions.pictures import with_picture
from desktop.questions.report import Exported, Item, Notes, note_lost, weights_of
from desktop.questions.xml_source import fit_for_xml

NAMESPACE = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
HUNDRED = Decimal(100)
_PROFILES = {
    "multiple_choice_question": "cc.multiple_choice.v0p1",
    "multiple_answers_question": "cc.multiple_response.v0p1",
    "true_false_question": "cc.true_false.v0p1",
    "short_answer_question": "cc.fib.v0p1",
    "essay_question": "cc.essay.v0p1",
}
_ASSET = re.compile(r"\basset:([0-9a-f]{64})")

type Address = Callable[[str], str]
"""Where in the package the file of an asset is, by the asset's id. Raises :class:`~desktop.errors.LmsError` where it cannot be had."""


def write(identifier: str, title: str, attempts: int | None, questions: Iterable[Question], address: Address) -> Exported:
    """The questions as one assessment of a cartridge. ``attempts``: how often it may be taken; None for any number."""
    items: list[Item] = []
    written: list[str] = []
    for place, question in enumerate(questions, 1):
        notes = Notes()
        note_lost(question, notes, "title", "points", "explanation", "hint", "image", "pictures")
        written.append(_Writer(with_picture(question, notes), notes, address).item(f"{identifier}_{place}"))
        items.append(notes.item(place, question.title or question.text.plain, question))
    fields = {
        "cc_profile": "cc.exam.v0p1",
        "qmd_assessmenttype": "Examination",
        "qmd_scoretype": "Percentage",
        "cc_maxattempts": str(attempts) if attempts else "unlimited",
    }
    whole = "".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>\n',
            f'<questestinterop xmlns="{NAMESPACE}"><assessment ident="{identifier}" title="{_words(title)}">{_metadata(fields)}',
            '<section ident="root_section">\n',
            *written,
            "</section></assessment></questestinterop>\n",
        )
    )
    return Exported(whole.encode(), tuple(items))


def _words(text: str) -> str:
    return escape(fit_for_xml(text), quote=True)


def _metadata(fields: dict[str, str]) -> str:
    entries = "".join(
        f"<qtimetadatafield><fieldlabel>{name}</fieldlabel><fieldentry>{_words(value)}</fieldentry></qtimetadatafield>"
        for name, value in fields.items()
    )
    return f"<qtimetadata>{entries}</qtimetadata>"


def _equal(response: str, value: str, *, case: bool = False) -> str:
    cased = ' case="Yes"' if case else ""
    return f'<varequal respident="{response}"{cased}>{_words(value)}</varequal>'


def _condition(test: str, score: Decimal | None = None, *, adds: bool = False, shows: str = "") -> str:
    """What is earned, in percent, and shown where an answer meets ``test``."""
    said = "" if score is None else f'<setvar varname="SCORE" action="{"Add" if adds else "Set"}">{plain(round(score, 6))}</setvar>'
    shown = f'<displayfeedback feedbacktype="Response" linkrefid="{shows}"/>' if shows else ""
    going_on = "No" if score is not None and not adds else "Yes"
    return f'<respcondition continue="{going_on}"><conditionvar>{test}</conditionvar>{said}{shown}</respcondition>'


class _Writer:
    """One question on its way to an ``item``."""

    def __init__(self, question: Question, notes: Notes, address: Address) -> None:
        self.question, self.notes, self._address = question, notes, address
        self.kind = ""
        self.fields: dict[str, str] = {}
        self.responses: list[str] = []
        self.conditions: list[str] = []
        self.feedback: dict[str, Text] = {}

    def item(self, identifier: str) -> str:
        question = self.question
        text = question.text
        match question.body:
            case TrueFalse(answer, true, false):
                self.kind = "true_false_question"
                self._single(
                    (Option("true", Text("True"), answer, feedback=true), Option("false", Text("False"), not answer, feedback=false))
                )
            case MultipleChoice(options):
                self.kind = "multiple_choice_question"
                self._single(options)
            case MultipleAnswer() as body:
                self.kind = "multiple_answers_question"
                self._several(body)
            case ShortAnswer(accepted, typing):
                self._typed(accepted, typing)
            case Essay():
                self._essay()
            case FillBlank() as body:
                text = self._blanks(body)
            case Matching() as body:
                self._matching(body)
            case Ordering() as body:
                self._ordering(body)
        fields = {"question_type": self.kind, "points_possible": plain(question.points)}
        if self.kind in _PROFILES:
            fields["cc_profile"] = _PROFILES[self.kind]
        if question.explanation:
            self.feedback["general_fb"] = question.explanation
            self.conditions.insert(0, _condition("<other/>", shows="general_fb"))
        shown = "".join(
            f'<itemfeedback ident="{name}"><flow_mat>{self._material(words)}</flow_mat></itemfeedback>'
            for name, words in self.feedback.items()
        )
        if question.hint:
            hint = f"<hintmaterial><flow_mat>{self._material(Text(question.hint))}</flow_mat></hintmaterial>"
            shown += f'<itemfeedback ident="hint"><hint>{hint}</hint></itemfeedback>'
        outcomes = '<outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>'
        return (
            f'<item ident="{identifier}" title="{_words(question.title)}"><itemmetadata>{_metadata(fields | self.fields)}</itemmetadata>'
            f"<presentation>{self._material(text)}{''.join(self.responses)}</presentation>"
            f"<resprocessing>{outcomes}{''.join(self.conditions)}</resprocessing>{shown}</item>\n"
        )

    # Parts

    def _material(self, text: Text) -> str:
        if text.html is None:
            return f'<material><mattext texttype="text/plain">{_words(text.plain)}</mattext></material>'
        markup = _ASSET.sub(lambda found: self._address(found[1]), text.html)
        return f'<material><mattext texttype="text/html">{_words(markup)}</mattext></material>'

    def _choice(self, response: str, labels: Iterable[tuple[str, Text]], cardinality: str, before: Text | None = None) -> None:
        listed = "".join(f'<response_label ident="{name}">{self._material(words)}</response_label>' for name, words in labels)
        stem = self._material(before) if before is not None else ""
        self.responses.append(
            f'<response_lid ident="{response}" rcardinality="{cardinality}">{stem}<render_choice>{listed}</render_choice></response_lid>'
        )

    def _line(self) -> None:
        self.responses.append('<response_str ident="response1" rcardinality="Single"><render_fib/></response_str>')

    def _said(self, name: str, feedback: Text) -> str:
        """The name of a feedback, where there is one."""
        if not feedback:
            return ""
        self.feedback[f"{name}_fb"] = feedback
        return f"{name}_fb"

    # Types

    def _single(self, options: tuple[Option, ...]) -> None:
        names = [f"choice_{number}" for number in range(1, len(options) + 1)]
        self._choice("response1", zip(names, (option.text for option in options), strict=True), "Single")
        for name, option in zip(names, options, strict=True):
            part = ONE if option.correct else option.part
            shows = self._said(name, option.feedback)
            if part is not None or shows:
                self.conditions.append(_condition(_equal("response1", name), None if part is None else part * HUNDRED, shows=shows))

    def _several(self, body: MultipleAnswer) -> None:
        names = [f"choice_{number}" for number in range(1, len(body.options) + 1)]
        self._choice("response1", zip(names, (option.text for option in body.options), strict=True), "Multiple")
        for name, option in zip(names, body.options, strict=True):
            if shows := self._said(name, option.feedback):
                self.conditions.append(_condition(_equal("response1", name), shows=shows))
        if body.rule is Rule.WEIGHTS:
            weights = zip(names, weights_of(body, self.notes), strict=True)
            self.conditions += [_condition(_equal("response1", name), part * HUNDRED, adds=True) for name, part in weights if part]
            return
        if body.rule is Rule.ALL_OR_NOTHING:
            self.fields["scoring_algorithm"] = "AllOrNothing"
        test = "".join(
            _equal("response1", name) if option.correct else f"<not>{_equal('response1', name)}</not>"
            for name, option in zip(names, body.options, strict=True)
        )
        self.conditions.append(_condition(f"<and>{test}</and>", HUNDRED))

    def _essay(self) -> None:
        self.kind = "essay_question"
        self._line()

    def _typed(self, accepted: tuple[Accepted, ...], typing: Typing) -> None:
        if not accepted:
            self.notes.changed(_("A short answer that a person grades became an essay."))
            self._essay()
            return
        self._note_typing(typing)
        numeric = all(each.tolerance is not None for each in accepted)
        self.kind = "numerical_question" if numeric else "short_answer_question"
        if not numeric and any(each.tolerance is not None for each in accepted):
            self.notes.changed(_("Numbers beside texts are compared as texts."))
        self._line()
        for number, each in enumerate(accepted, 1):
            test = _range(each) if numeric else _equal("response1", each.text, case=typing.case)
            self.conditions.append(_condition(test, each.part * HUNDRED, shows=self._said(f"answer_{number}", each.feedback)))

    def _note_typing(self, typing: Typing) -> None:
        if not typing.accents:
            self.notes.dropped(_("That accents do not count."))
        if typing.wildcards:
            self.notes.changed(_("A star in an answer stands for itself."))

    def _blanks(self, body: FillBlank) -> Text:
        listed = all(blank.choices for blank in body.blanks)
        self.kind = "multiple_dropdowns_question" if listed else "fill_in_multiple_blanks_question"
        self._note_typing(body.typing)
        if body.typing.case:
            self.notes.dropped(_("That upper and lower case differ."))
        if body.rule is not None:
            self.notes.dropped(_("That only all of it right earns anything."))
        if not listed and any(blank.choices for blank in body.blanks):
            self.notes.changed(_("What could be chosen from a list is typed."))
        if any(each.part != ONE for blank in body.blanks for each in blank.accepted):
            self.notes.changed(_("Answers that earn a part earn all."))
        for number, blank in enumerate(body.blanks, 1):
            response = f"response_blank{number}"
            right = [each.text for each in blank.accepted]
            words = list(dict.fromkeys([*(blank.choices if listed else ()), *right]))
            names = {word: f"blank{number}_{place}" for place, word in enumerate(words, 1)}
            self._choice(response, ((name, Text(word)) for word, name in names.items()), "Single", Text(f"blank{number}"))
            for each in blank.accepted:
                shows = self._said(names[each.text], each.feedback)
                self.conditions.append(_condition(_equal(response, names[each.text]), HUNDRED / len(body.blanks), adds=True, shows=shows))
        return _named(self.question.text)

    def _matching(self, body: Matching) -> None:
        self.kind = "matching_question"
        if body.rule is not None:
            self.notes.dropped(_("That only all of it right earns anything."))
        rights = list(dict.fromkeys([*(pair.right for pair in body.pairs), *body.distractors]))
        names = {right: f"right_{number}" for number, right in enumerate(sorted(rights), 1)}  # their order says nothing
        for number, pair in enumerate(body.pairs, 1):
            response = f"response_{number}"
            self._choice(response, ((name, Text(right)) for right, name in names.items()), "Single", pair.left)
            self.conditions.append(_condition(_equal(response, names[pair.right]), HUNDRED / len(body.pairs), adds=True))

    def _ordering(self, body: Ordering) -> None:
        self.kind = "ordering_question"
        if body.rule is not Rule.ALL_OR_NOTHING:
            self.notes.dropped(_("That a part of the order earns a part of the points."))
        shuffled = sorted(range(len(body.items)), key=lambda at: body.items[at].plain)
        names = {at: f"item_{place}" for place, at in enumerate(shuffled, 1)}
        self._choice("response1", ((names[at], body.items[at]) for at in shuffled), "Ordered")
        test = "".join(_equal("response1", names[at]) for at in range(len(body.items)))
        self.conditions.append(_condition(test, HUNDRED))


def _range(accepted: Accepted) -> str:
    """A number with how far an answer may be off."""
    exact = _equal("response1", accepted.text)
    tolerance = accepted.tolerance or ZERO
    if not tolerance:
        return exact
    value = Decimal(accepted.text)
    low, high = plain(value - tolerance), plain(value + tolerance)
    return f'<or>{exact}<and><vargte respident="response1">{low}</vargte><varlte respident="response1">{high}</varlte></and></or>'


def _named(text: Text) -> Text:
    """``[[1]]`` as Canvas names a blank: ``[blank1]``."""

    def changed(words: str) -> str:
        return re.sub(r"\[\[(\d+)\]\]", r"[blank\1]", words)

    return Text(changed(text.plain), None if text.html is None else changed(text.html))
