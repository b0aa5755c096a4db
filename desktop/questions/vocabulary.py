"""The words of quizzes and questions, as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from desktop.i18n import N_
from desktop.questions.model import Rule
from desktop.questions.statistics import Concern

TYPES: Mapping[str, str] = MappingProxyType(
    {
        "multiple_choice": N_("Multiple choice"),
        "true_false": N_("True or false"),
        "multiple_answer": N_("Multiple answer"),
        "short_answer": N_("Short answer"),
        "essay": N_("Essay"),
        "fill_blank": N_("Fill in the blanks"),
        "matching": N_("Matching"),
        "ordering": N_("Ordering"),
    }
)
"""Of ``quiz_questions.question_type``."""

RULES: Mapping[str, tuple[tuple[Rule | None, str, str], ...]] = MappingProxyType(
    {
        "multiple_answer": (
            (
                Rule.DOCKED,
                N_("Wrong picks are docked"),
                N_("Right picks less wrong picks, over all that are right; never below zero. Picking everything earns nothing extra."),
            ),
            (Rule.ALL_OR_NOTHING, N_("All or nothing"), N_("All points for exactly the right answers, else none.")),
            (
                Rule.WEIGHTS,
                N_("Each answer has its weight"),
                N_("The sum of the weights of what was picked, between zero and all points. A wrong answer may weigh less than zero."),
            ),
        ),
        "fill_blank": (
            (None, N_("Each blank for itself"), N_("The share of the blanks that are right.")),
            (Rule.ALL_OR_NOTHING, N_("All or nothing"), N_("All points if every blank is right, else none.")),
        ),
        "matching": (
            (None, N_("Each pair for itself"), N_("The share of the pairs that are right.")),
            (Rule.ALL_OR_NOTHING, N_("All or nothing"), N_("All points if every pair is right, else none.")),
        ),
        "ordering": (
            (Rule.ALL_OR_NOTHING, N_("All or nothing"), N_("All points for exactly this order, else none.")),
            (Rule.POSITIONS, N_("Items in their place"), N_("The share of the items that stand in their own place.")),
            (Rule.NEIGHBOURS, N_("Right neighbours"), N_("The share of the items that are followed by the one that should follow them.")),
        ),
    }
)
"""How an answer that is partly right is paid, for each type where that can be chosen: the rule, its name and what it means."""

FIXED_RULES: Mapping[str, str] = MappingProxyType(
    {
        "multiple_choice": N_("All points for the right answer, or the part that an answer is given."),
        "true_false": N_("All points for the right answer, else none."),
        "short_answer": N_("The part of the points that the matching answer is given. With no answer here, a person grades."),
        "essay": N_("A person reads and grades it."),
    }
)
"""What is paid where there is nothing to choose."""

QUIZ_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "pre_assessment": N_("Before the course, to see what is known"),
        "formative": N_("During a module"),
        "summative": N_("At the end of a module"),
        "final_exam": N_("Final exam"),
        "practice": N_("Practice, without effect on the grade"),
    }
)
RELEASES: Mapping[str, str] = MappingProxyType(
    {
        "immediately": N_("After each question"),
        "after_submission": N_("After the quiz is submitted"),
        "after_deadline": N_("After the quiz has closed"),
        "never": N_("Never"),
    }
)
CONCERNS: Mapping[Concern, tuple[str, str]] = MappingProxyType(
    {
        Concern.NEGATIVE: (
            N_("Works backwards"),
            N_("Who does well in the rest of the quiz does badly here. Often the key is wrong, or the question can be read in two ways."),
        ),
        Concern.WEAK: (N_("Hardly tells apart"), N_("It hardly tells those who know from those who do not.")),
        Concern.TOO_HARD: (N_("As by guessing"), N_("It is answered no better than by guessing. Was it taught? Is the key right?")),
        Concern.TOO_EASY: (N_("Too easy"), N_("Nearly everybody has it right, so it says little.")),
        Concern.UNUSED_DISTRACTOR: (
            N_("Idle answer"),
            N_("A wrong answer was picked by nobody. Another would make more of the question."),
        ),
        Concern.ATTRACTIVE_DISTRACTOR: (
            N_("Tempting answer"),
            N_("A wrong answer is picked by those who do better in the rest than those who pick the right one. It may be right, too."),
        ),
    }
)
"""What an author should look at, in two or three words, and in a sentence or two."""
