"""Where signing keys are on this computer: the private half with the passwords, for administrators who issue; the public halves of
the keys that servers told of, in a file, so that a certificate can be verified without a connection.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from desktop.certificates.keys import PublicKeys, SigningKey
from desktop.certificates.queries import KnownKey, list_signing_keys
from desktop.settings import config_folder, data_folder, read_json, write_json
from desktop.store.connection import Store
from desktop.store.secrets import Secrets


def keep(key: SigningKey) -> str:
    """Keep ``key`` on this computer. The answer is what the person must be told about the place, or nothing."""
    secrets = _secrets()
    secrets.set(_name(key.public.key_id), key.to_secret())
    return secrets.notice


def find_key(store: Store) -> SigningKey | None:
    """The association's current key, where its private half is on this computer."""
    known = next((one for one in store.read(list_signing_keys) if one.retired_at is None), None)
    secret = _secrets().get(_name(known.keys.key_id)) if known is not None else None
    return SigningKey.from_secret(secret, known.keys) if known is not None and secret is not None else None


def remember_keys(known: Iterable[KnownKey]) -> None:
    """Keep what the server says of its keys, beside those of other workspaces."""
    kept = {one.keys.key_id: one for one in recall_keys()}
    fresh = {one.keys.key_id: one for one in known}
    if any(kept.get(key_id) != one for key_id, one in fresh.items()):
        write_json(_known(), {key_id: _to_json(one) for key_id, one in (kept | fresh).items()})


def recall_keys() -> tuple[KnownKey, ...]:
    """The keys that :func:`remember_keys` kept; none where the file cannot be understood."""
    try:
        return tuple(_from_json(values) for values in read_json(_known()).values())
    except (ValueError, KeyError, TypeError):
        return ()


def _to_json(key: KnownKey) -> dict[str, str | None]:
    return {
        "keys": key.keys.to_text(),
        "added_at": key.added_at.isoformat(),
        "added_by": key.added_by,
        "retired_at": key.retired_at.isoformat() if key.retired_at else None,
        "compromised_at": key.compromised_at.isoformat() if key.compromised_at else None,
    }


def _from_json(values: dict[str, str | None]) -> KnownKey:
    moments = {name: datetime.fromisoformat(text) if (text := values[name]) else None for name in ("retired_at", "compromised_at")}
    return KnownKey(
        PublicKeys.from_text(str(values["keys"])), datetime.fromisoformat(str(values["added_at"])), values["added_by"], **moments
    )


def _known() -> Path:
    return data_folder() / "signing-keys.json"


def _secrets() -> Secrets:
    return Secrets(config_folder() / "secrets.json")


def _name(key_id: str) -> str:
    return f"signing key {key_id}"
