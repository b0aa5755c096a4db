"""``imsmanifest.xml``: what a package says about itself.

Read: IMS Content Packaging 1.1.2/1.1.4 (organizations, items, resources, ``xml:base``, sub-manifests), the SCORM 1.2
extensions (CAM 1.2 section 2.3.2) and those of SCORM 2004 (CAM 1.3 section 3.4) that a launch needs. Elements and attributes
are found by their local name whatever their case and namespace, as packages in the field mix them up; every such liberty is a
line in the report.
"""

from __future__ import annotations

import codecs
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from html.entities import html5
from urllib.parse import quote, unquote

from lxml import etree

from desktop.i18n import _
from desktop.scorm.elements import attribute_of, child_of, children_of, name_of, text_of, whole_text
from desktop.scorm.errors import ManifestUnreadable, ManifestUnsafe, NothingToLaunch
from desktop.scorm.prerequisites import is_readable
from desktop.scorm.references import Files, launch_address
from desktop.scorm.report import ImportReport
from desktop.scorm.sequencing.definition import Sequencing
from desktop.scorm.sequencing.reader import SequencingReader, global_flag

MANIFEST = "imsmanifest.xml"
_MAX_BYTES = 32 << 20
_DURATION = re.compile(r"PT(?:(?P<hours>\d{1,4})H)?(?:(?P<minutes>\d{1,4})M)?(?:(?P<seconds>\d{1,6}(?:\.\d+)?)S)?")
_CLOCK = re.compile(r"(?P<hours>\d{1,4}):(?P<minutes>\d{1,2})(?::(?P<seconds>\d{1,2}(?:\.\d+)?))?")
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"


class Standard(StrEnum):
    """The run-time environment that the content expects. The values are those of ``lessons.scorm_version``."""

    SCORM_12 = "1.2"
    SCORM_2004 = "2004"
    AICC = "aicc"

    @property
    def run_time(self) -> Standard:
        """Whose data model and API the content is given: AICC's API binding is what SCORM 1.2 made its own."""
        return Standard.SCORM_12 if self is Standard.AICC else self

    @property
    def label(self) -> str:
        """As people call it."""
        return "AICC" if self is Standard.AICC else f"SCORM {self.value}"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A store that a resource asks for (ADL SSP 1.0, section 4.2). Sizes are in octets, 0 where it does not say."""

    identifier: str
    kind: str
    persistence: str
    requested: int
    minimum: int
    reducible: bool


@dataclass(frozen=True, slots=True)
class Resource:
    """A ``<resource>``: ``path`` inside the package (as the file is really called; empty where there is none) and ``suffix`` (``?…#…``).

    ``dependencies`` are identifiers of further resources that it needs, ``buckets`` what it asks of shared state persistence.
    """

    identifier: str
    path: str
    suffix: str
    is_sco: bool
    present: bool
    dependencies: tuple[str, ...] = ()
    buckets: tuple[Bucket, ...] = ()


@dataclass(frozen=True, slots=True)
class AssignableUnit:
    """What an AICC course says of a unit beyond what every item has (CMI001 4.0, section 6.3.4); a HACP launch needs it.

    ``web_launch`` are its own parameters, which ``Item.launch`` contains already; ``password`` is what HACP's ``au_password`` must be.
    ``core_vendor`` is in ``Item.data_from_lms``.
    """

    kind: str
    system_vendor: str
    max_score: str
    web_launch: str
    password: str


@dataclass(frozen=True, slots=True)
class Metadata:
    """What LOM, or AICC's course description, says for people. ``duration`` is as written: a duration (``PT…``) or ``HH:MM:SS``."""

    title: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    duration: str = ""

    @property
    def minutes(self) -> int | None:
        """The duration in minutes, rounded up; None where there is none that can be read."""
        found = _DURATION.fullmatch(self.duration) or _CLOCK.fullmatch(self.duration)
        if found is None:
            return None
        hours, minutes, seconds = (float(found[name] or 0) for name in ("hours", "minutes", "seconds"))
        return math.ceil(hours * 60 + minutes + seconds / 60) or None


@dataclass(frozen=True, slots=True)
class Item:
    """An ``<item>``: a heading, or something to launch where ``resource`` is set. Values are as the manifest has them, empty where absent.

    ``launch`` is the address relative to the package's root, percent-encoded, with the item's parameters.
    ``mastery_score`` is 0–100 in SCORM 1.2 and AICC, and a normalized measure (−1…1) in SCORM 2004.
    ``max_time_allowed`` is a CMITimespan (``HHHH:MM:SS.SS``) in 1.2 and AICC, and a duration (``PT…``) in 2004.
    ``unit`` is set for AICC alone.
    """

    identifier: str
    title: str
    visible: bool
    resource: Resource | None
    launch: str = ""
    mastery_score: str = ""
    max_time_allowed: str = ""
    time_limit_action: str = ""
    data_from_lms: str = ""
    prerequisites: str = ""
    completion_threshold: str = ""
    objectives: tuple[str, ...] = ()
    children: tuple[Item, ...] = ()
    sequencing: Sequencing = field(default_factory=Sequencing)
    unit: AssignableUnit | None = None
    metadata: Metadata = field(default_factory=Metadata)

    def walk(self) -> Iterator[Item]:
        """This item and all below it, in the order of the contents."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Organization:
    """One way through the content."""

    identifier: str
    title: str
    items: tuple[Item, ...]
    sequencing: Sequencing = field(default_factory=Sequencing)
    objectives_global_to_system: bool = True
    shared_data_global_to_system: bool = True

    def walk(self) -> Iterator[Item]:
        for item in self.items:
            yield from item.walk()

    @property
    def launchable(self) -> tuple[Item, ...]:
        """What can be opened, hidden items included, in order."""
        return tuple(item for item in self.walk() if item.resource)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A read manifest. ``edition`` is ``2nd``, ``3rd`` or ``4th`` for SCORM 2004, empty where it does not say and for 1.2.

    ``path`` is the file that says it, relative to the package's root.
    """

    identifier: str
    standard: Standard
    edition: str
    default: Organization
    organizations: tuple[Organization, ...]
    metadata: Metadata = field(default_factory=Metadata)
    path: str = MANIFEST

    @property
    def title(self) -> str:
        return self.default.title

    @property
    def name(self) -> str:
        """The standard and its edition, as people call them."""
        return (
            f"{self.standard.label} {self.edition} Edition"
            if self.edition and self.standard is Standard.SCORM_2004
            else self.standard.label
        )

    def part(self, fragment: str) -> Manifest:
        """What a lesson plays: this manifest with the organization, or of it the one item, that :func:`part_of` named as its default.

        A part that is no longer there, as the package was replaced, leaves the default that the manifest names.
        """
        wanted, _slash, identifier = (unquote(one) for one in fragment.partition("/"))
        chosen = next((one for one in self.organizations if one.identifier == wanted), self.default) if wanted else self.default
        item = next((one for one in chosen.launchable if one.identifier == identifier), None) if identifier else None
        if item is not None:
            # Its prerequisites are about other lessons now, and it is all there is to see.
            chosen = replace(chosen, title=item.title, items=(replace(item, children=(), visible=True, prerequisites=""),))
        return replace(self, default=chosen)


def part_of(organization: Organization, item: Item | None = None) -> str:
    """How a lesson's address names what it plays of a package, for :meth:`Manifest.part`: the fragment behind the manifest's path."""
    whole = quote(organization.identifier, safe="")
    return f"{whole}/{quote(item.identifier, safe='')}" if item is not None else whole


def read_manifest(data: bytes, files: list[str], report: ImportReport, read: Callable[[str], bytes] | None = None) -> Manifest:
    """Read the bytes of a manifest. ``files`` are the package's paths, against which every reference is checked.

    ``read`` gives the bytes of one of them, for metadata that lie in a file of their own; without it those are left out.
    Raises ``ManifestUnreadable``, ``ManifestUnsafe`` or ``NothingToLaunch``; everything else that is wrong becomes a remark.
    """
    root = _parse(data, report)
    if name_of(root) != "manifest":
        raise ManifestUnreadable(_("imsmanifest.xml is not a manifest: its root is <{name}>.").format(name=name_of(root)))
    reader = _Reader(root, Files(files, report), report, read)
    return reader.manifest()


# --- XML -------------------------------------------------------------------------------------------------------------------------------


def _parse(data: bytes, report: ImportReport) -> etree._Element:
    if len(data) > _MAX_BYTES:
        raise ManifestUnreadable(_("imsmanifest.xml is larger than any real manifest."))
    for bom in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if data.startswith(bom):
            report.note("byte-order-mark", MANIFEST, _("The manifest starts with a byte order mark."))
    body = data.removeprefix(codecs.BOM_UTF8)
    if body[:1] in b" \t\r\n" and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        body = body.lstrip()
        report.note("leading-space", MANIFEST, _("There is blank space before the XML declaration."))
    try:
        root = etree.fromstring(body, _parser())
    except etree.XMLSyntaxError as error:
        root = _second_try(body, error, report)
    document = root.getroottree().docinfo
    if document.internalDTD is not None:
        if list(document.internalDTD.iterentities()):  # type: ignore[union-attr]  # the stubs' DTD lacks it
            raise ManifestUnsafe(_("imsmanifest.xml declares entities. It was not read."))
        report.note("doctype", MANIFEST, _("The manifest has a document type declaration, which was ignored."))
    return root


def _parser(*, encoding: str | None = None, recover: bool = False) -> etree.XMLParser:
    """A parser that opens nothing, expands nothing and keeps libxml2's own limits."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True, recover=recover, encoding=encoding,
    )  # fmt: skip


def _second_try(data: bytes, error: etree.XMLSyntaxError, report: ImportReport) -> etree._Element:
    """Some faults are common and harmless: a prefix that is never declared, an encoding declared wrongly, bare ampersands."""
    if error.msg.startswith("Namespace prefix"):
        parser = _parser(recover=True)
        root = etree.fromstring(data, parser)
        if all(entry.domain_name == "NAMESPACE" for entry in parser.error_log):
            report.warn("undeclared-prefix", MANIFEST, _("The manifest uses a namespace prefix that it does not declare."))
            return root
    body = re.sub(rb"^<\?xml[^>]*\?>", b"", data)
    encoding = _encoding_of(body)
    if encoding and body.lstrip().startswith(b"<"):
        try:
            root = etree.fromstring(body, _parser(encoding=encoding))
        except etree.XMLSyntaxError as again:
            error = again
        else:
            report.warn(
                "encoding", MANIFEST, _("The manifest is not in the encoding it declares; it was read as {name}.").format(name=encoding)
            )
            return root
    mended = _mended(data)
    if mended != data:
        try:
            root = etree.fromstring(mended, _parser())
        except etree.XMLSyntaxError as again:
            root = _second_try(mended, again, report)
        report.warn(
            "characters", MANIFEST, _("The manifest holds characters that XML does not allow as they stand. They were read as meant.")
        )
        return root
    raise ManifestUnreadable(
        _("imsmanifest.xml is not well-formed XML (line {line}).").format(line=error.lineno or 1),
        remedy=_("Export the package again, or mend the file with the authoring tool."),
        details=str(error),
    )


_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_AMPERSAND = re.compile(rb"&(?!#[0-9]+;|#x[0-9A-Fa-f]+;)(?:([A-Za-z][A-Za-z0-9]*);)?")
_XML_ENTITIES = frozenset({b"amp", b"lt", b"gt", b"quot", b"apos"})


def _mended(data: bytes) -> bytes:
    """Without control characters, with ampersands written out, and with HTML's names of characters as numbers."""

    def written_out(match: re.Match[bytes]) -> bytes:
        name = match[1]
        if name in _XML_ENTITIES:
            return match[0]
        characters = html5.get(name.decode() + ";", "") if name else ""
        return "".join(f"&#{ord(one)};" for one in characters).encode() or b"&amp;" + match[0][1:]

    return _AMPERSAND.sub(written_out, _CONTROL.sub(b"", data))


def _encoding_of(data: bytes) -> str | None:
    """What one-byte text is written in, going by what decodes."""
    for encoding in ("utf-8", "windows-1252"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return None


# --- the manifest ----------------------------------------------------------------------------------------------------------------------


class _Reader:
    def __init__(self, root: etree._Element, files: Files, report: ImportReport, read: Callable[[str], bytes] | None) -> None:
        self.root, self.files, self.report = root, files, report
        self._read = read
        self._resources: dict[str, Resource] = {}
        self._submanifests: dict[str, etree._Element] = {}
        self._named: Counter[str] = Counter()  # identifiers in the organization that is being read
        collection = {
            attribute_of(one, "id"): one
            for group in root.iter(etree.Element)
            if name_of(group) == "sequencingcollection"
            for one in children_of(group, "sequencing")
        }
        self._sequencing = SequencingReader(collection, report)

    def manifest(self) -> Manifest:
        standard, edition = self._standard()
        self._collect(self.root, "")
        organizations = child_of(self.root, "organizations")
        wanted = attribute_of(organizations, "default") if organizations is not None else ""
        read = [self._organization(element) for element in children_of(organizations, "organization")] if organizations is not None else []
        read = [organization for organization in read if organization.launchable]
        if not read:
            read = [self._from_resources()]
        default = next((organization for organization in read if organization.identifier == wanted), None)
        if default is None:
            default = read[0]
            if wanted:
                self.report.warn("default-organization", wanted, _("The default organization does not exist; the first was taken."))
        if len(read) > 1:
            self.report.note(
                "organizations", default.identifier, _("There are {n} organizations; the default is used.").format(n=len(read))
            )
        self._check_dependencies()
        return Manifest(attribute_of(self.root, "identifier"), standard, edition, default, tuple(read), self._metadata(self.root))

    def _standard(self) -> tuple[Standard, str]:
        metadata = child_of(self.root, "metadata")
        version = text_of(metadata, "schemaversion") if metadata is not None else ""
        folded = version.lower()
        if folded in ("1.2", "scorm 1.2"):
            return Standard.SCORM_12, ""
        if "2004" in folded or folded in ("cam 1.3", "1.3"):
            edition = next((name for name in ("2nd", "3rd", "4th") if name in folded), "")
            return Standard.SCORM_2004, "2nd" if folded in ("cam 1.3", "1.3") else edition
        namespaces = " ".join(uri for element in self.root.iter() for uri in element.nsmap.values() if uri).lower()
        is_2004 = any(mark in namespaces for mark in ("adlcp_v1p3", "adlseq_v1p3", "adlnav_v1p3", "imsss", "imscp_v1p1"))
        standard = Standard.SCORM_2004 if is_2004 else Standard.SCORM_12
        self.report.warn(
            "schemaversion",
            version or "schemaversion",
            _("The manifest does not say a version of SCORM that we know; it was taken for SCORM {name}.").format(name=standard.value),
        )
        return standard, ""

    # resources

    def _collect(self, manifest: etree._Element, base: str) -> None:
        base = self._base(manifest, base)
        for resources in children_of(manifest, "resources"):
            inner = self._base(resources, base)
            for element in children_of(resources, "resource"):
                resource = self._resource(element, inner)
                if resource.identifier in self._resources:
                    self.report.warn(
                        "duplicate-resource", resource.identifier, _("Two resources have this identifier; the first was taken.")
                    )
                else:
                    self._resources[resource.identifier] = resource
        for sub in children_of(manifest, "manifest"):
            identifier = attribute_of(sub, "identifier")
            self._submanifests[identifier] = sub
            self.report.note("sub-manifest", identifier, _("The package holds a manifest inside its manifest."))
            self._collect(sub, base)

    def _base(self, element: etree._Element, base: str) -> str:
        own = str(element.get(_XML_BASE, "")).strip()
        return base + own + ("" if not own or own.endswith("/") else "/")

    def _resource(self, element: etree._Element, base: str) -> Resource:
        identifier = attribute_of(element, "identifier")
        base = self._base(element, base)
        dependencies = tuple(filter(None, (attribute_of(one, "identifierref") for one in children_of(element, "dependency"))))
        for file in children_of(element, "file"):
            self.files.resolve(base, attribute_of(file, "href"), identifier)
        kind = attribute_of(element, "scormtype").lower()
        href = attribute_of(element, "href")
        if not href:
            return Resource(identifier, "", "", kind == "sco", False, dependencies)
        if kind not in ("sco", "asset"):
            self.report.warn("scormtype", identifier, _("The resource does not say whether it is a SCO; it was taken for one."))
        found = self.files.resolve(base, href, identifier)
        return Resource(identifier, found.path, found.suffix, kind != "asset", found.present, dependencies, _buckets(element))

    def _check_dependencies(self) -> None:
        for resource in self._resources.values():
            for name in resource.dependencies:
                if name not in self._resources:
                    self.report.warn(
                        "no-dependency", resource.identifier, _("It needs a resource that does not exist, “{name}”.").format(name=name)
                    )

    # metadata

    def _metadata(self, element: etree._Element) -> Metadata:
        """LOM of an element, inside of it or in a file that ``adlcp:location`` names (CAM 1.2 section 2.3.2.4, CAM 1.3 section 4.2)."""
        metadata = child_of(element, "metadata")
        if metadata is None:
            return Metadata()
        lom = child_of(metadata, "lom")
        location = text_of(metadata, "location")
        if lom is None and location:
            lom = self._lom_in(location)
        return _lom(lom) if lom is not None else Metadata()

    def _lom_in(self, location: str) -> etree._Element | None:
        if self._read is None:
            return None
        path = self.files.find(unquote(location.replace("\\", "/")).removeprefix("./"))
        if path is None:
            self.report.warn("metadata", location, _("The description lies in a file that the package does not hold."))
            return None
        try:
            root = _parse(self._read(path), ImportReport())
        except (ManifestUnreadable, ManifestUnsafe) as error:
            self.report.warn("metadata", path, _("The description in this file cannot be read: {reason}").format(reason=error.message))
            return None
        return root if name_of(root) == "lom" else child_of(root, "lom")

    # organizations

    def _organization(self, element: etree._Element) -> Organization:
        identifier = attribute_of(element, "identifier")
        if not identifier:
            self.report.warn("no-identifier", "organization", _("The organization has no identifier."))
        self._named = Counter([identifier])
        items = tuple(self._item(child, ()) for child in children_of(element, "item"))
        title = text_of(element, "title")
        if not title:
            title = next((item.title for item in items if item.title), "")
            self.report.warn("no-title", identifier or "organization", _("The organization has no title; its first item's was taken."))
        return Organization(
            identifier,
            title,
            items,
            self._sequencing.read(element),
            global_flag(element, "objectivesGlobalToSystem"),
            global_flag(element, "sharedDataGlobalToSystem"),
        )

    def _item(self, element: etree._Element, above: tuple[str, ...]) -> Item:
        identifier = self._identifier(element)
        reference = attribute_of(element, "identifierref")
        children = tuple(self._item(child, above) for child in children_of(element, "item"))
        resource = self._resources.get(reference)
        if reference and resource is None:
            sub = self._submanifests.get(reference)
            if sub is not None and reference not in above:
                children += self._of_submanifest(sub, (*above, reference))
            else:
                self.report.problem(
                    "no-resource", identifier, _("The item names a resource that does not exist, “{name}”.").format(name=reference)
                )
        if resource is not None and not resource.path:
            self.report.problem("no-href", identifier, _("The item's resource has nothing to open."))
            resource = None
        title = text_of(element, "title")
        if not title:
            title = identifier
            self.report.warn("no-title", identifier or "item", _("The item has no title; its identifier is shown."))
        sequencing = self._sequencing.read(element)
        primary = sequencing.primary
        return Item(
            identifier=identifier,
            title=title,
            visible=attribute_of(element, "isvisible").lower() not in ("false", "0"),
            resource=resource,
            launch=launch_address(resource.path, resource.suffix, attribute_of(element, "parameters")) if resource else "",
            mastery_score=text_of(element, "masteryscore") or (_number(primary.minimum) if primary.satisfied_by_measure else ""),
            max_time_allowed=text_of(element, "maxtimeallowed") or sequencing.attempt_duration_limit,
            time_limit_action=text_of(element, "timelimitaction"),
            data_from_lms=text_of(element, "datafromlms"),
            prerequisites=self._prerequisites(element, identifier),
            completion_threshold=self._completion_threshold(element),
            objectives=tuple(one.identifier for one in sequencing.all_objectives if one.identifier),
            children=children,
            sequencing=sequencing,
            metadata=self._metadata(element),
        )

    def _identifier(self, element: etree._Element) -> str:
        """An item's own within its organization: records are kept by it, and requests name it."""
        given = attribute_of(element, "identifier")
        identifier = given or "item"
        while self._named[identifier]:
            self._named[given or "item"] += 1
            identifier = f"{given or 'item'}-{self._named[given or 'item']}"
        self._named[identifier] += 1
        if not given:
            self.report.warn("no-identifier", identifier, _("The item has no identifier; it was given one."))
        elif identifier != given:
            self.report.warn("same-identifier", given, _("Several items have this identifier; all but the first were given another."))
        return identifier

    def _prerequisites(self, element: etree._Element, identifier: str) -> str:
        script = text_of(element, "prerequisites")
        if not is_readable(script):
            self.report.warn(
                "prerequisites", identifier, _("Its prerequisites, “{script}”, make no sense; they are ignored.").format(script=script)
            )
        return script

    def _of_submanifest(self, sub: etree._Element, above: tuple[str, ...]) -> tuple[Item, ...]:
        organizations = child_of(sub, "organizations")
        if organizations is None:
            return ()
        wanted = attribute_of(organizations, "default")
        candidates = children_of(organizations, "organization")
        chosen = next((element for element in candidates if attribute_of(element, "identifier") == wanted), None)
        if chosen is None and candidates:
            chosen = candidates[0]
        return tuple(self._item(child, above) for child in children_of(chosen, "item")) if chosen is not None else ()

    def _completion_threshold(self, element: etree._Element) -> str:
        threshold = child_of(element, "completionthreshold")
        if threshold is None:
            return ""
        if attribute_of(threshold, "completedbymeasure").lower() in ("true", "1"):  # 4th Edition
            return attribute_of(threshold, "minprogressmeasure") or "1.0"
        return whole_text(threshold)  # 3rd Edition

    def _from_resources(self) -> Organization:
        """A package without contents: its launchable resources, SCOs if there are any, are the contents."""
        usable = [resource for resource in self._resources.values() if resource.path]
        chosen = [resource for resource in usable if resource.is_sco] or usable[:1]
        if not chosen:
            raise NothingToLaunch(
                _("The package names nothing that can be opened."), remedy=_("Export the course again; its manifest is incomplete.")
            )
        self.report.warn("no-organization", "organizations", _("The manifest has no contents; they were made from its resources."))
        title = attribute_of(self.root, "identifier")
        items = tuple(
            Item(one.identifier, title if len(chosen) == 1 else one.identifier, True, one, launch_address(one.path, one.suffix, ""))
            for one in chosen
        )
        return Organization("", title, items)


def _buckets(resource: etree._Element) -> tuple[Bucket, ...]:
    """``ssp:bucket`` of a resource."""
    buckets = []
    for element in children_of(resource, "bucket"):
        size = child_of(element, "size")
        requested, minimum = (attribute_of(size, name) if size is not None else "" for name in ("requested", "minimum"))
        buckets.append(
            Bucket(
                attribute_of(element, "bucketid"),
                attribute_of(element, "buckettype"),
                attribute_of(element, "persistence").lower() or "learner",
                int(requested) if requested.isdecimal() else 0,
                int(minimum) if minimum.isdecimal() else 0,
                attribute_of(size, "reducible").lower() in ("true", "1") if size is not None else False,
            )
        )
    return tuple(buckets)


def _lom(lom: etree._Element) -> Metadata:
    """The parts of LOM that a course page can show, of IMS Metadata 1.2 (``langstring``) as of IEEE LOM (``string``)."""
    general = child_of(lom, "general")
    educational = child_of(lom, "educational")
    learning_time = child_of(educational, "typicallearningtime") if educational is not None else None
    if general is None:
        general = etree.Element("general")
    return Metadata(
        title=_language_string(child_of(general, "title")),
        description=_language_string(child_of(general, "description")),
        keywords=tuple(filter(None, (_language_string(one) for one in children_of(general, "keyword")))),
        duration=(text_of(learning_time, "duration") or text_of(learning_time, "datetime")) if learning_time is not None else "",
    )


def _language_string(element: etree._Element | None) -> str:
    """The first of its languages, or its own text."""
    if element is None:
        return ""
    return next((whole_text(one) for one in element if name_of(one) in ("string", "langstring")), "") or whole_text(element)


def _number(value: float) -> str:
    """A real number as the data model writes it: never with an exponent."""
    return f"{value:.7f}".rstrip("0") + ("0" if value == int(value) else "")
