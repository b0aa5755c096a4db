"""Small activity trees for tests, written as manifests and read by the real reader."""

from __future__ import annotations

from random import Random

from desktop.scorm.manifest import read_manifest
from desktop.scorm.report import ImportReport
from desktop.scorm.sequencing import transfer
from desktop.scorm.sequencing.overall import Outcome, overall_sequencing_process
from desktop.scorm.sequencing.requests import Navigation, NavigationRequest
from desktop.scorm.sequencing.selection import prepare_tree
from desktop.scorm.sequencing.tree import ActivityTree

FLOW = '<imsss:controlMode flow="true"/>'


def leaf(name: str, sequencing: str = "", beside: str = "") -> str:
    return f'<item identifier="{name}" identifierref="r"><title>{name}</title>{beside}{within(sequencing)}</item>'


def cluster(name: str, sequencing: str, *items: str) -> str:
    return f'<item identifier="{name}"><title>{name}</title>{"".join(items)}{within(sequencing)}</item>'


def within(sequencing: str) -> str:
    return f"<imsss:sequencing>{sequencing}</imsss:sequencing>" if sequencing else ""


def manifest(sequencing: str, *items: str, attributes: str = "") -> bytes:
    return f"""<manifest identifier="m" xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:imsss="http://www.imsglobal.org/xsd/imsss"
      xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3" xmlns:adlseq="http://www.adlnet.org/xsd/adlseq_v1p3">
      <metadata><schemaversion>2004 4th Edition</schemaversion></metadata>
      <organizations default="root"><organization identifier="root" {attributes}><title>root</title>{"".join(items)}{within(sequencing)}
      </organization></organizations>
      <resources><resource identifier="r" adlcp:scormType="sco" href="a.html"/></resources></manifest>""".encode()


def tree_of(sequencing: str, *items: str, attributes: str = "", seed: int = 0) -> ActivityTree:
    read_back = read_manifest(manifest(sequencing, *items, attributes=attributes), ["a.html"], ImportReport())
    tree = ActivityTree(read_back.default, random=Random(seed))
    prepare_tree(tree)
    return tree


def rule(kind: str, condition: str, action: str) -> str:
    return f"""<imsss:sequencingRules><imsss:{kind}ConditionRule><imsss:ruleConditions><imsss:ruleCondition condition="{condition}"/>
      </imsss:ruleConditions><imsss:ruleAction action="{action}"/></imsss:{kind}ConditionRule></imsss:sequencingRules>"""


def ask(tree: ActivityTree, kind: Navigation, target: str = "") -> Outcome:
    return overall_sequencing_process(tree, NavigationRequest(kind, target))


def delivered(outcome: Outcome) -> str:
    return outcome.delivered.identifier if outcome.delivered else outcome.exception or ("ended" if outcome.ended else "nothing")


def says(tree: ActivityTree, **cmi: str) -> None:
    """The SCO that is open records this and terminates."""
    assert tree.current is not None
    transfer.store_data(tree, tree.current, {f"cmi.{name}": value for name, value in cmi.items()}, {})
