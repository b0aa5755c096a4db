"""Certificates end to end: issued by the server, drawn, filed, verified by number and from the file, revoked, replaced."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from desktop.certificates.commands import draw, file_pdf, issue, reissue, revoke
from desktop.certificates.queries import CertificateFilter, count_certificates, get_certificate, list_certificate_keys, page_certificates
from desktop.certificates.verify import verify_file, verify_number
from desktop.errors import LmsError, NotAllowed, NotFound
from desktop.learning.commands import complete_lesson, enroll, open_lesson
from desktop.store.assets import fetch
from desktop.store.connection import Store
from desktop.tasks import JobControl
from tests.support.courses import add_course, add_lesson, add_module
from tests.support.postgres import Database


def control() -> JobControl:
    return JobControl(lambda _fraction, _detail: None)


@pytest.fixture
def learner(db: Database) -> Store:
    return db.store(db.add_person("learner", first_name="Amara", last_name="Okafor"))


@pytest.fixture
def administrator(db: Database) -> Store:
    return db.store(db.add_person("administrator"))


def complete(db: Database, learner: Store, title: str = "Ethics") -> UUID:
    """A course of one reading, enrolled in and completed; its enrolment."""
    course = add_course(db, title, ce_credits=Decimal("1.5"))
    lesson = add_lesson(db, add_module(db, course), "Terms", 1)
    enrollment = learner.write(enroll, course).value
    learner.write(open_lesson, enrollment, lesson)
    learner.write(complete_lesson, enrollment, lesson)
    return enrollment


def test_a_completed_course_gives_a_certificate_that_anybody_can_verify(db: Database, learner: Store) -> None:
    certificate = learner.read(get_certificate, learner.write(issue, complete(db, learner)).value)
    found = db.store(db.add_person("learner")).read(verify_number, certificate.snapshot.number.lower())
    assert (found.status, found.member_name, found.course_title, found.ce_credits) == ("valid", "Amara Okafor", "Ethics", Decimal("1.50"))
    assert found.sentence() == "This certificate is valid."


def test_a_course_that_is_not_completed_gives_none(db: Database, learner: Store) -> None:
    course = add_course(db, "Ethics")
    add_lesson(db, add_module(db, course), "Terms", 1)
    enrollment = learner.write(enroll, course).value
    with pytest.raises(LmsError):
        learner.write(issue, enrollment)


def test_fifty_at_once_issue_one_certificate(db: Database, learner: Store) -> None:
    enrollment = complete(db, learner)
    with ThreadPoolExecutor(10) as pool:
        issued = set(pool.map(lambda _turn: learner.write(issue, enrollment).value, range(50)))
    assert len(issued) == 1
    assert learner.read(count_certificates, CertificateFilter()) == 1


def test_the_file_is_kept_with_the_enrolment_and_read_by_its_holder_only(
    db: Database, learner: Store, administrator: Store, tmp_path: Path
) -> None:
    certificate = learner.write(issue, complete(db, learner)).value
    with pytest.raises(NotAllowed):
        file_pdf(control(), learner, certificate)
    asset = file_pdf(control(), administrator, certificate).value
    path = fetch(learner, asset, tmp_path / "mine.pdf", control())
    assert path.read_bytes() == draw(learner.read(get_certificate, certificate))
    assert file_pdf(control(), administrator, certificate).value == asset
    with pytest.raises(NotFound):
        fetch(db.store(db.add_person("learner")), asset, tmp_path / "theirs.pdf", control())


def test_a_file_is_held_against_the_record(db: Database, learner: Store, tmp_path: Path) -> None:
    certificate = learner.read(get_certificate, learner.write(issue, complete(db, learner)).value)
    path = tmp_path / "certificate.pdf"
    path.write_bytes(draw(certificate))
    found = learner.read(verify_file, path)
    assert found.genuine, found.fields
    assert found.sentence() == "This certificate is valid."


def test_an_edited_page_is_found_out(db: Database, learner: Store, tmp_path: Path) -> None:
    mine = learner.read(get_certificate, learner.write(issue, complete(db, learner, "Ethics")).value)
    other = learner.read(get_certificate, learner.write(issue, complete(db, learner, "Advanced Ethics")).value)
    forged = replace(mine, snapshot=replace(mine.snapshot, course_title=other.snapshot.course_title, ce_credits=Decimal(40)))
    path = tmp_path / "forged.pdf"
    path.write_bytes(draw(forged))
    found = learner.read(verify_file, path)
    assert not found.genuine
    assert [field.name for field in found.fields if not field.agrees] == ["course", "credits and dates"]
    assert "was changed" in found.sentence()


def test_a_revoked_certificate_says_so_and_its_reason_stays_inside(db: Database, learner: Store, administrator: Store) -> None:
    certificate = learner.write(issue, complete(db, learner)).value
    with pytest.raises(LmsError, match="why"):
        administrator.write(revoke, certificate, "  ")
    administrator.write(revoke, certificate, "Exam voided")
    row = administrator.read(get_certificate, certificate)
    assert (row.status, row.revocation_reason) == ("revoked", "Exam voided")
    found = learner.read(verify_number, row.snapshot.number)
    assert found.status == "revoked"
    assert found.revoked_at is not None


def test_a_replacement_supersedes(db: Database, learner: Store, administrator: Store) -> None:
    old = learner.write(issue, complete(db, learner)).value
    new = administrator.write(reissue, old).value
    before, after = administrator.read(get_certificate, old), administrator.read(get_certificate, new)
    assert before.superseded_by == after.snapshot.number
    assert learner.read(verify_number, before.snapshot.number).status == "superseded"
    assert learner.read(verify_number, after.snapshot.number).status == "valid"


def test_an_unknown_number_says_no_more_than_that(learner: Store) -> None:
    found = learner.read(verify_number, "CERT-2026-00000000")
    assert (found.status, found.member_name) == ("not_found", "")


def test_lists_are_searched_filtered_and_paged(db: Database, learner: Store, administrator: Store) -> None:
    ids = [learner.write(issue, complete(db, learner, title)).value for title in ("Ethics", "Medicare", "Ethics II")]
    administrator.write(revoke, ids[1], "Test")
    assert {row.course_title for row in administrator.read(page_certificates, CertificateFilter("okafor ethics"))} == {
        "Ethics",
        "Ethics II",
    }
    (revoked,) = administrator.read(page_certificates, CertificateFilter(statuses=frozenset({"revoked"})))
    assert revoked.status == "revoked"
    newest_first = [row.course_title for row in administrator.read(page_certificates, CertificateFilter())]
    assert newest_first == ["Ethics II", "Medicare", "Ethics"]
    (first, *_rest) = administrator.read(list_certificate_keys, CertificateFilter(), 1)
    assert [row.course_title for row in administrator.read(page_certificates, CertificateFilter(), first)] == newest_first[1:]


def test_others_see_nothing_of_a_certificate(db: Database, learner: Store) -> None:
    certificate = learner.write(issue, complete(db, learner)).value
    stranger = db.store(db.add_person("learner"))
    assert stranger.read(count_certificates, CertificateFilter()) == 0
    with pytest.raises(NotFound):
        stranger.read(get_certificate, certificate)
