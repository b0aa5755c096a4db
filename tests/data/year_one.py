"""An association after its first year with the system: every row of it, from a seed, without a database.

:class:`Year` first plans who takes what and how far they came, so that the totals are exact, and then gives the tables one after the other.
The same seed, scale and last day give the same rows. What triggers would count is left to :mod:`tests.data.counters`.
"""

from __future__ import annotations

import json
import random
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate, product

from tests.data import words

MEMBERS, COURSES, ENROLLMENTS, PROGRESS, ATTEMPTS, CERTIFICATES = 20_000, 500, 50_000, 500_000, 100_000, 5_000
"""A year, as the architecture document expects it."""

DAY = 86_400
YEAR = 365
FEWEST_COURSES = 10
COMPLETED = 0.7
POINTS = 2  # for each question

type Value = str | int | bool | None
type Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one table, to be read once."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[Row]


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
        self._content = content
        self._end = int(datetime(until.year, until.month, until.day, tzinfo=UTC).timestamp())
        self._start = self._end - YEAR * DAY
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

    def tables(self) -> Iterator[Table]:
        """Every table, those that others refer to first."""
        yield self._designations()
        yield self._members()
        yield self._roles()
        yield self._courses()
        yield self._modules()
        yield self._lessons()
        yield self._attachments()
        yield self._quizzes()
        yield self._questions()
        yield self._assignments()
        yield self._transactions()
        yield self._enrollments()
        yield self._progress()
        yield self._reviews()
        yield from self._live_sessions()
        yield from self._attempts()
        yield from self._submissions()
        yield self._certificates()

    def _random(self, about: str) -> random.Random:
        """Chance of its own for each part, so that a change to one leaves the others as they were."""
        return random.Random(f"{self._seed} {about}")

    # Plans

    def _plan_members(self) -> list[Member]:
        chance = self._random("members")
        instructors = max(5, self._count["members"] // 300)
        members = []
        for number in range(self._count["members"]):
            first, last, *roles = (
                KNOWN[number] if number < len(KNOWN) else (chance.choice(words.FIRST_NAMES), chance.choice(words.LAST_NAMES))
            )
            if len(KNOWN) <= number < instructors:
                roles = ["instructor"]
            new = number >= instructors and chance.random() < 0.15
            joined = chance.randrange(self._start, self._end - 30 * DAY) if new else self._start - chance.randrange(30, 3000) * DAY
            members.append(
                Member(identity(chance), f"{first} {last}", tuple(r for r in roles if r != "learner"), joined,
                       str(1_000_000 + number * 7), chance.choice(words.STATES))
            )  # fmt: skip
        return members

    def _plan_courses(self, count: int) -> list[Course]:
        chance = self._random("courses")
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
                    created=self._start - chance.randrange(40, 900) * DAY, modules=modules, lessons=lessons,
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
        chance = self._random("enrollments")
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
            begun = max(self._start + day * DAY, member.joined) + chance.randrange(8 * 3600, 18 * 3600)
            span = min(int(chance.lognormvariate(2.6, 0.9) * DAY), self._end - 600 - begun)
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
        today = datetime.fromtimestamp(self._start + day * DAY, UTC)
        return (
            (0.3 if today.weekday() >= 5 else 1)
            * (1.5 if today.month in (1, 9, 10) else 0.7 if today.month in (7, 12) else 1)
            * (1 + day / YEAR)
        )

    def _settle_progress(self) -> None:
        """Let some stop earlier or go on further, until as many lessons were opened as there should be."""
        excess = sum(one.opened for one in self.enrollments) - self._count["progress"]
        for one in self._random("progress").sample(self.enrollments, len(self.enrollments)):
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
        chance = self._random("attempts")
        while wanted > 0:
            chosen = chance.sample(pairs, min(wanted, len(pairs)))
            for one, number in chosen:
                one.failures[number] = one.failures.get(number, 0) + 1
            wanted -= len(chosen)

    def _settle_certificates(self) -> None:
        """Who asked for theirs."""
        chance = self._random("certificates")
        completed = [one for one in self.enrollments if one.status == "completed"]
        numbers: set[str] = set()
        for one in chance.sample(completed, min(self._count["certificates"], len(completed))):
            year = datetime.fromtimestamp(one.latest, UTC).year
            while (number := f"CERT-{year}-{''.join(chance.choices(CROCKFORD, k=8))}") in numbers:
                pass
            numbers.add(number)
            one.certificate = number

    # Tables

    def _designations(self) -> Table:
        return Table("public.member_designations", ("id", "code", "name"), self._designation_rows())

    def _designation_rows(self) -> list[Row]:
        chance = self._random("designations")
        return [(identity(chance), code, name) for code, name in words.DESIGNATIONS]

    def _members(self) -> Table:
        chance = self._random("member rows")
        columns = (
            "id", "first_name", "last_name", "email", "phone", "organization", "job_title", "status", "member_since", "npn",
            "license_state", "license_number", "lists_certificates", "created_at", "updated_at",
        )  # fmt: skip

        def rows() -> Iterator[Row]:
            for number, member in enumerate(self.members):
                first, last = member.name.split(" ", 1)
                known = number < len(KNOWN)
                yield (
                    member.id, first, last, f"{KNOWN[number][2]}@yearone.example" if known else f"member{number}@yearone.example",
                    f"+1 555 {number % 10_000:04d}", f"{chance.choice(words.LAST_NAMES)} {chance.choice(words.ORGANIZATIONS)}",
                    chance.choice(("Broker", "Adviser", "Account manager", "Consultant", "Underwriter")),
                    "active" if known or chance.random() < 0.92 else chance.choice(("lapsed", "inactive", "suspended")),
                    day_of(member.joined), member.npn, member.state, f"{member.state}-{100_000 + number}", chance.random() < 0.4,
                    moment(member.joined), moment(member.joined),
                )  # fmt: skip

        return Table("public.members", columns, rows())

    def _roles(self) -> Table:
        rows = [(member.id, role, moment(member.joined)) for member in self.members for role in member.roles]
        return Table("lms.member_roles", ("member_id", "role", "granted_at"), rows)

    def _courses(self) -> Table:
        chance = self._random("course rows")
        designations = [row[0] for row in self._designation_rows()]
        columns = (
            "id", "title", "slug", "description", "short_description", "learning_objectives", "target_audience", "category",
            "difficulty_level", "ce_credits", "designation_id", "pricing_type", "price", "member_price", "delivery_format",
            "estimated_duration_minutes", "status", "published_at", "archived_at", "instructor_id", "co_instructors", "created_by",
            "created_at", "updated_at", "row_version",
        )  # fmt: skip

        def rows() -> Iterator[Row]:
            for course in self.courses:
                published = course.status in ("published", "archived")
                slug = "-".join("".join(letter if letter.isalnum() else " " for letter in course.title.lower()).split())
                topic = course.title.partition(":")[0]
                yield (
                    course.id, course.title, slug,
                    f"What people who advise on {topic} need to know, with cases from practice and a test at the end.",
                    f"{topic}, from those who do it every day.",
                    json.dumps([f"Explain {topic} to a client", "Recognize the usual mistakes", "Find the rule that applies"]),
                    "Brokers and advisers", course.category, chance.choice(("beginner", "beginner", "intermediate", "advanced", "expert")),
                    course.credits, designations[course.designation] if course.designation is not None else None,
                    "paid" if course.price else chance.choice(("free", "member_only")), course.price,
                    course.price * 4 // 5 if course.price else None,
                    chance.choice(("self_paced", "self_paced", "self_paced", "blended", "instructor_led", "live_virtual")),
                    sum(lesson.minutes for lesson in course.lessons), course.status,
                    moment(course.created + 30 * DAY) if published else None,
                    moment(self._end - DAY) if course.status == "archived" else None,
                    course.instructor.id, "{" + ",".join(other.id for other in course.co_instructors) + "}", course.instructor.id,
                    moment(course.created), moment(course.created), 1,
                )  # fmt: skip

        return Table("public.courses", columns, rows())

    def _modules(self) -> Table:
        columns = ("id", "course_id", "title", "module_order", "position", "created_at", "updated_at", "row_version")
        rows = (
            (module, course.id, words.MODULES[number], number + 1, number + 1, moment(course.created), moment(course.created), 1)
            for course in self.courses
            for number, module in enumerate(course.modules)
        )
        return Table("public.course_modules", columns, rows)

    def _lessons(self) -> Table:
        columns = (
            "id", "module_id", "title", "lesson_type", "lesson_order", "position", "content_url", "content_html", "video_duration_seconds",
            "video_provider", "scorm_package_url", "scorm_manifest_url", "scorm_version", "is_preview", "completion_criteria",
            "estimated_duration_minutes", "created_at", "updated_at", "row_version",
        )  # fmt: skip
        criteria = {"video": "video_watched", "quiz": "quiz_passed", "scorm": "scorm_completed"}

        def rows() -> Iterator[Row]:
            files = self._content
            urls = {
                "pdf": files.pdf,
                "video": files.video,
                "scorm": f"{files.scorm}/index.html",
                "external_link": "https://register.yearone.example/",
                "embedded_content": "https://calculator.yearone.example/",
            }
            for course in self.courses:
                orders: defaultdict[int, int] = defaultdict(int)
                for place, lesson in enumerate(course.lessons):
                    orders[lesson.module] += 1
                    order, scorm, made = orders[lesson.module], lesson.kind == "scorm", moment(course.created)
                    yield (
                        lesson.id, course.modules[lesson.module], lesson.title, lesson.kind, order, order, urls.get(lesson.kind),
                        f"<h2>{lesson.title}</h2><p>Read this with a plan document at hand.</p>" if lesson.kind == "text" else None,
                        VIDEO_SECONDS if lesson.kind == "video" else None, "workspace" if lesson.kind == "video" else None,
                        files.scorm if scorm else None, f"{files.scorm}/imsmanifest.xml" if scorm else None, "1.2" if scorm else None,
                        place == 0, criteria.get(lesson.kind, "marked_complete"), lesson.minutes, made, made, 1,
                    )  # fmt: skip

        return Table("public.lessons", columns, rows())

    def _attachments(self) -> Table:
        chance = self._random("attachments")
        columns = ("id", "lesson_id", "file_name", "file_url", "file_type", "attachment_order", "position", "download_count", "row_version")
        rows = (
            (identity(chance), lesson.id, "Handout.pdf", self._content.pdf, "application/pdf", 1, 1, chance.randrange(200), 1)
            for course in self.courses
            for lesson in course.lessons
            if lesson.kind == "text" and chance.random() < 0.25
        )
        return Table("public.lesson_attachments", columns, rows)

    def _quizzes(self) -> Table:
        columns = (
            "id", "course_id", "lesson_id", "title", "quiz_type", "passing_score", "require_passing", "created_at", "updated_at",
            "row_version",
        )  # fmt: skip
        rows = (
            (
                quiz.id, course.id, course.lessons[quiz.lesson].id, quiz.title, "summative" if quiz.final else "formative",
                PASSING, True, moment(course.created), moment(course.created), 1,
            )
            for course in self.courses
            for quiz in course.quizzes
        )  # fmt: skip
        return Table("public.quizzes", columns, rows)

    def _questions(self) -> Table:
        columns = (
            "id", "quiz_id", "question_text", "question_type", "question_order", "position", "answer_options", "correct_answer", "points",
            "explanation", "row_version",
        )  # fmt: skip
        rows = (
            (
                one.id,
                quiz.id,
                one.text,
                one.kind,
                number,
                number,
                one.options,
                one.key,
                POINTS,
                "The first lesson of the course says why.",
                1,
            )
            for course in self.courses
            for quiz in course.quizzes
            for number, one in enumerate(quiz.questions, 1)
        )
        return Table("public.quiz_questions", columns, rows)

    def _assignments(self) -> Table:
        columns = ("id", "course_id", "lesson_id", "title", "description", "submission_type", "max_submissions", "row_version")
        rows = (
            (assignment_of(lesson), course.id, lesson.id, lesson.title, "One page, as you would send it to a client.", "text_entry", 3, 1)
            for course in self.courses
            for lesson in course.lessons
            if lesson.kind == "assignment"
        )
        return Table("public.assignments", columns, rows)

    def _transactions(self) -> Table:
        statuses = {"suspended": "pending", "dropped": "refunded"}

        def rows() -> Iterator[Row]:
            for one in self.enrollments:
                if one.transaction is not None:
                    status = statuses.get(one.status, "completed")
                    confirmed = None if status == "pending" else moment(one.begun)
                    yield (
                        one.transaction, one.member.id, price(one), one.course.title, status,
                        None if confirmed is None else self.members[0].id, confirmed, moment(one.begun - 600), moment(one.begun),
                    )  # fmt: skip

        columns = ("id", "member_id", "amount", "description", "status", "confirmed_by", "confirmed_at", "created_at", "updated_at")
        return Table("public.transactions", columns, rows())

    def _enrollments(self) -> Table:
        chance = self._random("enrollment rows")
        columns = (
            "id", "course_id", "member_id", "enrolled_at", "enrollment_source", "transaction_id", "amount_paid", "status",
            "current_lesson_id", "started_at", "last_accessed_at", "completed_at", "total_time_spent_minutes", "certificate_issued",
            "certificate_number", "certificate_issued_at", "final_grade", "created_at", "updated_at",
        )  # fmt: skip

        def rows() -> Iterator[Row]:
            for one in self.enrollments:
                begun, latest = moment(one.begun), moment(one.latest) if one.opened else None
                completed = latest if one.status == "completed" else None
                seconds = sum(one.left(place) - one.entered(place) for place in range(one.opened))
                yield (
                    one.id, one.course.id, one.member.id, begun,
                    chance.choices(("self_enrollment", "admin_assignment", "bulk_import", "membership_benefit"), (70, 12, 12, 6))[0],
                    one.transaction, price(one) if one.transaction and one.status != "suspended" else 0, one.status,
                    one.course.lessons[min(one.done, len(one.course.lessons) - 1)].id if one.opened else None,
                    moment(one.entered(0)) if one.opened else None, latest, completed, seconds // 60,
                    one.certificate is not None, one.certificate, completed if one.certificate else None,
                    chance.randint(80, 100) if completed else None, begun, latest or begun,
                )  # fmt: skip

        return Table("public.enrollments", columns, rows())

    def _progress(self) -> Table:
        chance = self._random("progress rows")
        columns = (
            "id", "enrollment_id", "lesson_id", "status", "video_position_seconds", "video_watched_seconds", "video_completion_percentage",
            "scorm_cmi_data", "scorm_completion_status", "scorm_score", "started_at", "completed_at", "time_spent_seconds",
            "last_accessed_at", "access_count", "created_at", "updated_at",
        )  # fmt: skip

        def rows() -> Iterator[Row]:
            for one in self.enrollments:
                for place in range(one.opened):
                    lesson, done = one.course.lessons[place], place < one.done
                    entered, left = one.entered(place), one.left(place)
                    start, end = moment(entered), moment(left)
                    watched, cmi, scorm_status, score = 0, None, None, None
                    if lesson.kind == "video":
                        watched = VIDEO_SECONDS if done else chance.randrange(VIDEO_SECONDS)
                    elif lesson.kind == "scorm":
                        score = chance.randint(70, 100) if done else None
                        scorm_status = "passed" if done else "incomplete"
                        cmi = scorm_record(scorm_status, score)
                    yield (
                        identity(chance), one.id, lesson.id, "completed" if done else "in_progress", watched, watched,
                        watched * 100 // VIDEO_SECONDS, cmi, scorm_status, score, start, end if done else None, left - entered, end,
                        1 + int(chance.random() * 3), start, end,
                    )  # fmt: skip

        return Table("public.lesson_progress", columns, rows())

    def _reviews(self) -> Table:
        chance = self._random("reviews")
        columns = (
            "id", "course_id", "member_id", "enrollment_id", "rating", "title", "review_text", "is_approved", "moderated_by",
            "moderated_at", "helpful_count", "created_at", "updated_at",
        )  # fmt: skip

        def rows() -> Iterator[Row]:
            for one in self.enrollments:
                if one.status == "completed" and chance.random() < 0.15:
                    rating = chance.choices((5, 4, 3, 2, 1), (45, 32, 14, 6, 3))[0]
                    approved = chance.random() < 0.9
                    written = moment(min(one.latest + DAY, self._end - 60))
                    yield (
                        identity(chance), one.course.id, one.member.id, one.id, rating, *words.REVIEWS[5 - rating], approved,
                        self.members[0].id if approved else None, written if approved else None, chance.randrange(12), written, written,
                    )  # fmt: skip

        return Table("public.course_reviews", columns, rows())

    def _live_sessions(self) -> Iterator[Table]:
        chance = self._random("live sessions")
        takers: defaultdict[str, list[Enrollment]] = defaultdict(list)
        for one in self.enrollments:
            if one.opened:
                takers[one.course.id].append(one)
        sessions: list[Row] = []
        attendance: list[Row] = []
        for course in self.courses:
            for lesson in course.lessons:
                if lesson.kind != "live_session" or course.status != "published":
                    continue
                for number in range(3):
                    session = identity(chance)
                    day = self._end + (chance.randrange(3, 40) if number == 2 else -chance.randrange(5, 300)) * DAY
                    begins, past = day + 17 * 3600, number < 2
                    sessions.append(
                        (session, course.id, lesson.title, moment(begins), 60, "zoom", "https://meeting.yearone.example/",
                         course.instructor.id, "completed" if past else "scheduled")
                    )  # fmt: skip
                    for one in chance.sample(takers[course.id], min(40, len(takers[course.id]))):
                        came = past and chance.random() < 0.75
                        minutes = chance.randint(10, 60) if came else None
                        attendance.append(
                            (identity(chance), session, one.id, one.member.id, moment(min(one.begun, begins - DAY)), came,
                             moment(begins) if came else None, moment(begins + minutes * 60) if minutes else None, minutes,
                             bool(minutes and minutes >= 45))
                        )  # fmt: skip
        yield Table(
            "public.live_sessions",
            ("id", "course_id", "title", "session_date", "duration_minutes", "meeting_platform", "meeting_url", "instructor_id", "status"),
            sessions,
        )
        columns = (
            "id", "session_id", "enrollment_id", "member_id", "registered_at", "attended", "joined_at", "left_at", "duration_minutes",
            "eligible_for_credit",
        )  # fmt: skip
        yield Table("public.session_attendance", columns, attendance)

    def _attempts(self) -> Iterator[Table]:
        """The attempts, then their answers: drawn twice from the same chance, so that neither has to be kept."""
        columns = (
            "id", "quiz_id", "enrollment_id", "member_id", "attempt_number", "started_at", "submitted_at", "time_spent_seconds", "score",
            "points_earned", "total_points", "passed", "status", "graded_by", "graded_at", "created_at", "updated_at",
        )  # fmt: skip
        yield Table("public.quiz_attempts", columns, (attempt for attempt, _answers in self._taken_quizzes()))
        answer_columns = (
            "id", "quiz_attempt_id", "question_id", "answer_data", "is_correct", "points_earned", "max_points", "answered_at",
            "time_spent_seconds", "created_at",
        )  # fmt: skip
        yield Table("public.quiz_answers", answer_columns, (answer for _attempt, answers in self._taken_quizzes() for answer in answers))

    def _taken_quizzes(self) -> Iterator[tuple[Row, list[Row]]]:
        chance = self._random("attempt rows")
        for one in self.enrollments:
            for number, quiz in enumerate(one.course.quizzes):
                if quiz.lesson >= one.opened:
                    continue
                failures = one.failures.get(number, 0)
                for attempt in range(1, failures + 2):
                    if attempt <= failures:
                        outcome = "failed"
                    elif quiz.lesson < one.done:
                        outcome = "passed"
                    else:  # where they are now
                        essay = quiz.questions[-1].kind == "essay"
                        outcome = chance.choice(("failed", "open", "waiting" if essay else "failed"))
                    yield self._taken_quiz(chance, one, quiz, attempt, failures + 1, outcome)

    def _taken_quiz(
        self, chance: random.Random, one: Enrollment, quiz: Quiz, attempt: int, attempts: int, outcome: str
    ) -> tuple[Row, list[Row]]:
        entered, left = one.entered(quiz.lesson), one.left(quiz.lesson)
        each = (left - entered) // attempts
        begun = entered + each * (attempt - 1)
        seconds = min(each, chance.randint(120, 900))
        start, end = moment(begun), moment(begun + seconds)
        id_ = identity(chance)
        size = len(quiz.questions)
        wrong = chance.sample(range(size), chance.choice((0, 0, 1)) if outcome == "passed" else chance.choice((2, 2, 3)))
        if outcome == "waiting" and size - 1 not in wrong:
            wrong[0] = size - 1  # the essay, which has earned nothing yet
        answers: list[Row] = []
        for place, asked in enumerate(quiz.questions):
            right = place not in wrong
            graded = outcome != "open" and not (outcome == "waiting" and asked.kind == "essay")
            answers.append(
                (identity(chance), id_, asked.id, asked.right if right else asked.wrong, right if graded else None,
                 POINTS if graded and right else 0, POINTS if outcome != "open" else None, end, seconds // size, end)
            )  # fmt: skip
        points, total = POINTS * (size - len(wrong)), POINTS * size
        graded = outcome in ("passed", "failed")
        by_hand = graded and quiz.questions[-1].kind == "essay"
        return (
            id_, quiz.id, one.id, one.member.id, attempt, start, end if outcome != "open" else None, seconds if outcome != "open" else None,
            100 * points // total if graded else None, points if outcome != "open" else None, total if outcome != "open" else None,
            outcome == "passed" if graded else None,
            {"open": "in_progress", "waiting": "submitted"}.get(outcome, "graded"), one.course.instructor.id if by_hand else None,
            end if graded else None, start, end,
        ), answers  # fmt: skip

    def _submissions(self) -> Iterator[Table]:
        chance = self._random("submissions")
        submissions: list[Row] = []
        reviews: list[Row] = []
        for one in self.enrollments:
            for place, lesson in enumerate(one.course.lessons[: one.opened]):
                if lesson.kind != "assignment":
                    continue
                graded = place < one.done
                points = chance.randint(60, 100)
                left, id_ = moment(one.left(place)), identity(chance)
                submissions.append(
                    (id_, assignment_of(lesson), one.id, one.member.id, left, "I compared both plans; the dearer one costs less.",
                     "graded" if graded else "submitted", *((points,) * 4 if graded else (None,) * 4),
                     one.course.instructor.id if graded else None, left if graded else None, left, left)
                )  # fmt: skip
                if graded and chance.random() < 0.2:
                    reviews.append((identity(chance), id_, one.course.instructor.id, "instructor", "submitted", points, left, left, left))
        columns = (
            "id", "assignment_id", "enrollment_id", "member_id", "submitted_at", "submission_text", "status", "score", "points_earned",
            "grade_percentage", "final_score", "graded_by", "graded_at", "created_at", "updated_at",
        )  # fmt: skip
        yield Table("public.assignment_submissions", columns, submissions)
        review_columns = (
            "id",
            "submission_id",
            "reviewer_id",
            "review_type",
            "status",
            "score",
            "submitted_at",
            "created_at",
            "updated_at",
        )
        yield Table("public.assignment_reviews", review_columns, reviews)

    def _certificates(self) -> Table:
        chance = self._random("certificate rows")
        columns = (
            "id", "certificate_number", "enrollment_id", "member_id", "course_id", "member_name", "course_title", "designation",
            "ce_credits", "instructor_name", "issuer_name", "npn", "license_state", "completed_at", "issued_at", "status", "revoked_at",
            "revoked_by", "revocation_reason",
        )  # fmt: skip

        def rows() -> Iterator[Row]:
            for one in self.enrollments:
                if one.certificate is not None:
                    course, issued = one.course, moment(one.latest)
                    revoked = chance.random() < 0.004
                    yield (
                        identity(chance), one.certificate, one.id, one.member.id, course.id, one.member.name, course.title,
                        None if course.designation is None else words.DESIGNATIONS[course.designation][1], course.credits,
                        course.instructor.name, ISSUER, one.member.npn, one.member.state, issued, issued, "revoked" if revoked else "valid",
                        *((moment(self._end - 60), self.members[0].id, "Issued for the wrong course") if revoked else (None, None, None)),
                    )  # fmt: skip

        return Table("lms.certificates", columns, rows())


OBJECTIVE = ("multiple_choice", "true_false", "multiple_answer", "short_answer", "fill_blank", "matching", "ordering")
ISSUER = "Year one"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PASSING = 70
VIDEO_SECONDS = 15
"""The length of the one video that all of them show."""

CLOCK = [str(timedelta(seconds=second)).zfill(8) + "+00" for second in range(DAY)]


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


def stranger(chance: random.Random) -> tuple[str, str]:
    """A first and a last name."""
    return chance.choice(words.FIRST_NAMES), chance.choice(words.LAST_NAMES)


def price(one: Enrollment) -> int:
    return one.course.price or 49  # whoever waits for a payment has one to make


def assignment_of(lesson: Lesson) -> str:
    """The id of the lesson's assignment: the lesson's own with another last digit, so that it need not be kept."""
    return lesson.id[:-1] + ("1" if lesson.id[-1] == "0" else "0")


@cache
def scorm_record(status: str, score: int | None) -> str:
    """What the player stores for a lesson of one SCO, see docs/design.md."""
    cmi = {"cmi.core.lesson_status": status} | ({} if score is None else {"cmi.core.score.raw": str(score)})
    return json.dumps({"standard": "1.2", "required": ["item_1"], "current": "item_1", "items": {"item_1": {"finished": True, "cmi": cmi}}})


def identity(chance: random.Random) -> str:
    """A random (version 4) UUID in hex."""
    return f"{chance.getrandbits(128) & ~(0xF << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62:032x}"


@cache
def _day(number: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=number)).isoformat()


def day_of(seconds: int) -> str:
    return _day(seconds // DAY)


def moment(seconds: int) -> str:
    """As Postgres reads it, in UTC. ``strftime`` would take as long as all the rest."""
    day, second = divmod(seconds, DAY)
    return f"{_day(day)} {CLOCK[second]}"
