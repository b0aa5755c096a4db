"""The signature on a certificate's PDF: PAdES baseline B-B (ETSI EN 319 142-1), certified against any change (ISO 32000-2, 12.8.2).

The digital credential lies in the file as an attachment and is signed with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.embed import EmbeddedFileObject, EmbeddedFileParams, FileSpec, embed_file
from pyhanko.pdf_utils.generic import NameObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from desktop.certificates.credential import FILE_NAME
from desktop.certificates.keys import SigningKey
from desktop.errors import Invalid
from desktop.i18n import _

FIELD = "Issuer"
LARGEST_CREDENTIAL = 1_000_000
"""Bytes; what is larger is not one of ours."""


@dataclass(frozen=True, slots=True)
class FileSignature:
    """The signature in a file. ``whole`` is False where one byte of the file is not as it was signed."""

    certificate: x509.Certificate
    signed_at: datetime | None
    """By the clock of whoever signed."""
    whole: bool


def sign_pdf(pdf: bytes, credential: Mapping[str, Any], key: SigningKey, reason: str) -> bytes:
    """``pdf`` with the credential attached, and signed. ``reason`` is what a reader shows beside the signature."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    content = json.dumps(credential, ensure_ascii=False, indent=1).encode()
    attached = EmbeddedFileObject.from_file_data(writer, content, params=EmbeddedFileParams(), mime_type="application/ld+json")
    embed_file(writer, FileSpec(FILE_NAME, FILE_NAME, attached, af_relationship=NameObject("/Data")))
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        reason=reason,
        name=key.public.name,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
    )
    signed = BytesIO()
    PdfSigner(metadata, _signer(key), new_field_spec=SigFieldSpec(FIELD)).sign_pdf(writer, output=signed, bytes_reserved=_room(key))
    return signed.getvalue()


def _room(key: SigningKey) -> int:
    """Hexadecimal digits to keep free for the signature; told, pyHanko need not sign once more to find out."""
    return 2 * (2048 + sum(len(one.public_bytes(Encoding.DER)) for one in key.chain))


@cache
def _signer(key: SigningKey) -> SimpleSigner:
    chain = [asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in key.chain]
    registry = SimpleCertificateStore.from_certs(chain[1:])  # type: ignore[no-untyped-call]
    private = asn1_keys.PrivateKeyInfo.load(key.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    return SimpleSigner(chain[0], private, registry)


def read_signature(pdf: bytes) -> FileSignature | None:
    """Who signed ``pdf``, and whether it is as it was signed; None where it has no signature. Trusts nobody: that is the caller's part.

    Raises :class:`desktop.errors.Invalid` where the file or its signature cannot be read.
    """
    try:
        signatures = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures
        if not signatures:
            return None
        signature = signatures[0]
        signer = signature.signer_cert
        trust = ValidationContext(trust_roots=[signer], allow_fetching=False)
        status = validate_pdf_signature(signature, trust, skip_diff=True)
    except (PdfReadError, SignatureValidationError, ValueError, KeyError) as error:
        raise Invalid(_("The signature in this file cannot be read."), details=str(error)) from error
    return FileSignature(
        certificate=x509.load_der_x509_certificate(signer.dump()),
        signed_at=signature.self_reported_timestamp,
        # The certification allows no change at all, so whatever was appended after it counts, too.
        whole=status.intact and status.valid and status.coverage == SignatureCoverageLevel.ENTIRE_FILE and len(signatures) == 1,
    )


def read_credential(pdf: bytes) -> dict[str, Any] | None:
    """The credential attached to ``pdf``, or None. Its proof is not looked at."""
    try:
        names = PdfFileReader(BytesIO(pdf)).root["/Names"]["/EmbeddedFiles"]["/Names"]
        at = names.index(FILE_NAME)
        data = names[at + 1].get_object()["/EF"]["/F"].data
        document = json.loads(data) if len(data) <= LARGEST_CREDENTIAL else None
    except (PdfReadError, ValueError, KeyError, IndexError):
        return None
    return document if isinstance(document, dict) else None
