"""What a file says for itself, without the record: signed by the association, changed, a stranger's, a picture of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pypdfium2
import pytest

from desktop.certificates.code import sign_code
from desktop.certificates.credential import make_credential
from desktop.certificates.custody import recall_keys, remember_keys
from desktop.certificates.keys import SigningKey, make_key
from desktop.certificates.queries import KnownKey
from desktop.certificates.render import render
from desktop.certificates.sealing import Seal
from desktop.certificates.signing import sign_pdf
from desktop.certificates.snapshot import Snapshot
from desktop.certificates.template import load_template
from desktop.certificates.verify import FileVerification, Verification, judge
from desktop.errors import Invalid, ServerAway

SNAPSHOT = Snapshot(
    number="CERT-2026-1D7YMWNN",
    issuer_name="Sample association",
    member_name="Nguyễn Thị Minh Khai, CEBS",
    course_title="Foundations of Employee Benefits",
    completed_on=date(2026, 11, 20),
    issued_at=datetime.now(UTC),
    ce_credits=Decimal("4.50"),
)
TEMPLATE = load_template()
KEY = make_key("Sample association")
STRANGER = make_key("Sample association")


def known(key: SigningKey = KEY, compromised_at: datetime | None = None) -> KnownKey:
    retired_at = datetime.now(UTC) if compromised_at else None
    return KnownKey(key.public, datetime(2026, 1, 1, tzinfo=UTC), "Ada Lindström", retired_at, compromised_at)


def signed(snapshot: Snapshot = SNAPSHOT, key: SigningKey = KEY, code: str | None = None) -> bytes:
    page = render(snapshot, TEMPLATE, code=sign_code(snapshot, key, TEMPLATE.verify_address) if code is None else code)
    return sign_pdf(page, make_credential(snapshot, UUID(int=1), TEMPLATE.verify_address, key.credential), key, "Certificate")


def record(status: str = "valid", **other: object) -> Verification:
    found = Verification(
        number=SNAPSHOT.number,
        status=status,
        member_name="Nguyễn Thị Minh Khai",
        course_title=SNAPSHOT.course_title,
        issuer_name=SNAPSHOT.issuer_name,
        ce_credits=SNAPSHOT.ce_credits,
        completed_at=datetime(2026, 11, 20, tzinfo=UTC),
        issued_at=SNAPSHOT.issued_at,
    )
    return replace(found, **other)  # type: ignore[arg-type]


@pytest.fixture
def verdict(tmp_path: Path):
    def judged(data: bytes, *keys: KnownKey, name: str = "certificate.pdf", answer: Verification | None = None) -> FileVerification:
        path = tmp_path / name
        path.write_bytes(data)
        return judge(path, keys or (known(),), None if answer is None else lambda _number: answer)

    return judged


def picture(pdf: bytes, tmp_path: Path) -> bytes:
    """What a telephone would send: a JPEG, a little turned."""
    with pypdfium2.PdfDocument(pdf) as document:
        image = document[0].render(scale=2.2).to_pil().rotate(4, expand=True, fillcolor="white")
    path = tmp_path / "picture.jpg"
    image.save(path, quality=70)
    return path.read_bytes()


def test_without_the_record_the_signature_vouches_and_what_it_cannot_know_is_said(verdict):
    found = verdict(signed())
    assert found.genuine
    assert (found.status, found.seal) == ("signed", Seal.WHOLE)
    assert found.sentence() == "The association signed this, and nothing was changed since."
    assert "revoked" in found.unknown()
    assert all(field.agrees for field in found.fields)
    assert [field.printed for field in found.fields] == [field.value for field in found.fields]


def test_with_the_record_all_three_agree(verdict):
    found = verdict(signed(), answer=record())
    assert (found.status, found.genuine, found.unknown()) == ("valid", True, "")
    assert all(None not in (field.printed, field.signed, field.on_record) for field in found.fields)


@pytest.mark.parametrize("status", ["revoked", "superseded", "expired"])
def test_what_became_of_it_is_the_records_word(verdict, status):
    found = verdict(signed(), answer=record(status))
    assert (found.status, found.seal) == (status, Seal.WHOLE)
    assert found.sentence() == record(status).sentence()


def test_a_signed_certificate_that_is_not_on_record_is_none(verdict):
    assert verdict(signed(), answer=Verification(SNAPSHOT.number, "not_found")).status == "not_found"


def test_a_file_whose_bytes_were_changed_after_signing_is_found_out(verdict):
    data = signed()
    at = data.index(b"/Keywords") + 12
    found = verdict(data[:at] + b"X" + data[at + 1 :], answer=record())
    assert (found.status, found.seal, found.genuine) == ("changed", Seal.CHANGED, False)
    assert found.sentence() == "This file was changed after it was signed."


def test_a_changed_name_signed_by_somebody_elses_key_of_the_same_name_is_found_out(verdict):
    found = verdict(signed(replace(SNAPSHOT, member_name="Eve Okafor"), STRANGER), answer=record())
    assert (found.status, found.seal) == ("changed", Seal.STRANGER)
    assert "whose key is none of this association's" in found.sentence()


def test_the_code_of_another_certificate_is_found_out(verdict):
    other = sign_code(replace(SNAPSHOT, number="CERT-2026-ZZZZZZZZ", member_name="Eve Okafor"), KEY, TEMPLATE.verify_address)
    found = verdict(render(SNAPSHOT, TEMPLATE, code=other))
    assert [field.name for field in found.fields if not field.agrees] == ["number", "name"]
    assert found.sentence() == "This file was changed. It differs from what was signed in: number, name."


def test_an_unsigned_file_without_the_record_says_nothing(verdict):
    found = verdict(render(SNAPSHOT, TEMPLATE))
    assert (found.status, found.genuine) == ("unsigned", False)
    assert "nothing is certain" in found.sentence()


def test_an_expired_one_says_so_by_itself(verdict):
    found = verdict(signed(replace(SNAPSHOT, expires_on=datetime.now(UTC).date() - timedelta(days=1))))
    assert (found.status, found.sentence()) == ("expired", "The association signed this; it was valid and has expired.")


def test_what_a_distrusted_key_signed_since_needs_the_record(verdict):
    lost = known(compromised_at=datetime.now(UTC) - timedelta(days=1))
    assert (verdict(signed(), lost).status, verdict(signed(), lost).seal) == ("unsigned", Seal.DISTRUSTED)
    assert verdict(signed(), lost, answer=record()).status == "valid"
    later = known(compromised_at=datetime.now(UTC) + timedelta(days=1))
    assert verdict(signed(), later).status == "signed"


def test_a_picture_of_the_page_is_as_good_as_its_code(verdict, tmp_path):
    found = verdict(picture(signed(), tmp_path), name="photo.jpg")
    assert (found.status, found.number) == ("signed", SNAPSHOT.number)
    assert {field.key: field.signed for field in found.fields}["member_name"] == SNAPSHOT.member_name


def test_a_picture_with_a_forged_code_is_found_out(verdict, tmp_path):
    found = verdict(picture(signed(key=STRANGER), tmp_path), name="photo.jpg", answer=record())
    assert (found.status, found.seal) == ("changed", Seal.STRANGER)
    assert found.sentence() == "The code was not signed by this association, or was changed since."


def test_a_picture_of_an_unsigned_certificate_rests_on_the_record(verdict, tmp_path):
    data = picture(render(SNAPSHOT, TEMPLATE), tmp_path)
    assert verdict(data, name="photo.jpg", answer=record()).status == "valid"
    assert verdict(data, name="photo.jpg").status == "unsigned"


def test_a_picture_without_a_code_and_a_file_that_is_neither_are_refused(verdict, tmp_path):
    blank = tmp_path / "blank.png"
    pypdfium2.PdfDocument(render(SNAPSHOT, TEMPLATE))[0].render(scale=0.1).to_pil().save(blank)
    with pytest.raises(Invalid, match="No certificate's code"):
        verdict(blank.read_bytes(), name="blank.png")
    with pytest.raises(Invalid, match="cannot be read as a PDF or a picture"):
        verdict(b"Dear Sir", name="letter.png")


def test_a_server_that_goes_away_in_the_middle_leaves_the_signature(tmp_path):
    def away(_number: str) -> Verification:
        raise ServerAway("gone")

    path = tmp_path / "certificate.pdf"
    path.write_bytes(signed())
    assert judge(path, [known()], away).status == "signed"


def test_keys_met_once_are_known_without_a_connection(tmp_path, monkeypatch):
    monkeypatch.setenv("LMS_HOME", str(tmp_path))
    assert recall_keys() == ()
    remember_keys([known()])
    remember_keys([known(STRANGER)])
    assert {one.keys.key_id for one in recall_keys()} == {KEY.public.key_id, STRANGER.public.key_id}
    lost = known(compromised_at=datetime(2026, 3, 1, tzinfo=UTC))
    remember_keys([lost])
    assert lost in recall_keys()
