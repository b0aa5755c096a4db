"""A question of a draft as its learner would be asked it, and what would have been right: for the preview beside its editor."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID

from desktop.questions.model import ZERO, FillBlank, Matching, MultipleAnswer, MultipleChoice, Ordering, Question, ShortAnswer, TrueFalse
from desktop.questions.queries import Asked, Choice, Verdict


def ask(question_id: UUID, number: int, question: Question) -> Asked:
    """As an attempt shows it: without its key. Order is by chance, but the same each time, so that editing does not move things."""
    options: tuple[Choice, ...] = ()
    left: tuple[Choice, ...] = ()
    right: tuple[Choice, ...] = ()
    items: tuple[Choice, ...] = ()
    blanks = 0
    choices: tuple[tuple[str, ...], ...] = ()
    chance = random.Random(question_id.int)  # no secret: the author has the key before them
    match question.body:
        case MultipleChoice(listed) | MultipleAnswer(listed):
            options = tuple(Choice(option.id, option.text.plain, option.text.html) for option in listed)
        case FillBlank(gaps):
            blanks, choices = len(gaps), tuple(gap.choices for gap in gaps)
        case Matching(pairs, distractors):
            left = tuple(Choice(str(at), pair.left.plain, pair.left.html) for at, pair in enumerate(pairs))
            rights = list(dict.fromkeys((*(pair.right for pair in pairs), *distractors)))
            chance.shuffle(rights)
            right = tuple(Choice(text, text) for text in rights)
        case Ordering(order):
            shown = [Choice(str(at), item.plain, item.html) for at, item in enumerate(order)]
            chance.shuffle(shown)
            items = tuple(shown)
        case _:
            pass
    return Asked(
        question_id,
        number,
        question.points,
        question.type_name,
        question.text.plain,
        question.text.html,
        question.hint or None,
        question.image,
        options=options,
        left=left,
        right=right,
        items=items,
        blanks=blanks,
        choices=choices,
    )


def reveal(question: Question) -> Verdict:
    """The right answer and the explanation, in the form that a review shows them in. Nothing was answered, so nothing was earned."""
    right: Any = None
    feedback: dict[str, str] = {}
    match question.body:
        case MultipleChoice(options) | MultipleAnswer(options):
            right = [option.id for option in options if option.correct]
            feedback = {option.id: option.feedback.html or option.feedback.plain for option in options if option.feedback}
        case TrueFalse(answer):
            right = str(answer).lower()
        case ShortAnswer(accepted):
            right = [each.text for each in accepted] or None
        case FillBlank(blanks):
            right = [[each.text for each in blank.accepted] for blank in blanks]
        case Matching(pairs):
            right = {str(at): pair.right for at, pair in enumerate(pairs)}
        case Ordering(items):
            right = [str(at) for at in range(len(items))]
        case _:
            pass
    return Verdict(ZERO, None, right, question.explanation.html or question.explanation.plain or None, feedback)
