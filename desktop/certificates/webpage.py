"""A page for the association's web site that checks a certificate in the browser: from its QR code alone, and by the record where it is
told which function to ask.

One file without anything from elsewhere. It holds the public keys of the day; after a key was replaced or distrusted it is made anew.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from desktop.certificates.queries import KnownKey
from desktop.errors import Invalid
from desktop.i18n import _

SOURCE = Path(__file__).resolve().parents[2] / "resources" / "verify"
PAGES = ("index.html", "404.html")
"""The same page twice: hosts of static files show the second for the addresses with a number that codes have."""


def make_page(association: str, keys: Iterable[KnownKey], ask: str = "", api_key: str = "") -> str:
    """The page. ``ask`` is the address of ``verify_certificate`` (PostgREST's ``rpc``), ``api_key`` what a gateway wants of everybody.

    Raises :class:`Invalid` for an address that a browser would not ask from a secure page.
    """
    origin = _origin(ask) if ask else ""
    settings = {
        "name": association,
        "keys": [_key(one) for one in keys],
        "ask": ask,
        "headers": {"apikey": api_key} if api_key else {},
    }
    script = (SOURCE / "page.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; connect-src {origin or "'none'"}; base-uri 'none'"
    )
    # In JSON a "<" may be written so; nothing in it can then end the element that it stands in.
    data = json.dumps(settings, ensure_ascii=False).replace("<", "\\u003c")
    page = (SOURCE / "page.html").read_text("utf-8")
    for mark, text in (("@policy@", policy), ("@association@", data), ("@script@", script)):
        page = page.replace(mark, text)
    return page


def write_page(folder: Path, page: str) -> None:
    """Put the page into ``folder``, ready to be copied to a web server. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PAGES:
        (folder / name).write_text(page, "utf-8", newline="\n")


def _origin(ask: str) -> str:
    parts = urlsplit(ask)
    local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and local)) or any(mark in ask for mark in " ;\"'<>"):
        raise Invalid(_("The function to ask needs an address with https."), details=ask)
    return f"{parts.scheme}://{parts.netloc}"


def _key(known: KnownKey) -> dict[str, object]:
    numbers = known.keys.verifying.public_numbers()
    assert isinstance(numbers.curve, ec.SECP256R1)
    return {
        "id": known.keys.key_id,
        "jwk": {"kty": "EC", "crv": "P-256", "x": _number(numbers.x), "y": _number(numbers.y)},
        "compromised": known.compromised_at.date().isoformat() if known.compromised_at else None,
    }


def _number(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes(32)).rstrip(b"=").decode()
