"""The audit bundle: what it holds, that it proves itself, and that whatever is done to it is found."""

from __future__ import annotations

import base64
import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import jwt
import psycopg
import pytest
from cryptography import x509

from desktop.certificates.audit import LOG, MANIFEST, SIGNATURE, AuditScope, list_courses, save_bundle, verify_bundle
from desktop.certificates.commands import add_key, distrust_key, issue, revoke, sign_one
from desktop.certificates.keys import SigningKey, make_key
from desktop.certificates.sealing import Seal
from desktop.errors import Cancelled, Invalid, NotAllowed
from desktop.store.connection import Store
from desktop.tasks import JobControl
from tests.support.courses import complete_course
from tests.support.postgres import Database

TODAY = datetime.now(UTC).date()
THIS_YEAR = AuditScope(TODAY - timedelta(days=300), TODAY + timedelta(days=1))


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LMS_HOME", str(tmp_path / "home"))


@pytest.fixture
def administrator(db: Database) -> Store:
    return db.store(db.add_person("administrator"))


@pytest.fixture
def key(administrator: Store) -> SigningKey:
    key = make_key("Association")
    administrator.write(add_key, key.public)
    return key


@pytest.fixture
def three(db: Database, administrator: Store, key: SigningKey) -> None:
    """Three certificates for two courses: the first is signed, the last was revoked."""
    issued = []
    for number, name in enumerate(("Amara", "Bo", "=cmd|'/c calc'!A1")):
        store = db.store(db.add_person("learner", first_name=name, last_name="Okafor"))
        issued.append(store.write(issue, complete_course(db, store, f"Ethics {number % 2}")).value)
    sign_one(quiet(), administrator, key, issued[0])
    administrator.write(revoke, issued[-1], "Issued in error")


@pytest.fixture
def bundle(administrator: Store, key: SigningKey, three: None, tmp_path: Path) -> Path:
    path = tmp_path / "audit.zip"
    done = save_bundle(quiet(), administrator, THIS_YEAR, key, path)
    assert (done.certificates, done.signed, done.refused) == (3, True, ())
    return path


def quiet() -> JobControl:
    return JobControl(lambda _share, _detail: None)


def table(path: Path, name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(path) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def changed(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A copy of a bundle whose files ``change`` had in hand."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    copy = path.with_name("changed.zip")
    with zipfile.ZipFile(copy, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return copy


def test_it_holds_the_certificates_and_what_they_rest_on(bundle: Path) -> None:
    certificates = table(bundle, "certificates.csv")
    assert [row["status"] for row in certificates] == ["valid", "valid", "revoked"]
    assert certificates[2]["revocation_reason"] == "Issued in error"
    assert certificates[2]["member_name"].startswith("'="), "what somebody typed is no formula"
    enrollments = {row["enrollment_id"]: row for row in table(bundle, "enrollments.csv")}
    assert {row["enrollment_id"] for row in certificates} == enrollments.keys()
    assert all(row["status"] == "completed" for row in enrollments.values())
    assert {row["enrollment_id"] for row in table(bundle, "time.csv")} == enrollments.keys()
    with zipfile.ZipFile(bundle) as archive:
        pdfs = [name for name in archive.namelist() if name.startswith("certificates/")]
        assert sorted(pdfs) == sorted(f"certificates/{row['certificate_number']}.pdf" for row in certificates)
        assert all(archive.read(name).startswith(b"%PDF-") for name in pdfs)
        events = [json.loads(json.loads(line)["entry"])["event"] for line in archive.read(LOG).splitlines()]
    assert sorted(events) == ["filed", "issued", "issued", "issued", "revoked"]


def test_anybody_can_check_it_with_what_is_in_it(bundle: Path) -> None:
    """As a regulator without our program would: the certificate of the key is in the signature's header."""
    with zipfile.ZipFile(bundle) as archive:
        token, manifest = archive.read(SIGNATURE).decode(), archive.read(MANIFEST)
    (der,) = jwt.get_unverified_header(token)["x5c"]
    key = x509.load_der_x509_certificate(base64.b64decode(der)).public_key()
    assert jwt.PyJWS().decode(token, key, ["ES256"]) == manifest  # type: ignore[arg-type]


def test_it_verifies_with_the_record_and_without(administrator: Store, bundle: Path) -> None:
    asked = verify_bundle(administrator, bundle)
    assert (asked.good, asked.certificates, asked.signer) == (True, 3, "Association")
    assert asked.sentence() == "This bundle is whole, and Association made it."
    assert verify_bundle(None, bundle) == asked, "its key was met before"


def test_one_course_and_some_days(administrator: Store, key: SigningKey, three: None, tmp_path: Path) -> None:
    courses = {title: course for course, title in administrator.read(list_courses)}
    path = tmp_path / "one.zip"
    assert (
        save_bundle(quiet(), administrator, AuditScope(THIS_YEAR.since, THIS_YEAR.until, courses["Ethics 1"]), key, path).certificates == 1
    )
    assert [row["course_title"] for row in table(path, "certificates.csv")] == ["Ethics 1"]
    assert verify_bundle(administrator, path).good
    earlier = AuditScope(date(2001, 1, 1), date(2001, 12, 31))
    assert save_bundle(quiet(), administrator, earlier, key, path).certificates == 0
    assert verify_bundle(administrator, path).good


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        (lambda files: files.update({"exams.csv": files["exams.csv"] + b"more"}), "exams.csv was changed."),
        (lambda files: files.pop("time.csv"), "time.csv is missing."),
        (lambda files: files.update({"extra.csv": b"a"}), "extra.csv was added."),
        (lambda files: files.update({LOG: files[LOG].replace(b"Ethics", b"Thetics", 1)}), "log.jsonl was changed."),
    ],
)
def test_what_was_changed_is_named(bundle: Path, change: Callable[[dict[str, bytes]], None], flaw: str) -> None:
    found = verify_bundle(None, changed(bundle, change))
    assert flaw in found.flaws
    assert not found.good
    assert found.sentence() == "This bundle is not as it was made."


def test_a_new_manifest_is_found_out_by_its_signature(administrator: Store, bundle: Path) -> None:
    def forge(files: dict[str, bytes]) -> None:
        files[MANIFEST] = files[MANIFEST].replace(b'"association": "', b'"association": "Another ')

    assert verify_bundle(administrator, changed(bundle, forge)).seal is Seal.CHANGED


def test_whose_it_is_decides_what_it_is_worth(administrator: Store, key: SigningKey, bundle: Path, tmp_path: Path) -> None:
    save_bundle(quiet(), administrator, THIS_YEAR, None, tmp_path / "unsigned.zip")
    assert verify_bundle(administrator, tmp_path / "unsigned.zip").sentence() == "This bundle is whole, but nobody signed it."
    save_bundle(quiet(), administrator, THIS_YEAR, make_key("Somebody"), tmp_path / "stranger.zip")
    assert verify_bundle(administrator, tmp_path / "stranger.zip").seal is Seal.STRANGER
    administrator.write(distrust_key, key.public.key_id, datetime.now(UTC) - timedelta(hours=1))
    assert verify_bundle(administrator, bundle).seal is Seal.DISTRUSTED


def test_a_log_that_was_written_anew_is_found_out_by_an_old_bundle(db: Database, administrator: Store, bundle: Path) -> None:
    with psycopg.connect(db.dsn) as connection:
        connection.execute("SET session_replication_role = replica")  # as one who may do anything to the database
        connection.execute("UPDATE lms.certificate_log SET hash = sha256(hash)")
    found = verify_bundle(administrator, bundle)
    assert found.flaws == ("The association's log of certificates was written anew since: it no longer holds entry 5.",)
    assert verify_bundle(None, bundle).good, "without the record nobody can know"


def test_cancelled_or_refused_it_leaves_nothing(db: Database, administrator: Store, key: SigningKey, three: None, tmp_path: Path) -> None:
    control = JobControl(lambda done, _detail: control.cancel() if done else None)
    with pytest.raises(Cancelled):
        save_bundle(control, administrator, THIS_YEAR, key, tmp_path / "audit.zip")
    learner = db.store(db.add_person("learner"))
    with pytest.raises(NotAllowed):
        save_bundle(quiet(), learner, THIS_YEAR, key, tmp_path / "audit.zip")
    assert [one.name for one in tmp_path.iterdir() if one.suffix in {".zip", ".part"}] == []


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no archive at all"])
def test_what_is_no_bundle_is_said(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "thing.zip"
    path.write_bytes(data)
    with pytest.raises(Invalid, match=r"thing\.zip is no audit bundle, or damaged"):
        verify_bundle(None, path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MANIFEST, "{}")
    with pytest.raises(Invalid, match=r"no audit bundle"):
        verify_bundle(None, path)
