"""Questions as rows of ``quiz_questions``, and back.

The columns are those that authors write (``desktop.store.authored``), as JSON the way Postgres writes it. Server functions read the same
form: server_sql/README.md, "Answers". Rows that say less than ours (an accepted answer as a bare text, pairs without ids) are read too.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from desktop.questions import model
from desktop.questions.markup import from_plain, is_markup, plain_text
from desktop.questions.model import (
    NOTHING,
    Accepted,
    Blank,
    Body,
    Essay,
    FillBlank,
    Matching,
    MultipleAnswer,
    MultipleChoice,
    Option,
    Ordering,
    Pair,
    Question,
    Rule,
    ShortAnswer,
    Text,
    TrueFalse,
    Typing,
)

type Row = dict[str, Any]

AUTHORED_COLUMNS = (
    *("title", "question_text", "question_html", "question_type", "answer_options", "correct_answer", "grading", "points"),
    *("explanation", "hint", "image_url", "video_url", "tags"),
)
"""What ``to_row`` writes and ``from_row`` reads."""


def to_row(question: Question) -> Row:
    """The authored columns of a question, without ``quiz_id`` and ``position``."""
    options, correct, grading = _body_to_json(question.body)
    return {
        "title": question.title or None,
        "question_text": question.text.plain,
        "question_html": question.text.html,
        "question_type": question.type_name,
        "answer_options": options,
        "correct_answer": correct,
        "grading": grading,
        "points": _number(question.points),
        "explanation": _to_markup(question.explanation),
        "hint": question.hint or None,
        "image_url": question.image,
        "video_url": question.video,
        "tags": list(question.tags),
    }


def from_row(row: Mapping[str, Any]) -> Question:
    explanation = row.get("explanation") or ""
    return Question(
        Text(row["question_text"], row.get("question_html")),
        _body_from_json(row["question_type"], row["answer_options"] or [], row.get("correct_answer"), row.get("grading") or {}),
        title=row.get("title") or "",
        points=Decimal(str(row["points"])),
        explanation=_from_markup(explanation),
        hint=row.get("hint") or "",
        image=row.get("image_url"),
        video=row.get("video_url"),
        tags=tuple(row.get("tags") or ()),
    )


def _to_markup(text: Text) -> str | None:
    """The one column for words with or without HTML: plain words that would read as HTML are escaped."""
    if text.html is not None:
        return text.html
    return (from_plain(text.plain) if is_markup(text.plain) else text.plain) or None


def _from_markup(stored: str) -> Text:
    return Text(plain_text(stored), stored) if is_markup(stored) else Text(stored)


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _text_to_json(text: Text, prefix: str = "") -> Row:
    made: Row = {prefix or "text": text.plain}
    if text.html is not None:
        made[f"{prefix}_html" if prefix else "html"] = text.html
    return made


def _feedback_to_json(feedback: Text) -> Row:
    return _text_to_json(feedback, "feedback") if feedback else {}


def _feedback_from_json(data: Mapping[str, Any]) -> Text:
    return Text(data["feedback"], data.get("feedback_html")) if "feedback" in data else NOTHING


def _option_to_json(option: Option) -> Row:
    made = {"id": option.id, **_text_to_json(option.text), "is_correct": option.correct}
    if option.part is not None:
        made["part"] = _number(option.part)
    return made | _feedback_to_json(option.feedback)


def _option_from_json(data: Mapping[str, Any]) -> Option:
    part = data.get("part")
    return Option(
        str(data["id"]),
        Text(data.get("text", ""), data.get("html")),
        data.get("is_correct") is True,
        None if part is None else Decimal(str(part)),
        _feedback_from_json(data),
    )


def _accepted_to_json(accepted: Accepted) -> Row | str:
    made: Row = {"text": accepted.text}
    if accepted.part != model.ONE:
        made["part"] = _number(accepted.part)
    if accepted.tolerance is not None:
        made["tolerance"] = _number(accepted.tolerance)
    made |= _feedback_to_json(accepted.feedback)
    return accepted.text if len(made) == 1 else made


def _accepted_from_json(data: Any) -> tuple[Accepted, ...]:
    listed = data if isinstance(data, list) else [] if data is None else [data]
    return tuple(
        Accepted(
            str(entry["text"]),
            Decimal(str(entry.get("part", 1))),
            _feedback_from_json(entry),
            Decimal(str(entry["tolerance"])) if "tolerance" in entry else None,
        )
        if isinstance(entry, dict)
        else Accepted(str(entry))
        for entry in listed
    )


def _typing_to_json(typing: Typing) -> Row:
    default = Typing()
    return {name: getattr(typing, name) for name in ("case", "accents", "wildcards") if getattr(typing, name) != getattr(default, name)}


def _typing_from_json(data: Mapping[str, Any]) -> Typing:
    return Typing(**{name: data[name] for name in ("case", "accents", "wildcards") if name in data})


def _body_to_json(body: Body) -> tuple[list[Row], Any, Row]:
    match body:
        case MultipleChoice(options):
            return [_option_to_json(option) for option in options], None, {}
        case MultipleAnswer(options, rule):
            return [_option_to_json(option) for option in options], None, {} if rule is Rule.DOCKED else {"rule": rule.value}
        case TrueFalse(answer, true_feedback, false_feedback):
            return (
                [
                    {"id": "true", "text": "True", "is_correct": answer} | _feedback_to_json(true_feedback),
                    {"id": "false", "text": "False", "is_correct": not answer} | _feedback_to_json(false_feedback),
                ],
                None,
                {},
            )
        case ShortAnswer(accepted, typing):
            return [], [_accepted_to_json(each) for each in accepted] or None, _typing_to_json(typing)
        case Essay():
            return [], None, {}
        case FillBlank(blanks, typing, rule):
            choices: list[Row] = [{"choices": list(blank.choices)} for blank in blanks] if any(blank.choices for blank in blanks) else []
            return (
                choices,
                [[_accepted_to_json(each) for each in blank.accepted] for blank in blanks],
                _typing_to_json(typing) | ({} if rule is None else {"rule": rule.value}),
            )
        case Matching(pairs, distractors, rule):
            lefts: dict[str, str] = {}
            sides: list[Row] = []
            rights: dict[str, str] = {}
            for right in (*(pair.right for pair in pairs), *distractors):
                if right not in rights:
                    rights[right] = model.item_id(right, rights.values())
            key: dict[str, str] = {}
            for pair in pairs:
                name = model.item_id(pair.left.html or pair.left.plain, (*lefts, *rights.values()))
                lefts[name] = pair.left.plain
                sides.append({"id": name, **_text_to_json(pair.left), "side": "left"})
                key[name] = rights[pair.right]
            sides += [{"id": name, "text": right, "side": "right"} for right, name in rights.items()]
            return sides, key, {} if rule is None else {"rule": rule.value}
        case Ordering(items, rule):
            order: list[str] = []
            for item in items:
                order.append(model.item_id(item.html or item.plain, order))
            return (
                [{"id": name, **_text_to_json(item)} for name, item in zip(order, items, strict=True)],
                order,
                {} if rule is Rule.ALL_OR_NOTHING else {"rule": rule.value},
            )


def _body_from_json(kind: str, options: list[Any], correct: Any, grading: Mapping[str, Any]) -> Body:
    rule = Rule(grading["rule"]) if "rule" in grading else None
    match kind:
        case "multiple_choice":
            return MultipleChoice(_marked(options, correct))
        case "multiple_answer":
            return MultipleAnswer(_marked(options, correct), rule or Rule.DOCKED)
        case "true_false":
            marked = {option.id.casefold(): option for option in _marked(options, correct)}
            true, false = marked.get("true"), marked.get("false")
            answer = true.correct if true is not None else str(correct).casefold() == "true"
            return TrueFalse(answer, true.feedback if true else NOTHING, false.feedback if false else NOTHING)
        case "short_answer":
            return ShortAnswer(_accepted_from_json(correct), _typing_from_json(grading))
        case "essay":
            return Essay()
        case "fill_blank":
            lists = [option.get("choices", []) for option in options]
            lists += [[]] * (len(correct or []) - len(lists))
            blanks = zip(correct or [], lists, strict=False)
            return FillBlank(
                tuple(Blank(_accepted_from_json(each), tuple(shown)) for each, shown in blanks), _typing_from_json(grading), rule
            )
        case "matching":
            texts = {side["id"]: Text(side["text"], side.get("html")) for side in options if "side" in side}
            pairs = tuple(
                Pair(texts.get(left, Text(left)), texts[right].plain if right in texts else right)
                for left, right in (correct or {}).items()
            )
            used = {pair.right for pair in pairs}
            return Matching(pairs, tuple(s["text"] for s in options if s.get("side") == "right" and s["text"] not in used), rule)
        case "ordering":
            items = {str(option["id"]): Text(option.get("text", ""), option.get("html")) for option in options}
            return Ordering(tuple(items.get(str(name), Text(str(name))) for name in correct or []), rule or Rule.ALL_OR_NOTHING)
        case _:
            raise ValueError(f"unknown question type {kind!r}")


def _marked(options: list[Any], correct: Any) -> tuple[Option, ...]:
    """The options; where none is marked, ``correct_answer`` names the right ones, as the server reads it too."""
    read = tuple(_option_from_json(option) for option in options)
    if correct is None or any(option.correct for option in read):
        return read
    keys = {str(key).casefold() for key in (correct if isinstance(correct, list) else [correct])}
    return tuple(Option(o.id, o.text, o.id.casefold() in keys, o.part, o.feedback) for o in read)
