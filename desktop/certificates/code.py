"""What the QR code of a signed certificate says: the address to ask, and behind ``#`` the printed fields, signed.

The fields are a JWS (RFC 7515, ES256, compact), so that any program can verify them without asking anybody. What stands behind ``#`` is not
sent to the server that the address names: who scans a certificate decides whom to tell.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal

import jwt

from desktop.certificates.keys import PublicKeys, SigningKey
from desktop.certificates.snapshot import Snapshot

ALGORITHM = "ES256"


@dataclass(frozen=True, slots=True)
class SignedFields:
    """The fields as they were signed. ``key_id`` says by whom, if one believes it."""

    key_id: str
    number: str
    member_name: str
    course_title: str
    ce_credits: Decimal
    completed_on: date
    issued_on: date
    expires_on: date | None


def sign_code(snapshot: Snapshot, key: SigningKey, address: str) -> str:
    """The text of the code. The names of the claims are short, as each character costs width on paper."""
    claims = {
        "jti": snapshot.number,
        "sub": snapshot.member_name,
        "aud": snapshot.course_title,
        "ce": str(snapshot.ce_credits.normalize()),
        "done": snapshot.completed_on.isoformat(),
        "on": snapshot.issued_at.astimezone(UTC).date().isoformat(),
    }
    if snapshot.expires_on is not None:
        claims["til"] = snapshot.expires_on.isoformat()
    payload = json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode()
    token = jwt.PyJWS().encode(payload, key.private, ALGORITHM, {"kid": key.public.key_id, "typ": None})
    return f"{address}{snapshot.number}#{token}"


def read_code(text: str, keys: Mapping[str, PublicKeys]) -> SignedFields | None:
    """The fields in the text of a code, or None where they were not signed by one of ``keys`` (by key id), or were changed."""
    _address, _hash, token = text.partition("#")
    try:
        key_id = str(jwt.get_unverified_header(token)["kid"])
        payload = jwt.PyJWS().decode(token, keys[key_id].verifying, [ALGORITHM])
    except (jwt.PyJWTError, KeyError):
        return None
    claims: dict[str, str] = json.loads(payload)
    return SignedFields(
        key_id=key_id,
        number=claims["jti"],
        member_name=claims["sub"],
        course_title=claims["aud"],
        ce_credits=Decimal(claims["ce"]),
        completed_on=date.fromisoformat(claims["done"]),
        issued_on=date.fromisoformat(claims["on"]),
        expires_on=date.fromisoformat(claims["til"]) if "til" in claims else None,
    )
