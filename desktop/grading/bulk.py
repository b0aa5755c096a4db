"""Many at once: all work of an assignment as one ZIP file, its marks as a table that comes back checked, the same words for many.

A line of the table names its submission and the version of the grade that it shows. So a table that somebody sorted, filtered or edited for
a week ends on the right learners, and a grade that a colleague changed meanwhile is named instead of overwritten.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4
from zipfile import ZIP_DEFLATED, ZipFile

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.changes import Done
from desktop.errors import Conflict, Invalid, LmsError, NotFound
from desktop.grading.commands import GRADED, Mark, save_grade
from desktop.grading.queries import File, get_submission, list_queue
from desktop.i18n import _
from desktop.store.assets import fetch
from desktop.tasks import JobControl

if TYPE_CHECKING:
    from desktop.store.connection import Store

COLUMNS = ("Submission", "Version", "Learner", "Handed in", "Score", "Points", "Comment")
"""The same in every language: a table may be written here and read there."""
LARGEST_TABLE = 20 << 20
"""Bytes. Ten thousand comments are a tenth of that."""
FORMULA = ("=", "+", "-", "@", "\t")
"""A cell that begins like this is computed by spreadsheets; what learners and graders wrote must not be."""
NO_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')


@dataclass(frozen=True, slots=True)
class Line:
    """The grade of one submission, as it stands. ``version`` is 0 where there is none."""

    submission: UUID
    learner: str
    handed_in: str
    version: int
    score: Decimal | None
    comment: str


@dataclass(frozen=True, slots=True)
class Table:
    """The marks of an assignment, a line for the last work of each learner, and how many points it is worth."""

    title: str
    points: Decimal
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A line of an uploaded table that cannot be taken, by its number in the file, and why."""

    number: int
    learner: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Change:
    """A grade that an uploaded table changes."""

    line: Line
    score: Decimal | None
    comment: str


@dataclass(frozen=True, slots=True)
class Upload:
    """What an uploaded table would do."""

    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]
    unchanged: int


def code(submission: UUID) -> str:
    """What a learner is called while names are not to be known."""
    return _("Learner {code}").format(code=submission.hex[:4].upper())


def get_table(session: Session, assignment: UUID) -> Table:
    """The marks as graders have them, released or not.

    Raises:
        NotFound: no such assignment of the reader's.
        Invalid: two people mark some of it: a table would show one the other's marks.
    """
    found = session.execute(ASSIGNMENT, {"assignment": assignment}).one_or_none()
    if found is None:
        raise NotFound(_("There is no such assignment of yours."))
    if found.second_marking_percentage:
        raise Invalid(
            _("Two people mark this assignment, or a sample of it."),
            remedy=_("Grade it one by one: a table would show what the other gave."),
        )
    grades = {row.submission_id: row for row in session.execute(GRADES, {"assignment": assignment})}
    lines = []
    for row in list_queue(session, assignment):
        grade = grades.get(row.id)
        lines.append(
            Line(
                row.id,
                row.name if row.name is not None else code(row.id),
                row.submitted_at.isoformat(sep=" ", timespec="minutes"),
                0 if grade is None else grade.version,
                None if grade is None else grade.score,
                "" if grade is None else as_plain(grade.feedback_html),
            )
        )
    return Table(found.title, found.total_points, tuple(lines))


ASSIGNMENT = sa.text(
    "SELECT title, total_points, second_marking_percentage FROM public.assignments"
    " WHERE id = :assignment AND (id = ANY (ARRAY(SELECT lms.taught_assignments())) OR (SELECT lms.has_role('administrator')))"
)
GRADES = sa.text(
    "SELECT submission_id, version, score, feedback_html FROM lms.grades WHERE assignment_id = :assignment AND stage = 'first'"
)


def as_plain(feedback: str | None) -> str:
    """Words for a learner as they were typed: a paragraph a line."""
    return unescape(re.sub(r"<[^>]*>", "", re.sub(r"</p>\s*<p>|<br\s*/?>", "\n", feedback or ""))).strip()


def as_html(words: str) -> str:
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in words.splitlines() if line.strip())


def write_table(table: Table) -> str:
    """As CSV."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for line in table.lines:
        score = "" if line.score is None else f"{line.score.normalize():f}"
        cells = (str(line.submission), line.version, line.learner, line.handed_in, score, f"{table.points.normalize():f}", line.comment)
        writer.writerow([f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell for cell in cells])
    return file.getvalue()


def read_table(path: Path) -> list[dict[str, str]]:
    """The lines of an uploaded table, by its columns.

    Raises:
        Invalid: it is no such table; the sentence says what is missing.
    """
    try:
        if path.stat().st_size > LARGEST_TABLE:
            raise Invalid(_("“{name}” is too large for a table of marks.").format(name=path.name), remedy=_("Choose the table itself."))
        text = _decoded(path.read_bytes())
    except OSError as error:
        raise Invalid(_("“{name}” cannot be read.").format(name=path.name), remedy=_("Choose it again."), details=str(error)) from error
    if "\x00" in text:
        raise Invalid(
            _("“{name}” is no table of marks.").format(name=path.name),
            remedy=_("Save it as CSV in your spreadsheet program, and choose that file."),
        )
    separator = max(",;\t", key=text.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        header = [cell.strip() for cell in next(rows, [])]
        missing = [name for name in ("Submission", "Version", "Score") if name not in header]
        if missing:
            raise Invalid(
                _("“{name}” lacks the column {columns}.").format(name=path.name, columns=", ".join(missing)),
                remedy=_("Download the table anew, and change only scores and comments."),
            )
        return [dict(zip(header, row, strict=False)) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise Invalid(
            _("“{name}” is no table of marks.").format(name=path.name), remedy=_("Save it as CSV."), details=str(error)
        ) from error


def check_table(table: Table, rows: Sequence[Mapping[str, str]]) -> Upload:
    """What the rows of an uploaded table would do to the marks as they stand now."""
    now = {str(line.submission): line for line in table.lines}
    first: dict[str, int] = {}
    twice: set[str] = set()
    for number, row in enumerate(rows, 2):
        name = _cell(row, "Submission").casefold()
        if name in first:
            twice.add(name)
        first.setdefault(name, number)
    changes, problems, unchanged = [], [], 0
    for number, row in enumerate(rows, 2):
        name = _cell(row, "Submission").casefold()
        line = now.get(name)
        if line is None:
            sentence = _("There is no such submission in this assignment.") if name else _("It names no submission.")
            problems.append(Problem(number, _cell(row, "Learner"), sentence))
            continue
        if name in twice:
            problems.append(
                Problem(number, line.learner, _("This submission is in the table twice; line {n} is the first.").format(n=first[name]))
            )
            continue
        score, sentence = _score(_cell(row, "Score"), table.points)
        comment = _cell(row, "Comment") if "Comment" in row else line.comment
        if not sentence and (score, comment) == (line.score, line.comment):
            unchanged += 1
        elif not sentence and _cell(row, "Version") != str(line.version):
            sentence = _("Somebody has graded this since the table was downloaded.")
        if sentence:
            problems.append(Problem(number, line.learner, sentence))
        elif (score, comment) != (line.score, line.comment):
            changes.append(Change(line, score, comment))
    return Upload(tuple(changes), tuple(problems), unchanged)


def _score(text: str, points: Decimal) -> tuple[Decimal | None, str]:
    if not text:
        return None, ""
    try:
        score = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None, _("“{score}” is no number.").format(score=text)
    if not score.is_finite() or not 0 <= score <= points:
        return None, _("{score} is not between 0 and {points} points.").format(score=text, points=f"{points.normalize():f}")
    if score != round(score, 2):
        return None, _("{score} has more than two decimals.").format(score=text)
    return score, ""


def _cell(row: Mapping[str, str], column: str) -> str:
    text = (row.get(column) or "").strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def _decoded(data: bytes) -> str:
    for encoding in ("utf-16", "utf-8-sig") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", errors="replace")  # as spreadsheet programs of one platform save CSV


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of many grades: how many were saved, and whose were not, with the reason."""

    saved: int
    refused: tuple[tuple[str, str], ...]


def apply_changes(control: JobControl, /, store: Store, changes: Sequence[Change]) -> Done[Applied]:
    """Save what an uploaded table changes, each grade by itself: one that somebody else changed at this moment stays theirs."""

    def change(mark: Mark, one: Change) -> Mark:
        return replace(mark, score=one.score, feedback=as_html(one.comment))

    return _each(control, store, [(one.line.submission, one.line.learner, one.line.version, one) for one in changes], change)


def comment_many(control: JobControl, /, store: Store, works: Sequence[tuple[UUID, str]], words: str) -> Done[Applied]:
    """Put the same words below what each of these learners is told. ``works`` are submissions with whose they are."""

    def change(mark: Mark, _one: None) -> Mark:
        return replace(mark, feedback=mark.feedback + as_html(words))

    return _each(control, store, [(submission, learner, None, None) for submission, learner in works], change)


def _each[T](
    control: JobControl, store: Store, works: Iterable[tuple[UUID, str, int | None, T]], change: Callable[[Mark, T], Mark]
) -> Done[Applied]:
    works = list(works)
    saved, refused = 0, []
    for number, (submission, learner, seen, one) in enumerate(works):
        control.report(number, len(works), learner)
        try:
            piece = store.read(get_submission, submission)
            if seen is not None and piece.version != seen:
                raise Conflict(_("Somebody has graded this meanwhile."), remedy=_("Look at it, and decide."))
            store.write(save_grade, submission, piece.stage, piece.version, uuid4(), change(piece.mark, one))
        except (Conflict, Invalid, NotFound) as error:
            refused.append((learner, error.message))
        else:
            saved += 1
    return Done(Applied(saved, tuple(refused)), GRADED)


def write_archive(control: JobControl, /, store: Store, assignment: UUID, path: Path, cached: Callable[[File], Path]) -> int:
    """All work as one ZIP file: a folder for each learner with their text, address and files, and the table of marks.

    Gives how many works that are. Nothing of that name changes before all of it is there.
    """
    half = path.with_name(f".{path.name}.half")
    table = store.read(get_table_of_work, assignment)
    try:
        with ZipFile(half, "w", ZIP_DEFLATED, allowZip64=True) as archive:
            archive.writestr("marks.csv", "\ufeff" + write_table(table))
            for number, line in enumerate(table.lines):
                control.report(number, len(table.lines), line.learner)
                _add_work(control, archive, store, line, cached)
        half.replace(path)
    except OSError as error:
        raise Invalid(
            _("{name} could not be written.").format(name=path.name), remedy=_("Choose another folder."), details=str(error)
        ) from error
    finally:
        half.unlink(missing_ok=True)
    return len(table.lines)


def get_table_of_work(session: Session, assignment: UUID) -> Table:
    """The table beside the work. Where two people mark, it names the works and shows nobody's marks."""
    try:
        return get_table(session, assignment)
    except Invalid:
        found = session.execute(ASSIGNMENT, {"assignment": assignment}).one()
        lines = tuple(
            Line(
                row.id,
                row.name if row.name is not None else code(row.id),
                row.submitted_at.isoformat(sep=" ", timespec="minutes"),
                0,
                None,
                "",
            )
            for row in list_queue(session, assignment)
        )
        return Table(found.title, found.total_points, lines)


def _add_work(control: JobControl, archive: ZipFile, store: Store, line: Line, cached: Callable[[File], Path]) -> None:
    piece = store.read(get_submission, line.submission)
    folder = f"{safe_name(line.learner)} {line.submission.hex[:8]}"
    if piece.text or piece.html:
        name, words = ("text.html", piece.html) if piece.html else ("text.txt", piece.text)
        archive.writestr(f"{folder}/{name}", words or "")
    if piece.url:
        archive.writestr(f"{folder}/address.txt", piece.url)
    for number, file in enumerate(piece.files, 1):
        target = cached(file)
        try:
            if file.asset is not None and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                fetch(store, file.asset, target, control)
        except LmsError as error:
            archive.writestr(f"{folder}/{number} {safe_name(file.name)}.missing.txt", error.message)
            continue
        if file.asset is not None:
            archive.write(target, f"{folder}/{number} {safe_name(file.name)}")


def safe_name(name: str) -> str:
    """A name for a file on any platform: learners call their files as they like."""
    cleaned = NO_NAME.sub(" ", name).strip(" .")[:80].strip(" .")
    return cleaned or "work"


def zero_missing(session: Session, assignment: UUID, percentage: Decimal = Decimal(100)) -> Done[int]:
    """Give who has handed in nothing, and no longer may, all points less ``percentage`` of them; gives how many that are.

    It is a grade like others: no learner sees it before its release.
    """
    made: int = session.execute(sa.select(sa.func.lms.grade_missing(assignment, percentage, type_=sa.Integer()))).scalar_one()
    return Done(made, GRADED)
