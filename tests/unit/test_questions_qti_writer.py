"""QTI 2.2 out: a package of the standard's shape, with its pictures, which scores as the question does."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from pathlib import Path

from lxml import etree

from desktop.questions import qti, qti_writer
from desktop.questions.model import (
    Accepted,
    Blank,
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
)
from desktop.questions.qti_writer import ITEM, LOM, PACKAGE
from desktop.questions.report import Kind

OPTIONS = (Option("a", Text("Iron"), True, feedback=Text("Yes")), Option("b", Text("Wood")), Option("c", Text("Gold", "<b>Gold</b>"), True))
QUESTIONS = [
    Question(Text("Which?"), MultipleChoice(OPTIONS[:2]), title="One", points=Decimal(2), hint="Heavy", tags=("Metals", "A & B")),
    Question(Text("Which?"), MultipleAnswer(OPTIONS), explanation=Text("All metals", "<p>All <em>metals</em></p>")),
    Question(Text("Which?"), MultipleAnswer(OPTIONS, Rule.ALL_OR_NOTHING), points=Decimal(3)),
    Question(Text("Is it?\nSay."), TrueFalse(False, Text("No"), Text("Right"))),
    Question(Text("Pi?"), ShortAnswer((Accepted("3.14", tolerance=Decimal("0.01")), Accepted("3", Decimal("0.5"), tolerance=Decimal(0))))),
    Question(Text("Who?"), ShortAnswer((Accepted("G*e", feedback=Text("Ja")), Accepted("a.b\\*", Decimal("0.5"))), Typing(wildcards=True))),
    Question(Text("Who?"), ShortAnswer(())),
    Question(Text("Why?", "<p>Why<br>so?</p>"), Essay()),
    Question(
        Text("It [[1]] a [[2]], not [[3]]."),
        FillBlank(
            (
                Blank((Accepted("is"), Accepted("was"))),
                Blank((Accepted("cat", feedback=Text("Meow")),), ("dog", "cat")),
                Blank((Accepted("1", tolerance=Decimal(0)),)),
            ),
            rule=Rule.ALL_OR_NOTHING,
        ),
    ),
    Question(Text("Where?"), Matching((Pair(Text("Paris"), "France"), Pair(Text("Rome"), "Italy")), ("Spain",), Rule.ALL_OR_NOTHING)),
    Question(Text("In order?"), Ordering((Text("b"), Text("a"), Text("c")))),
]
ORDER = ["responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing", "modalFeedback"]


def files(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_a_package_has_the_shape_of_the_standard() -> None:
    """Its own rules of 2.2 for what must be where, as the schemas are not ours to keep here."""
    held = files(qti_writer.write(QUESTIONS).data)
    manifest = etree.fromstring(held["imsmanifest.xml"])
    assert [etree.QName(child).localname for child in manifest] == ["metadata", "organizations", "resources"]
    resources = manifest.findall(f"{{{PACKAGE}}}resources/{{{PACKAGE}}}resource")
    named = {each.get("href") for resource in resources for each in resource.iter(f"{{{PACKAGE}}}file")}
    assert named | {"imsmanifest.xml"} == held.keys()
    assert all(resource.get("href") in {each.get("href") for each in resource} for resource in resources)
    identifiers = [resource.get("identifier") for resource in resources]
    assert len(set(identifiers)) == len(identifiers) == len(QUESTIONS) + 1
    assert [each.get("identifierref") for each in resources[0].findall(f"{{{PACKAGE}}}dependency")] == identifiers[1:]
    assert [each.text for each in manifest.iter(f"{{{LOM}}}string")] == ["Metals", "A & B"]
    test = etree.fromstring(held["test.xml"])
    assert [each.get("href") for each in test.iter(f"{{{ITEM}}}assessmentItemRef")] == [each.get("href") for each in resources[1:]]
    for resource in resources[1:]:
        item = etree.fromstring(held[resource.get("href") or ""])
        assert item.tag == f"{{{ITEM}}}assessmentItem"
        assert {"identifier", "title", "adaptive", "timeDependent"} <= {str(name) for name in item.attrib}
        names = [etree.QName(child).localname for child in item]
        assert names == sorted(names, key=ORDER.index)
        declared = {each.get("identifier") for each in item.findall(f"{{{ITEM}}}responseDeclaration")}
        assert {each.get("responseIdentifier") for each in item.iter() if each.get("responseIdentifier")} == declared
        outcomes = {each.get("identifier") for each in item.findall(f"{{{ITEM}}}outcomeDeclaration")}
        used = {each.get("identifier") for each in item.iter(f"{{{ITEM}}}variable", f"{{{ITEM}}}setOutcomeValue")}
        assert used <= declared | outcomes
        body = item.find(f"{{{ITEM}}}itemBody")
        assert body is not None
        assert all(etree.QName(child).localname in ("div",) or str(child.tag).endswith("Interaction") for child in body)
        # A set of choices has no order that tells the key.
        chosen = [each.get("identifier") for each in item.iter(f"{{{ITEM}}}simpleChoice")]
        assert len(set(chosen)) == len(chosen)


def test_what_was_written_comes_back() -> None:
    written = qti_writer.write(QUESTIONS)
    assert not any(item.notes for item in written.items)
    again = qti.read(written.data).questions()
    for asked, read in zip(QUESTIONS, again, strict=True):
        if asked.text.plain == "Why?":
            assert read.text == Text("Why\nso?", "<p>Why<br/>so?</p>")
        else:
            assert read == asked


def test_pictures_go_along_and_what_qti_has_no_words_for_is_said(tmp_path: Path) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"picture"
    file = tmp_path / "file"
    file.write_bytes(picture)
    asset = "a" * 64
    marked = Question(Text("?", f'<p>A <u>map</u> <img src="asset:{asset}"> [[1]]</p>'), FillBlank((Blank((Accepted("x"),)),)), hint="")
    written = qti_writer.write([marked, Question(Text("?"), Essay(), image=f"asset:{asset}")], lambda _asset: file)
    assert [[note.kind for note in item.notes] for item in written.items] == [[Kind.CHANGED], [Kind.CHANGED]]
    assert [name for name in files(written.data) if name.startswith("media/")] == [f"media/{'a' * 16}.png"]
    again = qti.read(written.data)
    assert [each.data for each in again.attachments] == [picture]
    assert all(f'src="asset:{again.attachments[0].asset}"' in (question.text.html or "") for question in again.questions())
    missing = qti_writer.write([marked]).items[0]
    assert {note.kind for note in missing.notes} == {Kind.CHANGED, Kind.DROPPED}
