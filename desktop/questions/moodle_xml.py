"""Questions of a Moodle XML file ("Moodle XML format" in Moodle's documentation).

No entity is expanded and nothing is fetched. What Moodle can and a question here cannot is named in the report of its item.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import cast

from lxml import etree

from desktop.i18n import _
from desktop.questions.markup import is_markup, plain_text
from desktop.questions.model import (
    NOTHING,
    ONE,
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
from desktop.questions.report import Imported, Notes, Reading

HUNDRED = Decimal(100)
_GAP = re.compile(r"\[\[(\d+)\]\]")


def read(source: bytes) -> Imported:
    """The questions of a file; XML that is not well-formed is one problem, and nothing can be read of it."""
    reading = Reading()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError as error:
        begun, column = error.position
        reading.problem(max(begun or 1, 1), max(column or 1, 1), _("This is not XML: {words}").format(words=error.msg))
        return reading.done()
    if root.tag != "quiz":
        reading.problem(_line(root), 1, _("This is XML, but not a list of Moodle's questions."))
        return reading.done()
    tag: str | None = None
    for element in root.iterchildren("question"):
        notes, line, kind = Notes(), _line(element), element.get("type", "")
        if kind == "category":
            path = _words(element.find("category"))
            tag = path.rstrip("/").rsplit("/", 1)[-1] or None
            notes.changed(_("The category becomes a tag of the questions below it."))
            reading.items.append(notes.item(line, path, None))
            continue
        title = _words(element.find("name"))
        try:
            body = _body(kind, element, notes)
            if body is None:
                reading.items.append(notes.item(line, title, None))
                continue
            reading.add(line, title, _question(element, title, body, tag, notes), notes)
        except InvalidOperation:
            reading.problem(line, 1, _("A number in this question is none."))
    return reading.done()


def _question(element: etree._Element, title: str, body: Body, tag: str | None, notes: Notes) -> Question:
    hints = [_text(hint, notes).plain for hint in element.iterchildren("hint")]
    if len(hints) > 1:
        notes.dropped(_("All hints but the first."))
    for name, sentence in (
        ("correctfeedback", _("The feedback for any right answer.")),
        ("partiallycorrectfeedback", _("The feedback for any partly right answer.")),
        ("incorrectfeedback", _("The feedback for any wrong answer.")),
        ("graderinfo", _("The notes for graders.")),
        ("responsetemplate", _("The template of the answer.")),
    ):
        if _text(element.find(name), notes):
            notes.dropped(sentence)
    if element.find(".//file") is not None:
        notes.dropped(_("The files within it, such as pictures."))
    tags = [_words(each) for each in element.iterfind("tags/tag")]
    return Question(
        _text(element.find("questiontext"), notes),
        body,
        title=title,
        points=_number(element, "defaultgrade", ONE),
        explanation=_text(element.find("generalfeedback"), notes),
        hint=hints[0] if hints else "",
        tags=tuple(dict.fromkeys([*(each for each in tags if each), *([tag] if tag else [])])),
    )


def _line(element: etree._Element) -> int:
    # Its type is said to be more than it ever is.
    return cast("int | None", element.sourceline) or 1


def _words(element: etree._Element | None) -> str:
    return " ".join((element.findtext("text") or "").split()) if element is not None else ""


def _text(element: etree._Element | None, notes: Notes) -> Text:
    words = (element.findtext("text") or "").strip() if element is not None else ""
    if element is None or not words:
        return NOTHING
    kind = element.get("format", "html")
    if kind == "markdown":
        notes.changed(_("Markdown is kept as plain text."))
    return Text(plain_text(words), words) if kind in ("html", "moodle_auto_format") and is_markup(words) else Text(words)


def _number(element: etree._Element, name: str, default: Decimal) -> Decimal:
    words = (element.findtext(name) or "").strip()
    return Decimal(words).normalize() + 0 if words else default


def _part(answer: etree._Element) -> Decimal:
    return (Decimal(answer.get("fraction", "0")) / HUNDRED).normalize() + 0


def _body(kind: str, element: etree._Element, notes: Notes) -> Body | None:
    answers = list(element.iterchildren("answer"))
    match kind:
        case "essay":
            return Essay()
        case "truefalse":
            return _true_false(answers, notes)
        case "multichoice":
            single = (element.findtext("single") or "true").strip().casefold() not in ("false", "0")
            return _choices(answers, notes, single=single)
        case "shortanswer" | "numerical":
            accepted = tuple(_accepted(answer, notes, numeric=kind == "numerical") for answer in answers)
            wildcards = any("*" in each.text.replace(r"\*", "") for each in accepted)
            return ShortAnswer(accepted, Typing(case=(element.findtext("usecase") or "0").strip() == "1", wildcards=wildcards))
        case "matching" | "ddmatch":
            return _matching(element, notes)
        case "gapselect" | "ddwtos":
            return _gaps(element)
        case "ordering":
            ordered = sorted(answers, key=lambda answer: Decimal(answer.get("fraction", "0")))
            notes.changed(_("The order must be exact; parts of it earn nothing."))
            return Ordering(tuple(_text(answer, notes) for answer in ordered))
        case "description":
            notes.dropped(_("It asks nothing; texts between questions are not kept."))
        case _:
            notes.dropped(_("There are no questions of the type “{type}” here.").format(type=kind))
    return None


def _true_false(answers: list[etree._Element], notes: Notes) -> TrueFalse:
    truth = {_words(answer).casefold(): answer for answer in answers}
    feedback = {name: _text(answer.find("feedback"), notes) for name, answer in truth.items()}
    right = any(name == "true" and _part(answer) > 0 for name, answer in truth.items())
    return TrueFalse(right, feedback.get("true", NOTHING), feedback.get("false", NOTHING))


def _choices(answers: list[etree._Element], notes: Notes, *, single: bool) -> MultipleChoice | MultipleAnswer:
    parts = [_part(answer) for answer in answers]
    best = parts.index(max(parts)) if parts and max(parts) > 0 else -1
    share = ONE / (sum(part > 0 for part in parts) or 1)
    docked = not single and all(abs(abs(part) - share) < Decimal("0.00001") for part in parts)
    options = []
    for index, (answer, part) in enumerate(zip(answers, parts, strict=True)):
        correct = index == best if single else part > 0
        kept = None if docked or not part or (single and correct and part == ONE) else part
        options.append(Option(letter(index), _text(answer, notes), correct, kept, _text(answer.find("feedback"), notes)))
    if single:
        return MultipleChoice(tuple(options))
    return MultipleAnswer(tuple(options), Rule.DOCKED if docked else Rule.WEIGHTS)


def _accepted(answer: etree._Element, notes: Notes, *, numeric: bool) -> Accepted:
    text, feedback = _words(answer), _text(answer.find("feedback"), notes)
    part = max(_part(answer), Decimal(0))
    if numeric and text != "*":
        return Accepted(format(Decimal(text).normalize() + 0, "f"), part, feedback, _number(answer, "tolerance", Decimal(0)))
    return Accepted(text, part, feedback)


def _matching(element: etree._Element, notes: Notes) -> Matching:
    pairs, distractors = [], []
    for entry in element.iterchildren("subquestion"):
        left, right = _text(entry, notes), _words(entry.find("answer"))
        if left:
            pairs.append(Pair(left, right))
        elif right:
            distractors.append(right)
    return Matching(tuple(pairs), tuple(distractors))


def _gaps(element: etree._Element) -> FillBlank:
    """Gaps ``[[n]]`` are filled from the options of the n-th one's group. A repeated gap is a blank of its own."""
    options = [
        (_words(each), each.findtext("group") or each.findtext("draggroup") or "1") for each in element.iter("selectoption", "dragbox")
    ]
    blanks = []
    for found in _GAP.finditer(element.findtext("questiontext/text") or ""):
        number = int(found.group(1))
        if number <= len(options):
            right, group = options[number - 1]
            blanks.append(Blank((Accepted(right),), tuple(text for text, of in options if of == group)))
    return FillBlank(tuple(blanks))
