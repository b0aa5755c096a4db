"""Keys as Data Integrity writes them: Multikey, base58btc multibase (W3C Controlled Identifiers 1.0, sections 2.2.2 and 2.4)."""

from __future__ import annotations

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUE = {letter: number for number, letter in enumerate(_ALPHABET)}

ED25519_PUBLIC = b"\xed\x01"
"""The multicodec prefix of a public Ed25519 key."""


def encode(data: bytes) -> str:
    """``data`` in base58 with bitcoin's letters, and the ``z`` that says so."""
    leading = len(data) - len(data.lstrip(b"\0"))
    number = int.from_bytes(data)
    letters = ""
    while number:
        number, digit = divmod(number, 58)
        letters = _ALPHABET[digit] + letters
    return "z" + "1" * leading + letters


def decode(text: str) -> bytes:
    """The bytes of :func:`encode`. Raises ValueError where it is anything else."""
    if text[:1] != "z" or not set(text[1:]) <= _VALUE.keys():
        raise ValueError(f"not base58btc: {text[:20]}")
    letters = text[1:].lstrip("1")
    number = 0
    for letter in letters:
        number = number * 58 + _VALUE[letter]
    return bytes(len(text) - 1 - len(letters)) + number.to_bytes((number.bit_length() + 7) // 8)
