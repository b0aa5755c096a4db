"""The SCRAM-SHA-256 verifier of a password, computed here so that the password never leaves this machine.

Postgres stores ``SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`` (RFC 5802 §3, RFC 7677). Given such a string in place of a
password it stores it as it is, so neither the server's log nor its statistics ever hold a password.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import stringprep
import unicodedata
from base64 import b64encode

ITERATIONS = 4096
"""The least that RFC 7677 §4 allows, and what Postgres itself uses: every new connection repeats this work."""

SALT_BYTES = 16

_PROHIBITED = (
    stringprep.in_table_c12,
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c7,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
    stringprep.in_table_a1,  # unassigned in Unicode 3.2
)


def verifier(password: str, *, salt: bytes | None = None, iterations: int = ITERATIONS) -> str:
    """The verifier of ``password`` in the form that Postgres stores. A ``salt`` is given in tests only; otherwise it is random."""
    salt = os.urandom(SALT_BYTES) if salt is None else salt
    salted = hashlib.pbkdf2_hmac("sha256", prepare(password), salt, iterations)
    stored_key = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${iterations}:{_base64(salt)}${_base64(stored_key)}:{_base64(server_key)}"


def prepare(password: str) -> bytes:
    """The bytes to hash: SASLprep (RFC 4013) of ``password``, or its plain UTF-8 where SASLprep does not apply.

    Postgres, its client library and psycopg all do the same: pure ASCII is taken as it is, and a password that SASLprep prohibits is
    used unprepared rather than refused. Doing otherwise would make verifiers that no client can satisfy.
    """
    if not password.isascii():
        prepared = saslprep(password)
        if prepared is not None:
            return prepared.encode()
    return password.encode()


def saslprep(text: str) -> str | None:
    """``text`` after mapping and normalization (RFC 4013 §2.1, §2.2), or None where it is prohibited (§2.3 to §2.5)."""
    mapped = "".join(
        " " if stringprep.in_table_c12(char) else char for char in text if stringprep.in_table_c12(char) or not stringprep.in_table_b1(char)
    )
    normalized = unicodedata.ucd_3_2_0.normalize("NFKC", mapped)
    if not normalized or any(test(char) for char in normalized for test in _PROHIBITED):
        return None
    if any(map(stringprep.in_table_d1, normalized)):  # right-to-left text: RFC 3454 §6
        if any(map(stringprep.in_table_d2, normalized)):
            return None
        if not (stringprep.in_table_d1(normalized[0]) and stringprep.in_table_d1(normalized[-1])):
            return None
    return normalized


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")
