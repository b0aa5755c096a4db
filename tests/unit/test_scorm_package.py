"""The importer: what it takes, what it says about it, what it refuses, and that a refusal leaves nothing."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import Cancelled
from desktop.scorm import errors
from desktop.scorm.archive import Limits
from desktop.scorm.errors import PackageError
from desktop.scorm.package import Package, read_unpacked, unpack
from desktop.tasks import JobControl

DATA = Path(os.environ.get("LMS_TEST_DATA", Path(__file__).resolve().parents[2].parent / "shared" / "data")) / "scorm"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the shared test data is not here (LMS_TEST_DATA)")

MANIFEST = """<?xml version="1.0"?>
<manifest identifier="m" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
  <metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>
  <organizations default="o"><organization identifier="o"><title>Course</title>
    <item identifier="i" identifierref="r"><title>Lesson</title></item></organization></organizations>
  <resources><resource identifier="r" type="webcontent" adlcp:scormtype="sco" href="index.html"/></resources>
</manifest>"""
PAGE = "<!doctype html><title>Lesson</title>"


def quiet() -> JobControl:
    return JobControl(lambda _fraction, _detail: None)


def make_zip(path: Path, files: dict[str, str | bytes], *, manifest: str | bytes | None = MANIFEST, page: bool = True) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        if manifest is not None:
            package.writestr("imsmanifest.xml", manifest)
        if page:
            package.writestr("index.html", PAGE)
        for name, data in files.items():
            package.writestr(name, data)
    return path


def take(tmp_path: Path, source: Path, limits: Limits | None = None) -> Package:
    return unpack(source, tmp_path / "unpacked" / "package", quiet(), limits)


def assert_nothing_left(tmp_path: Path) -> None:
    """Neither the folder nor a half-made one beside it, nor anything outside of them."""
    left = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".zip"]
    assert left == []
    assert not (tmp_path / "unpacked" / "package").exists()
    assert not list(tmp_path.glob("unpacked/.*"))


# --- packages that others made ----------------------------------------------------------------------------------------------------------

# file: standard, edition, title, launchable items, first address, remarks
WORKING = {
    "ContentPackagingOneFilePerSCO_SCORM12": ("1.2", "", "Golf Explained - CP One File Per SCO", 18, "Playing/Playing.html", []),
    "ContentPackagingSingleSCO_SCORM12": ("1.2", "", "Golf Explained - CP Single SCO", 1, "shared/launchpage.html", []),
    "ContentPackagingSingleSCO_SCORM20042ndEdition": ("2004", "2nd", "Golf Explained - CP Single SCO", 1, "shared/launchpage.html", []),
    "ContentPackagingSingleSCO_SCORM20043rdEdition": ("2004", "3rd", "Golf Explained - CP Single SCO", 1, "shared/launchpage.html", []),
    "RuntimeBasicCalls_SCORM12": ("1.2", "", "Golf Explained - Run-time Basic Calls", 1, "shared/launchpage.html", []),
    "RuntimeBasicCalls_SCORM20043rdEdition": ("2004", "3rd", "Golf Explained - Run-time Basic Calls", 1, "shared/launchpage.html", []),
    "RuntimeMinimumCalls_SCORM12-mini": ("1.2", "", "Golf Explained - Minimum Run-time Calls", 9, "Playing/Playing.html", []),
    "RuntimeMinimumCalls_SCORM12": ("1.2", "", "Golf Explained - Minimum Run-time Calls", 18, "Playing/Playing.html", []),
    "RuntimeMinimumCalls_SCORM20043rdEdition": ("2004", "3rd", "Golf Explained - Minimum Run-time Calls", 18, "Playing/Playing.html", []),
    "SequencingForcedSequential_SCORM20043rdEdition": (
        "2004", "3rd", "Golf Explained - Sequencing Forced Order", 5, "shared/launchpage.html?content=playing", []),
    "SequencingPostTestRollup_SCORM20043rdEdition": (
        "2004", "3rd", "Golf Explained - Sequencing Post Test Rollup", 5, "shared/launchpage.html?content=playing", []),
    "complexscorm": ("1.2", "", "The organization", 8, "index.html", ["litter", "default-organization", "metadata"]),
    "singlesco_scorm12": ("1.2", "", "Golf Explained - CP Single SCO", 1, "shared/launchpage.html", []),
    "singlescobasic": ("1.2", "", "Golf Explained - Run-time Basic Calls", 1, "shared/launchpage.html", []),
    "singlescobasic_missingorg": (
        "1.2", "", "com.scorm.golfsamples.runtime.basicruntime.12", 1, "sso/launchpage.html", ["no-organization"]),
}  # fmt: skip

BROKEN: dict[str, tuple[str, str, str, int, str, list[str]] | type[PackageError]] = {
    "AdlAttributes_SCORM20043rdEdition": ("2004", "3rd", "ADL Attributes Example", 1, "index.html", ["scormtype", "missing-file"]),
    "ComplexNestedOrganization_SCORM12": (
        "1.2", "", "Complex Nested Organization Test", 11, "content/module1.html", ["missing-file", "organizations"]),
    "ContentPackagingNoSchemaVersion_SCORM20042ndEdition": (
        "2004", "", "Minimal 2nd Edition No SchemaVersion", 1, "index.html", ["schemaversion", "missing-file"]),
    "InvalidFileReferences_SCORM12": ("1.2", "", "Invalid File References Test", 1, "content/nonexistent.html", ["missing-file"]),
    "InvalidMissingOrgIdentifier_SCORM20043rdEdition": (
        "2004", "3rd", "Minimal Course", 1, "index.html", ["scormtype", "missing-file", "no-identifier", "default-organization"]),
    "ItemWithNonExistentResourceId_SCORM12": (
        "1.2", "", "Item With Non-Existent Resource ID Test", 1, "content/item2.html", ["no-resource"]),
    "LaunchUrlFromNestedItem_SCORM12": ("1.2", "", "Launch URL From Nested Item Test", 2, "content/topic1.html", []),
    "MalformedXml_SCORM12": errors.ManifestUnreadable,
    "MinimalValid_SCORM20043rdEdition": ("2004", "3rd", "Minimal Course", 1, "index.html", ["scormtype", "missing-file"]),
    "MissingLaunchUrl_SCORM12": errors.NothingToLaunch,
    "MissingRequiredFields_SCORM12": ("1.2", "", "Test Item", 1, "content/index.html", ["missing-file", "no-title"]),
    "MultipleItemsWithIdentifierRef_SCORM12": ("1.2", "", "Multiple Items With IdentifierRef Test", 3, "content/item1.html", []),
    "PrerequisitesTest_SCORM12": ("1.2", "", "Prerequisites Test Course", 4, "module1.html", ["prerequisites"]),
    "badscorm": errors.ManifestUnreadable,
    "invalid": errors.ManifestMissing,
    "validscorm": errors.ManifestUnreadable,
}  # fmt: skip


@needs_data
@pytest.mark.parametrize("name", WORKING)
def test_working_packages_are_read_whole(name: str, tmp_path: Path) -> None:
    package = take(tmp_path, DATA / "packages" / f"{name}.zip")
    assert outcome(package) == WORKING[name]
    assert package.report.problems == []
    assert outcome(read_unpacked(package.folder))[:5] == WORKING[name][:5]


@needs_data
@pytest.mark.parametrize("name", BROKEN)
def test_broken_packages_are_taken_with_remarks_or_refused_with_a_reason(name: str, tmp_path: Path) -> None:
    expected = BROKEN[name]
    source = DATA / "broken" / f"{name}.zip"
    if isinstance(expected, type):
        with pytest.raises(expected):
            take(tmp_path, source)
        assert_nothing_left(tmp_path)
    else:
        assert outcome(take(tmp_path, source)) == expected


@needs_data
def test_no_shared_package_is_forgotten_here() -> None:
    assert {path.stem for path in (DATA / "packages").glob("*.zip")} <= WORKING.keys()
    assert {path.stem for path in (DATA / "broken").glob("*.zip")} <= BROKEN.keys()


def outcome(package: Package) -> tuple[str, str, str, int, str, list[str]]:
    manifest = package.manifest
    launchable = manifest.default.launchable
    return (manifest.standard.value, manifest.edition, manifest.title, len(launchable), launchable[0].launch, package.report.codes)


# --- what is never unpacked -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("../outside.txt", errors.PathEscapes),
        ("a/../../outside.txt", errors.PathEscapes),
        ("a\\..\\..\\outside.txt", errors.PathEscapes),
        ("/etc/outside.txt", errors.PathEscapes),
        ("\\\\server\\share\\outside.txt", errors.PathEscapes),
        ("C:/outside.txt", errors.PathEscapes),
        ("c:outside.txt", errors.PathEscapes),
        ("CON", errors.NameNotPortable),
        ("a/nul.txt", errors.NameNotPortable),
        ("com1.tar.gz", errors.NameNotPortable),
        ("page.html:stream", errors.NameNotPortable),
        ("what?.html", errors.NameNotPortable),
        ("trailing.", errors.NameNotPortable),
        ("trailing /page.html", errors.NameNotPortable),
        ("tab\there", errors.NameNotPortable),
        ("x" * 300, errors.NameNotPortable),
        ("/".join("d" * 60), errors.NameNotPortable),
        ("INDEX.html", errors.DuplicateName),
        ("index.html/inside.txt", errors.DuplicateName),
    ],
)
def test_a_dangerous_name_is_refused_before_anything_is_written(name: str, error: type[PackageError], tmp_path: Path) -> None:
    source = make_zip(tmp_path / "bad.zip", {name: "x"})
    with pytest.raises(error):
        take(tmp_path, source)
    assert_nothing_left(tmp_path)


def test_an_exact_duplicate_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        source = make_zip(tmp_path / "bad.zip", {"index.html": "another"})
    with pytest.raises(errors.DuplicateName):
        take(tmp_path, source)
    assert_nothing_left(tmp_path)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(kind: int, tmp_path: Path) -> None:
    source = make_zip(tmp_path / "bad.zip", {})
    link = zipfile.ZipInfo("link")
    link.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(source, "a") as package:
        package.writestr(link, "/etc/passwd")
    with pytest.raises(errors.LinkInPackage):
        take(tmp_path, source)
    assert_nothing_left(tmp_path)


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    source = make_zip(tmp_path / "bomb.zip", {"zeros.bin": bytes(20 << 20)})
    with pytest.raises(errors.PackageBomb):
        take(tmp_path, source, Limits(ratio_from=1 << 20))
    assert_nothing_left(tmp_path)


def test_too_many_files_or_bytes_are_refused(tmp_path: Path) -> None:
    source = make_zip(tmp_path / "big.zip", {f"{n}.txt": "x" * 100 for n in range(50)})
    with pytest.raises(errors.PackageTooLarge):
        take(tmp_path, source, Limits(files=20))
    with pytest.raises(errors.PackageTooLarge):
        take(tmp_path, source, Limits(bytes=1000))
    assert_nothing_left(tmp_path)


def test_entries_that_share_bytes_are_refused(tmp_path: Path) -> None:
    """The directory is made to name the first file's bytes a second time: the trick behind bombs without an odd ratio."""
    source = make_zip(tmp_path / "overlap.zip", {"b.txt": "b" * 100})
    data = bytearray(source.read_bytes())
    last = data.rindex(b"PK\x01\x02")
    data[last + 42 : last + 46] = struct.pack("<I", 0)  # offset of the local header: the first file's
    source.write_bytes(data)
    with pytest.raises(errors.PackageBomb):
        take(tmp_path, source)
    assert_nothing_left(tmp_path)


def test_a_password_is_asked_of_the_author_not_of_the_zip(tmp_path: Path) -> None:
    source = make_zip(tmp_path / "locked.zip", {})
    data = bytearray(source.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    source.write_bytes(data)
    with pytest.raises(errors.PackageEncrypted):
        take(tmp_path, source)
    assert_nothing_left(tmp_path)


def test_damage_found_while_unpacking_leaves_nothing(tmp_path: Path) -> None:
    source = make_zip(tmp_path / "damaged.zip", {"movie.bin": os.urandom(3 << 20)})
    data = bytearray(source.read_bytes())
    data[len(data) // 2] ^= 0xFF
    source.write_bytes(data)
    with pytest.raises(errors.PackageDamaged):
        take(tmp_path, source)
    assert_nothing_left(tmp_path)


@pytest.mark.parametrize("keep", [0, 10, 200])
def test_a_cut_off_download_is_refused(keep: int, tmp_path: Path) -> None:
    source = make_zip(tmp_path / "whole.zip", {})
    source.write_bytes(source.read_bytes()[:keep])
    with pytest.raises(errors.NotAPackage):
        take(tmp_path, source)
    assert_nothing_left(tmp_path)


def test_cancel_leaves_nothing(tmp_path: Path) -> None:
    source = make_zip(tmp_path / "long.zip", {f"{n}.bin": os.urandom(1 << 16) for n in range(20)})
    control = JobControl(lambda fraction, _detail: control.cancel() if fraction and fraction > 0.5 else None)
    with pytest.raises(Cancelled):
        unpack(source, tmp_path / "unpacked" / "package", control)
    assert_nothing_left(tmp_path)


def test_progress_reaches_the_end_and_is_not_chatty(tmp_path: Path) -> None:
    source = make_zip(tmp_path / "many.zip", {f"{n}.txt": "text" * 50 for n in range(2000)})
    seen: list[float] = []
    unpack(source, tmp_path / "package", JobControl(lambda fraction, _detail: seen.append(fraction or 0)))
    assert seen == sorted(seen)
    assert seen[-1] > 0.98
    assert len(seen) <= 102


# --- what is tolerated ------------------------------------------------------------------------------------------------------------------


def test_a_wrapper_folder_backslashes_and_litter_are_tolerated(tmp_path: Path) -> None:
    source = tmp_path / "wrapped.zip"
    with zipfile.ZipFile(source, "w") as package:
        package.writestr("Course/imsmanifest.xml", MANIFEST)
        package.writestr("Course\\index.html", PAGE)
        package.writestr("__MACOSX/Course/._index.html", "x")
        package.writestr("readme.txt", "outside")
    package_read = take(tmp_path, source)
    assert (package_read.folder / "index.html").read_text() == PAGE
    assert not (package_read.folder / "readme.txt").exists()
    assert set(package_read.report.codes) == {"backslash", "litter", "outside-wrapper", "wrapper-folder"}


def test_a_zip_inside_a_zip_is_named(tmp_path: Path) -> None:
    source = make_zip(tmp_path / "outer.zip", {"course/inner.zip": b"PK"}, manifest=None, page=False)
    with pytest.raises(errors.NestedPackage) as caught:
        take(tmp_path, source)
    assert "inner.zip" in caught.value.message


def test_zip64_is_read(tmp_path: Path) -> None:
    source = tmp_path / "zip64.zip"
    with zipfile.ZipFile(source, "w") as package:
        for name, text in (("imsmanifest.xml", MANIFEST), ("index.html", PAGE)):
            with package.open(name, "w", force_zip64=True) as stream:
                stream.write(text.encode())
    assert len(take(tmp_path, source).paths) == 2


# --- rules ------------------------------------------------------------------------------------------------------------------------------


@given(name=st.text(st.sampled_from("aZ.:\\/ \x00~cCoOnN1"), min_size=1, max_size=12))
def test_whatever_the_name_nothing_is_written_outside(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    base = tmp_path_factory.mktemp("names")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("imsmanifest.xml", MANIFEST)
        package.writestr("index.html", PAGE)
        package.writestr(zipfile.ZipInfo(name), "payload")
    (base / "in.zip").write_bytes(buffer.getvalue())
    try:
        package_read = unpack(base / "in.zip", base / "box" / "package", quiet())
    except PackageError:
        assert_nothing_outside(base, lambda _path: False)
    else:
        assert_nothing_outside(base, lambda path: package_read.folder in path.parents)


@given(data=st.data())
def test_a_mutated_package_is_read_or_refused_never_half_made(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    base = tmp_path_factory.mktemp("mutants")
    bytes_ = bytearray(make_zip(base / "in.zip", {"a/b.txt": "text" * 20}).read_bytes())
    for position, value in data.draw(st.lists(st.tuples(st.integers(0, len(bytes_) - 1), st.integers(0, 255)), min_size=1, max_size=6)):
        bytes_[position] = value
    (base / "in.zip").write_bytes(bytes_)
    try:
        package_read = unpack(base / "in.zip", base / "box" / "package", quiet())
    except PackageError:
        assert_nothing_outside(base, lambda _path: False)
    else:
        assert package_read.manifest.default.launchable


def assert_nothing_outside(base: Path, allowed: Callable[[Path], bool]) -> None:
    assert [path for path in base.rglob("*") if path.is_file() and path.name != "in.zip" and not allowed(path)] == []
