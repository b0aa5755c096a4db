"""Moodle XML in and out ("Moodle XML format" in Moodle's documentation; ordering and gap questions as their plug-ins write them).

No entity is expanded and nothing is fetched. What Moodle can and a question here cannot is named in the report of its item, and the other
way round. Pictures lie in the file, in base64.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from urllib.parse import quote, unquote

from lxml import etree

from desktop.errors import LmsError
from desktop.i18n import _
from desktop.questions import cloze
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
from desktop.questions.numbers import number, plain
from desktop.questions.pictures import assets_in, suffix_of, take_along, with_picture
from desktop.questions.report import Exported, Fetch, Imported, Item, Notes, Reading, note_lost, weights_of
from desktop.questions.xml_source import Source, fit_for_xml

HUNDRED = Decimal(100)
_GAP = re.compile(r"\[\[(\d+)\]\]")
_PLUGIN = "@@PLUGINFILE@@/"
_ORDER_RULES = {"ABSOLUTE_POSITION": Rule.POSITIONS, "RELATIVE_NEXT_EXCLUDE_LAST": Rule.NEIGHBOURS, "ALL_OR_NOTHING": Rule.ALL_OR_NOTHING}


# Reading -------------------------------------------------------------------------------------------------------------------------------


def read(source: bytes) -> Imported:
    """The questions of a file. One that is not well-formed is a problem, after which what is sound is read on."""
    reading = Reading()
    file = Source(source, reading)
    tag: str | None = None
    for element in file.elements("question", root=("quiz",)):
        item, kind = _Item(reading), element.get("type", "")
        line, column = file.place(element)
        if kind == "category":
            path = _words(element.find("category"))
            tag = path.rstrip("/").rsplit("/", 1)[-1] or None
            item.notes.changed(_("The category becomes a tag of the questions below it."))
            reading.add(line, path, None, item.notes, column)
            continue
        try:
            question = item.question(element, kind, tag)
        except ValueError:
            reading.problem(line, column, _("A number in this question is none."))
            continue
        reading.add(line, _words(element.find("name")), question, item.notes, column)
    return reading.done()


class _Item:
    """One ``question`` on its way."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.notes = Notes()

    def question(self, element: etree._Element, kind: str, tag: str | None) -> Question | None:
        """The question, or None with the reason noted."""
        made = self._body(kind, element, self._text(element.find("questiontext")))
        if made is None:
            return None
        text, body, points = made
        hints = [self._text(hint).plain for hint in element.iterchildren("hint")]
        if len(hints) > 1:
            self.notes.dropped(_("All hints but the first."))
        for name, sentence in (
            ("correctfeedback", _("The feedback for any right answer.")),
            ("partiallycorrectfeedback", _("The feedback for any partly right answer.")),
            ("incorrectfeedback", _("The feedback for any wrong answer.")),
            ("graderinfo", _("The notes for graders.")),
            ("responsetemplate", _("The template of the answer.")),
        ):
            if _has_words(element.find(name)):
                self.notes.dropped(sentence)
        if element.find("units/unit") is not None:
            self.notes.dropped(_("The units of its numbers."))
        tags = [_words(each) for each in element.iterfind("tags/tag")]
        return Question(
            text,
            body,
            title=_words(element.find("name")),
            points=_number(element, "defaultgrade", points),
            explanation=self._text(element.find("generalfeedback")),
            hint=hints[0] if hints else "",
            tags=tuple(dict.fromkeys([*(each for each in tags if each), *([tag] if tag else [])])),
        )

    def _text(self, element: etree._Element | None) -> Text:
        words = (element.findtext("text") or "").strip() if element is not None else ""
        if element is None or not words:
            return NOTHING
        kind = element.get("format", "html")
        if kind == "markdown":
            self.notes.changed(_("Markdown is kept as plain text."))
        if kind not in ("html", "moodle_auto_format") or not is_markup(words):
            return Text(words)
        files = {each.get("name") or "": each for each in element.iterchildren("file")}
        words = take_along(words, lambda address: _file(files, address), self.reading, self.notes)
        return Text(plain_text(words), words)

    def _body(self, kind: str, element: etree._Element, text: Text) -> tuple[Text, Body, Decimal] | None:
        """The text, the body, and the points where the question does not say them."""
        answers = list(element.iterchildren("answer"))
        body: Body
        match kind:
            case "essay":
                body = Essay()
            case "truefalse":
                body = self._true_false(answers)
            case "multichoice":
                single = (element.findtext("single") or "true").strip().casefold() not in ("false", "0")
                body = self._choices(answers, single=single)
            case "shortanswer" | "numerical":
                body = self._short_answer(answers, (element.findtext("usecase") or "0").strip() == "1", numeric=kind == "numerical")
            case "matching" | "ddmatch":
                body = self._matching(element)
            case "gapselect" | "ddwtos":
                text, body = _gaps(element, text)
            case "ordering":
                body = self._ordering(element, answers)
            case "cloze" if (found := cloze.fill_blank(text, self.notes)) is not None:
                return found
            case "description":
                self.notes.dropped(_("It asks nothing; texts between questions are not kept."))
                return None
            case _:
                self.notes.dropped(_("There are no questions of the type “{type}” here.").format(type=kind))
                return None
        return text, body, ONE

    def _short_answer(self, answers: list[etree._Element], case: bool, *, numeric: bool) -> ShortAnswer:
        accepted = tuple(self._accepted(answer, numeric=numeric) for answer in answers)
        wildcards = any("*" in each.text.replace(r"\*", "") for each in accepted)
        if not wildcards:
            accepted = tuple(replace(each, text=each.text.replace(r"\*", "*")) for each in accepted)
        return ShortAnswer(accepted, Typing(case=case, wildcards=wildcards))

    def _true_false(self, answers: list[etree._Element]) -> TrueFalse:
        truth = {_words(answer).casefold(): answer for answer in answers}
        feedback = {name: self._text(answer.find("feedback")) for name, answer in truth.items()}
        right = any(name == "true" and _part(answer) > 0 for name, answer in truth.items())
        return TrueFalse(right, feedback.get("true", NOTHING), feedback.get("false", NOTHING))

    def _choices(self, answers: list[etree._Element], *, single: bool) -> MultipleChoice | MultipleAnswer:
        parts = [_part(answer) for answer in answers]
        best = parts.index(max(parts)) if parts and max(parts) > 0 else -1
        share = ONE / (sum(part > 0 for part in parts) or 1)
        docked = not single and all(abs(abs(part) - share) < Decimal("0.00001") for part in parts)
        options = []
        for index, (answer, part) in enumerate(zip(answers, parts, strict=True)):
            correct = index == best if single else part > 0
            kept = None if docked or not part or (single and correct and part == ONE) else part
            options.append(Option(letter(index), self._text(answer), correct, kept, self._text(answer.find("feedback"))))
        if single:
            return MultipleChoice(tuple(options))
        return MultipleAnswer(tuple(options), Rule.DOCKED if docked else Rule.WEIGHTS)

    def _accepted(self, answer: etree._Element, *, numeric: bool) -> Accepted:
        text, feedback = _words(answer), self._text(answer.find("feedback"))
        part = max(_part(answer), ZERO)
        if numeric and text != "*":
            return Accepted(plain(number(text)), part, feedback, abs(_number(answer, "tolerance", ZERO)))
        return Accepted(text, part, feedback)

    def _matching(self, element: etree._Element) -> Matching:
        pairs, distractors = [], []
        for entry in element.iterchildren("subquestion"):
            left, right = self._text(entry), _words(entry.find("answer"))
            if left:
                pairs.append(Pair(left, right))
            elif right:
                distractors.append(right)
        return Matching(tuple(pairs), tuple(distractors))

    def _ordering(self, element: etree._Element, answers: list[etree._Element]) -> Ordering:
        ordered = sorted(answers, key=lambda answer: number(answer.get("fraction", "0")))
        said = (element.findtext("gradingtype") or "").strip()
        if said not in _ORDER_RULES:
            self.notes.changed(_("The order must be exact; parts of it earn nothing."))
        return Ordering(tuple(self._text(answer) for answer in ordered), _ORDER_RULES.get(said, Rule.ALL_OR_NOTHING))


def _gaps(element: etree._Element, text: Text) -> tuple[Text, FillBlank]:
    """Gaps ``[[n]]`` are filled from the options of the n-th one's group. A repeated gap is a blank of its own."""
    options = [
        (_words(each), each.findtext("group") or each.findtext("draggroup") or "1") for each in element.iter("selectoption", "dragbox")
    ]
    blanks: list[Blank] = []

    def numbered(found: re.Match[str]) -> str:
        place = int(found.group(1)[:6])
        if not 0 < place <= len(options):
            return found.group()
        right, group = options[place - 1]
        blanks.append(Blank((Accepted(right),), tuple(words for words, of in options if of == group)))
        return f"[[{len(blanks)}]]"

    source = _GAP.sub(numbered, text.html if text.html is not None else text.plain)
    return (Text(source) if text.html is None else Text(plain_text(source), source)), FillBlank(tuple(blanks))


def _file(files: dict[str, etree._Element], address: str) -> bytes | None:
    """A file that lies beside a text."""
    found = files.get(unquote(address).removeprefix(_PLUGIN).rpartition("/")[2])
    if found is None or found.get("encoding") != "base64":
        return None
    try:
        return base64.b64decode(found.text or "", validate=False)
    except (binascii.Error, ValueError):
        return None


def _words(element: etree._Element | None) -> str:
    return " ".join((element.findtext("text") or "").split()) if element is not None else ""


def _has_words(element: etree._Element | None) -> bool:
    return element is not None and bool(plain_text(element.findtext("text") or ""))


def _number(element: etree._Element, name: str, default: Decimal) -> Decimal:
    words = (element.findtext(name) or "").strip()
    return number(words) if words else default


def _part(answer: etree._Element) -> Decimal:
    return (number(answer.get("fraction", "0")) / HUNDRED).normalize() + 0


# Writing -------------------------------------------------------------------------------------------------------------------------------


def write(questions: Iterable[Question], fetch: Fetch | None = None) -> Exported:
    """The questions as a file; ``fetch`` gives their pictures, which are left out and named without it."""
    quiz = etree.Element("quiz")
    items: list[Item] = []
    for place, question in enumerate(questions, 1):
        notes = Notes()
        quiz.append(_Writer(with_picture(question, notes), notes, fetch).element())
        items.append(notes.item(place, question.title or question.text.plain, question))
    return Exported(etree.tostring(quiz, encoding="utf-8", xml_declaration=True, pretty_print=True), tuple(items))


class _Writer:
    def __init__(self, question: Question, notes: Notes, fetch: Fetch | None) -> None:
        self.question, self.notes, self.fetch = question, notes, fetch

    def element(self) -> etree._Element:
        question = self.question
        note_lost(question, self.notes, "title", "points", "explanation", "hint", "tags", "pictures")
        kind, text = self._kind(), question.text
        if isinstance(question.body, FillBlank):
            text = cloze.written(text, question.body, self.notes)
        root = etree.Element("question", type=kind)
        self._add(etree.SubElement(root, "name"), Text(question.title))
        self._formatted(root, "questiontext", text)
        self._formatted(root, "generalfeedback", question.explanation)
        self._value(root, "defaultgrade", plain(question.points))
        for name, value in self._settings(kind):
            self._value(root, name, value)
        for answer in self._answers():
            root.append(answer)
        if question.hint:
            self._formatted(root, "hint", Text(question.hint))
        if question.tags:
            tags = etree.SubElement(root, "tags")
            for tag in question.tags:
                self._add(etree.SubElement(tags, "tag"), Text(tag))
        return root

    def _kind(self) -> str:
        match self.question.body:
            case MultipleChoice() | MultipleAnswer():
                return "multichoice"
            case TrueFalse():
                return "truefalse"
            case ShortAnswer(accepted, typing):
                if not accepted:
                    self.notes.changed(_("A short answer that a person grades becomes an essay."))
                    return "essay"
                numeric = all(each.tolerance is not None or (each.text == "*" and typing.wildcards) for each in accepted)
                return "numerical" if numeric else "shortanswer"
            case Essay():
                return "essay"
            case FillBlank():
                return "cloze"
            case Matching():
                return "matching"
            case Ordering():
                return "ordering"

    def _settings(self, kind: str) -> Iterator[tuple[str, str]]:
        match self.question.body:
            case MultipleChoice() | MultipleAnswer():
                yield "single", "true" if isinstance(self.question.body, MultipleChoice) else "false"
                yield "shuffleanswers", "true"
                yield "answernumbering", "abc"
            case ShortAnswer(_accepted, typing) if kind == "shortanswer":
                yield "usecase", "1" if typing.case else "0"
            case Essay() | ShortAnswer() if kind == "essay":
                yield "responseformat", "editor"
                yield "responserequired", "1"
                yield "responsefieldlines", "15"
                yield "attachments", "0"
            case Matching():
                yield "shuffleanswers", "true"
            case Ordering(_items, rule):
                yield "layouttype", "VERTICAL"
                yield "selecttype", "ALL"
                yield "selectcount", "0"
                yield "gradingtype", next(name for name, each in _ORDER_RULES.items() if each is rule)

    def _answers(self) -> Iterator[etree._Element]:
        match self.question.body:
            case MultipleChoice(options):
                for option in options:
                    part = option.part if option.part is not None else ONE if option.correct else ZERO
                    yield self._answer(part, option.text, option.feedback)
            case MultipleAnswer(options) as body:
                for option, part in zip(options, weights_of(body, self.notes), strict=True):
                    yield self._answer(part, option.text, option.feedback)
            case TrueFalse(answer, true, false):
                yield self._answer(ONE if answer else ZERO, Text("true"), true)
                yield self._answer(ZERO if answer else ONE, Text("false"), false)
            case ShortAnswer(accepted, typing):
                yield from self._typed(accepted, typing)
            case Matching(pairs, distractors, rule):
                if rule is not None:
                    self.notes.dropped(_("The rule for partial credit."))
                for left, right in [*((pair.left, pair.right) for pair in pairs), *((NOTHING, each) for each in distractors)]:
                    entry = self._formatted(None, "subquestion", left)
                    self._add(etree.SubElement(entry, "answer"), Text(right))
                    yield entry
            case Ordering(items):
                for place, text in enumerate(items, 1):
                    entry = self._formatted(None, "answer", text)
                    entry.set("fraction", str(place))
                    yield entry

    def _typed(self, accepted: tuple[Accepted, ...], typing: Typing) -> Iterator[etree._Element]:
        numeric = self._kind() == "numerical"
        if not typing.accents:
            self.notes.dropped(_("That accents do not count."))
        if not numeric and any(each.tolerance is not None for each in accepted):
            self.notes.changed(_("Numbers beside texts are compared as texts."))
        for each in accepted:
            words = each.text if typing.wildcards or each.tolerance is not None else each.text.replace("*", "\\*")
            entry = self._answer(each.part, Text(words), each.feedback)
            if each.tolerance is not None and numeric:
                self._value(entry, "tolerance", plain(each.tolerance))
            yield entry

    def _answer(self, part: Decimal, text: Text, feedback: Text) -> etree._Element:
        entry = self._formatted(None, "answer", text)
        entry.set("fraction", plain(round(part * HUNDRED, 5)))
        if feedback:
            self._formatted(entry, "feedback", feedback)
        return entry

    def _formatted(self, parent: etree._Element | None, name: str, text: Text) -> etree._Element:
        """A text with its format and its files."""
        kind = "html" if text.html is not None else "plain_text"
        made = etree.Element(name, format=kind) if parent is None else etree.SubElement(parent, name, format=kind)
        words, files = text.html if text.html is not None else text.plain, []
        for asset in assets_in(words):
            data = self._fetched(asset)
            if data is not None:
                file = f"{asset[:12]}{suffix_of(data)}"
                words = words.replace(f"asset:{asset}", f"{_PLUGIN}{quote(file)}")
                files.append((file, data))
        self._value(made, "text", words)
        for file, data in files:
            self._value(made, "file", base64.b64encode(data).decode())
            for key, value in (("name", file), ("path", "/"), ("encoding", "base64")):
                made[-1].set(key, value)
        return made

    def _fetched(self, asset: str) -> bytes | None:
        if self.fetch is not None:
            # One that cannot be had is named in the report, as one that nobody gives.
            with suppress(LmsError, OSError):
                return self.fetch(asset).read_bytes()
        self.notes.dropped(_("The pictures in its texts."))
        return None

    def _add(self, parent: etree._Element, text: Text) -> None:
        self._value(parent, "text", text.plain)

    def _value(self, parent: etree._Element, name: str, words: str) -> None:
        clean = fit_for_xml(words)
        if clean != words:
            self.notes.changed(_("Characters that XML cannot hold are left out."))
        etree.SubElement(parent, name).text = clean
