"""Attempts, interactions and what courses share: rows from the documents that a learner's sessions save."""

from __future__ import annotations

import json
from typing import Any

from tests.support.association import Association, one


def saved(association: Association, person: str, sequence: int, items: dict[str, Any], **parts: Any) -> str:
    """What the server answers to a save in this person's session."""
    document = {"standard": "2004", "required": list(items), "items": items, **parts}
    with association.sign_in(person) as connection:
        answer = one(
            connection, "SELECT lms.save_scorm(%s, %s, %s, 1)", association.ids[f"{person}_session"], sequence, json.dumps(document)
        )
        return str(answer)


def rows(association: Association, person: str, query: str) -> list[tuple[Any, ...]]:
    with association.sign_in(person) as connection:
        return connection.execute(query).fetchall()


QUESTION = {
    "cmi.interactions.0.id": "q1", "cmi.interactions.0.type": "choice", "cmi.interactions.0.learner_response": "b",
    "cmi.interactions.0.correct_responses.0.pattern": "a", "cmi.interactions.0.correct_responses.1.pattern": "c",
    "cmi.interactions.0.objectives.0.id": "o1", "cmi.interactions.0.result": "incorrect", "cmi.interactions.0.weighting": "2",
    "cmi.interactions.0.latency": "PT1M2.5S", "cmi.interactions.0.timestamp": "2026-03-01T10:00:00",
    "cmi.interactions.10.id": "q11", "cmi.interactions.10.result": "0.5",
}  # fmt: skip


def test_attempts_and_interactions_become_rows(association: Association) -> None:
    first = {
        "cmi.completion_status": "incomplete", "cmi.score.scaled": "0.25", "cmi.score.raw": "5", "cmi.total_time": "PT1H", **QUESTION,
    }  # fmt: skip
    assert saved(association, "lea", 1, {"a": {"finished": False, "attempt": 1, "cmi": first}}) == "saved"
    attempts = (
        "SELECT item_id, attempt, status, score::float, score_raw::float, total_seconds::float, finished FROM lms.scorm_attempts"
        " WHERE item_id = 'a' ORDER BY attempt"
    )
    mine = (
        "SELECT n, interaction_id, response, correct_responses, objectives, result, weighting::float, latency_seconds::float"
        " FROM lms.scorm_interactions WHERE item_id = 'a' ORDER BY n"
    )
    assert rows(association, "lea", attempts) == [("a", 1, "incomplete", 25.0, 5.0, 3600.0, False)]
    assert rows(association, "lea", mine) == [
        (0, "q1", "b", ["a", "c"], ["o1"], "incorrect", 2.0, 62.5),
        (10, "q11", None, [], [], "0.5", None, None),
    ]
    # The same again changes nothing; another attempt stands beside the first.
    assert saved(association, "lea", 2, {"a": {"finished": False, "attempt": 1, "cmi": first}}) == "saved"
    again = {"a": {"finished": True, "attempt": 2, "cmi": {"cmi.success_status": "passed"}}}
    assert saved(association, "lea", 3, again) == "saved"
    assert rows(association, "lea", attempts) == [
        ("a", 1, "incomplete", 25.0, 5.0, 3600.0, False),
        ("a", 2, "passed", None, None, 0.0, True),
    ]
    assert len(rows(association, "lea", mine)) == 2
    assert len(rows(association, "teacher", "SELECT * FROM lms.scorm_interactions WHERE interaction_id = 'q1'")) == 1


def test_what_courses_share_is_kept_and_not_said_twice(association: Association) -> None:
    item = {"a": {"finished": False, "cmi": {}}}
    shared = {"objectives": {"g": {"satisfied": True, "measure": 0.5}}, "data": {"t": "mine"}}
    saved(association, "lea", 1, item, shared=shared)
    objectives = "SELECT objective_id, known FROM lms.scorm_objectives WHERE objective_id = 'g'"
    assert rows(association, "lea", objectives) == [("g", {"satisfied": True, "measure": 0.5})]
    assert rows(association, "lea", "SELECT target_id, store FROM lms.scorm_data WHERE target_id = 't'") == [("t", "mine")]
    with association.installer() as installer:  # another course of hers has written meanwhile
        installer.execute("UPDATE lms.scorm_objectives SET known = '{\"satisfied\": false}' WHERE objective_id = 'g'")
    saved(association, "lea", 2, item, shared=shared)
    assert rows(association, "lea", objectives) == [("g", {"satisfied": False})]
    saved(association, "lea", 3, item, shared={"objectives": {"g": {"satisfied": True}}})
    assert rows(association, "lea", objectives) == [("g", {"satisfied": True})]
