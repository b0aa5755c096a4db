"""The verification page in a real browser: a code alone, a code and the record, and every way in which one is not what it says."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from desktop.certificates.code import sign_code
from desktop.certificates.commands import issue, reissue, revoke
from desktop.certificates.keys import make_key
from desktop.certificates.queries import KnownKey, get_certificate
from desktop.certificates.snapshot import Snapshot
from desktop.certificates.webpage import make_page, write_page
from desktop.errors import Invalid
from desktop.store.connection import Store
from tests.support.courses import complete_course
from tests.support.postgres import Database

KEY = make_key("Association")
KNOWN = KnownKey(KEY.public, datetime(2026, 1, 1, tzinfo=UTC), None, None, None)


type Visit = tuple[str, tuple[KnownKey, ...], bool]
"""Where to go (from the page on), the keys that the page has, and whether it may ask the record."""


@pytest.fixture
def visit(tmp_path: Path, db: Database) -> Iterator[Callable[..., list[dict[str, str]]]]:
    """``visit(…)``: what pages say, on a host of static files on this computer; ``/rpc`` is the function of the real record."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404)  # as a host of static files does for an address with a number
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((tmp_path / self.path.split("/")[1] / "404.html").read_bytes())

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with psycopg.connect(db.dsn) as connection:
                row = connection.execute("SELECT verify_certificate(%s)", (asked["p_certificate_number"],)).fetchone()
            assert row is not None
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(row[0]).encode())

        def log_message(self, format: str, *_arguments: object) -> None:
            """Quietly."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    site = f"http://127.0.0.1:{server.server_address[1]}"

    def visit(*visits: Visit) -> list[dict[str, str]]:
        for number, (_address, keys, ask) in enumerate(visits):
            write_page(tmp_path / str(number), make_page("The <Association>", keys, f"{site}/rpc" if ask else ""))
        addresses = [f"{site}/{number}/{address}" for number, (address, _keys, _ask) in enumerate(visits)]
        environment = {name: value for name, value in os.environ.items() if name != "QTWEBENGINE_CHROMIUM_FLAGS"}
        ended = subprocess.run(
            [sys.executable, "-m", "tests.player.browser", *addresses],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
            env=environment,
        )
        return [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]

    yield visit
    server.shutdown()
    thread.join(20)
    server.server_close()


@pytest.fixture
def learner(db: Database) -> Store:
    return db.store(db.add_person("learner", first_name="Amara", last_name="Okafor"))


def code_of(snapshot: Snapshot) -> str:
    """What the QR code leads to, from the host on."""
    return sign_code(snapshot, KEY, "")


@pytest.fixture
def snapshot(db: Database, learner: Store) -> Snapshot:
    return learner.read(get_certificate, learner.write(issue, complete_course(db, learner)).value).snapshot


def test_a_code_alone_proves_who_issued_it_and_whatever_was_changed_is_found_out(visit: Any, snapshot: Snapshot) -> None:
    number, _hash, token = code_of(snapshot).partition("#")
    head, payload, signature = token.split(".")
    other = code_of(replace(snapshot, member_name="Eve Okafor")).partition("#")[2].split(".")
    stranger = KnownKey(make_key("Somebody").public, KNOWN.added_at, None, None, None)
    lost = replace(KNOWN, retired_at=datetime.now(UTC), compromised_at=datetime.now(UTC) - timedelta(days=1))
    good, *others = visit(
        (code_of(snapshot), (KNOWN,), False),
        (code_of(replace(snapshot, expires_on=date(2020, 1, 1))), (KNOWN,), False),
        (f"{number}#{head}.{other[1]}.{signature}", (KNOWN,), False),
        (f"CERT-2026-00000000#{token}", (KNOWN,), False),
        (f"{number}#{head}.{payload}", (KNOWN,), False),
        (f"{number}#nonsense", (KNOWN,), False),
        (code_of(snapshot), (stranger,), False),
        (code_of(snapshot), (lost,), False),
        (number, (KNOWN,), False),
        ("", (KNOWN,), False),
    )
    assert (good["status"], good["sentence"]) == ("signed", "The association issued this certificate, and nothing on it was changed.")
    assert "The <Association>" in good["text"]
    assert "Amara Okafor" in good["text"]
    assert "revoked or replaced since cannot be known here" in good["text"]
    assert [one["status"] for one in others] == [
        *("expired", "changed", "changed", "changed", "changed", "stranger", "distrusted", "unknown", "ask"),
    ]


def test_where_the_record_is_asked_it_has_the_last_word(visit: Any, db: Database, learner: Store, snapshot: Snapshot) -> None:
    administrator = db.store(db.add_person("administrator"))
    old = learner.write(issue, complete_course(db, learner, "Law")).value
    newer = administrator.write(reissue, old).value
    replaced, revoked = (learner.read(get_certificate, one).snapshot for one in (old, newer))
    administrator.write(revoke, newer, "Issued in error")
    said = visit(
        (code_of(snapshot), (KNOWN,), True),
        (code_of(replaced), (KNOWN,), True),
        (revoked.number, (KNOWN,), True),
        ("CERT-2026-00000000", (KNOWN,), True),
        (code_of(replace(snapshot, member_name="Eve Okafor")), (KNOWN,), True),
    )
    assert [one["status"] for one in said] == ["valid", "superseded", "revoked", "not_found", "changed"]
    assert "Issued in error" not in said[2]["text"]
    assert "signed “Eve Okafor”" in said[4]["text"]


@pytest.mark.parametrize("ask", ["http://example.org/rpc", "ftp://example.org", "https://", "https://example.org/';x"])
def test_the_record_is_asked_over_tls_only(ask: str) -> None:
    with pytest.raises(Invalid):
        make_page("Association", (KNOWN,), ask)
