"""The way through a package: what is opened, what may be opened next, and the document that comes of it."""

from __future__ import annotations

from typing import Any

from desktop.scorm.manifest import Manifest, read_manifest
from desktop.scorm.report import ImportReport
from desktop.scorm.route import FreeRoute, Route, SequencedRoute, Shared, Step, route_of
from desktop.scorm.sequencing.requests import Navigation, NavigationRequest

NAMES = ("one", "two", "three")


def manifest(version: str, items: str, organization: str = "", attributes: str = "") -> Manifest:
    """A package with ``items``; each leaf's resource is called as the item."""
    text = f"""<manifest identifier="m" xmlns:adlcp="adlcp_v1p3" xmlns:imsss="imsss" xmlns:adlnav="adlnav">
        <metadata><schemaversion>{version}</schemaversion></metadata>
        <organizations default="o"><organization identifier="o" {attributes}><title>Course</title>{items}{organization}</organization>
        </organizations><resources>
        {"".join(f'<resource identifier="r-{name}" adlcp:scormtype="sco" href="{name}.html"/>' for name in NAMES)}
        </resources></manifest>"""
    return read_manifest(text.encode(), [f"{name}.html" for name in NAMES], ImportReport())


def item(name: str, inside: str = "") -> str:
    return f'<item identifier="{name}" identifierref="r-{name}"><title>{name}</title>{inside}</item>'


FLOW = "<imsss:sequencing><imsss:controlMode flow='true' choice='true'/></imsss:sequencing>"
SHARES = """<imsss:sequencing><imsss:objectives><imsss:primaryObjective objectiveID="p">
    <imsss:mapInfo targetObjectiveID="global" readSatisfiedStatus="true" writeSatisfiedStatus="true"/>
    </imsss:primaryObjective></imsss:objectives></imsss:sequencing>"""


def flow(**inside: str) -> Manifest:
    return manifest("2004 4th Edition", "".join(item(name, inside.get(name, "")) for name in NAMES), FLOW)


def opened(step: Step) -> str:
    return step.item.identifier if step.item is not None else "ended" if step.ended else f"refused {step.refusal}"


def ask(route: Route, kind: Navigation, target: str = "") -> str:
    return opened(route.ask(NavigationRequest(kind, target)))


def says(route: Route, finished: bool = True, **cmi: str) -> None:
    assert route.current is not None
    names = {name: f"cmi.{name}" for name in cmi} | {"status": "cmi.core.lesson_status", "request": "adl.nav.request"}
    route.says(route.current.identifier, {"finished": finished, "cmi": {names[name]: value for name, value in cmi.items()}})


def again(package: Manifest, route: Route, shared: Shared | None = None) -> Route:
    """The next launch, by another process for all it can tell."""
    return route_of(package, route.document, shared or Shared())


class Test12:
    package = manifest("1.2", item("one") + item("two", "<adlcp:prerequisites>one</adlcp:prerequisites>") + item("three"))

    def test_what_is_not_done_opens_first_and_continue_follows_the_contents(self) -> None:
        route = route_of(self.package, None, Shared())
        assert isinstance(route, FreeRoute)
        assert opened(route.begin()) == "one"
        assert ask(route, Navigation.CONTINUE) == "three"  # "two" waits for "one"
        assert ask(route, Navigation.CHOICE, "two") == "refused prerequisites"
        assert ask(route, Navigation.PREVIOUS) == "one"
        says(route, status="passed")
        assert ask(route, Navigation.CONTINUE) == "two"
        assert opened(again(self.package, route).begin()) == "two"

    def test_controls_say_what_may_be_done(self) -> None:
        route = route_of(self.package, None, Shared())
        route.begin()
        shown = route.controls()
        assert (shown.can_go_back, shown.can_continue, shown.shows_suspend) == (False, True, False)
        assert {entry.identifier: entry.selectable for entry in shown.contents} == {"one": True, "two": False, "three": True}
        says(route, status="completed")
        assert {entry.identifier: entry.selectable for entry in route.controls().contents} == {"one": True, "two": True, "three": True}
        assert [route.status(name) for name in NAMES] == ["completed", "not attempted", "not attempted"]

    def test_content_that_logs_out_ends_the_session(self) -> None:
        route = route_of(self.package, None, Shared())
        route.begin()
        route.says("one", {"finished": True, "cmi": {"cmi.core.exit": "logout"}})
        assert route.requested() == NavigationRequest(Navigation.EXIT_ALL)
        assert ask(route, Navigation.EXIT_ALL) == "ended"


class Test2004:
    def test_flow_leads_from_one_to_the_next_and_off_the_end(self) -> None:
        package = flow()
        route = route_of(package, None, Shared())
        assert isinstance(route, SequencedRoute)
        visited = [opened(route.begin())]
        while visited[-1] != "ended":
            says(route, completion_status="completed", success_status="passed")
            visited.append(ask(route, Navigation.CONTINUE))
        assert visited == ["one", "two", "three", "ended"]
        assert route.document["summary"] == {"completion": "completed", "success": "passed", "scaled": None}

    def test_the_content_may_ask(self) -> None:
        route = route_of(flow(), None, Shared())
        route.begin()
        says(route, finished=False, request="continue")
        assert route.requested() is None  # it has not ended yet
        says(route, request="continue")
        request = route.requested()
        assert request == NavigationRequest(Navigation.CONTINUE)
        assert opened(route.ask(request)) == "two"

    def test_who_goes_away_finds_everything_as_it_was(self) -> None:
        package = flow()
        route = route_of(package, None, Shared())
        route.begin()
        says(route, completion_status="completed")
        ask(route, Navigation.CONTINUE)
        says(route, finished=False, completion_status="incomplete", location="7")
        route.leave()
        route = again(package, route)
        step = route.begin()
        assert (opened(step), step.resumed) == ("two", True)
        assert route.launch_values()["cmi.entry"] == "resume"
        cmi = {"cmi.completion_status": "incomplete", "cmi.location": "7"}
        assert route.record("two") == {"finished": False, "attempt": 1, "title": "two", "cmi": cmi}

    def test_a_session_that_was_cut_off_is_resumed(self) -> None:
        package = flow()
        route = route_of(package, None, Shared())
        route.begin()
        says(route, finished=False, location="3")
        step = again(package, route).begin()  # no leave: the process was killed
        assert (opened(step), step.resumed) == ("one", True)

    def test_exit_ends_the_attempt_unless_the_content_was_cut_off(self) -> None:
        package = flow()
        route = route_of(package, None, Shared())
        route.begin()
        says(route, completion_status="incomplete", location="3")
        assert ask(route, Navigation.EXIT_ALL) == "ended"
        step = again(package, route).begin()
        assert (opened(step), step.resumed) == ("one", False)

        route = route_of(package, None, Shared())
        route.begin()
        says(route, finished=False, location="3")
        ask(route, Navigation.EXIT_ALL)
        step = again(package, route).begin()
        assert (opened(step), step.resumed) == ("one", True)

    def test_attempts_are_counted(self) -> None:
        route = route_of(flow(), None, Shared())
        route.begin()
        says(route, completion_status="completed")
        assert ask(route, Navigation.CHOICE, "one") == "one"
        assert route.record("one") is None  # a new attempt knows nothing
        says(route, completion_status="incomplete")
        record = route.record("one")
        assert record is not None
        assert record["attempt"] == 2

    def test_without_flow_the_learner_chooses_unless_there_is_but_one_part(self) -> None:
        route = route_of(manifest("2004 3rd Edition", item("one") + item("two")), None, Shared())
        step = route.begin()
        assert (step.item, step.ended) == (None, False)
        assert [entry.selectable for entry in route.controls().contents if entry.depth] == [True, True]
        assert ask(route, Navigation.CHOICE, "two") == "two"
        assert opened(route_of(manifest("2004 3rd Edition", item("one")), None, Shared()).begin()) == "one"

    def test_what_follows_is_told_again_only_after_news(self) -> None:
        route = route_of(flow(), None, Shared())
        route.begin()
        assert route.launch_values()["adl.nav.request_valid.previous"] == "false"
        assert route.valid_requests() == {}
        shown = route.revision
        says(route, finished=False, location="3")
        assert (route.valid_requests(), route.revision) == ({}, shown)
        says(route, finished=False, completion_status="completed")
        assert route.revision > shown
        assert route.valid_requests()["adl.nav.request_valid.continue"] == "true"

    def test_the_summary_counts_what_runs_still(self) -> None:
        route = route_of(manifest("2004 4th Edition", item("one")), None, Shared())
        route.begin()
        assert route.document["summary"]["completion"] == "unknown"
        says(route, finished=False, completion_status="completed", success_status="passed")
        assert route.document["summary"] == {"completion": "completed", "success": "passed", "scaled": None}

    def test_only_what_this_session_wrote_is_shared(self) -> None:
        package = flow(one=SHARES)
        known: dict[str, Any] = {"elsewhere": {"satisfied": False}}
        route = route_of(package, None, Shared(objectives=known))
        route.begin()
        says(route, finished=False, success_status="passed")
        assert route.document["shared"] == {"objectives": {"global": {"satisfied": True}}, "data": {}}
        other = route_of(package, None, Shared(objectives={"global": {"satisfied": True}}))
        other.begin()
        assert other.launch_values()["cmi.objectives.0.success_status"] == "passed"
        assert other.document["shared"]["objectives"] == {}

    def test_late_words_of_what_is_over_change_nothing(self) -> None:
        route = route_of(flow(), None, Shared())
        route.begin()
        ask(route, Navigation.CONTINUE)
        before = route.document
        route.says("one", {"finished": True, "cmi": {"cmi.completion_status": "incomplete"}})
        assert route.document == before
