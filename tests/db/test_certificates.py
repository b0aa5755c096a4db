"""Certificates end to end: issued by the server, drawn, filed, verified by number and from the file, revoked, replaced."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
import zxingcpp
from sqlalchemy.orm import Session

from desktop.certificates.code import read_code
from desktop.certificates.commands import add_key, distrust_key, draw, issue, reissue, revoke, sign_one, sign_unsigned
from desktop.certificates.custody import find_key, keep
from desktop.certificates.keys import SigningKey, make_key
from desktop.certificates.press import draw_signed
from desktop.certificates.preview import rasterize
from desktop.certificates.queries import (
    CertificateFilter,
    count_certificates,
    get_certificate,
    list_certificate_keys,
    list_signing_keys,
    list_unsigned,
    page_certificates,
)
from desktop.certificates.signing import read_signature
from desktop.certificates.template import load_template
from desktop.certificates.verify import verify_file, verify_number
from desktop.changes import Done
from desktop.errors import Conflict, Invalid, LmsError, NotAllowed, NotFound
from desktop.learning.commands import enroll
from desktop.store.assets import fetch
from desktop.store.connection import Store
from desktop.tasks import JobControl
from tests.support.courses import add_course, add_lesson, add_module, complete_course
from tests.support.postgres import Database


def control() -> JobControl:
    return JobControl(lambda _fraction, _detail: None)


@pytest.fixture
def learner(db: Database) -> Store:
    return db.store(db.add_person("learner", first_name="Amara", last_name="Okafor"))


@pytest.fixture
def administrator(db: Database) -> Store:
    return db.store(db.add_person("administrator"))


def test_a_completed_course_gives_a_certificate_that_anybody_can_verify(db: Database, learner: Store) -> None:
    certificate = learner.read(get_certificate, learner.write(issue, complete_course(db, learner)).value)
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
    enrollment = complete_course(db, learner)
    people = [db.add_person("administrator") for _turn in range(5)]  # a login has ten connections at the most
    stores = [db.store(person, connections=1) for person in people for _turn in range(10)]
    start = Barrier(50, timeout=60)

    def ask(store: Store) -> UUID:
        store.read(count_certificates, CertificateFilter())  # connected, and only then all at once
        start.wait()
        return store.write(issue, enrollment).value

    with ThreadPoolExecutor(50) as pool:
        issued = set(pool.map(ask, stores))
    assert len(issued) == 1
    assert learner.read(count_certificates, CertificateFilter()) == 1


def test_two_in_the_same_instant_have_two_numbers(db: Database, administrator: Store) -> None:
    enrollments = [complete_course(db, db.store(db.add_person("learner"))) for _turn in range(2)]

    def issue_both(session: Session) -> Done[list[UUID]]:
        return Done([issue(session, one).value for one in enrollments])

    both = [administrator.read(get_certificate, one).snapshot for one in administrator.write(issue_both).value]
    assert both[0].issued_at == both[1].issued_at
    assert both[0].number != both[1].number


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return make_key("Sample association")


def test_the_signed_file_is_kept_with_the_enrolment_and_read_by_its_holder_only(
    db: Database, learner: Store, administrator: Store, key: SigningKey, tmp_path: Path
) -> None:
    certificate = learner.write(issue, complete_course(db, learner)).value
    administrator.write(add_key, key.public)
    with pytest.raises(NotAllowed):
        sign_one(control(), learner, key, certificate)
    asset = sign_one(control(), administrator, key, certificate).value
    path = fetch(learner, asset, tmp_path / "mine.pdf", control())
    signature = read_signature(path.read_bytes())
    assert signature is not None
    assert signature.whole
    assert signature.certificate == key.chain[0]
    assert sign_one(control(), administrator, key, certificate).value == asset, "it is signed once"
    with pytest.raises(NotFound):
        fetch(db.store(db.add_person("learner")), asset, tmp_path / "theirs.pdf", control())


def test_the_code_on_the_page_is_read_by_another_program_and_carries_the_fields(
    db: Database, learner: Store, key: SigningKey, tmp_path: Path
) -> None:
    certificate = learner.read(get_certificate, learner.write(issue, complete_course(db, learner)).value)
    raster = rasterize(draw_signed(certificate, load_template(), key), 1600)
    rows = (raster.pixels[row * raster.stride : row * raster.stride + 4 * raster.width : 4] for row in range(raster.height))
    picture = memoryview(b"".join(rows)).cast("B", (raster.height, raster.width))
    (code,) = zxingcpp.read_barcodes(picture)
    fields = read_code(code.text, {key.public.key_id: key.public})
    assert fields is not None
    assert (fields.number, fields.member_name, fields.course_title) == (certificate.snapshot.number, "Amara Okafor", "Ethics")


def test_a_retired_key_signs_nothing_more(db: Database, learner: Store, administrator: Store, key: SigningKey) -> None:
    certificate = learner.write(issue, complete_course(db, learner)).value
    administrator.write(add_key, key.public)
    administrator.write(add_key, make_key("Sample association").public)
    with pytest.raises(Invalid, match="not in use"):
        sign_one(control(), administrator, key, certificate)
    with pytest.raises(Conflict, match="retired"):
        administrator.write(add_key, key.public)
    current, former = administrator.read(list_signing_keys)
    assert current.retired_at is None
    assert former.keys == key.public


def test_a_distrusted_key_signs_nothing_more_and_says_since_when(db: Database, administrator: Store, key: SigningKey) -> None:
    administrator.write(add_key, key.public)
    since = datetime(2026, 1, 2, tzinfo=UTC)
    administrator.write(distrust_key, key.public.key_id, since)
    (known,) = administrator.read(list_signing_keys)
    assert known.compromised_at == since
    assert known.retired_at is not None


def test_the_private_half_stays_on_the_computer_that_made_it(
    db: Database, administrator: Store, key: SigningKey, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "here"))
    assert find_key(administrator) is None
    administrator.write(add_key, key.public)
    assert find_key(administrator) is None
    keep(key)
    found = find_key(administrator)
    assert found is not None
    assert found.public == key.public
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "elsewhere"))
    assert find_key(administrator) is None


def test_signing_all_goes_on_where_it_was_cancelled(db: Database, learner: Store, administrator: Store, key: SigningKey) -> None:
    """Ten of them, so that the workers are processes of their own."""
    administrator.write(add_key, key.public)
    for turn in range(10):
        learner.write(issue, complete_course(db, learner, f"Ethics {turn}"))
    first = control()
    stopping = JobControl(lambda fraction, _detail: first.cancel() if fraction and fraction >= 0.3 else None)
    first = stopping
    cancelled = sign_unsigned(stopping, administrator, key).value
    assert 0 < cancelled.signed < 10
    assert cancelled.left == 10 - cancelled.signed
    rest = sign_unsigned(control(), administrator, key).value
    assert (rest.signed, rest.left, rest.refused) == (10 - cancelled.signed, 0, ())
    assert administrator.read(list_unsigned) == ()
    files = {administrator.read(get_certificate, row.id).asset_id for row in administrator.read(page_certificates, CertificateFilter())}
    assert len(files) == 10
    assert None not in files


def test_a_name_that_no_font_can_print_is_refused_and_the_others_are_signed(db: Database, administrator: Store, key: SigningKey) -> None:
    administrator.write(add_key, key.public)
    khmer = db.store(db.add_person("learner", first_name="សុខា", last_name="ចាន់"))
    arabic = db.store(db.add_person("learner", first_name="أحمد", last_name="حسن"))
    for person in (khmer, arabic):
        person.write(issue, complete_course(db, person))
    done = sign_unsigned(control(), administrator, key).value
    assert done.signed == 1
    (refusal,) = done.refused
    assert "សុខា" in refusal.message + refusal.details


def test_a_file_is_held_against_the_record(db: Database, learner: Store, tmp_path: Path) -> None:
    certificate = learner.read(get_certificate, learner.write(issue, complete_course(db, learner)).value)
    path = tmp_path / "certificate.pdf"
    path.write_bytes(draw(certificate, load_template()))
    found = verify_file(learner, path)
    assert found.genuine, found.fields
    assert found.sentence() == "This certificate is valid."


def test_an_edited_page_is_found_out(db: Database, learner: Store, tmp_path: Path) -> None:
    mine = learner.read(get_certificate, learner.write(issue, complete_course(db, learner, "Ethics")).value)
    other = learner.read(get_certificate, learner.write(issue, complete_course(db, learner, "Advanced Ethics")).value)
    forged = replace(mine, snapshot=replace(mine.snapshot, course_title=other.snapshot.course_title, ce_credits=Decimal(40)))
    path = tmp_path / "forged.pdf"
    path.write_bytes(draw(forged, load_template()))
    found = verify_file(learner, path)
    assert not found.genuine
    assert [field.name for field in found.fields if not field.agrees] == ["course", "credits and dates"]
    assert "was changed" in found.sentence()


def test_a_revoked_certificate_says_so_and_its_reason_stays_inside(db: Database, learner: Store, administrator: Store) -> None:
    certificate = learner.write(issue, complete_course(db, learner)).value
    with pytest.raises(LmsError, match="why"):
        administrator.write(revoke, certificate, "  ")
    administrator.write(revoke, certificate, "Exam voided")
    row = administrator.read(get_certificate, certificate)
    assert (row.status, row.revocation_reason) == ("revoked", "Exam voided")
    found = learner.read(verify_number, row.snapshot.number)
    assert found.status == "revoked"
    assert found.revoked_at is not None


def test_a_replacement_supersedes(db: Database, learner: Store, administrator: Store) -> None:
    old = learner.write(issue, complete_course(db, learner)).value
    new = administrator.write(reissue, old).value
    before, after = administrator.read(get_certificate, old), administrator.read(get_certificate, new)
    assert before.superseded_by == after.snapshot.number
    assert learner.read(verify_number, before.snapshot.number).status == "superseded"
    assert learner.read(verify_number, after.snapshot.number).status == "valid"


def test_an_unknown_number_says_no_more_than_that(learner: Store) -> None:
    found = learner.read(verify_number, "CERT-2026-00000000")
    assert (found.status, found.member_name) == ("not_found", "")


def test_lists_are_searched_filtered_and_paged(db: Database, learner: Store, administrator: Store) -> None:
    ids = [learner.write(issue, complete_course(db, learner, title)).value for title in ("Ethics", "Medicare", "Ethics II")]
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
    certificate = learner.write(issue, complete_course(db, learner)).value
    stranger = db.store(db.add_person("learner"))
    assert stranger.read(count_certificates, CertificateFilter()) == 0
    with pytest.raises(NotFound):
        stranger.read(get_certificate, certificate)
