"""XML elements by their local names, whatever their case and namespace: packages in the field mix both up."""

from __future__ import annotations

from lxml import etree


def local_name(name: str) -> str:
    """``{uri}Name``, or ``prefix:Name`` where the prefix was never declared, as ``name``."""
    return name.rpartition("}")[2].rpartition(":")[2].lower()


def name_of(element: etree._Element) -> str:
    """The element's local name, in lower case."""
    return local_name(str(element.tag))


def children_of(element: etree._Element, name: str) -> list[etree._Element]:
    """The children of this local name, in order."""
    return [child for child in element if name_of(child) == name]


def child_of(element: etree._Element, name: str) -> etree._Element | None:
    """The first child of this local name."""
    return next(iter(children_of(element, name)), None)


def text_of(element: etree._Element, name: str) -> str:
    """The text of the first child of this local name, empty where there is none."""
    child = child_of(element, name)
    return whole_text(child) if child is not None else ""


def whole_text(element: etree._Element) -> str:
    """All text inside, without the space around it."""
    return "".join(str(text) for text in element.itertext()).strip()


def attribute_of(element: etree._Element, name: str) -> str:
    """An attribute by its local name, empty where there is none."""
    for key, value in element.attrib.items():
        if local_name(str(key)) == name:
            return str(value).strip()
    return ""
