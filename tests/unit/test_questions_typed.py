"""Questions as people type them, in any of the usual ways."""

from __future__ import annotations

from decimal import Decimal

import pytest

from desktop.questions import typed
from desktop.questions.model import Body, Essay, FillBlank, Matching, MultipleAnswer, MultipleChoice, ShortAnswer, TrueFalse

LIST = """Quiz of the week

1. What does COBRA extend? (2 points)
a) Premiums
*b) Coverage
c) Networks
Explanation: It extends group coverage.

2) Which are metals?
   Choose two.
A. Iron
B. Wood
C. Gold

Answer: A and C

Question 3: The sky is blue. (True/False)
Answer: True

4. Who wrote Faust?
Answer: Goethe; J. W. Goethe

5. Grant was ___ in ___.
Answer: buried; New York

6. Say why.

7. Where is it?
- Paris -> France
- Rome → Italy

8. Which is right?
[ ] no
[x] yes

9. **Bold?**
- **this**
- that
Tags: one, two
Points: 0,5

10. By the key?
a. one
b. two

11. And this?
(a) True
(b) False

Answer key
10. B
11. A
"""


def bodies(source: str) -> list[Body]:
    return [question.body for question in typed.read(source).questions()]


def right(body: Body) -> list[str]:
    assert isinstance(body, MultipleChoice | MultipleAnswer)
    return [option.text.plain for option in body.options if option.correct]


def test_a_list_as_somebody_typed_it() -> None:
    imported = typed.read(LIST)
    assert imported.items[0].question is None
    cobra, metals, sky, faust, grant, why, where, which, bold, key, last = imported.questions()
    assert (cobra.text.plain, cobra.points, cobra.explanation.plain) == (
        "What does COBRA extend?",
        Decimal(2),
        "It extends group coverage.",
    )
    assert right(cobra.body) == ["Coverage"]
    assert isinstance(metals.body, MultipleAnswer)
    assert metals.text.plain == "Which are metals?\nChoose two."
    assert right(metals.body) == ["Iron", "Gold"]
    assert (sky.text.plain, sky.body) == ("The sky is blue.", TrueFalse(True))
    assert isinstance(faust.body, ShortAnswer)
    assert [each.text for each in faust.body.accepted] == ["Goethe", "J. W. Goethe"]
    assert isinstance(grant.body, FillBlank)
    assert (grant.text.plain, [blank.accepted[0].text for blank in grant.body.blanks]) == (
        "Grant was [[1]] in [[2]].",
        ["buried", "New York"],
    )
    assert isinstance(why.body, Essay)
    assert isinstance(where.body, Matching)
    assert [(pair.left.plain, pair.right) for pair in where.body.pairs] == [("Paris", "France"), ("Rome", "Italy")]
    assert right(which.body) == ["yes"]
    assert (bold.text.plain, right(bold.body), bold.tags, bold.points) == ("Bold?", ["this"], ("one", "two"), Decimal("0.5"))
    assert right(key.body) == ["two"]
    assert last.body == TrueFalse(True)
    assert [item.line for item in imported.items][:3] == [1, 3, 9]


def test_without_numbers_an_empty_line_parts_questions() -> None:
    first, second = bodies("One?\na) no\nb) yes (correct)\n\nTwo?\n\na) no *\nb) yes")
    assert (right(first), right(second)) == (["yes"], ["no"])


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("1. Which?\na) this\nb) that", 1),
        ("1. Which?\na) this\nb) that\nAnswer: D", 4),
        ("1. So? (T/F)", 1),
        ("1. ___ and ___?\nAnswer: one", 2),
        ("1. So?\nPoints: many", 1),
    ],
)
def test_what_it_does_not_say_is_asked_for_at_its_line(source: str, line: int) -> None:
    assert [problem.line for problem in typed.read(source).problems] == [line]
