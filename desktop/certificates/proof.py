"""Data Integrity proofs of credentials: cryptosuite ``eddsa-jcs-2022`` (W3C Data Integrity EdDSA Cryptosuites 1.0, section 3.3)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from desktop.certificates import multibase

type Document = Mapping[str, Any]

CRYPTOSUITE = "eddsa-jcs-2022"


def did_of(key: Ed25519PublicKey) -> str:
    """The key as an identifier that needs no registry (the did:key method)."""
    return "did:key:" + multibase.encode(multibase.ED25519_PUBLIC + key.public_bytes_raw())


def method_of(key: Ed25519PublicKey) -> str:
    """The verification method of the key's own document: the identifier, and the key in it."""
    did = did_of(key)
    return f"{did}#{did.removeprefix('did:key:')}"


def key_of(method: str) -> Ed25519PublicKey:
    """The key that a ``did:key`` names. Raises ValueError where it names none of this kind."""
    did, _hash, _fragment = method.partition("#")
    data = multibase.decode(did.removeprefix("did:key:"))
    if not did.startswith("did:key:") or not data.startswith(multibase.ED25519_PUBLIC):
        raise ValueError(f"not an Ed25519 did:key: {method[:80]}")
    return Ed25519PublicKey.from_public_bytes(data.removeprefix(multibase.ED25519_PUBLIC))


def add_proof(document: Document, key: Ed25519PrivateKey, created: datetime) -> dict[str, Any]:
    """``document`` with its proof (section 3.3.1)."""
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "created": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": method_of(key.public_key()),
        "proofPurpose": "assertionMethod",
        "@context": document["@context"],
    }
    return {**document, "proof": {**options, "proofValue": multibase.encode(key.sign(hash_data(document, options)))}}


def check_proof(document: Document) -> str | None:
    """The identifier of the key that signed ``document`` (section 3.3.2), or None where it is not as it was signed.

    Whether that key is to be trusted is another question.
    """
    proof = document.get("proof")
    if not isinstance(proof, dict) or proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != CRYPTOSUITE:
        return None
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    context, signed = document.get("@context"), options.get("@context")
    if signed is not None and not _begins_with(context, signed):
        return None
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    if signed is not None:
        unsecured["@context"] = signed
    try:
        method = str(options["verificationMethod"])
        key_of(method).verify(multibase.decode(str(proof["proofValue"])), hash_data(unsecured, options))
    except (InvalidSignature, ValueError, KeyError):
        return None
    return method.partition("#")[0]


def hash_data(document: Document, options: Document) -> bytes:
    """What is signed: the hash of the proof's options, then that of the document (section 3.3.4), both in JCS (RFC 8785)."""
    return hashlib.sha256(rfc8785.dumps(dict(options))).digest() + hashlib.sha256(rfc8785.dumps(dict(document))).digest()


def _begins_with(context: Any, signed: Any) -> bool:
    """A document may have gained contexts behind those that were signed (section 3.3.2, step 4)."""
    whole, part = (value if isinstance(value, list) else [value] for value in (context, signed))
    return whole[: len(part)] == part
