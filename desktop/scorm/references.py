"""The package's files, and the references to them that manifests and AICC's tables write."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from desktop.i18n import _
from desktop.scorm.report import ImportReport


@dataclass(frozen=True, slots=True)
class Reference:
    """What a reference leads to: a file's path as it is really called, and the query and fragment behind it.

    ``path`` is empty where the reference leads out of the package; ``present`` says whether the package holds the file.
    """

    path: str = ""
    suffix: str = ""
    present: bool = False


class Files:
    """The package's paths, found as written or, failing that, whatever their case."""

    def __init__(self, paths: Iterable[str], report: ImportReport) -> None:
        self._exact = frozenset(paths)
        self._folded = {path.casefold(): path for path in self._exact}
        self._report = report

    def find(self, path: str) -> str | None:
        return path if path in self._exact else self._folded.get(path.casefold())

    def resolve(self, base: str, href: str, where: str) -> Reference:
        """Follow ``href`` from the folder ``base``; ``where`` needs it. Every liberty and every fault is a remark."""
        report = self._report
        if "\\" in href or "\\" in base:
            report.warn("backslash", href, _("The path is written with backslashes; it was read as a folder path."))
            href, base = href.replace("\\", "/"), base.replace("\\", "/")
        whole = base + href
        if is_external(whole):
            report.problem("external", whole, _("This lies on the network, where course content may not go."))
            return Reference()
        cut = min((whole.index(mark) for mark in "?#" if mark in whole), default=len(whole))
        path, suffix = whole[:cut], whole[cut:]
        if "#" in whole and self.find(whole) is not None:
            path, suffix = whole, ""  # a file whose very name has a “#” in it
        if path.startswith("/"):
            report.warn("leading-slash", href, _("The path starts with a slash; it was read from the package's root."))
            path = path.lstrip("/")
        path = posixpath.normpath(path) if path else ""
        if path.startswith(".."):
            report.problem("outside", href, _("This would lie outside of the package."))
            return Reference()
        # An encoded name is tried decoded first; a file may also be literally called “100%25.html”.
        found = self.find(unquote(path)) or self.find(path)
        if found is None:
            report.problem(
                "missing-file", unquote(path), _("The package does not hold this file, which “{where}” needs.").format(where=where)
            )
            return Reference(unquote(path), suffix)
        if found not in (path, unquote(path)):
            report.warn("case", href, _("The file is called “{name}”; upper and lower case differ.").format(name=found))
        return Reference(found, suffix, present=True)


def is_external(address: str) -> bool:
    """Whether an address lies on the network, or anywhere else that is not the package."""
    try:
        return bool(urlsplit(address).scheme) or address.startswith("//")
    except ValueError:  # “//[” and its like
        return True


def launch_address(path: str, suffix: str, parameters: str) -> str:
    """The address of a file with an item's parameters, put together as IMS CP 1.1.4 section 3.3 (``parameters``) prescribes."""
    address = quote(path) + suffix
    parameters = parameters.lstrip("?&")
    if not parameters:
        return address
    if parameters.startswith("#"):
        return address if "#" in address else address + parameters
    head, mark, fragment = address.partition("#")
    return head + ("&" if "?" in head else "?") + parameters + mark + fragment
