"""Which version of the application the association uses: whoever looks after the server announces it, and older copies say so."""

from __future__ import annotations

import re
from dataclasses import dataclass

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.errors import Invalid
from desktop.i18n import _


@dataclass(frozen=True, slots=True)
class Announcement:
    """``version`` is a release, as in ``1.4.2``; ``address`` is where it can be downloaded, over https."""

    version: str
    address: str


def release(version: str) -> tuple[int, ...]:
    """The numbers of a version, without what comes after a plus: a copy that was built from a later commit is not older."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(number) for number in found[0].split(".")) if found else ()


def get_announcement(session: Session, own: str) -> Announcement | None:
    """What is announced, if it is later than ``own``."""
    row = session.execute(sa.text("SELECT announced_version, announced_address FROM lms.workspace")).one()
    if row.announced_version is None or release(row.announced_version) <= release(own):
        return None
    return Announcement(row.announced_version, row.announced_address)


def announce(dsn: str, version: str, address: str) -> Announcement:
    """Tell every copy that signs in to the workspace at ``dsn``; the caller installed it.

    Raises:
        Invalid: the address is none that a browser can open safely.
    """
    made = Announcement(".".join(map(str, release(version))), address.strip())
    try:
        with psycopg.connect(dsn, connect_timeout=10) as connection:
            connection.execute("SET LOCAL ROLE lms_owner")
            connection.execute("UPDATE lms.workspace SET announced_version = %s, announced_address = %s", (made.version, made.address))
    except psycopg.errors.CheckViolation as error:
        raise Invalid(
            _("That is no address to download from."), remedy=_("Give it as https://example.org/lms."), details=address
        ) from error
    return made
