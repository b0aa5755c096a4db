"""The verifier against the exchange printed in RFC 7677 §3 and the examples of RFC 4013 §3."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.members.scram import prepare, saslprep, verifier

NONCE = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
SALT = "W22ZaJ0SNY7soEsUEjb6gQ=="
AUTH_MESSAGE = f"n=user,r=rOprNGfwEbeRWgbNEkqO,r={NONCE},s={SALT},i=4096,c=biws,r={NONCE}".encode()
CLIENT_PROOF = b64decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
SERVER_SIGNATURE = b64decode("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")


def test_the_exchange_of_rfc_7677_is_accepted() -> None:
    """A server that holds our verifier accepts the RFC's proof and answers with the RFC's signature."""
    stored_key, server_key = (b64decode(key) for key in verifier("pencil", salt=b64decode(SALT)).rsplit("$", 1)[1].split(":"))
    signature = hmac.digest(stored_key, AUTH_MESSAGE, "sha256")
    client_key = bytes(a ^ b for a, b in zip(CLIENT_PROOF, signature, strict=True))
    assert hashlib.sha256(client_key).digest() == stored_key
    assert hmac.digest(server_key, AUTH_MESSAGE, "sha256") == SERVER_SIGNATURE


@pytest.mark.parametrize(
    ("given_text", "prepared"),
    [
        ("I\u00adX", "IX"),
        ("user", "user"),
        ("USER", "USER"),
        ("\u00aa", "a"),
        ("\u2168", "IX"),
        ("\u0007", None),
        ("\u0627\u0031", None),
        ("caf\u00e9\u00a0noir", "caf\u00e9 noir"),
    ],
)
def test_saslprep(given_text: str, prepared: str | None) -> None:
    assert saslprep(given_text) == prepared


def test_a_prohibited_password_is_used_as_it_is() -> None:
    assert prepare("\u0627\u0031") == "\u0627\u0031".encode()


@given(st.text(min_size=1))
def test_every_password_has_a_verifier_of_the_stored_form(password: str) -> None:
    text = verifier(password.encode(errors="ignore").decode() or "x", iterations=1)
    assert re.fullmatch(r"SCRAM-SHA-256\$1:[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=", text)


def test_two_verifiers_of_one_password_differ() -> None:
    assert verifier("pencil") != verifier("pencil")
