"""Manifests: every value that a launch needs, and every liberty that packages in the field take."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from desktop.scorm.errors import ManifestUnreadable, ManifestUnsafe, NothingToLaunch, PackageError
from desktop.scorm.manifest import Bucket, Manifest, Metadata, Standard, read_manifest
from desktop.scorm.report import ImportReport

V12 = 'xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"'
V2004 = (
    'xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3" '
    'xmlns:imsss="http://www.imsglobal.org/xsd/imsss"'
)


def manifest(items: str, resources: str, *, names: str = V12, version: str = "1.2", extra: str = "", base: str = "") -> str:
    return f"""<manifest identifier="m" {names} {base}>
      <metadata><schemaversion>{version}</schemaversion></metadata>
      <organizations default="o"><organization identifier="o"><title>Course</title>{items}</organization></organizations>
      <resources>{resources}</resources>{extra}</manifest>"""


ITEM = '<item identifier="i" identifierref="r"><title>Lesson</title></item>'
SCO = '<resource identifier="r" adlcp:scormtype="sco" href="index.html"/>'


def read(text: str | bytes, *files: str) -> tuple[Manifest, ImportReport]:
    report = ImportReport()
    data = text.encode() if isinstance(text, str) else text
    return read_manifest(data, ["imsmanifest.xml", *(files or ("index.html",))], report), report


def test_every_value_of_a_scorm_12_item_is_read() -> None:
    items = """<item identifier="i" identifierref="r" isvisible="false" parameters="?a=1">
        <title>Lesson</title><adlcp:prerequisites type="aicc_script">j&amp;k</adlcp:prerequisites>
        <adlcp:maxtimeallowed>00:30:00</adlcp:maxtimeallowed><adlcp:timelimitaction>exit,message</adlcp:timelimitaction>
        <adlcp:datafromlms>hello</adlcp:datafromlms><adlcp:masteryscore>80</adlcp:masteryscore></item>"""
    read_, report = read(manifest(items, SCO))
    (item,) = read_.default.items
    assert (item.title, item.visible, item.launch) == ("Lesson", False, "index.html?a=1")
    assert (item.mastery_score, item.max_time_allowed, item.time_limit_action) == ("80", "00:30:00", "exit,message")
    assert (item.data_from_lms, item.prerequisites) == ("hello", "j&k")
    assert item.resource is not None
    assert item.resource.is_sco
    assert report.remarks == []


def test_sequencing_gives_a_2004_item_its_passing_measure_limit_and_objectives() -> None:
    items = """<item identifier="i" identifierref="r"><title>Lesson</title><adlcp:completionThreshold>0.75</adlcp:completionThreshold>
        <imsss:sequencing><imsss:limitConditions attemptAbsoluteDurationLimit="PT30M"/><imsss:objectives>
          <imsss:primaryObjective objectiveID="p" satisfiedByMeasure="true">
            <imsss:minNormalizedMeasure>0.6</imsss:minNormalizedMeasure></imsss:primaryObjective>
          <imsss:objective objectiveID="second"/></imsss:objectives></imsss:sequencing></item>"""
    read_, _ = read(manifest(items, SCO.replace("scormtype", "scormType"), names=V2004, version="2004 4th Edition"))
    (item,) = read_.default.items
    assert (read_.standard, read_.edition) == (Standard.SCORM_2004, "4th")
    assert (item.mastery_score, item.max_time_allowed, item.completion_threshold) == ("0.6", "PT30M", "0.75")
    assert item.objectives == ("p", "second")


@pytest.mark.parametrize(
    ("version", "standard", "edition"),
    [
        ("1.2", Standard.SCORM_12, ""),
        ("CAM 1.3", Standard.SCORM_2004, "2nd"),
        ("2004 3rd Edition", Standard.SCORM_2004, "3rd"),
        ("2004 4th Edition", Standard.SCORM_2004, "4th"),
    ],
)
def test_the_version_is_what_the_metadata_say(version: str, standard: Standard, edition: str) -> None:
    read_, report = read(manifest(ITEM, SCO, version=version))
    assert (read_.standard, read_.edition, report.codes) == (standard, edition, [])


def test_without_a_version_the_namespaces_tell() -> None:
    assert read(manifest(ITEM, SCO, version=""))[0].standard is Standard.SCORM_12
    read_, report = read(manifest(ITEM, SCO, version="", names=V2004))
    assert (read_.standard, report.codes) == (Standard.SCORM_2004, ["schemaversion"])


def test_xml_bases_add_up() -> None:
    resources = '<resource identifier="r" adlcp:scormtype="sco" href="index.html" xml:base="c/"/>'
    text = manifest(ITEM, resources, base='xml:base="a/"').replace("<resources>", '<resources xml:base="b">')
    read_, report = read(text, "a/b/c/index.html")
    assert read_.default.items[0].launch == "a/b/c/index.html"
    assert report.remarks == []


@pytest.mark.parametrize(
    ("href", "file", "launch", "code"),
    [
        ("Pages\\Index.html", "Pages/Index.html", "Pages/Index.html", "backslash"),
        ("pages/index.HTML", "Pages/index.html", "Pages/index.html", "case"),
        ("/index.html", "index.html", "index.html", "leading-slash"),
        ("./a/../index.html", "index.html", "index.html", None),
        ("two%20words.html", "two words.html", "two%20words.html", None),
        ("two words.html", "two words.html", "two%20words.html", None),
        ("100%25.html", "100%.html", "100%25.html", None),
        ("c#.html", "c#.html", "c%23.html", None),
        ("index.html?x=1#top", "index.html", "index.html?x=1#top", None),
        ("héllo.html", "héllo.html", "h%C3%A9llo.html", None),
        ("gone.html", "index.html", "gone.html", "missing-file"),
    ],
)
def test_references_find_their_file(href: str, file: str, launch: str, code: str | None) -> None:
    read_, report = read(manifest(ITEM, SCO.replace("index.html", href)), file)
    assert read_.default.items[0].launch == launch
    assert report.codes == ([code] if code else [])


@pytest.mark.parametrize(("href", "code"), [("https://example.org/a.html", "external"), ("../../a.html", "outside")])
def test_references_out_of_the_package_are_never_launched(href: str, code: str) -> None:
    two = SCO + f'<resource identifier="far" adlcp:scormtype="sco" href="{href}"/>'
    read_, report = read(manifest(ITEM + ITEM.replace('"r"', '"far"').replace('"i"', '"j"'), two))
    assert [item.launch for item in read_.default.items] == ["index.html", ""]
    assert report.codes == [code, "no-href"]


@pytest.mark.parametrize(
    ("href", "parameters", "launch"),
    [
        ("index.html", "?a=1", "index.html?a=1"),
        ("index.html", "&amp;a=1", "index.html?a=1"),
        ("index.html", "a=1", "index.html?a=1"),
        ("index.html?b=2", "?a=1", "index.html?b=2&a=1"),
        ("index.html#f", "a=1", "index.html?a=1#f"),
        ("index.html", "#f", "index.html#f"),
        ("index.html#g", "#f", "index.html#g"),
    ],
)
def test_parameters_join_the_address(href: str, parameters: str, launch: str) -> None:
    item = ITEM.replace("<item ", f'<item parameters="{parameters}" ')
    assert read(manifest(item, SCO.replace("index.html", href)))[0].default.items[0].launch == launch


def test_a_manifest_inside_the_manifest_brings_its_items_and_resources() -> None:
    sub = f"""<manifest identifier="sub"><organizations><organization identifier="so"><title>Inner</title>
        <item identifier="inner" identifierref="r2"><title>Inner lesson</title></item></organization></organizations>
        <resources>{SCO.replace('"r"', '"r2"')}</resources></manifest>"""
    outer = '<item identifier="i" identifierref="sub"><title>Part</title></item>'
    read_, report = read(manifest(outer, "", extra=sub))
    assert [item.title for item in read_.default.walk()] == ["Part", "Inner lesson"]
    assert read_.default.launchable[0].launch == "index.html"
    assert report.codes == ["sub-manifest"]


def test_a_manifest_that_contains_itself_ends() -> None:
    inner = '<organization><item identifier="x" identifierref="s"/></organization>'
    sub = f'<manifest identifier="s"><organizations>{inner}</organizations></manifest>'
    _, report = read(manifest(ITEM + '<item identifier="loop" identifierref="s"><title>Loop</title></item>', SCO, extra=sub))
    assert "no-resource" in report.codes


def test_the_default_organization_is_used_and_the_others_are_kept() -> None:
    other = f'<organization identifier="p"><title>Other</title>{ITEM}</organization></organizations>'
    read_, report = read(manifest(ITEM, SCO).replace("</organizations>", other).replace('default="o"', 'default="p"'))
    assert read_.title == "Other"
    assert [organization.identifier for organization in read_.organizations] == ["o", "p"]
    assert report.codes == ["organizations"]


def test_metadata_are_read_where_they_stand_and_from_a_file() -> None:
    lom = """<lom xmlns="http://www.imsglobal.org/xsd/imsmd_rootv1p2p1"><general><title><langstring>Lights</langstring></title>
        <description><langstring>Of the coast</langstring></description><keyword><langstring>lamp</langstring></keyword></general>
        <educational><typicallearningtime><datetime>00:45:00</datetime></typicallearningtime></educational></lom>"""
    inline = manifest(ITEM, SCO).replace("</metadata>", f"{lom}</metadata>", 1)
    item = ITEM.replace("</item>", "<metadata><adlcp:location>meta.xml</adlcp:location></metadata></item>")
    assert read(inline)[0].metadata == Metadata("Lights", "Of the coast", ("lamp",), "00:45:00")
    report = ImportReport()
    files = {"meta.xml": lom.replace("langstring", "string").encode()}
    read_ = read_manifest(manifest(item, SCO).encode(), ["index.html", *files], report, files.__getitem__)
    assert read_.default.items[0].metadata.title == "Lights"
    files["meta.xml"] = b"<!DOCTYPE x [<!ENTITY a 'b'>]><lom/>"
    assert (
        read_manifest(manifest(item, SCO).encode(), ["index.html", *files], report, files.__getitem__).default.items[0].metadata.title == ""
    )
    assert report.codes == ["metadata"]


@pytest.mark.parametrize(
    ("duration", "minutes"),
    [("PT1H30M", 90), ("PT90S", 2), ("00:45:00", 45), ("1:05", 65), ("PT0S", None), ("soon", None), ("", None)],
)
def test_a_learning_time_is_minutes_where_it_can_be_read(duration: str, minutes: int | None) -> None:
    assert Metadata(duration=duration).minutes == minutes


def test_dependencies_and_shared_state_are_the_resources_own() -> None:
    resource = """<resource identifier="r" adlcp:scormtype="sco" href="index.html"><dependency identifierref="d"/>
        <dependency identifierref="gone"/><ssp:bucket xmlns:ssp="http://www.adlnet.org/xsd/adlssp_v1p0" bucketID="notes"
        bucketType="text" persistence="course"><ssp:size requested="2048" minimum="512" reducible="true"/></ssp:bucket></resource>
        <resource identifier="d"/>"""
    read_, report = read(manifest(ITEM, resource))
    found = read_.default.items[0].resource
    assert found is not None
    assert found.dependencies == ("d", "gone")
    assert found.buckets == (Bucket("notes", "text", "course", 2048, 512, True),)
    assert report.codes == ["no-dependency"]


# --- XML --------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (b"\xef\xbb\xbf" + manifest(ITEM, SCO).encode(), ["byte-order-mark"]),
        (manifest(ITEM, SCO).encode("utf-16"), ["byte-order-mark"]),
        (b"\n\n<?xml version='1.0'?>" + manifest(ITEM, SCO).encode(), ["leading-space"]),
        (b'<?xml version="1.0" encoding="utf-16"?>' + manifest(ITEM, SCO).encode(), ["encoding"]),
        (b'<?xml version="1.0" encoding="utf-8"?>' + manifest(ITEM.replace("Lesson", "Leçon"), SCO).encode("cp1252"), ["encoding"]),
        (manifest(ITEM, SCO).replace("xmlns:adlcp", "xmlns:other").encode(), ["undeclared-prefix"]),
        (b'<!DOCTYPE manifest SYSTEM "http://example.org/x.dtd">' + manifest(ITEM, SCO).encode(), ["doctype"]),
        (manifest(ITEM.replace("Lesson", "Le&ccedil;on"), SCO).encode(), ["characters"]),
        (manifest(ITEM.replace("Lesson", "Les\x0bson"), SCO).encode() + b"\0\0", ["characters"]),
        (manifest(ITEM.replace("Lesson", "Le&ccedil;on"), SCO + "<!-- \u00e9 -->").encode("cp1252"), ["encoding", "characters"]),
    ],
)
def test_odd_encodings_and_declarations_are_tolerated(data: bytes, codes: list[str]) -> None:
    read_, report = read(data)
    assert read_.default.items[0].title in ("Lesson", "Leçon")
    assert read_.default.items[0].launch == "index.html"
    assert report.codes == codes


def test_bare_ampersands_are_read_as_meant() -> None:
    read_, report = read(
        manifest(ITEM.replace("Lesson", "R&D &amp; Q&A; &#233; &unheard;"), SCO.replace("index.html", "index.html?a=1&b=2"))
    )
    assert read_.default.items[0].title == "R&D & Q&A; é &unheard;"
    assert read_.default.items[0].launch == "index.html?a=1&b=2"
    assert report.codes == ["characters"]


def test_items_get_identifiers_of_their_own() -> None:
    """Records are kept by them: two items of one name would share a record, and an item's could be taken for the course's."""
    nameless = ITEM.replace('identifier="i"', "")
    read_, report = read(manifest(ITEM + ITEM + nameless + ITEM.replace('identifier="i"', 'identifier="o"') + ITEM + nameless, SCO))
    assert [item.identifier for item in read_.default.items] == ["i", "i-2", "item", "o-2", "i-3", "item-2"]
    assert read_.default.identifier == "o"
    assert [(one.code, one.where) for one in report.remarks] == [
        ("same-identifier", "i"), ("no-identifier", "item"), ("same-identifier", "o"), ("no-identifier", "item-2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "declaration",
    [
        '<!ENTITY a "x">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY % a SYSTEM "http://127.0.0.1/x.dtd"> %a;',
        '<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">',
    ],
)
def test_entities_are_refused(declaration: str) -> None:
    with pytest.raises(ManifestUnsafe):
        read(f"<!DOCTYPE manifest [{declaration}]>" + manifest(ITEM, SCO))


@pytest.mark.parametrize("text", ["", "not xml", "<html/>", "<manifest>", manifest(ITEM, SCO)[:200]])
def test_what_is_not_a_manifest_is_refused(text: str) -> None:
    with pytest.raises(ManifestUnreadable):
        read(text)


def test_a_manifest_without_anything_to_open_is_refused() -> None:
    with pytest.raises(NothingToLaunch):
        read(manifest(ITEM, '<resource identifier="r" adlcp:scormtype="sco"/>'))


# --- rules ------------------------------------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(
    ["manifest", "organizations", "organization", "item", "title", "resources", "resource", "file", "metadata", "schemaversion", "x"]
)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["identifier", "identifierref", "href", "default", "parameters", "scormtype"]),
    st.text(st.sampled_from("abr?#&%/\\.:"), max_size=8),
    max_size=4,
)


@st.composite
def trees(draw: st.DrawFn, depth: int = 0) -> etree._Element:
    element = etree.Element(draw(NAMES), draw(ATTRIBUTES))
    if depth < 4:
        element.extend(draw(st.lists(trees(depth + 1), max_size=4)))
    return element


@given(children=st.lists(trees(1), max_size=4))
def test_any_tree_of_manifest_elements_is_read_or_refused(children: list[etree._Element]) -> None:
    root = etree.Element("manifest")
    root.extend(children)
    try:
        read_, _ = read(etree.tostring(root))
    except PackageError:
        return
    for item in read_.default.launchable:
        assert item.launch
        assert not item.launch.startswith(("/", ".."))


WHOLE = manifest(
    '<item identifier="i" identifierref="r" parameters="?a=1"><title>Lesson</title><imsss:sequencing><imsss:controlMode flow="true"/>'
    "</imsss:sequencing><metadata><lom><general><title><string>T</string></title></general></lom></metadata></item>",
    SCO,
    names=V2004,
    version="2004 4th Edition",
).encode()


@given(changes=st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(max_size=3)), min_size=1, max_size=8))
def test_a_manifest_with_any_bytes_changed_is_read_or_refused(changes: list[tuple[int, bytes]]) -> None:
    data = bytearray(WHOLE)
    for position, new in changes:
        data[position : position + 1] = new
    try:
        read_, _ = read(bytes(data))
    except PackageError:
        return
    assert read_.default.launchable
