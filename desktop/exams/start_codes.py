"""Codes that are read from paper and typed: Crockford's base32, with the letters that people mistake taken for what they stand for."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
START_CODE_CHARACTERS = 13
"""65 bits."""
_MISTAKEN = str.maketrans({"O": "0", "I": "1", "L": "1"})


def read_code(typed: str) -> str:
    """What was meant: without spaces and dashes, in capitals, no letter O, I or L."""
    return "".join(typed.split()).replace("-", "").upper().translate(_MISTAKEN)


def is_code(code: str, characters: int = START_CODE_CHARACTERS) -> bool:
    """Whether it can be a code of so many characters at all."""
    return len(code) == characters and set(code) <= set(ALPHABET)


def show_code(code: str) -> str:
    """In groups of four with a dash between, as it is printed."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))
