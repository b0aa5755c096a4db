"""Packages made up for a test: pages given as text, one item each."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

FIND_API = """<script>
  const api = (function (at) {
    while (!at.API && !at.API_1484_11 && (at.parent !== at || at.opener)) { at = at.parent !== at ? at.parent : at.opener; }
    return at.API || at.API_1484_11;
  })(window);
</script>"""


def make_package(
    target: Path, pages: Mapping[str, str], *, version: str = "1.2", files: Mapping[str, bytes] | None = None, organizations: str = ""
) -> Path:
    """A package with an item ``i0``, ``i1`` … for each page, in order. Pages get ``api``; ``files`` and ``organizations`` come along."""
    items = "".join(f'<item identifier="i{n}" identifierref="r{n}"><title>{name}</title></item>' for n, name in enumerate(pages))
    resources = "".join(
        f'<resource identifier="r{n}" type="webcontent" adlcp:scormtype="sco" href={quoteattr(name)}/>' for n, name in enumerate(pages)
    )
    manifest = f"""<manifest identifier="made-up" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
        xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"><metadata><schemaversion>{version}</schemaversion></metadata>
        <organizations default="o"><organization identifier="o"><title>Made up</title>{items}</organization>{organizations}</organizations>
        <resources>{resources}</resources></manifest>"""
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("imsmanifest.xml", manifest)
        for name, page in pages.items():
            package.writestr(name, f"<!doctype html><meta charset=utf-8><title>{name}</title>{FIND_API}{page}")
        for name, data in (files or {}).items():
            package.writestr(name, data)
    return target
