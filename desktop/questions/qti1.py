"""QTI 1.2 in (IMS Question & Test Interoperability: ASI 1.2.1), as the standard has it and as Canvas and Common Cartridges use it.

Canvas says what type a question is in a metadata field and scores in percent; where a file says nothing, the type follows from what is
to be answered. How answers are scored is read from the conditions of ``resprocessing``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from lxml import etree

from desktop.i18n import _
from desktop.questions.markup import is_markup, plain_text
from desktop.questions.model import (
    NOTHING,
    ONE,
    ZERO,
    Accepted,
    Blank,
    Body,
    Essay,
    FillBlank,
    Matching,
    MultipleAnswer,
    MultipleChoice,
    Option,
    Ordering,
    Pair,
    Question,
    Rule,
    ShortAnswer,
    Text,
    TrueFalse,
    Typing,
    letter,
)
from desktop.questions.numbers import is_number, number, part_of, plain
from desktop.questions.pictures import Find, nothing_comes_along, take_along
from desktop.questions.report import Imported, Notes, Reading
from desktop.questions.xml_source import Source, inner_html, words_of

ROOTS = ("questestinterop",)

_PROFILES = {
    "cc.multiple_choice": "multiple_choice_question",
    "cc.multiple_response": "multiple_answers_question",
    "cc.true_false": "true_false_question",
    "cc.fib": "short_answer_question",
    "cc.pattern_match": "short_answer_question",
    "cc.essay": "essay_question",
}
_RESPONSES = ("response_lid", "response_str", "response_num", "response_xy", "response_grp", "response_extension")
_GENERAL = ("general_fb",)
_ANY = ("correct_fb", "general_incorrect_fb")
_CLOSE = Decimal("0.00001")


def read(source: bytes) -> Imported:
    """The questions of one file."""
    reading = Reading()
    read_into(reading, source, nothing_comes_along)
    return reading.done()


def read_into(reading: Reading, data: bytes, find: Find) -> None:
    """Adds the items of a file to ``reading``; ``find`` gives the files that their texts name."""
    source = Source(data, reading)
    texts: dict[str, Text] = {}
    bank: str | None = None
    for element in source.elements("item", "qtimetadata", root=ROOTS):
        if element.tag == "qtimetadata":
            parent = element.getparent()
            if parent is not None and str(parent.tag).endswith("objectbank"):
                bank = _metadata(element).get("bank_title") or None
            continue
        line, column = source.place(element)
        try:
            item = _Item(element, reading, find)
            question = item.question(texts, bank)
        except ValueError:
            reading.problem(line, column, _("A number in this question is none."))
            continue
        reading.add(line, item.title, question, item.notes, column)


def _metadata(element: etree._Element) -> dict[str, str]:
    """The fields of Canvas and Blackboard (``fieldlabel``, ``fieldentry``)."""
    fields: dict[str, str] = {}
    for each in element.iter("qtimetadatafield"):
        fields.setdefault(words_of(each.find("fieldlabel")), words_of(each.find("fieldentry")))
    return fields


@dataclass(slots=True)
class _Condition:
    """A ``respcondition``: the answers that meet it as (response, operator, value, case), its score, and what it shows."""

    tests: list[tuple[str, str, str, bool]] = field(default_factory=list)
    wrong: bool = False
    """It also names answers that must not be given."""
    score: Decimal | None = None
    shows: list[str] = field(default_factory=list)

    def only(self, response: str) -> str | None:
        """The one answer to ``response`` that it is about, or None."""
        same = [value for name, operator, value, _case in self.tests if name == response and operator == "varequal"]
        return same[0] if len(same) == 1 and len(self.tests) == 1 and not self.wrong else None


def _conditions(element: etree._Element) -> Iterator[_Condition]:
    for each in element.iterfind("resprocessing/respcondition"):
        condition = _Condition()
        for variable in each.iterfind("conditionvar"):
            _collect(variable, condition, negated=False)
        for score in each.iterfind("setvar"):
            words = words_of(score)
            value = number(words) if words else ZERO
            condition.score = -value if score.get("action") == "Subtract" else value
        condition.shows = [shown.get("linkrefid") or "" for shown in each.iterfind("displayfeedback")]
        yield condition


def _collect(element: etree._Element, condition: _Condition, *, negated: bool) -> None:
    for test in element:
        if test.tag == "not":
            _collect(test, condition, negated=not negated)
        elif test.tag in ("and", "or"):
            _collect(test, condition, negated=negated)
        elif negated:
            condition.wrong = True
        else:
            case = (test.get("case") or "No").casefold() == "yes"
            condition.tests.append((test.get("respident") or "", str(test.tag), (test.text or "").strip(), case))


class _Item:
    """One ``item`` on its way to a question."""

    def __init__(self, element: etree._Element, reading: Reading, find: Find) -> None:
        self.element, self.reading, self.find = element, reading, find
        self.notes = Notes()
        self.title = " ".join((element.get("title") or "").split())
        self.metadata = _metadata(element)
        self.presentation = element.find("presentation")
        if self.presentation is None:
            self.presentation = etree.Element("presentation")
        self.responses = list(self.presentation.iter(*_RESPONSES))
        self.conditions = list(_conditions(element))
        self.shown = {each.get("ident") or "": each for each in element.iterfind("itemfeedback")}

    def question(self, texts: dict[str, Text], bank: str | None) -> Question | None:
        """The question, or None with the reason noted. ``texts`` are the texts that questions after this one may belong to."""
        kind = self._kind()
        text = self._stem()
        if kind == "text_only_question":
            texts[self.element.get("ident") or ""] = text
            self.notes.dropped(_("It asks nothing; texts between questions are not kept."))
            return None
        text = self._with_stimulus(text, texts)
        text, body = self._body(kind, text)
        if body is None:
            return None
        self._note_settings()
        explanation, hint = self._explanation()
        return Question(
            text, body, title=self.title, points=self._points(), explanation=explanation, hint=hint, tags=(bank,) if bank else ()
        )

    def _kind(self) -> str:
        """Canvas's name of its type, said or inferred."""
        said = self.metadata.get("question_type") or _PROFILES.get(self.metadata.get("cc_profile", "").rpartition(".v")[0], "")
        if said:
            return said
        names = [str(response.tag) for response in self.responses]
        if not names:
            return "text_only_question"
        if any(name not in ("response_lid", "response_str", "response_num") for name in names):
            return names[0]
        if set(names) == {"response_lid"}:
            if len(names) > 1:
                return "matching_question" if all(self._label(each) for each in self.responses) else "several"
            cardinality = (self.responses[0].get("rcardinality") or "Single").casefold()
            return {"ordered": "ordering_question", "multiple": "multiple_answers_question"}.get(cardinality, "multiple_choice_question")
        if "response_lid" in names:
            return "several"
        if len(names) > 1 or self._followed(self.responses[0]):
            return "fib"
        if not any(condition.tests and condition.tests[0][0] for condition in self.conditions):
            return "essay_question"
        fib = self.responses[0].find(".//render_fib")
        numeric = names[0] == "response_num" or (fib is not None and fib.get("fibtype") in ("Decimal", "Integer", "Scientific"))
        return "numerical_question" if numeric else "short_answer_question"

    # Texts

    def _material(self, element: etree._Element | None) -> Text:
        """The words of all ``mattext`` within, as HTML where one of them is."""
        if element is None:
            return NOTHING
        return self._joined(self._pieces(element))

    def _pieces(self, element: etree._Element) -> Iterator[tuple[bool, str]]:
        """Each text as (whether it is HTML, its words); pictures as HTML."""
        for each in element.iter("mattext", "matemtext", "matimage", "matbreak"):
            if each.tag == "matimage":
                address = html.escape(each.get("uri") or "")
                yield True, f'<img src="{address}" alt="{html.escape(each.get("label") or "")}">'
            elif each.tag == "matbreak":
                yield False, ""
            elif len(each):
                yield True, inner_html(each)
            else:
                words = (each.text or "").strip()
                kind = (each.get("texttype") or "").casefold()
                yield (is_markup(words) if kind != "text/plain" else False), words

    def _joined(self, pieces: Iterable[tuple[bool, str]]) -> Text:
        found = [(marked, words) for marked, words in pieces if words]
        if any(marked for marked, _words in found):
            whole = "".join(words if marked else f"<p>{html.escape(words, quote=False)}</p>" for marked, words in found)
            whole = take_along(whole, self.find, self.reading, self.notes)
            return Text(plain_text(whole), whole)
        return Text("\n".join(" ".join(words.split()) for _marked, words in found))

    def _stem(self) -> Text:
        """What stands before and between the responses, ``[[1]]`` where one is typed between words."""
        assert self.presentation is not None
        pieces: list[tuple[bool, str]] = []
        typed = [each for each in self.responses if each.tag != "response_lid"]
        inline = len(typed) > 1 or (len(typed) == 1 and self._followed(typed[0]))
        inside = {each for response in self.responses for each in response.iter()}
        for each in self.presentation.iter():
            if each in typed and inline:
                pieces.append((False, f"[[{typed.index(each) + 1}]]"))
            elif each.tag in ("mattext", "matemtext", "matimage") and each not in inside:
                pieces += self._pieces(each)
        text = self._joined(pieces)
        if inline and text.html is None:
            return Text(re.sub(r"\s*(\[\[\d+\]\])\s*", r" \1 ", text.plain).strip())
        return text

    def _followed(self, response: etree._Element) -> bool:
        """Whether words stand after this response."""
        assert self.presentation is not None
        parts = list(self.presentation.iter("mattext", *_RESPONSES))
        after = parts[parts.index(response) + 1 :]
        inside = set(response.iter())
        return any(each.tag == "mattext" and each not in inside and words_of(each) for each in after)

    def _with_stimulus(self, text: Text, texts: dict[str, Text]) -> Text:
        parent = self.metadata.get("parent_stimulus_item_ident", "")
        if parent not in texts:
            return text
        self.notes.changed(_("The text that it belongs to stands before it now."))
        before = texts[parent]
        if before.html is None and text.html is None:
            return Text(f"{before.plain}\n{text.plain}")
        whole = "".join(each.html or f"<p>{html.escape(each.plain, quote=False)}</p>" for each in (before, text))
        return Text(plain_text(whole), whole)

    def _label(self, response: etree._Element) -> str:
        """What stands at a response itself: the left side of a pair, the name of a blank."""
        return " ".join(" ".join(words for _marked, words in self._pieces(each)) for each in response.iterchildren("material")).strip()

    def _labels(self, response: etree._Element) -> dict[str, Text]:
        return {each.get("ident") or "": self._material(each) for each in response.iter("response_label")}

    # Feedback and settings

    def _feedback(self, response: str, value: str) -> Text:
        """What is shown for one answer."""
        for condition in self.conditions:
            if condition.only(response) == value:
                for name in condition.shows:
                    if name in self.shown and name not in (*_GENERAL, *_ANY):
                        return self._material(self.shown[name])
        return NOTHING

    def _explanation(self) -> tuple[Text, str]:
        """What is shown whatever the answer was, or as the solution; and the hint."""
        for name, sentence in zip(_ANY, (_("The feedback for any right answer."), _("The feedback for any wrong answer.")), strict=True):
            if self._material(self.shown.get(name)):
                self.notes.dropped(sentence)
        general = [self._material(self.shown[name]) for name in _GENERAL if name in self.shown]
        solution = [self._material(each) for each in self.element.iterfind("itemfeedback/solution")]
        hints = [self._material(each) for each in self.element.iterfind("itemfeedback/hint")]
        if len(hints) > 1:
            self.notes.dropped(_("All hints but the first."))
        explanations = [text for text in (*general, *solution) if text]
        return (explanations[0] if explanations else NOTHING), hints[0].plain if hints else ""

    def _note_settings(self) -> None:
        if self.metadata.get("grading_notes"):
            self.notes.dropped(_("The notes for graders."))
        if self.metadata.get("calculator_type", "none") != "none":
            self.notes.dropped(_("The calculator beside it."))
        if any(each.get("word_limit_enabled", "").casefold() == "yes" for each in self.responses):
            self.notes.dropped(_("The limits on the number of words."))
        if self.element.get("instructions"):
            self.notes.dropped(_("The instructions beside it."))

    def _points(self) -> Decimal:
        said = self.metadata.get("points_possible") or self.metadata.get("qmd_weighting") or ""
        if said:
            return number(said)
        for variable in self.element.iterfind("resprocessing/outcomes/decvar"):
            most = variable.get("maxvalue") or ""
            # A hundred is the percent of Common Cartridges.
            if most and number(most) not in (Decimal(100), ZERO):
                return number(most)
        return ONE

    # The eight types

    def _body(self, kind: str, text: Text) -> tuple[Text, Body | None]:
        match kind:
            case "multiple_choice_question" | "true_false_question":
                return text, self._single(truth=kind == "true_false_question")
            case "multiple_answers_question":
                return text, self._several()
            case "short_answer_question":
                return text, self._typed()
            case "numerical_question":
                return text, self._numbers()
            case "essay_question":
                return text, Essay()
            case "fib":
                return text, self._blanks_between()
            case "fill_in_multiple_blanks_question" | "multiple_dropdowns_question":
                return self._named_blanks(text, listed=kind == "multiple_dropdowns_question")
            case "matching_question":
                return text, self._matching()
            case "categorization_question":
                return text, self._categories()
            case "ordering_question":
                return text, self._ordering()
            case "calculated_question":
                self.notes.dropped(_("A formula whose numbers change for each learner has no counterpart here."))
            case "file_upload_question":
                self.notes.dropped(_("A question answered by a file has no counterpart here; an assignment takes files."))
            case "several":
                self.notes.dropped(_("It asks several things at once."))
            case _:
                self.notes.dropped(_("There are no questions of the type “{type}” here.").format(type=kind.removesuffix("_question")))
        return text, None

    def _choice(self) -> etree._Element:
        found = next((each for each in self.responses if each.tag == "response_lid"), None)
        return found if found is not None else etree.Element("response_lid")

    def _single(self, *, truth: bool) -> Body:
        response = self._choice()
        name, labels = response.get("ident") or "", self._labels(response)
        scores: dict[str, Decimal] = {}
        for condition in self.conditions:
            value = condition.only(name)
            if value is not None and condition.score is not None:
                scores[value] = condition.score
        best = max(scores.values(), default=ZERO)
        right = next((value for value in labels if best > 0 and scores.get(value) == best), None)
        words = {text.plain.strip().casefold(): value for value, text in labels.items()}
        if len(labels) == 2 and set(words) == {"true", "false"} and right is not None and min(scores.values()) >= 0:
            return TrueFalse(right == words["true"], self._feedback(name, words["true"]), self._feedback(name, words["false"]))
        if truth:
            self.notes.changed(_("True or false becomes multiple choice, as its answers have other words."))
        options = []
        for index, (value, text) in enumerate(labels.items()):
            part = None if value == right or not scores.get(value) else part_of(scores[value], best)
            options.append(Option(letter(index), text, value == right, part, self._feedback(name, value)))
        return MultipleChoice(tuple(options))

    def _several(self) -> Body:
        response = self._choice()
        name = response.get("ident") or ""
        labels = {value: text for value, text in self._labels(response).items() if text}
        if len(labels) < sum(1 for _each in response.iter("response_label")):
            self.notes.dropped(_("Answers without words."))
        whole = next((each for each in self.conditions if (each.score or ZERO) > 0 and (len(each.tests) > 1 or each.wrong)), None)
        scores = {value: each.score for each in self.conditions if (value := each.only(name)) is not None and each.score is not None}
        right = (
            {value for _name, _operator, value, _case in whole.tests} if whole else {value for value, score in scores.items() if score > 0}
        )
        full = sum((score for score in scores.values() if score > 0), ZERO)
        weighted = whole is None and not self._is_docked(labels, scores, full)
        if self.metadata.get("scoring_algorithm") == "AllOrNothing":
            rule, weighted = Rule.ALL_OR_NOTHING, False
        elif weighted:
            rule = Rule.WEIGHTS
        elif whole is not None and self.metadata.get("question_type") != "multiple_answers_question":
            rule = Rule.ALL_OR_NOTHING
        else:
            # Canvas's classic quizzes write down "all of them" and take off for wrong picks as this rule does.
            rule = Rule.DOCKED
        options = [
            Option(
                letter(index),
                text,
                value in right,
                part_of(scores[value], full) if weighted and scores.get(value) else None,
                self._feedback(name, value),
            )
            for index, (value, text) in enumerate(labels.items())
        ]
        return MultipleAnswer(tuple(options), rule)

    @staticmethod
    def _is_docked(labels: dict[str, Text], scores: dict[str, Decimal], full: Decimal) -> bool:
        """Whether each right pick earns the same share and each wrong one costs it."""
        count = sum(score > 0 for score in scores.values()) or 1
        share = full / count
        return all(value in scores and abs(abs(scores[value]) - share) < _CLOSE * max(full, ONE) for value in labels)

    def _typed(self) -> Body:
        response = next((each for each in self.responses if each.tag != "response_lid"), None)
        return ShortAnswer(*self._accepted(response.get("ident") or "" if response is not None else ""))

    def _accepted(self, name: str) -> tuple[tuple[Accepted, ...], Typing]:
        best = max((each.score for each in self.conditions if each.score is not None), default=ONE)
        accepted: dict[str, Accepted] = {}
        cased = False
        for condition in self.conditions:
            if condition.score is None or condition.score <= 0:
                continue
            for response, operator, value, case in condition.tests:
                if response != name or not value:
                    continue
                if operator == "varequal":
                    cased = cased or case
                    part = part_of(condition.score, best) if len({each[0] for each in condition.tests}) == 1 else ONE
                    accepted.setdefault(value, Accepted(value, part, self._feedback(name, value)))
                elif operator == "varsubstring":
                    self.notes.dropped(_("An answer that needs to contain only a part of its words."))
        return tuple(accepted.values()), Typing(case=cased)

    def _numbers(self) -> Body:
        best = max((each.score for each in self.conditions if each.score is not None), default=ONE)
        accepted: dict[tuple[str, Decimal | None], Accepted] = {}
        for condition in self.conditions:
            if condition.score is None or condition.score <= 0:
                continue
            part = part_of(condition.score, best)
            same = [number(value) for _name, operator, value, _case in condition.tests if operator == "varequal" and is_number(value)]
            low = [number(value) for _name, operator, value, _case in condition.tests if operator in ("vargte", "vargt")]
            high = [number(value) for _name, operator, value, _case in condition.tests if operator in ("varlte", "varlt")]
            feedback = self._shown_by(condition)
            ranges = [(least, most) for least, most in zip(low, high, strict=False) if least <= most]
            for least, most in ranges:
                middle, margin = (least + most) / 2, (most - least) / 2
                found = Accepted(plain(middle), part, feedback, margin.normalize() + 0)
                accepted.setdefault((found.text, found.tolerance), found)
            for value in same:
                if not any(least <= value <= most for least, most in ranges):
                    accepted.setdefault((plain(value), ZERO), Accepted(plain(value), part, feedback, ZERO))
                elif all(value != (least + most) / 2 for least, most in ranges):
                    self.notes.changed(_("Its range is kept; the exact answer is not in the middle of it."))
            if any(operator == "vargt" for _name, operator, _value, _case in condition.tests):
                self.notes.changed(_("A number of exact digits became the range that it stands for."))
        return ShortAnswer(tuple(accepted.values()))

    def _shown_by(self, condition: _Condition) -> Text:
        names = [name for name in condition.shows if name in self.shown and name not in (*_GENERAL, *_ANY)]
        if names:
            return self._material(self.shown[names[0]])
        equal = next((test for test in condition.tests if test[1] == "varequal"), None)
        return self._feedback(equal[0], equal[2]) if equal else NOTHING

    def _blanks_between(self) -> Body:
        blanks, cased = [], False
        for response in self.responses:
            accepted, typing = self._accepted(response.get("ident") or "")
            cased = cased or typing.case
            blanks.append(Blank(accepted))
        names = {response.get("ident") for response in self.responses}
        together = any((each.score or ZERO) > 0 and {test[0] for test in each.tests} >= names for each in self.conditions)
        return FillBlank(tuple(blanks), Typing(case=cased), Rule.ALL_OR_NOTHING if together and len(names) > 1 else None)

    def _named_blanks(self, text: Text, *, listed: bool) -> tuple[Text, Body]:
        """Canvas's ``[name]`` in the text, each with a response of that name."""
        words = text.html if text.html is not None else text.plain
        found: list[tuple[int, str, Blank]] = []
        for response in self.responses:
            ident = response.get("ident") or ""
            name = self._label(response) or ident.removeprefix("response_")
            labels = self._labels(response)
            right = [value for value in labels if self._is_right(ident, value)] if listed else list(labels)
            accepted = tuple(Accepted(labels[value].plain, ONE, self._feedback(ident, value)) for value in right)
            if any(self._feedback(ident, value) for value in labels if value not in right):
                self.notes.dropped(_("The feedback of answers that are not right."))
            place = words.find(f"[{name}]")
            if place < 0:
                self.notes.changed(_("A blank without a place stands at the end of the text."))
            blank = Blank(accepted, tuple(dict.fromkeys(label.plain for label in labels.values())) if listed else ())
            found.append((place if place >= 0 else len(words) + len(found), f"[{name}]", blank))
        found.sort(key=lambda each: each[0])
        for index, (place, mark, _blank) in enumerate(found, 1):
            words = words.replace(mark, f"[[{index}]]", 1) if mark in words and place < len(words) + 9 else f"{words} [[{index}]]"
        kept = Text(plain_text(words), words) if text.html is not None else Text(words)
        return kept, FillBlank(tuple(blank for _place, _mark, blank in found))

    def _is_right(self, response: str, value: str) -> bool:
        return any(each.only(response) == value and (each.score or ZERO) > 0 for each in self.conditions)

    def _matching(self) -> Body:
        pairs: list[Pair] = []
        rights: dict[str, str] = {}
        for response in self.responses:
            labels = {value: text.plain for value, text in self._labels(response).items() if text.plain}
            rights |= labels
            left = self._material_of_children(response)
            right = next((value for value in labels if self._is_right(response.get("ident") or "", value)), None)
            if left and right is not None:
                pairs.append(Pair(self._told_apart(left, pairs), labels[right]))
            elif left:
                self.notes.dropped(_("“{left}”, which nothing belongs to.").format(left=left.plain[:80]))
            elif right is not None:
                self.notes.dropped(_("A pair without a left side."))
            if any(self._feedback(response.get("ident") or "", value) for value in labels):
                self.notes.dropped(_("The feedback of its pairs."))
        used = {pair.right for pair in pairs}
        return Matching(tuple(pairs), tuple(dict.fromkeys(text for text in rights.values() if text not in used)))

    def _told_apart(self, left: Text, pairs: list[Pair]) -> Text:
        """``left``, with a number where a pair before it has the same words."""
        same = sum(pair.left.plain.partition(" (")[0] == left.plain for pair in pairs)
        if not same:
            return left
        self.notes.changed(_("Stems with the same words have a number now."))
        mark = f" ({same + 1})"
        return Text(left.plain + mark, None if left.html is None else left.html + mark)

    def _material_of_children(self, response: etree._Element) -> Text:
        return self._joined(piece for each in response.iterchildren("material") for piece in self._pieces(each))

    def _categories(self) -> Body:
        """Items to be put into categories: each item is a stem, and the categories are what it is matched with."""
        pairs: list[Pair] = []
        items: dict[str, Text] = {}
        for response in self.responses:
            name, category = response.get("ident") or "", self._label(response)
            labels = self._labels(response)
            items |= labels
            for condition in self.conditions:
                if (condition.score or ZERO) > 0:
                    pairs += [Pair(labels[value], category) for at, _op, value, _case in condition.tests if at == name and value in labels]
        placed = {pair.left for pair in pairs}
        for text in items.values():
            if text not in placed:
                self.notes.dropped(_("“{left}”, which nothing belongs to.").format(left=text.plain[:80]))
        self.notes.changed(_("Its categories became a matching; each item counts for itself."))
        return Matching(tuple(pairs))

    def _ordering(self) -> Body:
        response = self._choice()
        labels = self._labels(response)
        orders = [[value for _name, operator, value, _case in each.tests if operator == "varequal"] for each in self.conditions]
        order = max(orders, key=len, default=[])
        if any(each.get("position") for each in response.iter("material")):
            self.notes.dropped(_("The words above and below the list."))
        if any(condition.shows for condition in self.conditions):
            self.notes.dropped(_("The feedback for any right answer."))
        return Ordering(tuple(labels[value] for value in order if value in labels))
