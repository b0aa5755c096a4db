"""Where the private half of a signing key is: with the passwords, on the computers of the administrators who issue."""

from __future__ import annotations

from desktop.certificates.keys import SigningKey
from desktop.certificates.queries import list_signing_keys
from desktop.settings import config_folder
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


def _secrets() -> Secrets:
    return Secrets(config_folder() / "secrets.json")


def _name(key_id: str) -> str:
    return f"signing key {key_id}"
