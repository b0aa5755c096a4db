"""Proofs of credentials, against the vectors of the recommendation."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from desktop.certificates import multibase
from desktop.certificates.proof import add_proof, check_proof, did_of, hash_data, key_of
from tests.support.data import TEST_DATA, needs_data

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DOCUMENT = {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential"], "name": "Ethics", "credits": 1.5}
CREATED = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def vectors():
    folder = TEST_DATA / "credentials"
    texts = {path.name: path.read_text("utf-8").strip() for path in (folder / "eddsa-jcs-2022").iterdir()}
    return texts, json.loads((folder / "keyPair.json").read_text("utf-8"))


@needs_data("credentials")
def test_the_published_document_is_signed_with_the_published_bytes(vectors):
    texts, pair = vectors
    signed = json.loads(texts["signedJCS.json"])
    key = Ed25519PrivateKey.from_private_bytes(multibase.decode(pair["privateKeyMultibase"])[2:])
    unsigned = {name: value for name, value in signed.items() if name != "proof"}
    created = datetime.fromisoformat(signed["proof"]["created"])
    assert hash_data(unsigned, json.loads(texts["proofConfigJCS.json"])).hex() == texts["combinedHashJCS.txt"]
    assert add_proof(unsigned, key, created) == signed
    assert multibase.decode(signed["proof"]["proofValue"]).hex() == texts["sigHexJCS.txt"]


@needs_data("credentials")
def test_the_published_document_is_believed_and_names_its_key(vectors):
    texts, pair = vectors
    assert check_proof(json.loads(texts["signedJCS.json"])) == "did:key:" + pair["publicKeyMultibase"]


def test_a_document_may_gain_contexts_behind_the_signed_ones():
    signed = add_proof(DOCUMENT, KEY, CREATED)
    more = {**signed, "@context": [*signed["@context"], "https://example.org/more"]}
    assert check_proof(more) == did_of(KEY.public_key())
    assert check_proof({**signed, "@context": ["https://example.org/other"]}) is None


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Ethics II"},
        {"credits": 2.5},
        {"type": ["VerifiableCredential", "Other"]},
        {"added": True},
    ],
)
def test_a_changed_document_is_not_believed(change):
    assert check_proof({**add_proof(DOCUMENT, KEY, CREATED), **change}) is None


@pytest.mark.parametrize(
    "change",
    [
        {"created": "2026-11-23T09:30:00Z"},
        {"proofPurpose": "authentication"},
        {"cryptosuite": "eddsa-rdfc-2022"},
        {"verificationMethod": "did:web:example.org"},
        {"verificationMethod": did_of(Ed25519PrivateKey.generate().public_key())},
        {"proofValue": "u not base58"},
        {"proofValue": "z11"},
    ],
)
def test_a_changed_proof_is_not_believed(change):
    signed = add_proof(DOCUMENT, KEY, CREATED)
    assert check_proof({**signed, "proof": {**signed["proof"], **change}}) is None


def test_a_document_without_a_proof_is_not_believed():
    assert check_proof(DOCUMENT) is None


def test_an_identifier_gives_its_key_back():
    public = KEY.public_key()
    assert key_of(did_of(public)).public_bytes_raw() == public.public_bytes_raw()
    with pytest.raises(ValueError, match="Ed25519"):
        key_of("did:key:" + multibase.encode(b"\x80\x24" + bytes(33)))


@given(st.binary())
def test_base58_gives_the_same_bytes_back(data):
    assert multibase.decode(multibase.encode(data)) == data


@pytest.mark.parametrize("text", ["", "abc", "z0", "zO", "zI", "zl", "z-"])
def test_what_is_not_base58btc_is_refused(text):
    with pytest.raises(ValueError, match="base58btc"):
        multibase.decode(text)
