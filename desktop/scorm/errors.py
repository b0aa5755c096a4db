"""Why a package was refused. After any of these nothing of the package is left on the disk."""

from __future__ import annotations

from desktop.errors import Invalid


class PackageError(Invalid):
    """The file cannot be imported as a course package."""

    code = "scorm.package"


class NotAPackage(PackageError):
    """The file is not a zip file at all, or holds nothing."""

    code = "scorm.not-a-package"


class PackageDamaged(PackageError):
    """The zip file is cut off, or a file in it does not match its checksum."""

    code = "scorm.damaged"


class PackageEncrypted(PackageError):
    """A file in the zip needs a password."""

    code = "scorm.encrypted"


class PathEscapes(PackageError):
    """An entry's path leads out of the package: ``..``, an absolute path or a drive letter."""

    code = "scorm.path-escapes"


class LinkInPackage(PackageError):
    """An entry is a symbolic link or a device, not a file."""

    code = "scorm.link"


class NameNotPortable(PackageError):
    """An entry's name cannot exist on every system: reserved on Windows (``CON``, ``NUL`` …), or with characters files may not have."""

    code = "scorm.name"


class DuplicateName(PackageError):
    """Two entries would be the same file on a system that ignores case, or one is both a file and a folder."""

    code = "scorm.duplicate-name"


class PackageBomb(PackageError):
    """Unpacked, the package would be absurdly larger than the zip, or its entries overlap."""

    code = "scorm.bomb"


class PackageTooLarge(PackageError):
    """More files or bytes than a package may have."""

    code = "scorm.too-large"


class ManifestMissing(PackageError):
    """There is neither an ``imsmanifest.xml`` nor an AICC course."""

    code = "scorm.no-manifest"


class NestedPackage(ManifestMissing):
    """There is nothing but another zip, which may hold the course."""

    code = "scorm.nested"


class AiccIncomplete(PackageError):
    """Some of the files of an AICC course are there, but not the one that says what to launch."""

    code = "scorm.aicc-incomplete"


class AiccUnreadable(PackageError):
    """A file of an AICC course is not what it should be."""

    code = "scorm.aicc"


class ManifestUnreadable(PackageError):
    """``imsmanifest.xml`` is not XML, or not a manifest."""

    code = "scorm.manifest"


class ManifestUnsafe(PackageError):
    """``imsmanifest.xml`` declares entities, which serve only attacks there."""

    code = "scorm.manifest-entities"


class NothingToLaunch(PackageError):
    """The manifest names nothing that can be opened."""

    code = "scorm.nothing-to-launch"
