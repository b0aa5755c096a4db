"""AICC courses: every value that a launch needs, and every liberty that tools take with the course files."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.scorm.aicc import CourseFiles, find_course, read_aicc
from desktop.scorm.errors import AiccIncomplete, AiccUnreadable, NothingToLaunch, PackageError
from desktop.scorm.manifest import Item, Manifest, Standard
from desktop.scorm.package import Package, as_zip, read_unpacked, unpack
from desktop.scorm.report import ImportReport
from desktop.tasks import JobControl

DATA = Path(os.environ.get("LMS_TEST_DATA", Path(__file__).resolve().parents[2].parent / "shared" / "data")) / "aicc"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the shared test data is not here (LMS_TEST_DATA)")

CRS = "[Course]\nCourse_ID=tides\nCourse_Title=Tides\nVersion=4.0\n[Course_Description]\nHow the sea rises,\nand falls = daily.\n"
DES = '"system_id","developer_id","title","description"\n"A1","d","Ebb","Going out"\n"A2","d","Flood",""\n"B1","d","The tides",""\n'
AU = (
    '"system_id","type","command_line","max_time_allowed","time_limit_action","file_name","max_score","mastery_score","system_vendor",'
    '"core_vendor","web_launch","au_password"\n'
    '"A1","lesson","","00:30:00","E,M","ebb.html","100","80","Harbour","depth=3","lang=en","secret"\n'
    '"A2","test","","","","flood.html","","","","","",""\n'
)
CST = '"block","member","member"\n"root","B1"\n"B1","A1","A2"\n'


def quiet() -> JobControl:
    return JobControl(lambda _fraction, _detail: None)


def read(*files: str, **course: str | bytes) -> tuple[Manifest, ImportReport]:
    """Read a course whose files are given by suffix: ``au=…``; the package also holds ``files``."""
    report = ImportReport()
    data = {f"tides.{suffix}": text.encode() if isinstance(text, str) else text for suffix, text in course.items()}
    found = CourseFiles("", {Path(name).suffix: name for name in data})
    return read_aicc(found, data.__getitem__, [*data, *(files or ("ebb.html", "flood.html"))], report), report


def only(manifest: Manifest) -> Item:
    (item,) = manifest.default.launchable
    return item


# --- packages that others made ----------------------------------------------------------------------------------------------------------

# file: title, launch addresses, remarks
TAKEN = {
    "complex": (
        "Complex AICC Course",
        ["intro.html", "scenario.html", "assessment.html"],
        ["aicc-attributes", "prerequisites", "aicc-action"],
    ),
    "multiline-description": (
        "Achieving Work-Life Balance",
        ["https://opslearning.lifespeak.com/Share.aspx?key=08e2a354-18b7-493e-9101-20ce4bf2b23b--language-1--vid-7174--aoda-true"],
        ["external"],
    ),
    "package": ("UniversitySite AICC Testing Tool", ["default.htm"], []),
    "pre-ort": ("AICC With PRE/ORT", ["default.htm", "default.htm"], ["missing-file", "aicc-not-placed"]),
}  # fmt: skip


def take(source: Path, tmp_path: Path) -> Package:
    return unpack(source, tmp_path / "package", quiet())


@needs_data
@pytest.mark.parametrize("name", TAKEN)
def test_courses_that_others_made_are_taken(name: str, tmp_path: Path) -> None:
    package = take(DATA / f"{name}.zip", tmp_path)
    manifest = package.manifest
    found = (manifest.title, [item.launch for item in manifest.default.launchable], package.report.codes)
    assert (manifest.standard, found) == (Standard.AICC, TAKEN[name])
    assert read_unpacked(package.folder).manifest == manifest


@needs_data
def test_a_course_of_which_only_the_structure_is_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AiccIncomplete) as caught:
        take(DATA / "validaicc.zip", tmp_path)
    assert caught.value.details == "moodle.cst"
    assert list(tmp_path.iterdir()) == []


@needs_data
def test_no_shared_course_is_forgotten_here() -> None:
    assert {path.stem for path in DATA.glob("*.zip")} == {*TAKEN, "validaicc"}


@needs_data
def test_the_complex_course_keeps_its_structure(tmp_path: Path) -> None:
    (intro,) = take(DATA / "complex.zip", tmp_path).manifest.default.items
    scenario, assessment = intro.children
    assert [(item.title, item.mastery_score, item.max_time_allowed, item.time_limit_action) for item in (intro, scenario, assessment)] == [
        ("Intro AU", "80", "00:20:00", "continue,no message"),
        ("Scenario AU", "", "00:30:00", "exit,no message"),
        ("Assessment AU", "75", "00:45:00", "exit,message"),
    ]
    assert (scenario.prerequisites, assessment.objectives) == ("A1", ("OBJ-FINAL",))


@needs_data
def test_a_description_of_several_lines_is_kept_whole(tmp_path: Path) -> None:
    description = take(DATA / "multiline-description.zip", tmp_path).manifest.metadata.description
    assert description.startswith("Web APIs drive the most popular and powerful web and mobile apps—making")
    assert [line[:5] for line in description.splitlines() if line] == ["Web A", "First", "Follo"]


# --- what is read -----------------------------------------------------------------------------------------------------------------------


def test_every_value_of_a_unit_is_read() -> None:
    manifest, report = read(crs=CRS, des=DES, au=AU, cst=CST)
    (block,) = manifest.default.items
    ebb, flood = block.children
    assert (manifest.identifier, manifest.title, manifest.edition, manifest.path) == ("tides", "Tides", "4.0", "tides.crs")
    assert manifest.metadata.description == "How the sea rises,\nand falls = daily."
    assert (block.title, block.resource) == ("The tides", None)
    assert (ebb.title, ebb.launch, ebb.mastery_score, ebb.data_from_lms) == ("Ebb", "ebb.html?lang=en", "80", "depth=3")
    assert (ebb.max_time_allowed, ebb.time_limit_action, ebb.metadata.description) == ("00:30:00", "exit,message", "Going out")
    assert ebb.unit is not None
    assert (ebb.unit.kind, ebb.unit.system_vendor, ebb.unit.max_score, ebb.unit.password) == ("lesson", "Harbour", "100", "secret")
    assert (flood.launch, flood.mastery_score, flood.max_time_allowed) == ("flood.html", "", "")
    assert report.remarks == []


def test_prerequisites_and_objectives_are_the_elements_own() -> None:
    manifest, _report = read(
        crs=CRS, des=DES, au=AU, cst=CST,
        pre='"structure_element","prerequisite"\n"a2","A1"\n"A2","B1 or J1"\n',
        ort='"course_element","member","member"\n"A1","J1","J2"\n',
    )  # fmt: skip
    (block,) = manifest.default.items
    assert [item.prerequisites for item in block.children] == ["", "(A1)&(B1 | J1)"]
    assert block.children[0].objectives == ("J1", "J2")


@pytest.mark.parametrize(
    "au",
    [
        AU.upper(),
        AU.replace('"', ""),
        AU.replace(",", ";").replace("E;M", "E,M"),
        AU.replace(",", "\t").replace("E\tM", "E,M").replace('"', ""),
        AU.replace(",", " , "),
        AU.replace("\n", "\r\n\r\n"),
    ],
    ids=["upper case", "without quotes", "semicolons", "tabs", "spaces", "blank lines"],
)
def test_tables_may_be_written_in_many_ways(au: str) -> None:
    au = au.replace("E,M", "E") if '"' not in au and "\t" not in au else au  # unquoted, the comma would part two cells
    manifest, _report = read("EBB.HTML", "FLOOD.HTML", crs=CRS, des=DES, au=au, cst=CST)
    assert [item.launch.lower() for item in manifest.default.launchable] == ["ebb.html?lang=en", "flood.html"]
    assert manifest.default.launchable[0].mastery_score == "80"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_files_may_be_in_many_encodings(encoding: str) -> None:
    manifest, report = read(crs=CRS.replace("Tides", "Marées").encode(encoding), au=AU.encode(encoding), des=DES, cst=CST)
    assert manifest.title == "Marées"
    assert report.codes == (["byte-order-mark"] if encoding in ("utf-8-sig", "utf-16") else [])


def test_columns_may_come_in_any_order() -> None:
    manifest, _report = read(au="mastery_score,file_name,system_id\n70%,ebb.html,A1\n", crs=CRS, des=DES, cst="block,member\nROOT,a1\n")
    assert (only(manifest).launch, only(manifest).mastery_score) == ("ebb.html", "70")


def test_without_structure_and_titles_the_units_follow_each_other() -> None:
    manifest, report = read(au=AU)
    assert [(item.identifier, item.title) for item in manifest.default.items] == [("A1", "A1"), ("A2", "A2")]
    assert set(report.codes) == {"aicc-missing", "no-title"}


@pytest.mark.parametrize(
    ("cst", "code"),
    [
        ('"block","member"\n"root","A1"\n"root","A2"\n"root","A7"\n', "aicc-no-member"),
        ('"block","member","member"\n"root","A1","A1"\n"root","A2"\n', "aicc-repeated"),
        ('"block","member"\n"root","B1"\n"B1","B1"\n"B1","A1"\n"B1","A2"\n', "aicc-repeated"),
        ('"block","member"\n"root","A1"\n', "aicc-not-placed"),
    ],
)
def test_an_odd_structure_is_taken_with_a_remark(cst: str, code: str) -> None:
    manifest, report = read(crs=CRS, des=DES, au=AU, cst=cst)
    assert report.codes == [code]
    assert [item.identifier for item in manifest.default.launchable] == ["A1", "A2"]


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("80", "eighty", "aicc-mastery"),
        ("80", "800", "aicc-mastery"),
        ("00:30:00", "soon", "aicc-time"),
        ("E,M", "X,M", "aicc-action"),
    ],
)
def test_what_makes_no_sense_is_left_out_with_a_remark(column: str, text: str, code: str) -> None:
    _manifest, report = read(crs=CRS, des=DES, au=AU.replace(f'"{column}"', f'"{text}"'), cst=CST)
    assert report.codes == [code]


def test_a_course_without_units_is_refused() -> None:
    with pytest.raises(NothingToLaunch):
        read(crs=CRS, des=DES, au=AU.splitlines()[0], cst=CST)


def test_a_unit_that_would_lie_outside_is_never_launched() -> None:
    with pytest.raises(NothingToLaunch):
        read(au="system_id,file_name\nA1,../../etc/passwd\n")


def test_a_cell_of_megabytes_is_refused() -> None:
    with pytest.raises(AiccUnreadable):
        read(au="system_id,file_name\nA1," + "x" * 200_000)


# --- where the course is ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = tmp_path / "course"
    (folder / "pages").mkdir(parents=True)
    for name, text in (("Tides.CRS", CRS), ("tides.des", DES), ("TIDES.au", AU), ("tides.cst", CST)):
        (folder / name).write_text(text)
    (folder / "ebb.html").write_text("<title>Ebb</title>")
    (folder / "flood.html").write_text("<title>Flood</title>")
    (folder / "pages" / "more.html").write_text("<title>More</title>")
    return folder


def test_a_folder_is_packed_and_read_like_a_zip(course: Path, tmp_path: Path) -> None:
    first = as_zip(course, tmp_path / "one.zip", quiet()).read_bytes()
    package = unpack(tmp_path / "one.zip", tmp_path / "package", quiet())
    assert package.manifest.title == "Tides"
    assert "pages/more.html" in package.paths
    assert as_zip(course, tmp_path / "two.zip", quiet()).read_bytes() == first


def test_a_course_in_a_folder_of_the_zip_is_found(course: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "wrapped.zip", "w") as archive:
        for path in course.rglob("*.*"):
            archive.write(path, f"Export/Tides/{path.relative_to(course)}")
    package = unpack(tmp_path / "wrapped.zip", tmp_path / "package", quiet())
    assert package.report.codes == ["wrapper-folder"]
    assert (package.folder / "ebb.html").is_file()


def test_files_of_one_course_may_have_different_names() -> None:
    report = ImportReport()
    found = find_course(["a/course.crs", "a/units.au", "a/units.cst", "readme.txt"], report)
    assert found == CourseFiles("a/", {".au": "a/units.au", ".cst": "a/units.cst", ".crs": "a/course.crs"})
    assert report.codes == ["aicc-name"]


def test_other_files_are_no_course() -> None:
    assert find_course(["imsmanifest.xml", "index.html", "notes.pre"], ImportReport()) is None


# --- rules ------------------------------------------------------------------------------------------------------------------------------

TABLES = st.lists(
    st.lists(st.sampled_from(["root", "A1", "B1", "A2", "b1", "J1", "", "x", '"', "system_id", "é,"]), max_size=5), max_size=6
)


@given(au=TABLES, cst=TABLES, pre=TABLES, ort=TABLES, noise=st.binary(max_size=80))
def test_any_tables_are_read_or_refused(
    au: list[list[str]], cst: list[list[str]], pre: list[list[str]], ort: list[list[str]], noise: bytes
) -> None:
    def table(rows: list[list[str]], head: str) -> bytes:
        return "\n".join([head, *(",".join(row) for row in rows)]).encode()

    try:
        manifest, _report = read(
            au=table(au, "system_id,file_name,mastery_score"), cst=table(cst, "block,member,member"),
            pre=table(pre, "structure_element,prerequisite"), ort=table(ort, "course_element,member"), crs=noise, des=noise,
        )  # fmt: skip
    except PackageError:
        return
    names = [item.identifier.casefold() for item in manifest.default.walk()]
    assert len(names) == len(set(names))
    assert manifest.default.launchable
