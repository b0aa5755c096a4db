"""The sample association: people in every role, a catalogue, a course with each kind of lesson, and learning under way.

It fills a workspace on this computer in one transaction, as its installer; what members do is done in their names, by the functions that
they would use (``SET SESSION AUTHORIZATION``, which only a superuser may). What it consists of is ``resources/sample/association.toml``.
"""

from __future__ import annotations

import hashlib
import io
import secrets
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from desktop.i18n import N_, _
from desktop.store.assets import CHUNK, asset_url
from desktop.store.connection import connect, translate_errors
from desktop.store.dsn import Dsn
from desktop.store.workspaces import OpenWorkspace, Workspaces

RESOURCES = Path(__file__).resolve().parents[2] / "resources" / "sample"
FILLING_LOCK = 0x4C4D_5353_414D_504C
"""An advisory lock, held by whoever fills a workspace; "LMSSAMPL" in ASCII."""
LONG_AGO = (1980, 1, 1, 0, 0, 0)
MEDIA_TYPES = {".pdf": "application/pdf", ".webm": "video/webm", ".zip": "application/zip"}


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody of the sample association who can sign in. ``key`` is how ``association.toml`` names them."""

    key: str
    first_name: str
    last_name: str
    role: str
    description: str

    @property
    def email(self) -> str:
        return f"{self.key}@sample.example"


ACTORS = (
    Actor("ines", "Inés", "Álvarez", "instructor", N_("Instructor: builds courses and grades what learners hand in")),
    Actor("samuel", "Samuel", "Okonkwo", "instructor", N_("Instructor: teaches three courses, one of them still a draft")),
    Actor("ada", "Ada", "Lindström", "administrator", N_("Administrator: keeps people, enrolments and certificates")),
    Actor("paul", "Paul", "Nguyễn", "proctor", N_("Proctor: supervises examinations")),
    Actor("lena", "Lena", "Hoffmann", "learner", N_("Learner: in the middle of a course, one certificate earned")),
    Actor("tariq", "Tariq", "Rahman", "learner", N_("Learner: new here, a payment waiting")),
)


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """Who can be chosen at sign-in. ``description`` is in the reader's language."""

    name: str
    role: str
    description: str
    login: str


def ensure(workspaces: Workspaces, opened: OpenWorkspace) -> None:
    """Fill a sample workspace that is empty, and give a new password to each of its people whose password was lost."""
    assert opened.server is not None
    address = opened.server.address()
    create(address, lambda login, password: workspaces.remember(opened.workspace, login, password))
    forgotten = [person for person in people(address) if workspaces.password(opened.workspace, person.login) is None]
    for person in forgotten:
        renew_password(workspaces, opened, person.login)


def renew_password(workspaces: Workspaces, opened: OpenWorkspace, login: str) -> str:
    """Give a sample person a new password, remember it, and return it."""
    assert opened.server is not None
    password = secrets.token_urlsafe(24)
    workspaces.remember(opened.workspace, login, password)
    with translate_errors(), closing(connect(opened.server.address())) as connection:
        connection.execute(
            "SELECT lms.set_verifier(member_id, %s) FROM lms.member_logins WHERE role_name = %s", (_verifier(connection, password), login)
        )
    return password


def sample_people(opened: OpenWorkspace) -> tuple[SamplePerson, ...]:
    """The people of an open sample workspace who can sign in, staff first."""
    assert opened.server is not None
    return people(opened.server.address())


def people(installer: Dsn) -> tuple[SamplePerson, ...]:
    with translate_errors(), closing(connect(installer)) as connection:
        rows = connection.execute(
            "SELECT m.email, l.role_name::text FROM lms.member_logins AS l JOIN public.members AS m ON m.id = l.member_id"
        ).fetchall()
    logins = dict(rows)
    return tuple(
        SamplePerson(f"{actor.first_name} {actor.last_name}", actor.role, _(actor.description), logins[actor.email])
        for actor in ACTORS
        if actor.email in logins
    )


def create(installer: Dsn, remember: Callable[[str, str], object]) -> bool:
    """Fill the workspace at ``installer`` (a superuser) if nobody is in it; returns whether it did.

    ``remember(login, password)`` is called for each person before anything is committed, so that no login is without its password.
    """
    with translate_errors(), closing(connect(installer)) as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (FILLING_LOCK,))
        if connection.execute("SELECT EXISTS (SELECT FROM public.members)").fetchone() == (True,):
            return False
        filling = _Filling(connection, remember)
        filling.add_people()
        filling.add_courses()
        filling.let_them_learn()
        return True


class _Filling:
    """One filling of one database."""

    def __init__(self, connection: psycopg.Connection[Any], remember: Callable[[str, str], object]) -> None:
        self._connection = connection
        self._remember = remember
        self._source = tomllib.loads((RESOURCES / "association.toml").read_text(encoding="utf-8"))
        self._members: dict[str, UUID] = {}
        self._logins: dict[str, str] = {}
        self._others: list[UUID] = []
        self._courses: dict[str, UUID] = {}
        self._lessons: dict[str, UUID] = {}

    # People

    def add_people(self) -> None:
        for designation in self._source["designations"]:
            self._insert("public.member_designations", **designation)
        for actor in ACTORS:
            member = self._insert(
                "public.members",
                first_name=actor.first_name,
                last_name=actor.last_name,
                email=actor.email,
                organization="Sample association",
                member_since="2019-03-01",
                lists_certificates=True,
            )
            self._members[actor.key] = member
            if actor.role != "learner":
                self._call("SELECT lms.grant_role(%s, %s)", member, actor.role)
            password = secrets.token_urlsafe(24)
            login = self._call("SELECT lms.create_login(%s, %s)", member, _verifier(self._connection, password))
            self._logins[actor.key] = login
            self._remember(login, password)
        for number, (first, last, organization, state) in enumerate(one for group in self._source["members"] for one in group["people"]):
            self._others.append(
                self._insert(
                    "public.members",
                    first_name=first,
                    last_name=last,
                    email=f"member{number + 1}@sample.example",
                    organization=organization,
                    license_state=state,
                    npn=str(1000001 + number * 7919),
                    status="lapsed" if number % 9 == 4 else "active",
                    member_since=f"{2012 + number % 12}-05-01",
                )
            )

    # Courses

    def add_courses(self) -> None:
        for course in self._source["courses"]:
            course_id = self._insert(
                "public.courses",
                **{name: course[name] for name in COURSE_COLUMNS if name in course},
                slug=course["title"].lower().replace(" ", "-").replace(":", "").replace("'", ""),
                learning_objectives=Jsonb(course["objectives"]),
                target_audience=course.get("audience"),
                author_bio=course.get("instructors_note"),
                instructor_id=self._members[course["instructor"]],
                co_instructors=[self._members[key] for key in course.get("co_instructors", ())],
                designation_id=self._designation(course.get("designation")),
                created_by=self._members[course["instructor"]],
            )
            self._courses[course["title"]] = course_id
            for order, module in enumerate(course["modules"], 1):
                module_id = self._insert(
                    "public.course_modules", course_id=course_id, title=module["title"], module_order=order, position=order
                )
                for lesson_order, lesson in enumerate(module["lessons"], 1):
                    self._add_lesson(course, course_id, module_id, lesson_order, lesson)
            if course.get("status", "published") == "published":
                self._as(course["instructor"], "SELECT lms.publish_course(%s)", course_id)

    def _add_lesson(self, course: dict[str, Any], course_id: UUID, module_id: UUID, order: int, lesson: dict[str, Any]) -> None:
        values: dict[str, Any] = {"content_html": lesson.get("html"), "content_url": lesson.get("url")}
        if "file" in lesson:
            values |= self._content(course["instructor"], lesson)
        lesson_id = self._insert(
            "public.lessons",
            module_id=module_id,
            title=lesson["title"],
            lesson_type=lesson["type"],
            lesson_order=order,
            position=order,
            is_preview=lesson.get("preview", False),
            estimated_duration_minutes=lesson["minutes"],
            **values,
            **({"completion_criteria": "quiz_passed"} if "quiz" in lesson else {}),
        )
        self._lessons[lesson["title"]] = lesson_id
        if "quiz" in lesson:
            self._add_quiz(course_id, lesson_id, lesson["quiz"])
        if "assignment" in lesson:
            self._insert(
                "public.assignments",
                course_id=course_id,
                lesson_id=lesson_id,
                title=lesson["title"],
                description=lesson["assignment"],
                submission_type="text_entry",
                rubric=Jsonb(lesson["rubric"]),
                due_date=self._call("SELECT now() + interval '21 days'"),
            )
        if "live" in lesson:
            self._insert(
                "public.live_sessions",
                course_id=course_id,
                title=lesson["title"],
                session_date=self._call("SELECT date_trunc('day', now()) + interval '9 days 17 hours'"),
                duration_minutes=lesson["minutes"],
                meeting_url="https://meeting.sample.example/questions",
                instructor_id=self._members[course["instructor"]],
            )

    def _content(self, author: str, lesson: dict[str, Any]) -> dict[str, Any]:
        """The columns of a lesson that is a file, stored as an asset by ``author``."""
        source = RESOURCES / lesson["file"]
        if lesson["type"] == "scorm":
            url = self._store_asset(author, f"{source.name}.zip", package(source))
            return {
                "scorm_package_url": url,
                "scorm_manifest_url": f"{url}/imsmanifest.xml",
                "content_url": f"{url}/index.html",
                "scorm_version": "1.2",
                "completion_criteria": "scorm_completed",
            }
        values = {"content_url": self._store_asset(author, source.name, source.read_bytes())}
        if lesson["type"] == "video":
            values |= {
                "video_provider": "workspace",
                "video_duration_seconds": lesson["seconds"],
                "completion_criteria": "video_watched",
            }
        return values

    def _store_asset(self, author: str, name: str, content: bytes) -> str:
        chunks = [content[start : start + CHUNK] for start in range(0, len(content), CHUNK)]
        for chunk in chunks:
            self._as(author, "SELECT lms.put_chunk(%s)", chunk)
        hashes = [hashlib.sha256(chunk).digest() for chunk in chunks]
        media_type = MEDIA_TYPES[Path(name).suffix]
        return asset_url(self._as(author, "SELECT lms.put_asset(%s, %s, %s, %s)", name, media_type, hashes, len(content)))

    def _add_quiz(self, course_id: UUID, lesson_id: UUID, title: str) -> None:
        quiz = next(one for one in self._source["quizzes"] if one["title"] == title)
        quiz_id = self._insert("public.quizzes", course_id=course_id, lesson_id=lesson_id, title=title)
        for order, question in enumerate(quiz["questions"], 1):
            self._insert(
                "public.quiz_questions",
                quiz_id=quiz_id,
                question_type=question["type"],
                question_text=question["text"],
                question_order=order,
                position=order,
                explanation=question["explanation"],
                answer_options=Jsonb(
                    [
                        {"id": words.casefold() if question["type"] == "true_false" else "abcdefgh"[n], "text": words, "is_correct": right}
                        for n, (words, right) in enumerate(question["options"])
                    ]
                ),
            )

    # What has happened so far

    def let_them_learn(self) -> None:
        foundations, ethics = self._courses["Foundations of Employee Benefits"], self._courses["Ethics and Disclosure"]
        started = self._as("lena", "SELECT lms.enroll(%s)", foundations)
        for title in ("Why employers offer benefits", "The programme on one page"):
            self._complete("lena", started, title)
        self._as("lena", "SELECT lms.open_lesson(%s, %s)", started, self._lessons["Benefits from the first day"])
        self._hand_in("lena", started)
        finished = self._as("lena", "SELECT lms.enroll(%s)", ethics)
        for title in ("When interests meet", "Five situations", "A letter that can be read"):
            self._complete("lena", finished, title)
        self._as("lena", "SELECT lms.issue_certificate(%s)", finished)
        self._insert(
            "public.course_reviews",
            course_id=ethics,
            member_id=self._members["lena"],
            enrollment_id=finished,
            rating=5,
            title="Short and honest",
            review_text="The five situations are the ones that happen.",
            is_approved=True,
            moderated_by=self._members["ada"],
        )
        self._as("tariq", "SELECT lms.enroll(%s)", self._courses["Medicare for Group Advisers"])
        self._as("tariq", "SELECT lms.enroll(%s)", self._courses["Life Cover at Work"])
        for title, first, count in (
            ("Foundations of Employee Benefits", 0, 12),
            ("Listening Before Selling", 5, 8),
            ("Leading a Chapter", 10, 6),
        ):
            chosen = self._others[first : first + count]
            self._as("ada", "SELECT lms.enroll_members(%s, %s, 'bulk_import')", self._courses[title], chosen)

    def _complete(self, who: str, enrollment: UUID, lesson: str) -> None:
        self._as(who, "SELECT lms.open_lesson(%s, %s)", enrollment, self._lessons[lesson])
        self._as(who, "SELECT lms.complete_lesson(%s, %s)", enrollment, self._lessons[lesson])

    def _hand_in(self, who: str, enrollment: UUID) -> None:
        """Something that waits for the instructor to grade it."""
        assignment = self._call("SELECT id FROM public.assignments WHERE lesson_id = %s", self._lessons["Compare two plans"])
        self._insert(
            "public.assignment_submissions",
            assignment_id=assignment,
            enrollment_id=enrollment,
            member_id=self._members[who],
            submission_text="The household meets the deductible every year, so the dearer plan is cheaper by 640 dollars.",
        )

    # SQL

    def _designation(self, code: str | None) -> UUID | None:
        return self._call("SELECT id FROM public.member_designations WHERE code = %s", code) if code else None

    def _insert(self, table: str, **values: Any) -> UUID:
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING id").format(
            sql.Identifier(*table.split(".")),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(sql.Placeholder() * len(values)),
        )
        row = self._connection.execute(statement, list(values.values())).fetchone()
        assert row is not None
        return row[0]  # type: ignore[no-any-return]

    def _call(self, statement: str, *arguments: Any) -> Any:
        row = self._connection.execute(statement.encode(), arguments).fetchone()
        return row[0] if row else None

    def _as(self, key: str, statement: str, *arguments: Any) -> Any:
        with self._person(key):
            return self._call(statement, *arguments)

    @contextmanager
    def _person(self, key: str) -> Iterator[None]:
        """What happens inside the block is done by that person, as far as the server is concerned."""
        self._connection.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(self._logins[key])))
        yield
        self._connection.execute("RESET SESSION AUTHORIZATION")


COURSE_COLUMNS = (
    "title", "category", "difficulty_level", "ce_credits", "estimated_duration_minutes", "short_description", "description",
    "pricing_type", "price", "member_price", "delivery_format",
)  # fmt: skip
"""What ``association.toml`` gives under the names of the columns."""


def package(folder: Path) -> bytes:
    """The files of ``folder`` as a zip: the same bytes, and so the same asset, wherever it is made."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), LONG_AGO)
                entry.create_system = 3  # Unix, whatever this is
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, path.read_bytes())  # stored: another zlib compresses to other bytes
    return made.getvalue()


def _verifier(connection: psycopg.Connection[Any], password: str) -> str:
    """SCRAM, computed by the driver: the password does not travel. No user's name is part of it."""
    return connection.pgconn.encrypt_password(password.encode(), b"login", b"scram-sha-256").decode()
