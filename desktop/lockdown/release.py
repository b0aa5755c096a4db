"""Codes with which a proctor releases a station, also where there is no network. Each counts once.

They are made when the machine is enrolled and printed for the proctors; the machine itself has only what tells a right one: scrypt over a
salt of its own (RFC 7914). A code has 40 bits, and each try costs a tenth of a second, so that a candidate cannot find one by trying.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

from desktop.settings import read_json, write_json

CHARACTERS = 8
"""Of base32: 40 bits."""
COUNT = 10
SALT_BYTES = 16
COST = 2**15
MEMORY_BYTES = 64 * 1024 * 1024
FIELD = "release"


def make_codes(path: Path, alphabet: str, count: int = COUNT) -> tuple[str, ...]:
    """New codes for this machine instead of those it had, of letters of ``alphabet``; shown once, here."""
    codes = tuple("".join(secrets.choice(alphabet) for _character in range(CHARACTERS)) for _code in range(count))
    salt = secrets.token_bytes(SALT_BYTES)
    kept = {"salt": salt.hex(), "codes": [_digest(code, salt) for code in codes]}
    write_json(path, {**read_json(path), FIELD: kept})
    return codes


def use_code(path: Path, code: str) -> bool:
    """Whether this code releases the machine; it does so once."""
    stored = read_json(path)
    kept = stored.get(FIELD) or {"salt": "", "codes": []}
    digest = _digest(code, bytes.fromhex(kept["salt"]))
    left = [one for one in kept["codes"] if not hmac.compare_digest(one, digest)]
    if len(left) == len(kept["codes"]):
        return False
    write_json(path, {**stored, FIELD: {**kept, "codes": left}})
    return True


def codes_left(path: Path) -> int:
    return len((read_json(path).get(FIELD) or {"codes": []})["codes"])


def _digest(code: str, salt: bytes) -> str:
    return hashlib.scrypt(code.encode(), salt=salt, n=COST, r=8, p=1, maxmem=MEMORY_BYTES).hex()
