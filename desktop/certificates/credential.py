"""A certificate as a digital credential: Open Badges 3.0 (1EdTech), a Verifiable Credential of the W3C's data model 2.0."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.certificates.proof import add_proof, did_of
from desktop.certificates.snapshot import Snapshot

CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
FILE_NAME = "credential.json"
"""Under this name it lies in the certificate's PDF."""


def make_credential(snapshot: Snapshot, course_id: UUID, address: str, key: Ed25519PrivateKey) -> dict[str, Any]:
    """The signed credential of what was printed (Open Badges 3.0, B.1 "AchievementCredential")."""
    achievement: dict[str, Any] = {
        "id": f"urn:uuid:{course_id}",
        "type": ["Achievement"],
        "achievementType": "Certificate",
        "name": snapshot.course_title,
        "description": snapshot.course_title,
        "criteria": {"narrative": "Completion of the course, its lessons and its assessments."},
    }
    subject: dict[str, Any] = {
        "type": ["AchievementSubject"],
        "identifier": [{"type": "IdentityObject", "identityType": "name", "identityHash": snapshot.member_name, "hashed": False}],
        "activityEndDate": _start_of(snapshot.completed_on),
        "achievement": achievement,
    }
    if snapshot.ce_credits:
        subject["creditsEarned"] = float(snapshot.ce_credits)
    document: dict[str, Any] = {
        "@context": CONTEXTS,
        "id": f"{address}{snapshot.number}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": snapshot.course_title,
        "issuer": {"id": did_of(key.public_key()), "type": ["Profile"], "name": snapshot.issuer_name},
        "validFrom": _moment(snapshot.issued_at),
        "credentialSubject": subject,
    }
    if snapshot.expires_on is not None:
        document["validUntil"] = _start_of(snapshot.expires_on)
    return add_proof(document, key, snapshot.issued_at)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _start_of(day: date) -> str:
    return _moment(datetime.combine(day, time(), UTC))
