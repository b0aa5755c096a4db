"""Content that lies elsewhere and is shown here: which sites may be, and what their addresses say about a film."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from desktop.courses.content_checks import address_problem
from desktop.i18n import _

ALLOWED_HOSTS = (
    "docs.google.com", "forms.office.com", "h5p.org", "h5p.com", "player.vimeo.com", "vimeo.com", "www.youtube.com", "youtube.com",
    "www.youtube-nocookie.com", "youtu.be", "fast.wistia.net", "wistia.com", "prezi.com", "www.slideshare.net", "phet.colorado.edu",
    "www.geogebra.org", "padlet.com", "miro.com", "www.menti.com",
)  # fmt: skip
"""Sites whose pages may be shown inside of a lesson, each with what is below it (``acme.h5p.com``)."""


@dataclass(frozen=True, slots=True)
class Film:
    """A film on one of the sites that the schema knows, under the one address that is stored of it."""

    provider: str
    identifier: str

    @property
    def address(self) -> str:
        match self.provider:
            case "youtube":
                return f"https://www.youtube.com/watch?v={self.identifier}"
            case "vimeo":
                return f"https://vimeo.com/{self.identifier}"
            case _:
                return f"https://fast.wistia.net/embed/iframe/{self.identifier}"


def film(address: str) -> Film | None:
    """The film that an address of YouTube, Vimeo or Wistia names, in any of their spellings; None for anything else."""
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    except ValueError:
        return None
    steps = [step for step in parts.path.split("/") if step]
    found = ""
    if host in ("youtube.com", "youtube-nocookie.com"):
        found = parse_qs(parts.query).get("v", [""])[0] or (steps[1] if len(steps) > 1 and steps[0] in ("embed", "shorts", "live") else "")
        return Film("youtube", found) if re.fullmatch(r"[\w-]{11}", found) else None
    if host == "youtu.be" and steps:
        return Film("youtube", steps[0]) if re.fullmatch(r"[\w-]{11}", steps[0]) else None
    if host in ("vimeo.com", "player.vimeo.com"):
        found = next((step for step in steps if step.isdecimal()), "")
        return Film("vimeo", found) if found else None
    if host.endswith(("wistia.com", "wistia.net", "wi.st")) and steps:
        return Film("wistia", steps[-1]) if re.fullmatch(r"\w{10}", steps[-1]) else None
    return None


def embed_problem(address: str) -> str:
    """Why a page may not be shown inside of a lesson; empty where it may."""
    if problem := address_problem(address, web_only=True):
        return problem
    parts = urlsplit(address.strip())
    host = parts.hostname or ""
    if parts.scheme != "https":
        return _("Only addresses that begin with https:// can be embedded.")
    if not any(host == allowed or host.endswith(f".{allowed}") for allowed in ALLOWED_HOSTS):
        return _("Pages of {host} are not shown inside of lessons; make it a link.").format(host=host)
    return ""
