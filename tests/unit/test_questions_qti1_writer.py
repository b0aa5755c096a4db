"""QTI 1.2 out: what our own reader, which reads what Canvas writes, makes of it again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from lxml import etree

from desktop.questions import qti, qti1_writer
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
    flaws,
)
from desktop.questions.report import Exported, Kind
from tests.support.questions import questions

OPTIONS = (Option("a", Text("Iron"), True, feedback=Text("Yes")), Option("b", Text("Wood")), Option("c", Text("Gold", "<b>Gold</b>"), True))
QUESTIONS = [
    Question(Text("Which?"), MultipleChoice(OPTIONS[:2]), title="One", points=Decimal(2), hint="Heavy"),
    Question(Text("Which?"), MultipleChoice((OPTIONS[0], replace(OPTIONS[1], part=Decimal("0.5"))))),
    Question(Text("Which?"), MultipleAnswer(OPTIONS), explanation=Text("All metals", "<p>All <em>metals</em></p>")),
    Question(Text("Which?"), MultipleAnswer(OPTIONS, Rule.ALL_OR_NOTHING), points=Decimal(3)),
    Question(Text("Is it so?"), TrueFalse(False, Text("No"), Text("Right"))),
    Question(Text("Pi?"), ShortAnswer((Accepted("3.14", tolerance=Decimal("0.01")), Accepted("3", Decimal("0.5"), tolerance=Decimal(0))))),
    Question(Text("Who?"), ShortAnswer((Accepted("George", feedback=Text("Ja")), Accepted("Geo", Decimal("0.5"))), Typing(case=True))),
    Question(Text("Why so?", "<p>Why so?</p>"), Essay()),
    Question(
        Text("It [[1]] a [[2]]."), FillBlank((Blank((Accepted("is"), Accepted("was"))), Blank((Accepted("cat", feedback=Text("Meow")),))))
    ),
    Question(Text("A [[1]]."), FillBlank((Blank((Accepted("cat"),), ("dog", "cat")),))),
    Question(Text("Where?"), Matching((Pair(Text("Paris"), "France"), Pair(Text("Rome"), "Italy")), ("Spain",))),
    Question(Text("In order?"), Ordering((Text("b"), Text("a"), Text("c")))),
]


def written(*asked: Question) -> Exported:
    return qti1_writer.write("quiz_1", "A & B", 2, asked, lambda asset: f"../files/{asset[:8]}.png")


def test_what_was_written_comes_back() -> None:
    exported = written(*QUESTIONS)
    assert [item.notes for item in exported.items] == [()] * len(QUESTIONS)
    assert qti.read(exported.data).questions() == QUESTIONS


def test_what_a_cartridge_has_no_words_for_is_said() -> None:
    lost = [
        Question(Text("Who?"), ShortAnswer(())),
        Question(Text("Who?"), ShortAnswer((Accepted("G*"),), Typing(wildcards=True, accents=False))),
        Question(Text("A [[1]] [[2]]"), FillBlank((Blank((Accepted("x", Decimal("0.5")),), ("x", "y")), Blank((Accepted("z"),))))),
        Question(Text("Where?"), Matching((Pair(Text("Paris"), "France"),), rule=Rule.ALL_OR_NOTHING)),
        Question(Text("In order?"), Ordering((Text("b"), Text("a")), Rule.POSITIONS), tags=("Metals",)),
    ]
    exported = written(*lost)
    assert all(item.notes for item in exported.items)
    again = qti.read(exported.data).questions()
    assert [question.type_name for question in again] == ["essay", "short_answer", "fill_blank", "matching", "ordering"]


def test_pictures_are_files_of_the_package() -> None:
    asset = "a" * 64
    marked = Question(Text("?", f'<p><img src="asset:{asset}" alt=""></p>'), Essay())
    beside = Question(Text("?"), Essay(), image=f"asset:{asset}")
    exported = written(marked, beside)
    assert exported.data.count(b"../files/aaaaaaaa.png") == 2
    assert [[note.kind for note in item.notes] for item in exported.items] == [[], [Kind.CHANGED]]


def test_the_attempts_and_the_profile_are_said() -> None:
    root = etree.fromstring(written(QUESTIONS[0]).data)
    labels = [each.text for each in root.iter("{*}fieldlabel")]
    entries = dict(zip(labels, (each.text for each in root.iter("{*}fieldentry")), strict=True))
    assert (entries["cc_maxattempts"], entries["question_type"]) == ("2", "multiple_choice_question")
    assert entries["points_possible"] == "2"


@given(question=questions())
def test_whatever_is_written_is_read_as_a_sound_question_of_its_type_or_was_named(question: Question) -> None:
    exported = written(question)
    (item,) = qti.read(exported.data).items
    if item.question is None:
        assert flaws(question), item
        return
    assert item.question.points == question.points
    if not exported.items[0].notes and question.text.plain.strip():
        assert item.question.type_name == question.type_name
