"""Answers and keys in words, for the review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop.i18n import _
from desktop.questions.markup import plain_text
from desktop.questions.queries import Answer, Asked, Choice


def answer_words(asked: Asked, answer: Answer | None) -> str:
    """What was answered, a line for each part; empty for nothing."""
    if answer is None:
        return ""
    match asked.type:
        case "short_answer":
            return str(answer.get("text") or "")
        case "essay":
            return plain_text(str(answer.get("html") or ""))
        case "fill_blank":
            return _numbered([str(text) for text in answer.get("blanks") or ()])
        case "matching":
            return _pairs(asked, answer.get("pairs") or {})
        case "ordering":
            return _numbered(_texts(asked.items, answer.get("order") or ()))
        case _:
            return "\n".join(_chosen(asked, answer.get("selected")))


def key_words(asked: Asked, right: Any) -> str:
    """The right answer; empty where a person judges."""
    if right is None:
        return ""
    match asked.type:
        case "short_answer":
            return "\n".join(_accepted(right))
        case "essay":
            return ""
        case "fill_blank":
            return _numbered([_(" or ").join(_accepted(blank)) for blank in right])
        case "matching":
            return _pairs(asked, right)
        case "ordering":
            return _numbered(_texts(asked.items, right))
        case _:
            return "\n".join(_chosen(asked, right))


def _chosen(asked: Asked, selected: Any) -> list[str]:
    names = selected if isinstance(selected, list) else [] if selected is None else [selected]
    if asked.type == "true_false":
        return [_("True") if str(name).casefold() == "true" else _("False") for name in names]
    return _texts(asked.options, names)


def _texts(choices: tuple[Choice, ...], names: Any) -> list[str]:
    texts = {choice.id: choice.text for choice in choices}
    return [texts.get(name, str(name)) for name in names]


def _pairs(asked: Asked, pairs: Mapping[str, str]) -> str:
    rights = {choice.id: choice.text for choice in asked.right}
    return "\n".join(f"{stem.text} → {rights.get(pairs[stem.id], pairs[stem.id])}" for stem in asked.left if stem.id in pairs)


def _accepted(key: Any) -> list[str]:
    entries = key if isinstance(key, list) else [key]
    return [str(entry["text"] if isinstance(entry, dict) else entry) for entry in entries]


def _numbered(texts: list[str]) -> str:
    return "\n".join(f"{number}. {text}" for number, text in enumerate(texts, 1))
