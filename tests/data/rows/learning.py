"""Enrolments, and what came of them: progress, reviews, live sessions, certificates."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from tests.data import words
from tests.data.values import DAY, Row, Table, identity, moment
from tests.data.year_one import VIDEO_SECONDS, Enrollment, Year

ISSUER = "Year one"


def enrollments(year: Year) -> Table:
    chance = year.chance("enrollment rows")
    columns = (
        "id", "course_id", "member_id", "enrolled_at", "enrollment_source", "transaction_id", "amount_paid", "status",
        "current_lesson_id", "started_at", "last_accessed_at", "completed_at", "total_time_spent_minutes", "certificate_issued",
        "certificate_number", "certificate_issued_at", "final_grade", "created_at", "updated_at",
    )  # fmt: skip

    def rows() -> Iterator[Row]:
        for one in year.enrollments:
            begun, latest = moment(one.begun), moment(one.latest) if one.opened else None
            completed = latest if one.status == "completed" else None
            seconds = sum(one.left(place) - one.entered(place) for place in range(one.opened))
            yield (
                one.id, one.course.id, one.member.id, begun,
                chance.choices(("self_enrollment", "admin_assignment", "bulk_import", "membership_benefit"), (70, 12, 12, 6))[0],
                one.transaction, one.price if one.transaction and one.status != "suspended" else 0, one.status,
                one.course.lessons[min(one.done, len(one.course.lessons) - 1)].id if one.opened else None,
                moment(one.entered(0)) if one.opened else None, latest, completed, seconds // 60,
                one.certificate is not None, one.certificate, completed if one.certificate else None,
                chance.randint(80, 100) if completed else None, begun, latest or begun,
            )  # fmt: skip

    return Table("public.enrollments", columns, rows())


def progress(year: Year) -> Table:
    chance = year.chance("progress rows")
    columns = (
        "id", "enrollment_id", "lesson_id", "status", "video_position_seconds", "video_watched_seconds", "video_completion_percentage",
        "scorm_cmi_data", "scorm_completion_status", "scorm_score", "started_at", "completed_at", "time_spent_seconds",
        "last_accessed_at", "access_count", "created_at", "updated_at",
    )  # fmt: skip

    def rows() -> Iterator[Row]:
        for one in year.enrollments:
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
                    cmi = _scorm_record(scorm_status, score)
                yield (
                    identity(chance), one.id, lesson.id, "completed" if done else "in_progress", watched, watched,
                    watched * 100 // VIDEO_SECONDS, cmi, scorm_status, score, start, end if done else None, left - entered, end,
                    1 + int(chance.random() * 3), start, end,
                )  # fmt: skip

    return Table("public.lesson_progress", columns, rows())


def reviews(year: Year) -> Table:
    chance = year.chance("reviews")
    columns = (
        "id", "course_id", "member_id", "enrollment_id", "rating", "title", "review_text", "is_approved", "moderated_by",
        "moderated_at", "helpful_count", "created_at", "updated_at",
    )  # fmt: skip

    def rows() -> Iterator[Row]:
        for one in year.enrollments:
            if one.status == "completed" and chance.random() < 0.15:
                rating = chance.choices((5, 4, 3, 2, 1), (45, 32, 14, 6, 3))[0]
                approved = chance.random() < 0.9
                written = moment(min(one.latest + DAY, year.end - 60))
                yield (
                    identity(chance), one.course.id, one.member.id, one.id, rating, *words.REVIEWS[5 - rating], approved,
                    year.members[0].id if approved else None, written if approved else None, chance.randrange(12), written, written,
                )  # fmt: skip

    return Table("public.course_reviews", columns, rows())


def live_sessions(year: Year) -> Iterator[Table]:
    chance = year.chance("live sessions")
    takers: defaultdict[str, list[Enrollment]] = defaultdict(list)
    for one in year.enrollments:
        if one.opened:
            takers[one.course.id].append(one)
    sessions: list[Row] = []
    attendance: list[Row] = []
    for course in year.courses:
        for lesson in course.lessons:
            if lesson.kind != "live_session" or course.status != "published":
                continue
            for number in range(3):
                session = identity(chance)
                day = year.end + (chance.randrange(3, 40) if number == 2 else -chance.randrange(5, 300)) * DAY
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


def certificates(year: Year) -> Table:
    chance = year.chance("certificate rows")
    columns = (
        "id", "certificate_number", "enrollment_id", "member_id", "course_id", "member_name", "course_title", "designation",
        "ce_credits", "instructor_name", "issuer_name", "npn", "license_state", "completed_at", "issued_at", "status", "revoked_at",
        "revoked_by", "revocation_reason",
    )  # fmt: skip

    def rows() -> Iterator[Row]:
        for one in year.enrollments:
            if one.certificate is not None:
                course, issued = one.course, moment(one.latest)
                revoked = chance.random() < 0.004
                yield (
                    identity(chance), one.certificate, one.id, one.member.id, course.id, one.member.name, course.title,
                    None if course.designation is None else words.DESIGNATIONS[course.designation][1], course.credits,
                    course.instructor.name, ISSUER, one.member.npn, one.member.state, issued, issued, "revoked" if revoked else "valid",
                    *((moment(year.end - 60), year.members[0].id, "Issued for the wrong course") if revoked else (None, None, None)),
                )  # fmt: skip

    return Table("lms.certificates", columns, rows())


@cache
def _scorm_record(status: str, score: int | None) -> str:
    """What the player stores for a lesson of one SCO, see docs/design.md."""
    cmi = {"cmi.core.lesson_status": status} | ({} if score is None else {"cmi.core.score.raw": str(score)})
    return json.dumps({"standard": "1.2", "required": ["item_1"], "current": "item_1", "items": {"item_1": {"finished": True, "cmi": cmi}}})
