"""Courses, what they consist of and what they ask."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator

from tests.data import words
from tests.data.rows.people import designation_rows
from tests.data.values import DAY, Row, Table, identity, moment
from tests.data.year_one import POINTS, VIDEO_SECONDS, Year

PASSING = 70


def courses(year: Year) -> Table:
    chance = year.chance("course rows")
    designations = [row[0] for row in designation_rows(year)]
    columns = (
        "id", "title", "slug", "description", "short_description", "learning_objectives", "target_audience", "category",
        "difficulty_level", "ce_credits", "designation_id", "pricing_type", "price", "member_price", "delivery_format",
        "estimated_duration_minutes", "status", "published_at", "archived_at", "instructor_id", "co_instructors", "created_by",
        "created_at", "updated_at", "row_version",
    )  # fmt: skip

    def rows() -> Iterator[Row]:
        for course in year.courses:
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
                moment(year.end - DAY) if course.status == "archived" else None,
                course.instructor.id, "{" + ",".join(other.id for other in course.co_instructors) + "}", course.instructor.id,
                moment(course.created), moment(course.created), 1,
            )  # fmt: skip

    return Table("public.courses", columns, rows())


def modules(year: Year) -> Table:
    columns = ("id", "course_id", "title", "module_order", "position", "created_at", "updated_at", "row_version")
    rows = (
        (module, course.id, words.MODULES[number], number + 1, number + 1, moment(course.created), moment(course.created), 1)
        for course in year.courses
        for number, module in enumerate(course.modules)
    )
    return Table("public.course_modules", columns, rows)


def lessons(year: Year) -> Table:
    columns = (
        "id", "module_id", "title", "lesson_type", "lesson_order", "position", "content_url", "content_html", "video_duration_seconds",
        "video_provider", "scorm_package_url", "scorm_manifest_url", "scorm_version", "is_preview", "completion_criteria",
        "estimated_duration_minutes", "created_at", "updated_at", "row_version",
    )  # fmt: skip
    criteria = {"video": "video_watched", "quiz": "quiz_passed", "scorm": "scorm_completed"}

    def rows() -> Iterator[Row]:
        files = year.content
        urls = {
            "pdf": files.pdf,
            "video": files.video,
            "scorm": f"{files.scorm}/index.html",
            "external_link": "https://register.yearone.example/",
            "embedded_content": "https://calculator.yearone.example/",
        }
        for course in year.courses:
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


def attachments(year: Year) -> Table:
    chance = year.chance("attachments")
    columns = ("id", "lesson_id", "file_name", "file_url", "file_type", "attachment_order", "position", "download_count", "row_version")
    rows = (
        (identity(chance), lesson.id, "Handout.pdf", year.content.pdf, "application/pdf", 1, 1, chance.randrange(200), 1)
        for course in year.courses
        for lesson in course.lessons
        if lesson.kind == "text" and chance.random() < 0.25
    )
    return Table("public.lesson_attachments", columns, rows)


def quizzes(year: Year) -> Table:
    columns = (
        "id", "course_id", "lesson_id", "title", "quiz_type", "passing_score", "require_passing", "created_at", "updated_at",
        "row_version",
    )  # fmt: skip
    rows = (
        (
            quiz.id, course.id, course.lessons[quiz.lesson].id, quiz.title, "summative" if quiz.final else "formative",
            PASSING, True, moment(course.created), moment(course.created), 1,
        )
        for course in year.courses
        for quiz in course.quizzes
    )  # fmt: skip
    return Table("public.quizzes", columns, rows)


def questions(year: Year) -> Table:
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
        for course in year.courses
        for quiz in course.quizzes
        for number, one in enumerate(quiz.questions, 1)
    )
    return Table("public.quiz_questions", columns, rows)


def assignments(year: Year) -> Table:
    columns = ("id", "course_id", "lesson_id", "title", "description", "submission_type", "max_submissions", "row_version")
    rows = (
        (lesson.assignment, course.id, lesson.id, lesson.title, "One page, as you would send it to a client.", "text_entry", 3, 1)
        for course in year.courses
        for lesson in course.lessons
        if lesson.kind == "assignment"
    )
    return Table("public.assignments", columns, rows)
