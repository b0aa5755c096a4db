"""``imsss:sequencing`` and ADL's extensions as a ``Sequencing`` (CAM chapter 5, and 3.4.1 for what stands beside it in an item).

What is misspelt or out of range counts as absent, with a line in the report: sequencing then follows the book's default.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from urllib.parse import unquote

from lxml import etree

from desktop.i18n import _
from desktop.scorm.elements import attribute_of, child_of, children_of, name_of, text_of, whole_text
from desktop.scorm.report import ImportReport
from desktop.scorm.sequencing.definition import (
    Action,
    ChildActivitySet,
    Combination,
    CompletionThreshold,
    Condition,
    ControlMode,
    DataMap,
    Delivery,
    Info,
    Objective,
    ObjectiveMap,
    Required,
    Rollup,
    RollupAction,
    RollupCondition,
    RollupRule,
    Rule,
    RuleCondition,
    Selection,
    Sequencing,
    Timing,
)

# The attributes of imsss:mapInfo and adlseq:mapInfo, in lower case after “read” and “write” (CAM 5.1.7.4, 5.1.8.2).
_IMS_MAP = {
    "satisfiedstatus": Info.SATISFIED,
    "normalizedmeasure": Info.MEASURE,
}
_ADL_MAP = {
    "rawscore": Info.RAW,
    "minscore": Info.MIN,
    "maxscore": Info.MAX,
    "completionstatus": Info.COMPLETED,
    "progressmeasure": Info.PROGRESS,
}
_REQUIRED = {
    "requiredforsatisfied": RollupAction.SATISFIED,
    "requiredfornotsatisfied": RollupAction.NOT_SATISFIED,
    "requiredforcompleted": RollupAction.COMPLETED,
    "requiredforincomplete": RollupAction.INCOMPLETE,
}


class SequencingReader:
    """Reads the sequencing of items and organizations. ``collection`` holds what ``sequencingCollection`` defines, by its ID."""

    def __init__(self, collection: Mapping[str, etree._Element], report: ImportReport) -> None:
        self._collection = collection
        self._report = report

    def read(self, item: etree._Element) -> Sequencing:
        """What an ``<item>`` or ``<organization>`` says."""
        where = attribute_of(item, "identifier")
        parts = self._parts(item, where)
        primary, objectives = self._objectives(parts, where)
        names = {_normal(one.identifier): one.identifier for one in (primary, *objectives)}
        rules = self._first(parts, "sequencingrules")
        limits = self._first(parts, "limitconditions")
        attempts = self._number(limits, "attemptlimit", -1, where)
        return Sequencing(
            control=self._control(parts),
            preconditions=self._rules(rules, "preconditionrule", names, where),
            postconditions=self._rules(rules, "postconditionrule", names, where),
            exit_rules=self._rules(rules, "exitconditionrule", names, where),
            attempt_limit=int(attempts) if attempts >= 0 else None,
            attempt_duration_limit=attribute_of(limits, "attemptabsolutedurationlimit") if limits is not None else "",
            rollup=self._rollup(parts, where),
            primary=primary,
            objectives=objectives,
            completion=self._completion(item, where),
            selection=self._selection(parts, where),
            delivery=self._delivery(parts),
            data=tuple(
                DataMap(attribute_of(one, "targetid"), _flag(one, "readshareddata", True), _flag(one, "writeshareddata", True))
                for data in children_of(item, "data")
                for one in children_of(data, "map")
                if attribute_of(one, "targetid")
            ),
            hidden_controls=_hidden_controls(item),
        )

    def _parts(self, item: etree._Element, where: str) -> list[etree._Element]:
        """The elements inside of ``sequencing``; what it refers to in the collection fills in what it does not say itself (CAM 5.1.1)."""
        own = child_of(item, "sequencing")
        if own is None:
            return []
        parts = list(own)
        reference = attribute_of(own, "idref")
        shared = self._collection.get(reference)
        if shared is not None:
            said = {part.tag for part in parts}
            parts += [part for part in shared if part.tag not in said]
        elif reference:
            self._report.warn(
                "no-sequencing", where, _("The item refers to sequencing that does not exist, “{name}”.").format(name=reference)
            )
        return parts

    def _first(self, parts: list[etree._Element], name: str) -> etree._Element | None:
        return next((part for part in parts if name_of(part) == name), None)

    def _control(self, parts: list[etree._Element]) -> ControlMode:
        mode = self._first(parts, "controlmode")
        # The schema calls it constrainedChoiceConsiderations, the books' text constrainChoiceConsiderations.
        constraint = self._first(parts, "constrainedchoiceconsiderations")
        if constraint is None:
            constraint = self._first(parts, "constrainchoiceconsiderations")
        return ControlMode(
            choice=_flag(mode, "choice", True),
            choice_exit=_flag(mode, "choiceexit", True),
            flow=_flag(mode, "flow", False),
            forward_only=_flag(mode, "forwardonly", False),
            use_current_attempt_objective_info=_flag(mode, "usecurrentattemptobjectiveinfo", True),
            use_current_attempt_progress_info=_flag(mode, "usecurrentattemptprogressinfo", True),
            prevent_activation=_flag(constraint, "preventactivation", False),
            constrain_choice=_flag(constraint, "constrainchoice", False),
        )

    def _rules(self, rules: etree._Element | None, name: str, names: Mapping[str, str], where: str) -> tuple[Rule, ...]:
        if rules is None:
            return ()
        return tuple(rule for one in children_of(rules, name) if (rule := self._rule(one, names, where)) is not None)

    def _rule(self, rule: etree._Element, names: Mapping[str, str], where: str) -> Rule | None:
        conditions = child_of(rule, "ruleconditions")
        action = self._word(child_of(rule, "ruleaction"), "action", Action, None, where)
        if action is None or conditions is None:
            return None
        read = [self._condition(one, names, where) for one in children_of(conditions, "rulecondition")]
        return Rule(
            action,
            tuple(one for one in read if one is not None),
            self._word(conditions, "conditioncombination", Combination, Combination.ALL, where) or Combination.ALL,
        )

    def _condition(self, element: etree._Element, names: Mapping[str, str], where: str) -> RuleCondition | None:
        condition = self._word(element, "condition", Condition, None, where)
        if condition is None:
            return None
        reference = attribute_of(element, "referencedobjective")
        return RuleCondition(
            condition,
            attribute_of(element, "operator").lower() == "not",
            names.get(_normal(reference), reference),
            self._number(element, "measurethreshold", 0.0, where),
        )

    def _rollup(self, parts: list[etree._Element], where: str) -> Rollup:
        rules = self._first(parts, "rolluprules")
        considerations = self._first(parts, "rollupconsiderations")
        required = []
        for name, action in _REQUIRED.items():
            word = self._word(considerations, name, Required, Required.ALWAYS, where)
            if word is not None and word is not Required.ALWAYS:
                required.append((action, word))
        read = [self._rollup_rule(one, where) for one in children_of(rules, "rolluprule")] if rules is not None else []
        return Rollup(
            objective_satisfied=_flag(rules, "rollupobjectivesatisfied", True),
            progress_completion=_flag(rules, "rollupprogresscompletion", True),
            objective_measure_weight=self._number(rules, "objectivemeasureweight", 1.0, where),
            rules=tuple(rule for rule in read if rule is not None),
            required=tuple(required),
            measure_satisfaction_if_active=_flag(considerations, "measuresatisfactionifactive", True),
        )

    def _rollup_rule(self, rule: etree._Element, where: str) -> RollupRule | None:
        conditions = child_of(rule, "rollupconditions")
        action = self._word(child_of(rule, "rollupaction"), "action", RollupAction, None, where)
        if action is None or conditions is None:
            return None
        read = [(self._word(one, "condition", Condition, None, where), one) for one in children_of(conditions, "rollupcondition")]
        return RollupRule(
            action,
            tuple(RollupCondition(name, attribute_of(one, "operator").lower() == "not") for name, one in read if name is not None),
            self._word(conditions, "conditioncombination", Combination, Combination.ANY, where) or Combination.ANY,
            self._word(rule, "childactivityset", ChildActivitySet, ChildActivitySet.ALL, where) or ChildActivitySet.ALL,
            int(self._number(rule, "minimumcount", 0, where)),
            self._number(rule, "minimumpercent", 0.0, where),
        )

    def _objectives(self, parts: list[etree._Element], where: str) -> tuple[Objective, tuple[Objective, ...]]:
        """The primary objective and the others. ADL's ``objectives`` add maps to those of IMS, by the objective's id."""
        primary, others = Objective(), list[Objective]()
        for group in (part for part in parts if name_of(part) == "objectives" and not _is_adl(part)):
            for element in group:
                if name_of(element) == "primaryobjective":
                    primary = self._objective(element, where)
                elif name_of(element) == "objective" and attribute_of(element, "objectiveid"):
                    others.append(self._objective(element, where))
        more = {
            attribute_of(element, "objectiveid"): tuple(_map(one, _ADL_MAP) for one in children_of(element, "mapinfo"))
            for group in parts
            if name_of(group) == "objectives" and _is_adl(group)
            for element in children_of(group, "objective")
        }
        every = [replace(one, maps=_merged(one.maps + more.get(one.identifier, ()))) for one in (primary, *others)]
        return every[0], tuple(every[1:])

    def _objective(self, element: etree._Element, where: str) -> Objective:
        written = text_of(element, "minnormalizedmeasure")
        minimum = _real(written)
        if written and minimum is None:
            self._misread(where, "minNormalizedMeasure", written)
        return Objective(
            attribute_of(element, "objectiveid"),
            _flag(element, "satisfiedbymeasure", False),
            1.0 if minimum is None else minimum,
            tuple(_map(one, _IMS_MAP) for one in children_of(element, "mapinfo")),
        )

    def _completion(self, item: etree._Element, where: str) -> CompletionThreshold:
        threshold = child_of(item, "completionthreshold")
        return CompletionThreshold(
            _flag(threshold, "completedbymeasure", False),
            self._number(threshold, "minprogressmeasure", 1.0, where),
            self._number(threshold, "progressweight", 1.0, where),
        )

    def _selection(self, parts: list[etree._Element], where: str) -> Selection:
        controls = self._first(parts, "randomizationcontrols")
        count = self._number(controls, "selectcount", -1, where)
        return Selection(
            self._word(controls, "selectiontiming", Timing, Timing.NEVER, where) or Timing.NEVER,
            int(count) if count >= 0 else None,
            self._word(controls, "randomizationtiming", Timing, Timing.NEVER, where) or Timing.NEVER,
            _flag(controls, "reorderchildren", False),
        )

    def _delivery(self, parts: list[etree._Element]) -> Delivery:
        controls = self._first(parts, "deliverycontrols")
        return Delivery(
            _flag(controls, "tracked", True),
            _flag(controls, "completionsetbycontent", False),
            _flag(controls, "objectivesetbycontent", False),
        )

    # values

    def _word[W: StrEnum](self, element: etree._Element | None, name: str, words: type[W], default: W | None, where: str) -> W | None:
        written = attribute_of(element, name) if element is not None else ""
        if not written:
            return default
        found = next((word for word in words if word.value.lower() == written.lower()), None)
        if found is None:
            self._misread(where, name, written)
            return default
        return found

    def _number(self, element: etree._Element | None, name: str, default: float, where: str) -> float:
        written = attribute_of(element, name) if element is not None else ""
        if not written:
            return default
        number = _real(written)
        if number is None:
            self._misread(where, name, written)
            return default
        return number

    def _misread(self, where: str, name: str, written: str) -> None:
        self._report.warn(
            "sequencing", where, _("“{value}” means nothing for {name}; the standard's default applies.").format(value=written, name=name)
        )


def global_flag(organization: etree._Element, name: str) -> bool:
    """``objectivesGlobalToSystem`` and ``sharedDataGlobalToSystem``, which are true unless an organization says otherwise (CAM 3.4.1)."""
    return _flag(organization, name.lower(), True)


def _normal(identifier: str) -> str:
    """What two identifiers have in common that mean the same: they are URIs, so that a space may be written as ``%20``."""
    return " ".join(unquote(identifier).split())


def _is_adl(element: etree._Element) -> bool:
    return "adlseq" in str(element.tag).lower()


def _flag(element: etree._Element | None, name: str, default: bool) -> bool:
    written = attribute_of(element, name).lower() if element is not None else ""
    return written in ("true", "1") if written else default


def _real(written: str) -> float | None:
    try:
        number = float(written)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _map(element: etree._Element, attributes: Mapping[str, Info]) -> ObjectiveMap:
    return ObjectiveMap(
        _normal(attribute_of(element, "targetobjectiveid")),
        frozenset(info for name, info in attributes.items() if _flag(element, "read" + name, True)),
        frozenset(info for name, info in attributes.items() if _flag(element, "write" + name, False)),
    )


def _merged(maps: tuple[ObjectiveMap, ...]) -> tuple[ObjectiveMap, ...]:
    """One map a target."""
    merged: dict[str, ObjectiveMap] = {}
    for one in maps:
        if one.target:
            before = merged.get(one.target, ObjectiveMap(one.target, frozenset(), frozenset()))
            merged[one.target] = ObjectiveMap(one.target, before.reads | one.reads, before.writes | one.writes)
    return tuple(merged.values())


def _hidden_controls(item: etree._Element) -> frozenset[str]:
    presentation = child_of(item, "presentation")
    interface = child_of(presentation, "navigationinterface") if presentation is not None else None
    return frozenset(whole_text(one) for one in children_of(interface, "hidelmsui")) if interface is not None else frozenset()
