"""What states ask of continuing education: dated rules with their source, and what a course lacks by them.

Pure. The rules are ``resources/ce/rules.toml``. A state and subject without a rule is *not known*: it is said so, and nothing is concluded.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from desktop.i18n import N_, _

RULES = Path(__file__).resolve().parents[2] / "resources" / "ce" / "rules.toml"

STATES: Mapping[str, str] = {
    "AK": N_("Alaska"),
    "CA": N_("California"),
    "HI": N_("Hawaii"),
    "OK": N_("Oklahoma"),
    "WA": N_("Washington"),
}
"""States that there are rules for. Courses may be approved in others; then everything about them is not known."""


class Method(Enum):
    """How a course is given, as states tell courses apart."""

    SELF_STUDY = "self_study"
    CLASSROOM = "classroom"
    WEBINAR = "webinar"


METHODS: Mapping[Method, str] = {Method.SELF_STUDY: N_("Self-study"), Method.CLASSROOM: N_("Classroom"), Method.WEBINAR: N_("Webinar")}

METHOD_OF: Mapping[str, Method] = {
    "self_paced": Method.SELF_STUDY,
    "blended": Method.CLASSROOM,
    "instructor_led": Method.CLASSROOM,
    "live_virtual": Method.WEBINAR,
}
"""The method of a course by its delivery format (``courses.delivery_format``)."""


class Subject(Enum):
    """What a rule is about."""

    EXAM_QUESTIONS = "exam_questions"
    """How many questions the final examination has at least, by credits: :class:`Questions`."""
    PASS_MARK = "pass_mark"
    """Per cent."""
    RETAKE_OVERLAP = "retake_overlap"
    """Per cent of the questions of an examination that may come back in the next one."""
    MINUTES_PER_CREDIT = "minutes_per_credit"
    WORDS_PER_CREDIT = "words_per_credit"
    CERTIFICATE_FIELDS = "certificate_fields"
    """Names of what a certificate shows: :data:`FIELDS`."""
    CERTIFICATE_DAYS = "certificate_days"
    """Days after completion within which the certificate is issued."""
    ROSTER_DAYS = "roster_days"
    """Days after completion within which it is reported."""


SUBJECTS: Mapping[Subject, str] = {
    Subject.EXAM_QUESTIONS: N_("Questions in the final examination"),
    Subject.PASS_MARK: N_("Pass mark"),
    Subject.RETAKE_OVERLAP: N_("Questions that may come back in a retake"),
    Subject.MINUTES_PER_CREDIT: N_("Minutes for a credit"),
    Subject.WORDS_PER_CREDIT: N_("Words for a credit"),
    Subject.CERTIFICATE_FIELDS: N_("What the certificate shows"),
    Subject.CERTIFICATE_DAYS: N_("Certificate issued within"),
    Subject.ROSTER_DAYS: N_("Completion reported within"),
}

FIELDS: Mapping[str, str] = {
    "npn": N_("National Producer Number"),
    "course_title": N_("title of the course"),
    "course_number": N_("the state's number of the course"),
    "provider_name": N_("name of the provider"),
    "provider_address": N_("address of the provider"),
    "provider_phone": N_("telephone number of the provider"),
    "provider_number": N_("the state's number of the provider"),
    "completed_on": N_("day of completion"),
    "credits": N_("credit hours"),
    "signature_of_provider": N_("date and signature of the provider"),
    "signature_of_student": N_("signature of the student"),
    "false_certificate_statement": N_("statement on false certificates"),
}


@dataclass(frozen=True, slots=True)
class Questions:
    """How many questions for so many credits: steps (``up_to`` credits, questions), ``beyond`` for more; or some for the first credit and
    some for each more."""

    up_to: tuple[tuple[int, int], ...] = ()
    beyond: int = 0
    first: int = 0
    each_more: int = 0

    def at_least(self, credits: Decimal) -> int:
        """For ``credits``; a part of a credit counts as a whole one."""
        whole = max(1, math.ceil(credits))
        if self.first:
            return self.first + self.each_more * (whole - 1)
        return next((questions for most, questions in self.up_to if whole <= most), self.beyond)


@dataclass(frozen=True, slots=True)
class Rule:
    """One figure. ``source`` names the section, ``dated`` how old the text is; ``partial``: the section says more than was read."""

    state: str
    subject: Subject
    value: Any
    source: str
    dated: str
    method: Method | None = None
    since: date | None = None
    until: date | None = None
    partial: bool = False

    def holds(self, day: date, method: Method) -> bool:
        timely = (self.since is None or self.since <= day) and (self.until is None or day <= self.until)
        return timely and self.method in (None, method)

    def words(self) -> str:
        """The figure as a person reads it."""
        match self.subject:
            case Subject.EXAM_QUESTIONS:
                return _questions_in_words(self.value)
            case Subject.PASS_MARK | Subject.RETAKE_OVERLAP:
                return _("{n} %").format(n=self.value)
            case Subject.CERTIFICATE_FIELDS:
                fields = ", ".join(_(FIELDS[name]) for name in self.value)
                return _("{fields}, and more").format(fields=fields) if self.partial else fields
            case Subject.CERTIFICATE_DAYS | Subject.ROSTER_DAYS:
                return _("{n} days").format(n=self.value)
            case _:
                return f"{self.value:,}"

    def cited(self) -> str:
        return _("{source}; {dated}").format(source=self.source, dated=self.dated)


def _questions_in_words(value: Questions) -> str:
    if value.first:
        return _("{first} for the first credit, {more} for each more").format(first=value.first, more=value.each_more)
    steps = [_("{n} up to {credits} credits").format(n=questions, credits=most) for most, questions in value.up_to]
    return ", ".join([*steps, _("{n} beyond").format(n=value.beyond)])


def load_rules(path: Path = RULES) -> tuple[Rule, ...]:
    """The rules in a TOML file. Raises KeyError, TypeError or ValueError where it is wrong: rules are shipped, not typed in."""
    with path.open("rb") as file:
        return tuple(_rule(values) for values in tomllib.load(file)["rule"])


@cache
def rules() -> tuple[Rule, ...]:
    return load_rules()


def _rule(values: dict[str, Any]) -> Rule:
    subject = Subject(values.pop("subject"))
    method = Method(values.pop("method")) if "method" in values else None
    value = values.pop("value")
    match subject:
        case Subject.EXAM_QUESTIONS:
            steps = tuple((most, questions) for most, questions in value.pop("up_to", ()))
            value = Questions(up_to=steps, **value)
        case Subject.CERTIFICATE_FIELDS:
            unknown = set(value) - FIELDS.keys()
            if unknown:
                raise ValueError(f"no such field: {sorted(unknown)}")
            value = tuple(value)
        case _ if not isinstance(value, int):
            raise TypeError(f"{subject.value} is a whole number, not {value!r}")
    return Rule(subject=subject, method=method, value=value, **values)


def find(subject: Subject, state: str, day: date, method: Method, known: Sequence[Rule] | None = None) -> Rule | None:
    """The rule that holds on ``day``; the newest where there are several, None where it is not known."""
    fitting = [
        rule
        for rule in (rules() if known is None else known)
        if rule.state == state and rule.subject is subject and rule.holds(day, method)
    ]
    return max(fitting, key=lambda rule: rule.since or date.min, default=None)


def roster_due(state: str, completed_on: date, method: Method) -> date | None:
    """The last day for reporting a completion; None where it is not known."""
    rule = find(Subject.ROSTER_DAYS, state, completed_on, method)
    return completed_on + timedelta(days=rule.value) if rule is not None else None


# What a course lacks


@dataclass(frozen=True, slots=True)
class Exam:
    """A course's final examination. ``pool``: how many questions it can be made of (None: not known here), ``questions`` how many each
    attempt has."""

    questions: int
    pool: int | None
    pass_mark: Decimal


@dataclass(frozen=True, slots=True)
class CourseFacts:
    """What rules are about. ``minutes`` and ``words`` are 0 where nothing says them."""

    credits: Decimal
    method: Method
    minutes: int
    words: int
    exam: Exam | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a course lacks in one state. ``sentence`` says what is asked and what is there."""

    rule: Rule
    sentence: str


def lint(course: CourseFacts, states: Collection[str], day: date, known: Sequence[Rule] | None = None) -> tuple[Finding, ...]:
    """What the course lacks by the rules of ``states`` on ``day``. What is not known finds nothing: :func:`unknown` says what that is."""
    if course.credits <= 0:
        return ()
    return tuple(finding for state in sorted(states) for finding in _lint(course, state, day, known))


def unknown(states: Collection[str], day: date, method: Method, known: Sequence[Rule] | None = None) -> dict[str, tuple[Subject, ...]]:
    """Of each state, what nothing is known about."""
    return {state: tuple(one for one in Subject if find(one, state, day, method, known) is None) for state in sorted(states)}


def _lint(course: CourseFacts, state: str, day: date, known: Sequence[Rule] | None) -> Iterator[Finding]:
    def rule(subject: Subject) -> Rule | None:
        return find(subject, state, day, course.method, known)

    exam = course.exam
    if found := rule(Subject.EXAM_QUESTIONS):
        least = found.value.at_least(course.credits)
        if exam is None:
            yield Finding(found, _("{state} asks for a final examination of {n} questions; there is none.").format(state=state, n=least))
        elif exam.questions < least:
            yield Finding(
                found,
                _("{state} asks for {n} questions in the final examination; it has {here}.").format(
                    state=state, n=least, here=exam.questions
                ),
            )
    if exam is not None and (found := rule(Subject.PASS_MARK)) and exam.pass_mark < found.value:
        yield Finding(
            found,
            _("{state} asks for a pass mark of {n} %; it is {here} %.").format(
                state=state, n=found.value, here=exam.pass_mark.normalize().__format__("f")
            ),
        )
    if exam is not None and exam.questions and exam.pool is not None and (found := rule(Subject.RETAKE_OVERLAP)):
        pool = math.ceil(exam.questions * (200 - found.value) / 100)
        if exam.pool < pool:
            yield Finding(
                found,
                _(
                    "{state} lets no more than {n} % of the questions come back in a retake, so {pool} are needed to draw {drawn} from;"
                    " there are {here}."
                ).format(state=state, n=found.value, pool=pool, drawn=exam.questions, here=exam.pool),
            )
    for subject, here, sentence in (
        (Subject.MINUTES_PER_CREDIT, course.minutes, N_("{state} asks for {n} minutes for {credits} credits; the course has {here}.")),
        (Subject.WORDS_PER_CREDIT, course.words, N_("{state} asks for {n} words for {credits} credits; the course has {here}.")),
    ):
        if here and (found := rule(subject)):
            least = math.ceil(found.value * course.credits)
            if here < least:
                words = _(sentence).format(
                    state=state, n=f"{least:,}", credits=course.credits.normalize().__format__("f"), here=f"{here:,}"
                )
                yield Finding(found, words)
