"""An association after its first year with the system: planned from a seed, without a database.

:class:`Year` plans who takes what and how far they came, so that the totals are exact; :mod:`tests.data.rows` makes tables of it. The same
seed, scale and last day give the same rows. What triggers would count is left to :mod:`tests.data.counters`.
"""

from __future__ import annotations

import json
import random
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import accumulate, product

from tests.data import words
from tests.data.values import DAY, identity

MEMBERS, COURSES, ENROLLMENTS, PROGRESS, ATTEMPTS, CERTIFICATES = 20_000, 500, 50_000, 500_000, 100_000, 5_000
"""A year, as the architecture document expects it."""

YEAR = 365
FEWEST_COURSES = 10
COMPLETED = 0.7
POINTS = 2  # for each question
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
VIDEO_SECONDS = 15
"""The length of the one video that all of them show."""


@dataclass(frozen=True, slots=True)
class Content:
    """What lessons of a kind name: addresses of files that are in the workspace already."""

    pdf: str
    video: str
    scorm: str


@dataclass(frozen=True, slots=True)
class Member:
    id: str
    name: str
    roles: tuple[str, ...]
    joined: int  # seconds since 1970, as all times here
    npn: str
    state: str


@dataclass(frozen=True, slots=True)
class Question:
    """``right`` and ``wrong`` are answers as the server stores them; an essay has only right ones, and a person grades it."""

    id: str
    kind: str
    text: str
    options: str
    key: str | None
    right: str
    wrong: str


@dataclass(frozen=True, slots=True)
class Quiz:
    id: str
    title: str
    lesson: int  # its place in the course
    final: bool
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    id: str
    kind: str
    title: str
    module: int
    minutes: int

    @property
    def assignment(self) -> str:
        """The id of the lesson's assignment: the lesson's own with another last digit, so that it need not be kept."""
        return self.id[:-1] + ("1" if self.id[-1] == "0" else "0")


@dataclass(frozen=True, slots=True)
class Course:
    id: str
    title: str
    category: str
    status: str
    credits: int
    price: int
    instructor: Member
    co_instructors: tuple[Member, ...]
    created: int
    modules: tuple[str, ...]
    lessons: tuple[Lesson, ...]
    quizzes: tuple[Quiz, ...]
    designation: int | None


@dataclass(slots=True)
class Enrollment:
    """``opened`` lessons from the first on, of which ``done`` are completed, between ``begun`` and ``latest``."""

    id: str
    course: Course
    member: Member
    status: str
    begun: int
    span: int
    opened: int
    transaction: str | None = None
    certificate: str | None = None
    failures: dict[int, int] = field(default_factory=dict)  # attempts that failed before the last one, by the number of the quiz

    @property
    def done(self) -> int:
        return self.opened if self.status == "completed" else max(0, self.opened - 1)

    @property
    def latest(self) -> int:
        return self.begun + self.span

    @property
    def price(self) -> int:
        return self.course.price or 49  # whoever waits for a payment has one to make

    def left(self, lesson: int) -> int:
        """When the lesson was completed, or was last open."""
        return self.begun + self.span * (lesson + 1) // self.opened

    def entered(self, lesson: int) -> int:
        longest = self.span // self.opened // 2
        return self.left(lesson) - min(longest, self.course.lessons[lesson].minutes * 60)


KNOWN = (
    ("Ada", "Lindström", "administrator"),
    ("Inés", "Álvarez", "instructor"),
    ("Paul", "Nguyễn", "proctor"),
    ("Lena", "Hoffmann", "learner"),
)
"""Members who have a login, and their roles; the instructor teaches what most people take."""


class Year:
    """The year that ends with the day before ``until``. ``scale`` 1 is the volume of the architecture document."""

    def __init__(self, seed: int, scale: float, until: date, content: Content) -> None:
        if not 0.01 <= scale <= 10:
            raise ValueError("the scale is between 0.01 and 10")
        self._seed = seed
        self.content = content
        self.end = int(datetime(until.year, until.month, until.day, tzinfo=UTC).timestamp())
        self.start = self.end - YEAR * DAY
        self._count = {
            name: round(count * scale)
            for name, count in {
                "members": MEMBERS, "enrollments": ENROLLMENTS, "progress": PROGRESS, "attempts": ATTEMPTS, "certificates": CERTIFICATES,
            }.items()
        }  # fmt: skip
        self.members = self._plan_members()
        self.courses = self._plan_courses(max(FEWEST_COURSES, round(COURSES * scale)))
        self.enrollments = self._plan_enrollments()
        self._settle_progress()
        self._settle_attempts()
        self._settle_certificates()

    def chance(self, about: str) -> random.Random:
        """Chance of its own for each part, so that a change to one leaves the others as they were."""
        return random.Random(f"{self._seed} {about}")

    # Plans

    def _plan_members(self) -> list[Member]:
        chance = self.chance("members")
        instructors = max(5, self._count["members"] // 300)
        members = []
        for number in range(self._count["members"]):
            first, last, *roles = (
                KNOWN[number] if number < len(KNOWN) else (chance.choice(words.FIRST_NAMES), chance.choice(words.LAST_NAMES))
            )
            if len(KNOWN) <= number < instructors:
                roles = ["instructor"]
            new = number >= instructors and chance.random() < 0.15
            joined = chance.randrange(self.start, self.end - 30 * DAY) if new else self.start - chance.randrange(30, 3000) * DAY
            members.append(
                Member(identity(chance), f"{first} {last}", tuple(r for r in roles if r != "learner"), joined,
                       str(1_000_000 + number * 7), chance.choice(words.STATES))
            )  # fmt: skip
        return members

    def _plan_courses(self, count: int) -> list[Course]:
        chance = self.chance("courses")
        titles = [
            (category, f"{topic}: {angle}", topic)
            for (category, topics), angle in product(words.TOPICS.items(), words.ANGLES)
            for topic in topics
        ]
        chance.shuffle(titles)
        teachers = [member for member in self.members if "instructor" in member.roles]
        courses = []
        for number in range(count):
            category, title, topic = titles[number % len(titles)]
            if number >= len(titles):
                title += f" {number // len(titles) + 1}"
            # The known instructor teaches one course in twenty-five, from the most popular down.
            main = teachers[0] if number % 25 == 0 else chance.choice(teachers[1:])
            others = chance.sample(teachers, 2) if chance.random() < 0.3 else []
            status = "published" if number < 8 else chance.choices(("published", "archived", "draft", "under_review"), (88, 4, 6, 2))[0]
            modules = tuple(identity(chance) for _module in range(chance.choice((3, 3, 4))))
            lessons = self._plan_lessons(chance, topic, len(modules), everything=number == 0)
            courses.append(
                Course(
                    id=identity(chance), title=title, category=category, status=status,
                    credits=chance.choice((0, 1, 1, 2, 2, 3, 4, 8)), price=chance.choice((0, 0, 0, 0, 0, 49, 99, 149)) if number else 0,
                    instructor=main, co_instructors=tuple(other for other in others if other is not main),
                    created=self.start - chance.randrange(40, 900) * DAY, modules=modules, lessons=lessons,
                    quizzes=tuple(self._plan_quizzes(chance, topic, lessons)),
                    designation=chance.randrange(len(words.DESIGNATIONS)) if chance.random() < 0.2 else None,
                )
            )  # fmt: skip
        return courses

    def _plan_lessons(self, chance: random.Random, topic: str, modules: int, *, everything: bool) -> tuple[Lesson, ...]:
        """From 8 to 16 lessons. The middle module and the last end with a quiz."""
        count = 17 if everything else chance.randint(8, 16)
        kinds = chance.choices(
            ("video", "text", "pdf", "scorm", "external_link", "embedded_content", "assignment", "live_session"),
            (30, 30, 10, 12, 4, 4, 6, 4),
            k=count,
        )
        if everything:
            kinds[: len(words.LESSONS) - 1] = [kind for kind in words.LESSONS if kind != "quiz"]
        ends = [(number + 1) * count // modules - 1 for number in range(modules)]
        kinds[ends[modules // 2 - 1]] = kinds[ends[-1]] = "quiz"
        seen: defaultdict[str, int] = defaultdict(int)
        lessons = []
        for place, kind in enumerate(kinds):
            seen[kind] += 1
            title = words.LESSONS[kind].format(topic=topic) + (f", part {seen[kind]}" if seen[kind] > 1 else "")
            lessons.append(
                Lesson(identity(chance), kind, title, bisect(ends, place - 1) if place else 0, chance.choice((5, 10, 10, 15, 20, 30, 45)))
            )
        return tuple(lessons)

    def _plan_quizzes(self, chance: random.Random, topic: str, lessons: Sequence[Lesson]) -> Iterator[Quiz]:
        places = [place for place, lesson in enumerate(lessons) if lesson.kind == "quiz"]
        for place in places:
            final = place == places[-1]
            kinds = chance.sample(
                ("multiple_choice", "true_false", "multiple_answer", "short_answer", "fill_blank", "matching", "ordering"), 4
            )
            kinds.append("essay" if final and chance.random() < 0.25 else "multiple_choice")
            questions = tuple(question(identity(chance), kind, topic, number) for number, kind in enumerate(kinds))
            yield Quiz(identity(chance), lessons[place].title, place, final, questions)

    def _plan_enrollments(self) -> list[Enrollment]:
        """Who takes what: some courses and some members much more than others, most of it in the working week."""
        chance = self.chance("enrollments")
        open_courses = [course for course in self.courses if course.status in ("published", "archived")]
        course_weights = list(accumulate((number + 3) ** -0.7 for number in range(len(open_courses))))
        member_weights = list(accumulate(40 if n == 3 else chance.paretovariate(1.6) for n in range(len(self.members))))
        day_weights = list(accumulate(self._busyness(day) for day in range(YEAR - 1)))
        statuses = (("completed", "in_progress", "enrolled", "dropped", "expired", "suspended"), (COMPLETED, 0.17, 0.06, 0.04, 0.02, 0.01))
        taken: set[tuple[str, str]] = set()
        enrollments: list[Enrollment] = []
        while len(enrollments) < self._count["enrollments"]:
            course = chance.choices(open_courses, cum_weights=course_weights)[0]
            member = chance.choices(self.members, cum_weights=member_weights)[0]
            if (course.id, member.id) in taken:
                continue
            taken.add((course.id, member.id))
            status = chance.choices(*statuses)[0]
            day = chance.choices(range(YEAR - 1), cum_weights=day_weights)[0]
            begun = max(self.start + day * DAY, member.joined) + chance.randrange(8 * 3600, 18 * 3600)
            span = min(int(chance.lognormvariate(2.6, 0.9) * DAY), self.end - 600 - begun)
            opened = (
                len(course.lessons) if status == "completed"
                else 0 if status in ("enrolled", "suspended")
                else chance.randint(1, len(course.lessons) - 1)
            )  # fmt: skip
            paid = (course.price and status != "enrolled") or status == "suspended"
            transaction = identity(chance) if paid else None
            enrollments.append(Enrollment(identity(chance), course, member, status, begun, span, opened, transaction))
        return enrollments

    def _busyness(self, day: int) -> float:
        today = datetime.fromtimestamp(self.start + day * DAY, UTC)
        return (
            (0.3 if today.weekday() >= 5 else 1)
            * (1.5 if today.month in (1, 9, 10) else 0.7 if today.month in (7, 12) else 1)
            * (1 + day / YEAR)
        )

    def _settle_progress(self) -> None:
        """Let some stop earlier or go on further, until as many lessons were opened as there should be."""
        excess = sum(one.opened for one in self.enrollments) - self._count["progress"]
        for one in self.chance("progress").sample(self.enrollments, len(self.enrollments)):
            if excess > 0 and one.status == "completed":
                cut = min(excess, len(one.course.lessons) // 2)
                one.opened, one.status, excess = one.opened - cut, "in_progress", excess - cut
            elif excess < 0 and one.status == "in_progress":
                more = min(-excess, len(one.course.lessons) - one.opened)
                one.opened, excess = one.opened + more, excess + more
                if one.opened == len(one.course.lessons):
                    one.status = "completed"

    def _settle_attempts(self) -> None:
        """Let some fail before their last attempt, until there are as many attempts as there should be."""
        pairs = [(one, number) for one in self.enrollments for number, quiz in enumerate(one.course.quizzes) if quiz.lesson < one.opened]
        wanted = self._count["attempts"] - len(pairs)
        chance = self.chance("attempts")
        while wanted > 0:
            chosen = chance.sample(pairs, min(wanted, len(pairs)))
            for one, number in chosen:
                one.failures[number] = one.failures.get(number, 0) + 1
            wanted -= len(chosen)

    def _settle_certificates(self) -> None:
        """Who asked for theirs."""
        chance = self.chance("certificates")
        completed = [one for one in self.enrollments if one.status == "completed"]
        numbers: set[str] = set()
        for one in chance.sample(completed, min(self._count["certificates"], len(completed))):
            year = datetime.fromtimestamp(one.latest, UTC).year
            while (number := f"CERT-{year}-{''.join(chance.choices(CROCKFORD, k=8))}") in numbers:
                pass
            numbers.add(number)
            one.certificate = number


def question(id_: str, kind: str, topic: str, number: int) -> Question:
    """A question of a kind, its key, and an answer that earns all of its points and one that earns none."""
    options: object = []
    key: object = None
    right: object
    wrong: object
    match kind:
        case "multiple_choice" | "true_false":
            texts = ("Always", "Only with consent", "Never") if kind == "multiple_choice" else ("True", "False")
            options = [{"id": "abc"[n], "text": text, "is_correct": n == number % 2} for n, text in enumerate(texts)]
            right, wrong = {"selected": "ab"[number % 2]}, {"selected": "ba"[number % 2]}
        case "multiple_answer":
            options = [{"id": "abcd"[n], "text": f"Duty {n + 1}", "is_correct": n < 2} for n in range(4)]
            right, wrong = {"selected": ["a", "b"]}, {"selected": ["a", "c", "d"]}
        case "short_answer":
            key, right, wrong = ["fiduciary", "the fiduciary"], {"text": "Fiduciary"}, {"text": "the broker"}
        case "fill_blank":
            key, right, wrong = [["30"], ["days"]], {"blanks": ["30", "days"]}, {"blanks": ["14", "weeks"]}
        case "matching":
            key = {"premium": "paid every month", "deductible": "paid first"}
            right, wrong = {"pairs": key}, {"pairs": {"premium": "paid first", "deductible": "paid every month"}}
        case "ordering":
            options = [{"id": "abc"[n], "text": text} for n, text in enumerate(("Ask", "Compare", "Advise"))]
            key, right, wrong = ["a", "b", "c"], {"order": ["a", "b", "c"]}, {"order": ["b", "a", "c"]}
        case _:
            right, wrong = {"html": "<p>It depends on who bears the risk.</p>"}, {"html": "<p>It depends.</p>"}
    text = f"{topic}, question {number + 1}: what applies?"
    return Question(id_, kind, text, json.dumps(options), None if key is None else json.dumps(key), json.dumps(right), json.dumps(wrong))
