"""Signed certificates: who signed a file or a code, and whether one thing in it was changed since."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, pkcs12
from openvc.errors import OpenvcError
from openvc.verify import verify_credential
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from desktop.certificates.code import read_code, sign_code
from desktop.certificates.credential import make_credential
from desktop.certificates.keys import PublicKeys, SigningKey, make_key, read_pkcs12, write_pkcs12
from desktop.certificates.proof import check_proof, did_of
from desktop.certificates.render import render
from desktop.certificates.signing import read_credential, read_signature, sign_pdf
from desktop.certificates.snapshot import Snapshot
from desktop.certificates.template import load_template
from desktop.errors import Invalid

SNAPSHOT = Snapshot(
    number="CERT-2026-1D7YMWNN",
    issuer_name="Sample association",
    member_name="Nguyễn Thị Minh Khai, CEBS",
    course_title="Foundations of Employee Benefits",
    completed_on=date(2026, 11, 20),
    issued_at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
    ce_credits=Decimal("4.50"),
    expires_on=date(2028, 11, 20),
)
COURSE = UUID(int=7)
ADDRESS = "https://example.org/certificates/"


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return make_key("Sample association")


@pytest.fixture(scope="module")
def signed(key) -> bytes:
    credential = make_credential(SNAPSHOT, COURSE, ADDRESS, key.credential)
    return sign_pdf(render(SNAPSHOT, load_template()), credential, key, "Certificate of completion")


def pyhanko(path: Path, key: SigningKey) -> subprocess.CompletedProcess[str]:
    """The verdict of a program that is not ours."""
    root = path.with_suffix(".pem")
    root.write_bytes(key.chain[0].public_bytes(Encoding.PEM))
    command = [
        sys.executable,
        "-m",
        "pyhanko",
        "sign",
        "validate",
        "--pretty-print",
        "--trust",
        str(root),
        "--trust-replace",
        str(path),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=path.parent, check=False)


def test_pyhanko_finds_the_signature_valid(tmp_path, signed, key):
    (tmp_path / "certificate.pdf").write_bytes(signed)
    verdict = pyhanko(tmp_path / "certificate.pdf", key)
    assert "The signature is judged VALID." in verdict.stdout, verdict.stdout + verdict.stderr


def test_pyhanko_finds_a_changed_byte(tmp_path, signed, key):
    at = signed.index(b"/Keywords") + 12
    (tmp_path / "certificate.pdf").write_bytes(signed[:at] + b"X" + signed[at + 1 :])
    verdict = pyhanko(tmp_path / "certificate.pdf", key)
    assert "The signature is judged INVALID." in verdict.stdout, verdict.stdout + verdict.stderr


def test_a_file_says_who_signed_it(signed, key):
    found = read_signature(signed)
    assert found is not None
    assert found.whole
    assert found.signed_at is not None
    assert found.certificate == key.chain[0]
    assert abs((found.signed_at - datetime.now(UTC)).total_seconds()) < 3600


def test_a_file_without_a_signature_says_so():
    assert read_signature(render(SNAPSHOT, load_template())) is None


def test_any_changed_byte_of_the_page_is_found(signed):
    for at in range(200, len(signed) // 2, len(signed) // 12):
        changed = signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :]
        try:
            found = read_signature(changed)
        except Invalid:
            continue
        assert found is None or not found.whole, at


def test_what_was_appended_is_found_though_the_signed_part_is_untouched(tmp_path, signed):
    (tmp_path / "certificate.pdf").write_bytes(signed)
    with (tmp_path / "certificate.pdf").open("rb+") as file:
        writer = IncrementalPdfFileWriter(file)
        writer.set_info(writer.add_object(writer.trailer["/Info"].get_object()))
        writer.write_in_place()
    appended = (tmp_path / "certificate.pdf").read_bytes()
    assert appended.startswith(signed)
    found = read_signature(appended)
    assert found is not None
    assert not found.whole


def test_a_file_that_is_no_pdf_is_refused():
    with pytest.raises(Invalid, match="cannot be read"):
        read_signature(b"not a PDF")


def test_the_credential_lies_in_the_file_and_is_the_associations(signed, key):
    credential = read_credential(signed)
    assert credential is not None
    assert check_proof(credential) == did_of(key.public.credential)
    assert credential["credentialSubject"]["achievement"]["name"] == SNAPSHOT.course_title
    assert credential["credentialSubject"]["creditsEarned"] == 4.5
    assert credential["validUntil"] == "2028-11-20T00:00:00Z"
    assert read_credential(render(SNAPSHOT, load_template())) is None


def test_an_independent_library_verifies_the_credential_and_finds_a_change(signed, key):
    credential = read_credential(signed)
    assert credential is not None
    verified = verify_credential(credential)
    assert verified.issuer == did_of(key.public.credential)
    with pytest.raises(OpenvcError):
        verify_credential({**credential, "name": "Another course"})


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler's pdfsig is not installed")
def test_poppler_finds_the_signature_valid_and_covering_the_whole_file(tmp_path, signed):
    path = tmp_path / "certificate.pdf"
    path.write_bytes(signed)
    verdict = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, timeout=60, check=False)
    assert "Signature Validation: Signature is Valid." in verdict.stdout, verdict.stdout + verdict.stderr
    assert "Total document signed" in verdict.stdout
    assert "ETSI.CAdES.detached" in verdict.stdout


def test_a_code_gives_the_printed_fields_without_asking_anybody(key):
    fields = read_code(sign_code(SNAPSHOT, key, ADDRESS), {key.public.key_id: key.public})
    assert fields is not None
    assert (fields.number, fields.member_name, fields.course_title) == (SNAPSHOT.number, SNAPSHOT.member_name, SNAPSHOT.course_title)
    assert (fields.ce_credits, fields.completed_on, fields.issued_on) == (Decimal("4.5"), date(2026, 11, 20), date(2026, 11, 22))
    assert fields.expires_on == SNAPSHOT.expires_on


def test_a_code_of_another_key_or_with_other_fields_is_not_believed(key):
    known = {key.public.key_id: key.public}
    text = sign_code(SNAPSHOT, key, ADDRESS)
    address, _hash, token = text.partition("#")
    header, payload, signature = token.split(".")
    other = sign_code(SNAPSHOT, make_key("Sample association"), ADDRESS)
    swapped = f"{address}#{header}.{payload[:-4]}AAAA.{signature}"
    for forged in (other, swapped, address, "", "#", f"{address}#a.b.c", f"{address}#{header}.{payload}."):
        assert read_code(forged, known) is None
    unsigned = "eyJhbGciOiJub25lIiwia2lkIjoi" + "x"
    assert read_code(f"{address}#{unsigned}.{payload}.", known) is None


def test_a_backup_brings_back_both_keys(key):
    again = read_pkcs12(write_pkcs12(key, "correct horse"), "correct horse")
    assert again.public == key.public
    assert again.credential.private_bytes_raw() == key.credential.private_bytes_raw()
    assert SigningKey.from_secret(key.to_secret(), PublicKeys.from_text(key.public.to_text())).chain == key.chain
    assert len(key.to_secret()) < 1000


def test_a_backup_with_another_password_or_another_kind_of_key_is_refused(key):
    with pytest.raises(Invalid, match="password"):
        read_pkcs12(write_pkcs12(key, "correct horse"), "wrong")
    with pytest.raises(Invalid, match="PKCS#12"):
        read_pkcs12(b"not a file", "")
    other = ec.generate_private_key(ec.SECP384R1())
    lonely = pkcs12.serialize_key_and_certificates(b"x", other, None, None, BestAvailableEncryption(b"x"))
    with pytest.raises(Invalid, match="certificate"):
        read_pkcs12(lonely, "x")
    mixed = pkcs12.serialize_key_and_certificates(None, None, None, key.chain, NoEncryption())
    with pytest.raises(Invalid, match="no key"):
        read_pkcs12(mixed, "")


def test_an_expired_certificate_is_refused():
    old = make_key("Sample association", datetime(2001, 1, 1, tzinfo=UTC))
    with pytest.raises(Invalid, match="expired"):
        read_pkcs12(write_pkcs12(old, "x"), "x")


def test_a_key_kept_apart_from_its_certificate_must_fit(key):
    with pytest.raises(ValueError, match="certificate"):
        SigningKey.from_secret(make_key("Other").to_secret(), key.public)
