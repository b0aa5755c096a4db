"""Items of QTI 2.1, 2.2 and 3.0 in (1EdTech Question & Test Interoperability: Assessment, Section and Item).

``xml_source`` gives the names of version 3 as version 2 has them, so there is one reader. Scores come from the response processing: the
templates ``match_correct`` and ``map_response``, the same written out, and conditions that compare an answer with a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal

from lxml import etree

from desktop.i18n import _
from desktop.questions.markup import plain_text
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
from desktop.questions.numbers import number, part_of, plain
from desktop.questions.pictures import Find, nothing_comes_along, take_along
from desktop.questions.report import Imported, Notes, Reading
from desktop.questions.xml_source import Source, inner_html, words_of

ROOTS = ("assessmentItem",)

_EXPLAINS = ("explanation", "general", "generalfeedback", "general_fb", "solution")
_INLINE = ("textEntryInteraction", "inlineChoiceInteraction")
_CLOSE = Decimal("0.00001")
_META = re.compile(r"(?<!\\)[.*+?()\[\]{}|^$]")


def read(source: bytes) -> Imported:
    """The question of one item."""
    reading = Reading()
    read_into(reading, source, nothing_comes_along)
    return reading.done()


def read_into(reading: Reading, data: bytes, find: Find, tags: tuple[str, ...] = ()) -> None:
    """Adds an item to ``reading``; ``find`` gives the files that it names, ``tags`` stand for it in its package."""
    source = Source(data, reading)
    for element in source.elements(*ROOTS, root=ROOTS):
        line, column = source.place(element)
        try:
            item = _Item(element, reading, find)
            question = item.question(tags)
        except ValueError:
            reading.problem(line, column, _("A number in this question is none."))
            continue
        reading.add(line, item.title, question, item.notes, column)


@dataclass(slots=True)
class _Declaration:
    """A ``responseDeclaration``: the right answer, and what answers earn where they are mapped to scores."""

    correct: list[str] = field(default_factory=list)
    mapping: dict[str, Decimal] = field(default_factory=dict)
    cased: bool = False
    default: Decimal = ZERO
    base: str = "string"
    cardinality: str = "single"


@dataclass(frozen=True, slots=True)
class _Test:
    """A comparison of a response with a value, and what follows from it."""

    response: str
    operator: str
    value: str
    tolerance: tuple[Decimal, Decimal] | None
    cased: bool
    score: Decimal | None
    shows: tuple[str, ...]


class _Item:
    def __init__(self, element: etree._Element, reading: Reading, find: Find) -> None:
        self.element, self.reading, self.find = element, reading, find
        self.notes = Notes()
        self.used: set[str] = set()
        """The feedbacks that found a place."""
        self.title = " ".join((element.get("title") or "").split())
        body = element.find("itemBody")
        self.body = body if body is not None else etree.Element("itemBody")
        self.interactions = [each for each in self.body.iter() if str(each.tag).endswith("Interaction")]
        self.processing = element.find("responseProcessing")
        self.shown = {each.get("identifier") or "": each for each in element.iterfind("modalFeedback")}

    def question(self, tags: tuple[str, ...]) -> Question | None:
        """The question, or None with the reason noted."""
        self._take_out("endAttemptInteraction", _("Its button for a hint or the solution."))
        if self.element.find("templateDeclaration") is not None:
            self.notes.dropped(_("A formula whose numbers change for each learner has no counterpart here."))
            return None
        reason = self._unfit()
        if reason:
            self.notes.dropped(reason)
            return None
        self._read_processing()
        body = self._body()
        if body is None:
            return None
        explanation = next((self._content(self.shown[name]) for name in self.shown if name.casefold() in _EXPLAINS), NOTHING)
        hint = self._content(self.shown["hint"]).plain if "hint" in self.shown else ""
        self._note_feedback()
        return Question(self._stem(), body, title=self.title, points=self.points, explanation=explanation, hint=hint, tags=tags)

    def _unfit(self) -> str:
        """Why nothing can be made of its interactions, or an empty text."""
        kinds = [str(each.tag).removesuffix("Interaction") for each in self.interactions]
        if not kinds:
            return _("It asks nothing; texts between questions are not kept.")
        if all(f"{kind}Interaction" in _INLINE for kind in kinds):
            return ""
        if len(kinds) > 1:
            return _("It asks several things at once.")
        if kinds[0] in ("choice", "order", "match", "extendedText"):
            return ""
        if kinds[0] == "gapMatch" and self.interactions[0].find("gapImg") is None:
            return ""
        if kinds[0] == "upload":
            return _("A question answered by a file has no counterpart here; an assignment takes files.")
        return _("There are no questions of the type “{type}” here.").format(type=kinds[0])

    def _take_out(self, tag: str, what: str) -> None:
        for each in [one for one in self.interactions if one.tag == tag]:
            self.notes.dropped(what)
            self.interactions.remove(each)
            _replace(each, "")

    # Scores

    def _read_processing(self) -> None:
        self.declarations = {each.get("identifier") or "": _declaration(each) for each in self.element.iterfind("responseDeclaration")}
        processing = self.processing if self.processing is not None else etree.Element("responseProcessing")
        template = (processing.get("template") or "").rpartition("/")[2].removesuffix(".xml")
        self.mapped = (
            template == "map_response"
            or processing.find(".//mapResponse") is not None
            or (not template and not len(processing) and any(each.mapping for each in self.declarations.values()))
        )
        self.together = any(len(_answers_to(each)) > 1 for each in processing.iter("and"))
        self.points = self._points()
        self.tests = list(_tests(processing, self.points))
        if template and template not in ("match_correct", "map_response"):
            self.notes.changed(_("Its own way of scoring (“{name}”) is not known here; the key was kept.").format(name=template[:60]))

    def _points(self) -> Decimal:
        for each in self.element.iterfind("outcomeDeclaration"):
            if each.get("identifier") == "MAXSCORE" and (said := words_of(each.find("defaultValue/value"))):
                return number(said)
        for each in self.element.iterfind("outcomeDeclaration"):
            if each.get("identifier") == "SCORE" and (said := each.get("normalMaximum") or ""):
                return number(said)
        if self.mapped:
            most = sum((self._most(each) for each in self.declarations.values()), ZERO)
            if most > 0:
                return most.normalize() + 0
        return ONE

    @staticmethod
    def _most(declaration: _Declaration) -> Decimal:
        scores = [score for score in declaration.mapping.values() if score > 0]
        return max(scores, default=ZERO) if declaration.cardinality == "single" else sum(scores, ZERO)

    def _declared(self, interaction: etree._Element) -> _Declaration:
        return self.declarations.get(interaction.get("responseIdentifier") or "", _Declaration())

    def _scores(self, interaction: etree._Element) -> dict[str, Decimal]:
        """What each answer earns that is given a score of its own."""
        declared = self._declared(interaction)
        if self.mapped and declared.mapping:
            return declared.mapping
        name = interaction.get("responseIdentifier")
        return {test.value: test.score for test in self.tests if test.response == name and test.score is not None}

    # Texts and feedback

    def _content(self, element: etree._Element) -> Text:
        """What stands within, without feedback: plain where there are only words and line breaks."""
        copy = deepcopy(element)
        for feedback in list(copy.iterdescendants("feedbackInline", "feedbackBlock")):
            _replace(feedback, "")
        for picture in list(copy.iter("object")):
            if (picture.get("type") or "").startswith("image/"):
                _as_image(picture)
        if (
            len(copy) == 1
            and copy[0].tag == "div"
            and not copy[0].attrib
            and not (copy.text or "").strip()
            and not (copy[0].tail or "").strip()
        ):
            copy = copy[0]
        if all(child.tag == "br" for child in copy):
            lines = [copy.text or "", *(child.tail or "" for child in copy)]
            return Text("\n".join(" ".join(line.split()) for line in lines).strip("\n"))
        html = take_along(inner_html(copy), self.find, self.reading, self.notes)
        return Text(plain_text(html), html)

    def _stem(self) -> Text:
        """The body with the words of its interaction, ``[[1]]`` where something is typed or chosen between words."""
        body = deepcopy(self.body)
        for rubric in list(body.iter("rubricBlock")):
            if "candidate" not in (rubric.get("view") or "").split():
                self.notes.dropped(_("The notes for graders."))
                _replace(rubric, "")
        number_of = 0
        for each in [one for one in body.iter() if str(one.tag).endswith("Interaction")]:
            if each.tag == "gapMatchInteraction":
                for gap in list(each.iter("gap")):
                    number_of += 1
                    _replace(gap, f"[[{number_of}]]")
                for choice in [*each.findall("gapText"), *each.findall("associableHotspot")]:
                    each.remove(choice)
                each.tag = "div"
                each.attrib.clear()
                for prompt in each.findall("prompt"):
                    prompt.tag = "div"
            elif each.tag in _INLINE:
                number_of += 1
                alone = len(self.interactions) == 1 and each.tag == "textEntryInteraction" and not _goes_on(each)
                _replace(each, "" if alone else f"[[{number_of}]]")
            else:
                asked, tail = each.find("prompt"), each.tail
                if asked is None:
                    _replace(each, "")
                    continue
                each.clear()
                each.tag, each.text, each.tail = "div", asked.text, tail
                each.extend(list(asked))
        for empty in [one for one in body.iter("p", "div") if not len(one) and not (one.text or "").strip()]:
            _replace(empty, "")
        text = self._content(body)
        return self._with_stimulus(text)

    def _with_stimulus(self, text: Text) -> Text:
        for reference in self.element.iter("assessmentStimulusRef"):
            data = self.find(reference.get("href") or "")
            aside = Reading()
            for stimulus in Source(data or b"", aside).elements("assessmentStimulus", root=("assessmentStimulus",)):
                body = stimulus.find("stimulusBody")
                before = self._content(body) if body is not None else NOTHING
                whole = "".join(each.html or f"<p>{each.plain}</p>" for each in (before, text))
                self.notes.changed(_("The text that it belongs to stands before it now."))
                text = Text(plain_text(whole), whole)
            if aside.problems:
                self.notes.dropped(_("The text that it belongs to, which did not come along."))
        return text

    def _feedback(self, interaction: etree._Element, value: str, choice: etree._Element | None = None) -> Text:
        """What is shown for one answer: within the choice, or as a feedback of that name, or where a condition says so."""
        if choice is not None:
            for inline in choice.iter("feedbackInline", "feedbackBlock"):
                self.used.add(inline.get("identifier") or "")
                return self._content(inline)
        response = interaction.get("responseIdentifier")
        names = [name for test in self.tests if test.response == response and test.value == value for name in test.shows]
        for name in (*names, value):
            if name in self.shown and name.casefold() not in _EXPLAINS:
                self.used.add(name)
                return self._content(self.shown[name])
        return NOTHING

    def _note_feedback(self) -> None:
        left = [name for name in self.shown if name not in self.used and name != "hint" and name.casefold() not in _EXPLAINS]
        if left:
            self.notes.dropped(_("The feedback for any right, partly right or wrong answer."))
        if any(each.getparent() is not None and each.getparent() is self.body for each in self.body.iter("feedbackBlock")):
            self.notes.dropped(_("Feedback within the text."))

    # The eight types

    def _body(self) -> Body | None:
        interaction = self.interactions[0]
        match interaction.tag:
            case "choiceInteraction":
                return self._choice(interaction)
            case "orderInteraction":
                return self._ordering(interaction)
            case "matchInteraction":
                return self._matching(interaction)
            case "extendedTextInteraction":
                return Essay()
            case "gapMatchInteraction":
                return self._gaps(interaction)
            case "textEntryInteraction" if len(self.interactions) == 1 and not _goes_on(interaction):
                accepted, typing = self._accepted(interaction)
                return ShortAnswer(accepted, typing)
            case _:
                return self._blanks()

    def _choice(self, interaction: etree._Element) -> Body:
        declared = self._declared(interaction)
        choices = {each.get("identifier") or "": each for each in interaction.iterfind("simpleChoice")}
        texts = {value: self._content(each) for value, each in choices.items()}
        feedback = {value: self._feedback(interaction, value, each) for value, each in choices.items()}
        scores = self._scores(interaction)
        right = set(declared.correct) or {value for value, score in scores.items() if score > 0}
        if declared.cardinality == "multiple" or (interaction.get("maxChoices") or "1") != "1":
            return self._several(declared, texts, feedback, scores, right)
        best = max(scores.values(), default=ZERO)
        first = next(
            (value for value in texts if value in right and scores.get(value, best) == best), next(iter(right & texts.keys()), None)
        )
        # Our own writer names the choices of what only looks like it.
        words = {text.plain.strip().casefold(): value for value, text in texts.items() if not value.startswith("choice_")}
        if (
            len(texts) == 2
            and set(words) == {"true", "false"}
            and first is not None
            and not any(score for value, score in scores.items() if value != first)
        ):
            return TrueFalse(first == words["true"], feedback[words["true"]], feedback[words["false"]])
        options = []
        for index, (value, text) in enumerate(texts.items()):
            score = scores.get(value, declared.default if self.mapped else ZERO)
            part = None if value == first or not score else part_of(score, best if best > 0 else ONE)
            options.append(Option(letter(index), text, value == first, part, feedback[value]))
        return MultipleChoice(tuple(options))

    def _several(
        self,
        declared: _Declaration,
        texts: Mapping[str, Text],
        feedback: Mapping[str, Text],
        scores: Mapping[str, Decimal],
        right: set[str],
    ) -> Body:
        rule, parts = Rule.ALL_OR_NOTHING, dict.fromkeys(texts, ZERO)
        if scores:
            full = self.points or sum((score for score in scores.values() if score > 0), ZERO)
            parts = {value: part_of(scores.get(value, declared.default), full) for value in texts}
            share = ONE / (sum(value in right for value in texts) or 1)
            docked = all(abs(part - (share if value in right else -share)) < _CLOSE for value, part in parts.items())
            rule = Rule.DOCKED if docked else Rule.WEIGHTS
        return MultipleAnswer(
            tuple(
                Option(letter(index), text, value in right, (parts[value] or None) if rule is Rule.WEIGHTS else None, feedback[value])
                for index, (value, text) in enumerate(texts.items())
            ),
            rule,
        )

    def _accepted(self, interaction: etree._Element) -> tuple[tuple[Accepted, ...], Typing]:
        """What may be typed: from the mapping, from conditions, or the right answer itself."""
        declared, name = self._declared(interaction), interaction.get("responseIdentifier")
        numeric = declared.base in ("float", "integer")
        tests = [test for test in self.tests if test.response == name and test.operator != "match"]
        scores = [test.score for test in tests if test.score is not None]
        whole = ONE
        full = self._full(self._best(interaction)) if self.mapped or scores else whole
        found: dict[tuple[str, Decimal | None], Accepted] = {}
        typing = Typing(case=declared.cased if declared.mapping and self.mapped else not numeric and not tests)
        if self.mapped:
            for key, score in declared.mapping.items():
                self._accept(found, key, max(score, ZERO), full, (ZERO, ZERO) if numeric else None, self._feedback(interaction, key))
        for test in tests:
            if test.score is None or (self.mapped and declared.mapping):
                continue
            value = test.value
            if test.operator == "patternMatch":
                if _META.search(value.replace(".*", "")):
                    self.notes.dropped(_("An answer described by the pattern “{pattern}”.").format(pattern=value[:80]))
                    continue
                value = "*".join(re.sub(r"\\(.)", r"\1", piece).replace("*", r"\*") for piece in value.split(".*"))
                typing = Typing(case=False, wildcards=True)
            elif test.operator == "stringMatch":
                typing = Typing(case=typing.case or test.cased, wildcards=typing.wildcards)
            shown = tuple(name for name in test.shows if name in self.shown)
            self.used |= set(shown)
            feedback = self._content(self.shown[shown[0]]) if shown else NOTHING
            self._accept(found, value, test.score, full, test.tolerance if numeric else None, feedback)
        if not found:
            for value in declared.correct:
                self._accept(found, value, ONE, ONE, (ZERO, ZERO) if numeric else None, self._feedback(interaction, value))
        if not found or numeric:
            typing = Typing(wildcards=typing.wildcards)
        return tuple(found.values()), typing

    def _best(self, interaction: etree._Element) -> Decimal:
        """The most that an answer to it earns."""
        name = interaction.get("responseIdentifier")
        scores = [test.score for test in self.tests if test.response == name and test.score is not None]
        return max([*self._declared(interaction).mapping.values(), *scores], default=ZERO)

    def _full(self, best: Decimal) -> Decimal:
        """What its share of the points is: the most that it earns, or an equal part where that is less than all together would be."""
        if not self.points:
            return best
        together = sum((self._best(each) for each in self.interactions), ZERO)
        share = self.points / len(self.interactions)
        return best if self.together or abs(together - self.points) < _CLOSE else share

    def _accept(
        self,
        found: dict[tuple[str, Decimal | None], Accepted],
        value: str,
        score: Decimal,
        full: Decimal,
        margins: tuple[Decimal, Decimal] | None,
        feedback: Text,
    ) -> None:
        if not value:
            return
        tolerance = None
        if margins is not None:
            low, high = number(value) - margins[0], number(value) + margins[1]
            value, tolerance = plain((low + high) / 2), ((high - low) / 2).normalize() + 0
        found.setdefault((value, tolerance), Accepted(value, part_of(score, full), feedback, tolerance))

    def _blanks(self) -> Body:
        blanks, typings = [], []
        for interaction in self.interactions:
            if interaction.tag == "textEntryInteraction":
                accepted, typing = self._accepted(interaction)
                blanks.append(Blank(accepted))
                typings.append(typing)
                continue
            choices = {each.get("identifier") or "": each for each in interaction.iterfind("inlineChoice")}
            texts = {value: self._content(each).plain for value, each in choices.items()}
            scores = {value: score for value, score in self._scores(interaction).items() if score > 0}
            if not scores:
                scores = dict.fromkeys(self._declared(interaction).correct, ONE)
            best = self._full(self._best(interaction)) if self._scores(interaction) else ONE
            blanks.append(
                Blank(
                    tuple(
                        Accepted(text, part_of(scores[value], best), self._feedback(interaction, value))
                        for value, text in texts.items()
                        if value in scores
                    ),
                    tuple(texts.values()),
                )
            )
        typing = Typing(case=any(each.case for each in typings), wildcards=any(each.wildcards for each in typings))
        return FillBlank(tuple(blanks), typing, Rule.ALL_OR_NOTHING if self.together and len(blanks) > 1 else None)

    def _gaps(self, interaction: etree._Element) -> Body:
        texts = {each.get("identifier") or "": self._content(each).plain for each in interaction.iter("gapText")}
        pairs = self._pairs(interaction)
        return FillBlank(
            tuple(
                Blank(
                    tuple(Accepted(texts[value]) for value, gap in pairs if gap == each.get("identifier") and value in texts),
                    tuple(texts.values()),
                )
                for each in interaction.iter("gap")
            ),
            Typing(),
            None if self.mapped else Rule.ALL_OR_NOTHING,
        )

    def _pairs(self, interaction: etree._Element) -> list[tuple[str, str]]:
        declared = self._declared(interaction)
        written = declared.correct or [key for key, score in declared.mapping.items() if score > 0]
        return [(first, second) for first, _blank, second in (each.partition(" ") for each in written)]

    def _matching(self, interaction: etree._Element) -> Body | None:
        sets = interaction.findall("simpleMatchSet")
        if len(sets) != 2:
            self.notes.dropped(_("There are no questions of the type “{type}” here.").format(type="match"))
            return None
        sides = [{each.get("identifier") or "": self._content(each) for each in side.iterfind("simpleAssociableChoice")} for side in sets]
        pairs = self._pairs(interaction)
        lefts, rights = sides
        if _repeated([left for left, _right in pairs]):
            if _repeated([right for _left, right in pairs]):
                self.notes.dropped(_("Several belong to several, which has no counterpart here."))
                return None
            self.notes.changed(_("Its sides changed places, as one of the left has several of the right."))
            lefts, rights, pairs = rights, lefts, [(right, left) for left, right in pairs]
        made = []
        keys = dict(pairs)
        for value, text in lefts.items():
            if keys.get(value) in rights:
                made.append(Pair(text, rights[keys[value]].plain))
            else:
                self.notes.dropped(_("“{left}”, which nothing belongs to.").format(left=text.plain[:80]))
        if any(text.html for text in rights.values()):
            self.notes.changed(_("Formatted text is kept as plain text."))
        declared = self._declared(interaction)
        if self.mapped and len({score for score in declared.mapping.values() if score > 0}) > 1:
            self.notes.changed(_("Each pair counts the same now."))
        used = {pair.right for pair in made}
        others = tuple(dict.fromkeys(text.plain for text in rights.values() if text.plain not in used))
        return Matching(tuple(made), others, None if self.mapped or len(made) < 2 else Rule.ALL_OR_NOTHING)

    def _ordering(self, interaction: etree._Element) -> Body:
        texts = {each.get("identifier") or "": self._content(each) for each in interaction.iterfind("simpleChoice")}
        order = [value for value in self._declared(interaction).correct if value in texts]
        if len(order) < len(texts):
            self.notes.dropped(_("Items without a place in the right order."))
        return Ordering(tuple(texts[value] for value in order))


def _declaration(element: etree._Element) -> _Declaration:
    made = _Declaration(
        [words_of(each) for each in element.iterfind("correctResponse/value")],
        base=element.get("baseType") or "string",
        cardinality=element.get("cardinality") or "single",
    )
    mapping = element.find("mapping")
    if mapping is not None:
        made.default = number(mapping.get("defaultValue") or "0")
        for each in mapping.iterfind("mapEntry"):
            made.mapping[each.get("mapKey") or ""] = number(each.get("mappedValue") or "0")
            made.cased = made.cased or (each.get("caseSensitive") or "true") == "true"
    return made


def _answers_to(condition: etree._Element) -> set[str]:
    """The responses that a condition asks about."""
    return {each.get("identifier") or "" for each in condition.iter("variable", "correct", "mapResponse")}


def _tests(processing: etree._Element, points: Decimal) -> Iterator[_Test]:
    """The comparisons of a response with a value, in order, with the score and the feedback of their branch."""
    for branch in processing.iter("responseIf", "responseElseIf"):
        score: Decimal | None = None
        shows: list[str] = []
        for outcome in branch.iterfind("setOutcomeValue"):
            values = [words_of(each) for each in outcome.iter("baseValue")]
            if outcome.get("identifier") == "SCORE" and len(values) == 1:
                score = number(values[0])
            elif outcome.get("identifier") == "SCORE" and "MAXSCORE" in [each.get("identifier") for each in outcome.iter("variable")]:
                score = points
            elif outcome.get("identifier") != "SCORE":
                shows += values
        conditions = [each for each in branch if each.tag != "setOutcomeValue" and each.tag not in ("responseIf", "responseElse")]
        for test in _comparisons(conditions):
            response = test.find("variable")
            value = test if test.tag == "patternMatch" else test.find("baseValue")
            if response is None or value is None:
                continue
            yield _Test(
                response.get("identifier") or "",
                str(test.tag),
                test.get("pattern") or "" if test.tag == "patternMatch" else words_of(value),
                _margins(test, words_of(value)),
                test.get("caseSensitive") == "true",
                score,
                tuple(shows),
            )


def _comparisons(conditions: Sequence[etree._Element]) -> Iterator[etree._Element]:
    for each in conditions:
        if each.tag in ("or", "and"):
            yield from _comparisons(list(each))
        elif each.tag in ("match", "equal", "equalRounded", "stringMatch", "patternMatch", "member"):
            yield each


def _margins(test: etree._Element, value: str) -> tuple[Decimal, Decimal] | None:
    """How far below and above the value an answer may be."""
    if test.tag == "equalRounded" and test.get("roundingMode") == "decimalPlaces":
        half = Decimal(1).scaleb(-min(int(number(test.get("figures") or "0")), 20)) / 2
        return half, half
    if test.tag != "equal":
        return ZERO, ZERO
    written = [number(each) for each in (test.get("tolerance") or "").split()[:2]]
    low, high = (written[0], written[-1]) if written else (ZERO, ZERO)
    if test.get("toleranceMode") == "relative":
        size = abs(number(value)) / 100
        return low * size, high * size
    return (low, high) if test.get("toleranceMode") == "absolute" else (ZERO, ZERO)


def _repeated(values: list[str]) -> bool:
    return len(set(values)) < len(values)


def _goes_on(interaction: etree._Element) -> bool:
    """Whether words stand after it in the same paragraph, or before it there: then it is a gap, else a line to answer on."""
    parent = interaction.getparent()
    assert parent is not None
    alone = not (interaction.tail or "").strip() and not words_of(parent)
    return not alone


def _replace(element: etree._Element, words: str) -> None:
    """Puts words where an element was; what follows it stays."""
    parent, previous = element.getparent(), element.getprevious()
    assert parent is not None
    words += element.tail or ""
    element.tail = None
    if previous is not None:
        previous.tail = (previous.tail or "") + words
    else:
        parent.text = (parent.text or "") + words
    parent.remove(element)


def _as_image(element: etree._Element) -> None:
    address, words, tail = element.get("data") or "", words_of(element), element.tail
    element.clear()
    element.tag, element.tail = "img", tail
    element.set("src", address)
    element.set("alt", words)
