"""QTI 2.2 out: a package with a manifest, a test that gives the order, an item for each question, and the pictures.

1EdTech QTI 2.2 (Assessment, Section and Item; Content Packaging). Scores use the standard's templates ``match_correct`` and
``map_response`` where they say it all, as many readers know nothing else; points, feedback and tolerances are conditions written out.
Feedback of an answer is a ``modalFeedback`` under the answer's identifier. An explanation is one that always shows, a hint one that the
scoring never shows.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from html import escape
from io import BytesIO

from lxml import etree
from lxml import html as lxml_html

from desktop.errors import LmsError
from desktop.i18n import _
from desktop.questions.model import (
    ONE,
    Accepted,
    Blank,
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
    letter,
)
from desktop.questions.numbers import plain
from desktop.questions.pictures import assets_in, suffix_of, with_picture
from desktop.questions.report import Exported, Fetch, Item, Notes, note_lost, weights_of
from desktop.questions.xml_source import fit_for_xml

ITEM = "http://www.imsglobal.org/xsd/imsqti_v2p2"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
LOM = "http://ltsc.ieee.org/xsd/LOM"
_TEMPLATE = "http://www.imsglobal.org/question/qti_v2p2/rptemplates/"
_EPOCH = (1980, 1, 1, 0, 0, 0)

_KEPT = frozenset((
    "a", "abbr", "acronym", "address", "b", "big", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd",
    "dfn", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "object", "ol", "p",
    "pre", "q", "samp", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt",
    "ul", "var",
))  # fmt: skip
_BLOCKS = frozenset(("p", "div", "ul", "ol", "dl", "table", "pre", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "address"))
_LIKE_BLOCKS = frozenset(("figure", "figcaption", "section", "article", "aside", "details", "summary", "video", "audio"))
_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "img": ("src", "alt", "width", "height"),
    "a": ("href",),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan", "scope"),
    "object": ("data", "type", "width", "height"),
}
_PLACE = re.compile(r"\[\[(\d+)\]\]")
_PATTERN = re.compile(r"([\\.*+?()\[\]{}|^$-])")


def write(questions: Iterable[Question], fetch: Fetch | None = None) -> Exported:
    """The questions as a package; ``fetch`` gives their pictures, which are left out and named without it. The same bytes for the same."""
    names: list[tuple[str, Question, list[str]]] = []
    items: list[Item] = []
    pictures: dict[str, bytes] = {}
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for place, question in enumerate(questions, 1):
            notes = Notes()
            writer = _Writer(with_picture(question, notes), notes, fetch)
            name = f"items/question{place:05}.xml"
            _add(package, name, writer.item(f"question{place:05}"))
            pictures |= writer.pictures
            names.append((name, question, sorted(writer.pictures)))
            items.append(notes.item(place, question.title or question.text.plain, question))
        for name, data in pictures.items():
            _add(package, name, data)
        _add(package, "test.xml", _test(names))
        _add(package, "imsmanifest.xml", _manifest(names))
    return Exported(made.getvalue(), tuple(items))


def _add(package: zipfile.ZipFile, name: str, data: bytes | str) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    package.writestr(info, data)


def _words(text: str) -> str:
    return escape(fit_for_xml(text), quote=True)


def _test(names: list[tuple[str, Question, list[str]]]) -> str:
    references = "".join(
        f'\n      <assessmentItemRef identifier="ref{place:05}" href="{name}"/>' for place, (name, *_rest) in enumerate(names, 1)
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<assessmentTest xmlns="{ITEM}" identifier="test" title="{_words(_("Questions"))}">
  <testPart identifier="part" navigationMode="nonlinear" submissionMode="simultaneous">
    <assessmentSection identifier="section" title="{_words(_("Questions"))}" visible="true">{references}
    </assessmentSection>
  </testPart>
</assessmentTest>
"""


def _manifest(names: list[tuple[str, Question, list[str]]]) -> str:
    resources, dependencies = [], []
    for place, (name, question, pictures) in enumerate(names, 1):
        keywords = "".join(
            f'<imsmd:keyword><imsmd:string language="x-none">{_words(tag)}</imsmd:string></imsmd:keyword>' for tag in question.tags
        )
        metadata = f"<metadata><imsmd:lom><imsmd:general>{keywords}</imsmd:general></imsmd:lom></metadata>" if keywords else ""
        files = "".join(f'<file href="{file}"/>' for file in (name, *pictures))
        resources.append(f'<resource identifier="item{place:05}" type="imsqti_item_xmlv2p2" href="{name}">{metadata}{files}</resource>')
        dependencies.append(f'<dependency identifierref="item{place:05}"/>')
    listed = "\n    ".join(resources)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest xmlns="{PACKAGE}" xmlns:imsmd="{LOM}" identifier="questions">
  <metadata><schema>QTIv2.2 Package</schema><schemaversion>1.0.0</schemaversion></metadata>
  <organizations/>
  <resources>
    <resource identifier="test" type="imsqti_test_xmlv2p2" href="test.xml"><file href="test.xml"/>{"".join(dependencies)}</resource>
    {listed}
  </resources>
</manifest>
"""


@dataclass(slots=True)
class _Parts:
    """What an item is put together from."""

    declarations: list[str] = field(default_factory=list)
    interaction: str = ""
    template: str = ""
    score: list[str] = field(default_factory=list)
    """Where no template says it all."""
    shown: list[str] = field(default_factory=list)
    """What sets FEEDBACK."""
    feedback: dict[str, Text] = field(default_factory=dict)
    human: bool = False


class _Writer:
    """One question on its way to an ``assessmentItem``."""

    def __init__(self, question: Question, notes: Notes, fetch: Fetch | None) -> None:
        self.question, self.notes, self.fetch = question, notes, fetch
        self.pictures: dict[str, bytes] = {}
        # Questions for no points keep what their answers are worth to each other.
        self.full = question.points or ONE

    def item(self, identifier: str) -> str:
        question, parts = self.question, _Parts()
        note_lost(question, self.notes, "title", "points", "explanation", "hint", "tags", "pictures")
        blanks: dict[str, str] = {}
        match question.body:
            case MultipleChoice() | MultipleAnswer() | TrueFalse():
                self._choices(parts)
            case ShortAnswer(accepted, typing):
                self._short_answer(parts, accepted, typing)
            case Essay():
                parts.declarations.append('<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="string"/>')
                parts.interaction = '<extendedTextInteraction responseIdentifier="RESPONSE"/>'
                parts.human = True
            case FillBlank() as body:
                blanks = self._blanks(parts, body)
            case Matching() as body:
                self._matching(parts, body)
            case Ordering() as body:
                self._ordering(parts, body)
        if question.explanation:
            parts.feedback["explanation"] = question.explanation
        shown = list(parts.feedback)
        if question.hint:
            parts.feedback["hint"] = Text(question.hint)
        stem = self._stem(blanks)
        return "".join(
            (
                '<?xml version="1.0" encoding="UTF-8"?>\n',
                f'<assessmentItem xmlns="{ITEM}" identifier="{identifier}" title="{_words(question.title)}" adaptive="false"',
                ' timeDependent="false">',
                *parts.declarations,
                self._outcomes(parts, feedback=bool(parts.feedback)),
                f"<itemBody><div>{stem}</div>{parts.interaction}</itemBody>",
                self._processing(parts, shows=bool(shown)),
                *(
                    f'<modalFeedback outcomeIdentifier="FEEDBACK" identifier="{name}" showHide="show">{self._content(text)}</modalFeedback>'
                    for name, text in parts.feedback.items()
                ),
                "</assessmentItem>\n",
            )
        )

    def _outcomes(self, parts: _Parts, *, feedback: bool) -> str:
        most = plain(self.question.points)
        human = ' externalScored="human"' if parts.human else ""
        made = (
            f'<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float" normalMaximum="{most}"{human}>'
            "<defaultValue><value>0</value></defaultValue></outcomeDeclaration>"
            '<outcomeDeclaration identifier="MAXSCORE" cardinality="single" baseType="float">'
            f"<defaultValue><value>{most}</value></defaultValue></outcomeDeclaration>"
        )
        return made + '<outcomeDeclaration identifier="FEEDBACK" cardinality="multiple" baseType="identifier"/>' if feedback else made

    def _processing(self, parts: _Parts, *, shows: bool) -> str:
        alone = parts.template == "map_response" or self.question.points == ONE
        if parts.template and alone and not shows:
            return f'<responseProcessing template="{_TEMPLATE}{parts.template}"/>'
        score = list(parts.score)
        if parts.template == "map_response":
            score = ['<setOutcomeValue identifier="SCORE"><mapResponse identifier="RESPONSE"/></setOutcomeValue>']
        elif parts.template == "match_correct":
            score = [_if('<match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match>', _all_points())]
        if "explanation" in parts.feedback:
            parts.shown.append(_shows('<baseValue baseType="identifier">explanation</baseValue>'))
        written = "".join((*score, *parts.shown))
        return f"<responseProcessing>{written}</responseProcessing>" if written else ""

    # Types

    def _choices(self, parts: _Parts) -> None:
        body = self.question.body
        options: tuple[Option, ...]
        match body:
            case TrueFalse(answer, true, false):
                options = (Option("true", Text("True"), answer, feedback=true), Option("false", Text("False"), not answer, feedback=false))
                names = ["true", "false"]
            case MultipleChoice(options) | MultipleAnswer(options):
                names = [f"choice_{letter(index)}" for index in range(len(options))]
            case _:
                raise TypeError(body)
        mapping: dict[str, Decimal] = {}
        if isinstance(body, MultipleAnswer) and body.rule is not Rule.ALL_OR_NOTHING:
            mapping = dict(zip(names, weights_of(body, self.notes), strict=True))
        elif any(option.part is not None for option in options):
            mapping = {
                name: option.part if option.part is not None else ONE
                for name, option in zip(names, options, strict=True)
                if option.part is not None or option.correct
            }
        right = [name for name, option in zip(names, options, strict=True) if option.correct]
        several = isinstance(body, MultipleAnswer)
        parts.declarations.append(
            f'<responseDeclaration identifier="RESPONSE" cardinality="{"multiple" if several else "single"}" baseType="identifier">'
            f"{_correct(right)}{self._mapping(mapping)}</responseDeclaration>"
        )
        parts.template = "map_response" if mapping else "match_correct"
        written = "".join(
            f'<simpleChoice identifier="{name}">{self._content(option.text)}</simpleChoice>'
            for name, option in zip(names, options, strict=True)
        )
        shuffle = "false" if isinstance(body, TrueFalse) else "true"
        parts.interaction = (
            f'<choiceInteraction responseIdentifier="RESPONSE" shuffle="{shuffle}" maxChoices="{0 if several else 1}">{written}'
            "</choiceInteraction>"
        )
        parts.feedback |= {name: option.feedback for name, option in zip(names, options, strict=True) if option.feedback}
        if parts.feedback:
            parts.shown.append(_shows('<variable identifier="RESPONSE"/>'))

    def _mapping(self, parts: dict[str, Decimal], *, bounded: bool = True, case: bool | None = None) -> str:
        """``mapping`` of answers to parts of the points."""
        if not parts:
            return ""
        sensitive = "" if case is None else f' caseSensitive="{str(case).lower()}"'
        entries = "".join(
            f'<mapEntry mapKey="{_words(name)}" mappedValue="{plain(round(part * self.full, 12))}"{sensitive}/>'
            for name, part in parts.items()
        )
        bounds = f' lowerBound="0" upperBound="{plain(self.full)}"' if bounded else ""
        return f'<mapping{bounds} defaultValue="0">{entries}</mapping>'

    def _short_answer(self, parts: _Parts, accepted: tuple[Accepted, ...], typing: Typing) -> None:
        self._typed(parts, "RESPONSE", accepted, typing, ONE, adds=False)
        parts.interaction = '<div><textEntryInteraction responseIdentifier="RESPONSE"/></div>'
        if not parts.score and accepted:
            parts.template = "map_response"
        parts.human = not accepted

    def _typed(
        self, parts: _Parts, response: str, accepted: tuple[Accepted, ...], typing: Typing, share: Decimal, *, adds: bool
    ) -> tuple[str, ...]:
        """Declares what may be typed and how it is scored: mapped, or by conditions. The tests of the right answers."""
        if not typing.accents:
            self.notes.dropped(_("That accents do not count."))
        # Of the same answer twice, the one that earns more is what counts.
        best_of: dict[tuple[str, Decimal | None], Accepted] = {}
        for each in accepted:
            key = (each.text, each.tolerance)
            best_of[key] = max(best_of.get(key, each), each, key=lambda one: one.part)
        accepted = tuple(best_of.values())
        numeric = bool(accepted) and all(each.tolerance is not None or (each.text == "*" and typing.wildcards) for each in accepted)
        if numeric and any(each.tolerance is None for each in accepted):
            self.notes.dropped(_("What any other answer is worth, and its feedback."))
            accepted = tuple(each for each in accepted if each.tolerance is not None)
        elif not numeric and any(each.tolerance is not None for each in accepted):
            self.notes.changed(_("Numbers beside texts are compared as texts."))
        best = next((each.text for each in accepted if each.part == ONE and not typing.wildcards), None)
        mapped = not numeric and not typing.wildcards
        mapping = self._mapping({each.text: each.part * share for each in accepted}, bounded=False, case=typing.case) if mapped else ""
        parts.declarations.append(
            f'<responseDeclaration identifier="{response}" cardinality="single" baseType="{"float" if numeric else "string"}">'
            f"{_correct([best] if best is not None else [])}{mapping}</responseDeclaration>"
        )
        tests, branches = [], []
        for index, each in enumerate(accepted, 1):
            test = _test_of(response, each, typing, numeric=numeric)
            tests.append(test)
            feedback = ""
            if each.feedback:
                name = f"{response}_{index}"
                parts.feedback[name] = each.feedback
                feedback = _shows(f'<baseValue baseType="identifier">{name}</baseValue>')
            if mapped and feedback:
                parts.shown.append(_if(test, feedback))
            elif not mapped:
                branches.append((test, _scores(plain(round(each.part * share * self.full, 12)), adds=adds) + feedback))
        if branches and share:
            parts.score.append(_chain(branches))
        return tuple(tests)

    def _blanks(self, parts: _Parts, body: FillBlank) -> dict[str, str]:
        """The interactions by the places where they stand."""
        share = ONE / len(body.blanks) if body.blanks else ONE
        together = body.rule is not None
        made: dict[str, str] = {}
        conditions: list[str] = []
        for number, blank in enumerate(body.blanks, 1):
            response = f"RESPONSE{number}"
            if blank.choices:
                made[f"[[{number}]]"], test = self._listed(parts, response, blank, share)
                mapped = True
                tests: tuple[str, ...] = (test,)
            else:
                before = len(parts.score)
                tests = self._typed(parts, response, blank.accepted, body.typing, ONE if together else share, adds=True)
                mapped = len(parts.score) == before
                made[f"[[{number}]]"] = f'<textEntryInteraction responseIdentifier="{response}"/>'
            conditions.append(tests[0] if len(tests) == 1 else f"<or>{''.join(tests)}</or>")
            if mapped and not together:
                parts.score.append(
                    f'<setOutcomeValue identifier="SCORE"><sum><variable identifier="SCORE"/><mapResponse identifier="{response}"/></sum>'
                    "</setOutcomeValue>"
                )
        if together:
            parts.score = [_if(f"<and>{''.join(conditions)}</and>", _all_points())]
        return made

    def _listed(self, parts: _Parts, response: str, blank: Blank, share: Decimal) -> tuple[str, str]:
        """A blank to be chosen for, and the test of its right answers."""
        names = {words: f"choice_{letter(index)}" for index, words in enumerate(blank.choices)}
        if any(each.text not in names for each in blank.accepted):
            self.notes.dropped(_("An accepted answer that is not among the choices."))
        accepted = [each for each in blank.accepted if each.text in names]
        right = [names[each.text] for each in accepted if each.part == ONE][:1]
        parts.declarations.append(
            f'<responseDeclaration identifier="{response}" cardinality="single" baseType="identifier">{_correct(right)}'
            f"{self._mapping({names[each.text]: each.part * share for each in accepted}, bounded=False)}</responseDeclaration>"
        )
        tests = []
        for index, each in enumerate(accepted, 1):
            tests.append(
                f'<match><variable identifier="{response}"/><baseValue baseType="identifier">{names[each.text]}</baseValue></match>'
            )
            if each.feedback:
                name = f"{response}_{index}"
                parts.feedback[name] = each.feedback
                parts.shown.append(_if(tests[-1], _shows(f'<baseValue baseType="identifier">{name}</baseValue>')))
        choices = "".join(f'<inlineChoice identifier="{name}">{_words(words)}</inlineChoice>' for words, name in names.items())
        interaction = f'<inlineChoiceInteraction responseIdentifier="{response}" shuffle="false">{choices}</inlineChoiceInteraction>'
        return interaction, tests[0] if len(tests) == 1 else f"<or>{''.join(tests)}</or>"

    def _matching(self, parts: _Parts, body: Matching) -> None:
        written = dict.fromkeys((*(pair.right for pair in body.pairs), *body.distractors))
        rights = {right: f"right_{place}" for place, right in enumerate(written, 1)}
        keys = [f"left_{place} {rights[pair.right]}" for place, pair in enumerate(body.pairs, 1)]
        mapping = {} if body.rule is not None else dict.fromkeys(keys, ONE / (len(keys) or 1))
        parts.declarations.append(
            '<responseDeclaration identifier="RESPONSE" cardinality="multiple" baseType="directedPair">'
            f"{_correct(keys)}{self._mapping(mapping)}</responseDeclaration>"
        )
        lefts = "".join(
            f'<simpleAssociableChoice identifier="left_{place}" matchMax="1">{self._content(pair.left)}</simpleAssociableChoice>'
            for place, pair in enumerate(body.pairs, 1)
        )
        others = "".join(
            f'<simpleAssociableChoice identifier="{name}" matchMax="0">{_words(right)}</simpleAssociableChoice>'
            for right, name in rights.items()
        )
        parts.interaction = (
            f'<matchInteraction responseIdentifier="RESPONSE" shuffle="true" maxAssociations="{len(keys)}">'
            f"<simpleMatchSet>{lefts}</simpleMatchSet><simpleMatchSet>{others}</simpleMatchSet></matchInteraction>"
        )
        parts.template = "map_response" if mapping else "match_correct"

    def _ordering(self, parts: _Parts, body: Ordering) -> None:
        if body.rule is not Rule.ALL_OR_NOTHING:
            self.notes.dropped(_("The rule for partial credit."))
        names = [f"item_{place}" for place in range(1, len(body.items) + 1)]
        # Sorted by their words, as the order in the file would be the key.
        mixed = sorted(zip(names, body.items, strict=True), key=lambda each: (each[1].plain, each[0]))
        choices = "".join(f'<simpleChoice identifier="{name}">{self._content(text)}</simpleChoice>' for name, text in mixed)
        parts.declarations.append(
            '<responseDeclaration identifier="RESPONSE" cardinality="ordered" baseType="identifier">'
            f"{_correct(names)}</responseDeclaration>"
        )
        parts.interaction = f'<orderInteraction responseIdentifier="RESPONSE" shuffle="true">{choices}</orderInteraction>'
        parts.template = "match_correct"

    # Texts

    def _stem(self, blanks: dict[str, str]) -> str:
        written = self._content(self.question.text)
        missing = [place for place in blanks if place not in written]
        if missing:
            self.notes.changed(_("A blank without a place stands at the end of the text."))
            written += "".join(f" {place}" for place in missing)
        left = dict(blanks)
        pieces = re.split(r"(<[^<>]*>)", written)
        return "".join(
            piece if piece.startswith("<") else _PLACE.sub(lambda found: left.pop(found.group(), found.group()), piece) for piece in pieces
        )

    def _content(self, text: Text) -> str:
        """A text as XHTML, of the elements that QTI knows."""
        if text.html is None:
            if fit_for_xml(text.plain) != text.plain:
                self.notes.changed(_("Characters that XML cannot hold are left out."))
            return "<br/>".join(_words(line) for line in text.plain.split("\n"))
        root = lxml_html.fragment_fromstring(fit_for_xml(text.html), create_parent="div")
        for element in list(root.iterdescendants()):
            self._fit(element)
        self._take_pictures(root)
        written = etree.tostring(root, encoding="unicode")
        return written[written.index(">") + 1 : -len("</div>")] if written.endswith("</div>") else ""

    def _fit(self, element: etree._Element) -> None:
        """Leaves only what QTI 2.2 has (its XHTML elements)."""
        tag: object = element.tag
        if not isinstance(tag, str):
            _drop(element)
            return
        if tag in ("script", "style"):
            _drop(element)
            return
        if tag not in _KEPT:
            self.notes.changed(_("Formatting that QTI has no words for: {tag}.").format(tag=f"<{tag}>"))
            element.tag = "div" if tag in _LIKE_BLOCKS else "span"
            element.attrib.clear()
            element.set("class", tag)
            return
        kept = {name: element.get(name) for name in (*_ATTRIBUTES.get(tag, ()), "class") if element.get(name) is not None}
        lang = element.get("lang")
        lost = [str(name) for name in element.attrib if name not in kept and name != "lang"]
        if lost:
            self.notes.changed(_("Formatting that QTI has no words for: {tag}.").format(tag=", ".join(lost)[:80]))
        element.attrib.clear()
        for name, value in kept.items():
            element.set(name, value or "")
        if lang:
            element.set("{http://www.w3.org/XML/1998/namespace}lang", lang)
        if tag == "img":
            element.set("alt", element.get("alt") or "")
        elif tag == "table":
            rows = [row for row in element if row.tag == "tr"]
            if rows:
                body = etree.SubElement(element, "tbody")
                body.extend(rows)
        elif tag == "blockquote" and ((element.text or "").strip() or any(child.tag not in _BLOCKS for child in element)):
            inner = etree.Element("div")
            inner.text, element.text = element.text, None
            inner.extend(list(element))
            element.append(inner)

    def _take_pictures(self, root: etree._Element) -> None:
        for element in root.iter("img", "object", "a"):
            for name in ("src", "data", "href"):
                for asset in assets_in(f'<img src="{element.get(name) or ""}">'):
                    data = self._fetched(asset)
                    if data is not None:
                        file = f"media/{asset[:16]}{suffix_of(data)}"
                        self.pictures[file] = data
                        element.set(name, f"../{file}")

    def _fetched(self, asset: str) -> bytes | None:
        if self.fetch is not None:
            # One that cannot be had is named in the report, as one that nobody gives.
            with suppress(LmsError, OSError):
                return self.fetch(asset).read_bytes()
        self.notes.dropped(_("The pictures in its texts."))
        return None


def _drop(element: etree._Element) -> None:
    parent, previous = element.getparent(), element.getprevious()
    assert parent is not None
    if previous is not None:
        previous.tail = (previous.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    element.tail = None
    parent.remove(element)


def _correct(values: list[str]) -> str:
    return f"<correctResponse>{''.join(f'<value>{_words(value)}</value>' for value in values)}</correctResponse>" if values else ""


def _test_of(response: str, accepted: Accepted, typing: Typing, *, numeric: bool) -> str:
    variable = f'<variable identifier="{response}"/>'
    if numeric:
        margin = plain(accepted.tolerance or Decimal(0))
        mode = f'toleranceMode="absolute" tolerance="{margin} {margin}"' if accepted.tolerance else 'toleranceMode="exact"'
        return f'<equal {mode}>{variable}<baseValue baseType="float">{_words(accepted.text)}</baseValue></equal>'
    if typing.wildcards:
        pieces = re.split(r"(?<!\\)\*", accepted.text)
        pattern = ".*".join(_PATTERN.sub(r"\\\1", piece.replace(r"\*", "*")) for piece in pieces)
        return f'<patternMatch pattern="{_words(pattern)}">{variable}</patternMatch>'
    case = str(typing.case).lower()
    return f'<stringMatch caseSensitive="{case}">{variable}<baseValue baseType="string">{_words(accepted.text)}</baseValue></stringMatch>'


def _if(test: str, then: str) -> str:
    return _chain([(test, then)])


def _chain(branches: list[tuple[str, str]]) -> str:
    def written() -> Iterator[str]:
        for index, (test, then) in enumerate(branches):
            name = "responseElseIf" if index else "responseIf"
            yield f"<{name}>{test}{then}</{name}>"

    return f"<responseCondition>{''.join(written())}</responseCondition>"


def _scores(value: str, *, adds: bool) -> str:
    base = f'<baseValue baseType="float">{value}</baseValue>'
    value = f'<sum><variable identifier="SCORE"/>{base}</sum>' if adds else base
    return f'<setOutcomeValue identifier="SCORE">{value}</setOutcomeValue>'


def _all_points() -> str:
    return '<setOutcomeValue identifier="SCORE"><variable identifier="MAXSCORE"/></setOutcomeValue>'


def _shows(what: str) -> str:
    return f'<setOutcomeValue identifier="FEEDBACK"><multiple><variable identifier="FEEDBACK"/>{what}</multiple></setOutcomeValue>'
