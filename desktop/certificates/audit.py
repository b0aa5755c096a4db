"""One file for a regulator: what a course's certificates rest on, as tables, with the certificates and the log, and proof that it is whole.

A ZIP file. ``manifest.json`` names every other file with its SHA-256; ``manifest.jws`` is the same, signed with the association's key (JWS
compact, RFC 7515, ES256, the certificates of the key in ``x5c``): any program can check it, without asking anybody. The manifest also holds
the head of the log of certificates: whoever kept a bundle sees when the log was written anew since.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.certificates.commands import get_pdf
from desktop.certificates.keys import SigningKey
from desktop.certificates.queries import KnownKey, get_certificate, get_issuer_name
from desktop.certificates.sealing import Seal, judge, known_keys, sign
from desktop.chain import START, Head
from desktop.errors import Invalid, LmsError
from desktop.i18n import _
from desktop.models import Certificate, CertificateLogEntry
from desktop.store.connection import Store
from desktop.tasks import JobControl

FORMAT = "nabip-lms audit bundle 1"
MANIFEST, SIGNATURE, LOG, READ_ME = "manifest.json", "manifest.jws", "log.jsonl", "READ ME.txt"
LARGEST_MANIFEST = 64 << 20
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class AuditScope:
    """The certificates that a bundle is about: those issued from ``since`` to ``until``, both days included, in UTC."""

    since: date
    until: date
    course: UUID | None = None


SCOPE = """
WITH scope AS (
  SELECT c.*
  FROM lms.certificates AS c
  WHERE c.issued_at >= CAST(:since AS date)::timestamp AT TIME ZONE 'UTC'
    AND c.issued_at < (CAST(:until AS date) + 1)::timestamp AT TIME ZONE 'UTC'
    AND (CAST(:course AS uuid) IS NULL OR c.course_id = CAST(:course AS uuid))
)"""

TABLES: Mapping[str, str] = {
    "certificates.csv": """
SELECT s.certificate_number, s.member_name, array_to_string(s.credentials, ', ') AS credentials, s.npn, s.license_state, s.license_number,
  s.course_title, s.ce_credits, s.designation, s.instructor_name, s.issuer_name, s.completed_at, s.issued_at, s.expires_at, s.status,
  s.revoked_at, s.revocation_reason, older.certificate_number AS supersedes, s.enrollment_id
FROM scope AS s
LEFT JOIN lms.certificates AS older ON older.id = s.supersedes
ORDER BY s.issued_at, s.certificate_number""",
    "enrollments.csv": """
SELECT e.id AS enrollment_id, m.first_name, m.last_name, c.title AS course, e.cohort_name, e.enrolled_at, e.enrollment_source, e.status,
  e.started_at, e.completed_at, e.last_accessed_at, e.total_time_spent_minutes, e.progress_percentage, e.lessons_completed, e.total_lessons,
  e.final_grade
FROM public.enrollments AS e
JOIN public.members AS m ON m.id = e.member_id
JOIN public.courses AS c ON c.id = e.course_id
WHERE e.id IN (SELECT enrollment_id FROM scope)
ORDER BY e.enrolled_at, e.id""",
    "time.csv": """
SELECT p.enrollment_id, d.title AS module, l.title AS lesson, l.lesson_type, p.status, p.started_at, p.completed_at, p.last_accessed_at,
  p.time_spent_seconds, p.access_count, p.video_watched_seconds, p.video_completion_percentage, p.scorm_completion_status, p.scorm_score
FROM public.lesson_progress AS p
JOIN public.lessons AS l ON l.id = p.lesson_id
JOIN public.course_modules AS d ON d.id = l.module_id
WHERE p.enrollment_id IN (SELECT enrollment_id FROM scope)
ORDER BY p.enrollment_id, d.module_order, l.lesson_order""",
    "attendance.csv": """
SELECT a.enrollment_id, s.title AS session, s.session_date, s.duration_minutes AS scheduled_minutes, a.registered_at, a.attended,
  a.joined_at, a.left_at, a.duration_minutes, a.polls_answered, a.questions_asked, a.eligible_for_credit
FROM public.session_attendance AS a
JOIN public.live_sessions AS s ON s.id = a.session_id
WHERE a.enrollment_id IN (SELECT enrollment_id FROM scope)
ORDER BY a.enrollment_id, s.session_date""",
    "exams.csv": """
SELECT t.enrollment_id, q.title AS quiz, q.passing_score, t.attempt_number, t.status, t.started_at, t.submitted_at, t.time_spent_seconds,
  t.points_earned, t.total_points, t.score, t.passed, t.graded_at
FROM public.quiz_attempts AS t
JOIN public.quizzes AS q ON q.id = t.quiz_id
WHERE t.enrollment_id IN (SELECT enrollment_id FROM scope)
ORDER BY t.enrollment_id, q.title, t.attempt_number""",
}
"""The tables of a bundle. Each is about the enrolments of the certificates in scope, and is read in the same moment as the others."""


@dataclass(frozen=True, slots=True)
class Bundled:
    """What a bundle holds. ``refused`` are certificates whose page could not be drawn; they are in the tables all the same."""

    certificates: int
    signed: bool
    refused: tuple[LmsError, ...]


def save_bundle(control: JobControl, /, store: Store, scope: AuditScope, key: SigningKey | None, path: Path) -> Bundled:
    """Write the bundle to ``path``, signed where ``key`` is given. Administrators only.

    It takes its name when it is whole; cancelled or refused, nothing is left. Memory does not grow with its size.
    """
    partial = path.with_name(path.name + ".part")
    refused: list[LmsError] = []
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            bundle = _Bundle(archive)
            association, head, wanted = store.read(_write_tables, scope, bundle)
            for done, (number, certificate) in enumerate(wanted.items()):
                control.report(done, len(wanted), _("{n} of {all}").format(n=done, all=len(wanted)))
                try:
                    pdf = get_pdf(store, store.read(get_certificate, certificate))
                except Invalid as error:
                    refused.append(error)
                    continue
                bundle.add(f"certificates/{number}.pdf", pdf)
            bundle.add(READ_ME, _read_me(association, scope, key is not None).encode())
            manifest = _manifest(association, scope, head, bundle.files)
            archive.writestr(MANIFEST, manifest)
            if key is not None:
                archive.writestr(SIGNATURE, sign(manifest, key))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return Bundled(len(wanted), key is not None, tuple(refused))


class _Bundle:
    """A ZIP file that remembers what was written to it."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.files: list[dict[str, object]] = []

    @contextmanager
    def entry(self, name: str) -> Iterator[_Hashed]:
        with self._archive.open(name, "w", force_zip64=True) as file:
            hashed = _Hashed(file)
            yield hashed
        self.files.append({"name": name, "bytes": hashed.size, "sha256": hashed.digest.hexdigest()})

    def add(self, name: str, data: bytes) -> None:
        with self.entry(name) as file:
            file.write(data)


class _Hashed(io.RawIOBase):
    """Hashes what passes through."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size = 0
        self.digest = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.digest.update(data)
        self.size += len(data)
        return self._file.write(data)


def _write_tables(session: Session, scope: AuditScope, bundle: _Bundle) -> tuple[str, Head, dict[str, UUID]]:
    values = {"since": scope.since, "until": scope.until, "course": scope.course}
    for name, query in TABLES.items():
        rows = session.execute(sa.text(SCOPE + query).execution_options(yield_per=1_000), values)
        with bundle.entry(name) as file:
            file.write(codecs.BOM_UTF8)  # without it, spreadsheets take the text for Latin-1
            writer = csv.writer(codecs.getwriter("utf-8")(file))
            writer.writerow(rows.keys())
            writer.writerows([_cell(value) for value in row] for row in rows)
    with bundle.entry(LOG) as file:
        for line in _log(session, values):
            file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    last = session.execute(
        sa.select(CertificateLogEntry.number, CertificateLogEntry.hash).order_by(CertificateLogEntry.number.desc()).limit(1)
    ).one_or_none()
    wanted = session.execute(sa.text(SCOPE + " SELECT certificate_number, id FROM scope ORDER BY issued_at, certificate_number"), values)
    return get_issuer_name(session), Head(*last) if last is not None else Head(0, START), {row[0]: row[1] for row in wanted}


def _log(session: Session, values: Mapping[str, object]) -> Iterator[dict[str, object]]:
    """The entries about the certificates in scope, each with the hash before it, so that each can be checked by itself."""
    query = sa.text(
        SCOPE
        + """
SELECT l.number, previous.hash AS before, l.entry, l.hash
FROM lms.certificate_log AS l
LEFT JOIN lms.certificate_log AS previous ON previous.number = l.number - 1
WHERE l.certificate_id IN (SELECT id FROM scope)
ORDER BY l.number"""
    )
    for row in session.execute(query.execution_options(yield_per=1_000), values):
        yield {"number": row.number, "before": (row.before or START).hex(), "entry": row.entry, "hash": row.hash.hex()}


def _cell(value: object) -> object:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds")
        case str() if value.startswith(("=", "+", "-", "@", "\t", "\r")):
            return f"'{value}"  # what somebody typed must not become a formula in a spreadsheet
        case _:
            return value


def _manifest(association: str, scope: AuditScope, head: Head, files: list[dict[str, object]]) -> bytes:
    return json.dumps(
        {
            "format": FORMAT,
            "association": association,
            "since": scope.since.isoformat(),
            "until": scope.until.isoformat(),
            "course": str(scope.course) if scope.course else None,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "log_head": {"number": head.number, "hash": head.hash.hex()},
            "files": files,
        },
        ensure_ascii=False,
        indent=1,
    ).encode()


def _read_me(association: str, scope: AuditScope, signed: bool) -> str:
    proof = (
        _(
            "manifest.json lists every other file with its SHA-256. manifest.jws is the same list, signed by the association\n"
            "(JWS compact serialization, RFC 7515, ES256; the certificates of the key are in its header, x5c)."
        )
        if signed
        else _("manifest.json lists every other file with its SHA-256. It was not signed: it proves nothing about who made it.")
    )
    return (
        _("{association}: certificates issued from {since} to {until}").format(
            association=association, since=scope.since.isoformat(), until=scope.until.isoformat()
        )
        + "\n\n"
        + _(
            "certificates.csv  every certificate, also those that were revoked or replaced\n"
            "enrollments.csv   the enrolments that they were issued for\n"
            "time.csv          time and progress in each lesson\n"
            "attendance.csv    live sessions\n"
            "exams.csv         every attempt at a quiz or an exam\n"
            "certificates/     the certificates themselves, as PDF\n"
            "log.jsonl         what was done to them. The hash of each entry is SHA-256 of the hash before and of the entry in UTF-8"
        )
        + "\n\n"
        + proof
        + "\n\n"
        + _("Times are in UTC.")
        + "\n"
    )


# Verifying


@dataclass(frozen=True, slots=True)
class BundleVerification:
    """What a bundle is worth. ``flaws`` are sentences, empty where every file is as the manifest lists it and the log holds."""

    association: str
    since: date
    until: date
    made_at: datetime
    certificates: int
    seal: Seal
    signer: str
    flaws: tuple[str, ...]

    @property
    def good(self) -> bool:
        return self.seal is Seal.WHOLE and not self.flaws

    def sentence(self) -> str:
        """The answer in plain words."""
        if self.flaws or self.seal is Seal.CHANGED:
            return _("This bundle is not as it was made.")
        return {
            Seal.WHOLE: _("This bundle is whole, and {name} made it.").format(name=self.signer),
            Seal.NONE: _("This bundle is whole, but nobody signed it."),
            Seal.STRANGER: _("This bundle is whole, but signed with a key that is none of the association's."),
            Seal.DISTRUSTED: _("This bundle is whole, but signed with a key that others may have had."),
        }[self.seal]


def verify_bundle(store: Store | None, path: Path) -> BundleVerification:
    """Check a bundle; with ``store`` also that the log on record still holds its head. Raises :class:`Invalid` for what is no bundle."""
    keys = known_keys(store)
    try:
        with zipfile.ZipFile(path) as archive:
            found, head = _judge(archive, keys)
    except (OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError, NotImplementedError) as error:
        raise Invalid(_("{name} is no audit bundle, or damaged.").format(name=path.name), details=str(error)) from error
    if store is not None and found.seal is Seal.WHOLE and not store.read(_holds, head):
        rewritten = _("The association's log of certificates was written anew since: it no longer holds entry {n}.").format(n=head.number)
        return BundleVerification(
            found.association,
            found.since,
            found.until,
            found.made_at,
            found.certificates,
            found.seal,
            found.signer,
            (*found.flaws, rewritten),
        )
    return found


def _holds(session: Session, head: Head) -> bool:
    known = session.scalar(sa.select(CertificateLogEntry.hash).where(CertificateLogEntry.number == head.number))
    return head.number == 0 or known == head.hash


def _judge(archive: zipfile.ZipFile, keys: Iterable[KnownKey]) -> tuple[BundleVerification, Head]:
    entry = archive.getinfo(MANIFEST)
    if entry.file_size > LARGEST_MANIFEST:
        raise ValueError("the manifest is too large")
    text = archive.read(MANIFEST)
    manifest = json.loads(text)
    if manifest["format"] != FORMAT:
        raise ValueError(f"format {manifest['format']!r}")
    token = archive.read(SIGNATURE).decode() if SIGNATURE in archive.namelist() else None
    seal, signer = judge(token, text, keys, datetime.fromisoformat(manifest["made_at"]))
    listed = {one["name"]: one for one in manifest["files"]}
    flaws = [*_flaws_of_files(archive, listed), *_flaws_of_log(archive, listed)]
    return BundleVerification(
        association=manifest["association"],
        since=date.fromisoformat(manifest["since"]),
        until=date.fromisoformat(manifest["until"]),
        made_at=datetime.fromisoformat(manifest["made_at"]),
        certificates=sum(name.startswith("certificates/") for name in listed),
        seal=seal,
        signer=signer,
        flaws=tuple(flaws),
    ), Head(manifest["log_head"]["number"], bytes.fromhex(manifest["log_head"]["hash"]))


def _flaws_of_files(archive: zipfile.ZipFile, listed: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    present = [one.filename for one in archive.infolist()]
    for name in sorted(set(present) - listed.keys() - {MANIFEST, SIGNATURE}):
        yield _("{name} was added.").format(name=name)
    for name in sorted(one for one in set(present) if present.count(one) > 1):
        yield _("{name} is there twice.").format(name=name)
    for name, one in listed.items():
        if name not in present:
            yield _("{name} is missing.").format(name=name)
        elif _hash_of(archive, name, one["bytes"]) != one["sha256"]:
            yield _("{name} was changed.").format(name=name)


def _hash_of(archive: zipfile.ZipFile, name: str, size: int) -> str:
    """SHA-256 of an entry; of a part of it where it is longer than it should be, so that nothing swells without end."""
    digest = hashlib.sha256()
    try:
        with archive.open(name) as file:
            while (chunk := file.read(CHUNK)) and size >= 0:
                digest.update(chunk)
                size -= len(chunk)
    except zipfile.BadZipFile:
        return ""
    return digest.hexdigest()


def _flaws_of_log(archive: zipfile.ZipFile, listed: Mapping[str, object]) -> Iterator[str]:
    """Entries that do not have the hash that they claim, or do not follow on the one before."""
    if LOG not in listed or LOG not in archive.namelist():
        return
    last = Head(0, START)
    with archive.open(LOG) as file:
        for line in file:
            entry = json.loads(line)
            before, own = bytes.fromhex(entry["before"]), bytes.fromhex(entry["hash"])
            follows = entry["number"] != last.number + 1 or before == last.hash
            if hashlib.sha256(before + entry["entry"].encode()).digest() != own or not follows or entry["number"] <= last.number:
                yield _("Entry {n} of the log was changed.").format(n=entry["number"])
            last = Head(entry["number"], own)


# What a bundle can be about


def list_courses(session: Session) -> tuple[tuple[UUID, str], ...]:
    """The courses that certificates were issued for, by title. Administrators only."""
    query = sa.select(Certificate.course_id, sa.func.max(Certificate.course_title).label("title")).group_by(Certificate.course_id)
    return tuple((row.course_id, row.title) for row in session.execute(query.order_by("title", Certificate.course_id)))
