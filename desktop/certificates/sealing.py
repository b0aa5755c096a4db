"""The association's signature under a text (JWS compact, RFC 7515, ES256, the certificates of the key in ``x5c``), and what it is worth."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime
from enum import Enum

import jwt
from cryptography.hazmat.primitives.serialization import Encoding

from desktop.certificates.code import ALGORITHM
from desktop.certificates.custody import recall_keys, remember_keys
from desktop.certificates.keys import SigningKey
from desktop.certificates.queries import KnownKey, list_signing_keys
from desktop.store.connection import Store


class Seal(Enum):
    """What the signature of a file, or of the code in a picture, is worth."""

    NONE = "none"
    """There is none."""
    WHOLE = "whole"
    """The association signed it, and nothing was changed since."""
    CHANGED = "changed"
    """It is not as it was signed."""
    STRANGER = "stranger"
    """The key is none of the association's that are known here."""
    DISTRUSTED = "distrusted"
    """Signed at a time when others may have had the association's key."""


def sign(text: bytes, key: SigningKey) -> str:
    """A token that holds ``text``, signed; any program can check it, without asking anybody."""
    chain = [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in key.chain]
    return jwt.PyJWS().encode(text, key.private, ALGORITHM, {"kid": key.public.key_id, "x5c": chain, "typ": None})


def known_keys(store: Store | None) -> tuple[KnownKey, ...]:
    """The association's keys: as ``store`` tells, and remembers them here; without one those that are remembered."""
    if store is None:
        return recall_keys()
    keys = store.read(list_signing_keys)
    remember_keys(keys)
    return keys


def judge(token: str | None, text: bytes, keys: Iterable[KnownKey], made_at: datetime) -> tuple[Seal, str]:
    """What ``token``, made by :func:`sign` at ``made_at``, says of ``text``, and whom its key's certificate names."""
    if token is None:
        return Seal.NONE, ""
    try:
        key_id = jwt.get_unverified_header(token).get("kid")
    except jwt.PyJWTError:
        return Seal.CHANGED, ""
    key = next((one for one in keys if one.keys.key_id == key_id), None)
    if key is None:
        return Seal.STRANGER, ""
    try:
        signed = jwt.PyJWS().decode(token, key.keys.verifying, [ALGORITHM])
    except jwt.PyJWTError:
        return Seal.CHANGED, key.keys.name
    if signed != text:
        return Seal.CHANGED, key.keys.name
    late = key.compromised_at is not None and made_at >= key.compromised_at
    return (Seal.DISTRUSTED if late else Seal.WHOLE), key.keys.name
