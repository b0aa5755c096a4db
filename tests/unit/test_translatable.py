"""Everything a person reads can be translated: what reaches a visible place came through ``_``, ``N_`` or ``ngettext``.

The program is read, not run. A sink is a call of which some arguments are shown (``Label(…)``, ``setToolTip(…)``, an error of our tree);
such an argument may be made of anything, but a literal in it that has letters must be marked. Names are followed to what they were
given in the same function or module. What is only looked up at run time cannot be judged here and passes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / "desktop"
MODULES = sorted(PROGRAM.rglob("*.py"))
MARKS = {"_": 1, "N_": 1, "ngettext": 2}
"""What marks a string, and how many of its first arguments are strings."""

FIRST = (0,)
ALL = tuple(range(10))
SHOWN: dict[str, tuple[int, ...]] = {
    # widgets
    "QLabel": FIRST, "QPushButton": FIRST, "QCheckBox": FIRST, "QRadioButton": FIRST, "QGroupBox": FIRST, "QAction": (0, 1),
    "QMenu": FIRST, "QFileDialog": (1, 3), "Label": FIRST, "ElidedLabel": FIRST, "Button": FIRST, "IconButton": (1,), "SearchField": FIRST,
    "FilterChip": FIRST, "FormRow": FIRST, "Dialog": (0, 1), "FormDialog": (0, 1), "TitleDialog": (0, 1, 2), "StatusPill": FIRST,
    "EmptyState": (0, 1), "Empty": (0, 1), "TableView": (1,), "CardView": (1,), "Notice": (1, 2), "Badge": FIRST, "ProgressBar": FIRST,
    "ProgressRing": FIRST, "Sparkline": FIRST, "BarChart": FIRST, "confirm": (1, 2, 3),
    # declarations
    "Action": (1,), "Place": (1,), "Column": (1,), "Undo": FIRST, "option": (2,),
    # Qt's setters
    "setText": FIRST, "setPlainText": FIRST, "setHtml": FIRST, "setTitle": FIRST, "setWindowTitle": FIRST, "setToolTip": FIRST,
    "setStatusTip": FIRST, "setWhatsThis": FIRST, "setPlaceholderText": FIRST, "setAccessibleName": FIRST,
    "setAccessibleDescription": FIRST, "setPrefix": FIRST, "setSuffix": FIRST, "setSpecialValueText": FIRST, "setLabelText": FIRST,
    "addTab": (1,), "addRow": FIRST, "addItem": FIRST, "addAction": (0, 1), "insertItem": (1,), "setHeaderLabels": ALL, "addItems": ALL,
    "getOpenFileName": (1, 3), "getSaveFileName": (1, 3), "drawText": (1, 2, 3, 5, 6),
    # our own
    "set_title": FIRST, "set_subtitle": FIRST, "set_breadcrumb": FIRST, "set_text": FIRST, "set_problem": FIRST, "set_saved": FIRST,
    "set_connection": FIRST, "add_button": FIRST, "field": FIRST, "complain": FIRST, "show_ready": FIRST, "show_empty": (0, 2),
    "notices.info": FIRST, "notices.done": FIRST, "notices.warn": FIRST, "context.job": FIRST, "control.report": (2,),
    "report.note": (2,), "report.warn": (2,), "report.problem": (2,),
}  # fmt: skip
"""Functions, methods and classes, by name, and which of their positional arguments are shown. Names that many things have say of what."""
SHOWN_KEYWORDS = {
    "remedy",
    "hint",
    "tooltip",
    "placeholder",
    "label",
    "title",
    "text",
    "sentence",
    "button",
    "detail",
    "none",
    "help",
    "message",
}
NAMES = {"NABIP LMS", "NABIP LMS Desktop", "nabip-lms", "https://"}
"""The same in every language."""
MARKUP = re.compile(r"<[^>]*>")


def error_classes() -> frozenset[str]:
    """Every class of the tree of errors that a person may see."""
    found, classes = {"LmsError"}, [node for path in MODULES for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]
    size = 0
    while size != len(found):
        size = len(found)
        found |= {node.name for node in classes if any(name_of(base) in found for base in node.bases)}
    return frozenset(found)


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(node: ast.expr) -> str:
    """The last part of a dotted name."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


@dataclass
class Reader:
    """Reads one module; ``faults`` are lines of it with what is wrong."""

    errors: frozenset[str]

    def faults(self, module: ast.Module) -> list[str]:
        return [f"{node.lineno}: {text}" for node, text in self._faults(module)]

    def _faults(self, module: ast.Module) -> Iterator[tuple[ast.expr, str]]:
        outer = assignments(module.body)
        for scope, known in self._scopes(module, outer):
            for node in inside(scope):
                if isinstance(node, ast.Call):
                    yield from self._marking(node, known)
                    for argument in self._shown(node):
                        for literal in literals(argument, known):
                            yield node, f"{name_of(node.func)}(… {literal!r} …) is shown and cannot be translated"

    def _scopes(self, node: ast.AST, known: dict[str, list[ast.expr]]) -> Iterator[tuple[ast.AST, dict[str, list[ast.expr]]]]:
        """Each function and the module, with what its names were given."""
        yield node, known
        for child in inside(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                given = assignments(child.body) if not isinstance(child, ast.Lambda) else {}
                hidden = {argument.arg for argument in (*child.args.posonlyargs, *child.args.args, *child.args.kwonlyargs)}
                yield from self._scopes(child, {name: values for name, values in (known | given).items() if name not in hidden})

    def _shown(self, call: ast.Call) -> Iterator[ast.expr]:
        name = name_of(call.func)
        owned = f"{name_of(call.func.value).lstrip('_')}.{name}" if isinstance(call.func, ast.Attribute) else name
        positions = ALL if name in self.errors else SHOWN.get(owned, SHOWN.get(name, ()))
        if not positions:
            return
        yield from (argument for position, argument in enumerate(call.args) if position in positions)
        yield from (keyword.value for keyword in call.keywords if keyword.arg in SHOWN_KEYWORDS)

    def _marking(self, call: ast.Call, known: dict[str, list[ast.expr]]) -> Iterator[tuple[ast.expr, str]]:
        if not isinstance(call.func, ast.Name) or call.func.id not in MARKS:
            return
        for argument in call.args[: MARKS[call.func.id]]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                if "{}" in argument.value:
                    yield call, f"{argument.value!r} has a place without a name, which a translator cannot move"
            elif isinstance(argument, ast.JoinedStr | ast.BinOp) or (isinstance(argument, ast.Call) and name_of(argument.func) == "format"):
                yield call, f"{ast.unparse(argument)} is put together before it is translated"
            for table in [value for name in table_of(argument) for value in known.get(name, ()) if isinstance(value, ast.Dict)]:
                for literal in [literal for value in table.values for literal in literals(value, {})]:
                    yield call, f"{literal!r} is translated here, but nothing marks it in its table"


def table_of(node: ast.expr) -> list[str]:
    """The name of the table in which ``node`` looks something up."""
    match node:
        case ast.Subscript(value=ast.Name(id=name)) | ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get")):
            return [name]
    return []


def inside(scope: ast.AST) -> Iterator[ast.AST]:
    """Everything in ``scope`` but what is in functions inside it; those themselves are included."""
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from inside(child)


def assignments(body: list[ast.stmt]) -> dict[str, list[ast.expr]]:
    """What plain names are given in ``body``."""
    given: dict[str, list[ast.expr]] = {}
    for statement in body:
        for node in (statement, *inside(statement)):
            match node:
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=value)
                    | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
                ):
                    given.setdefault(name, []).append(value)
    return given


def literals(node: ast.expr, known: dict[str, list[ast.expr]]) -> Iterator[str]:
    """Words that ``node`` is made of and that nothing marks. Without a small letter it is a code or an abbreviation."""
    match node:
        case ast.Constant(value=str() as text):
            if any(letter.islower() for letter in MARKUP.sub("", text)) and text not in NAMES:
                yield text
        case ast.JoinedStr(values=parts):
            for part in parts:
                yield from literals(part.value if isinstance(part, ast.FormattedValue) else part, known)
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, op=ast.Add(), right=other):
            yield from literals(one, known)
            yield from literals(other, known)
        case ast.BoolOp(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from literals(part, known)
        case ast.Call(func=ast.Attribute(value=text, attr="format" | "strip" | "join" | "upper" | "title")):
            yield from literals(text, known)
        case ast.Name(id=name) if name in known:
            rest = {other: values for other, values in known.items() if other != name}
            for value in known[name]:
                yield from literals(value, rest)


ERRORS = error_classes()


@pytest.mark.parametrize("path", MODULES, ids=[path.relative_to(PROGRAM).as_posix() for path in MODULES])
def test_what_a_person_reads_can_be_translated(path: Path) -> None:
    assert Reader(ERRORS).faults(tree(path)) == []


@pytest.mark.parametrize(
    "line",
    [
        'Label("Learners", Role.BODY)',
        'box.setToolTip(f"{n} learners")',
        'label.setText("" if all_there else "Some are missing")',
        'text = "Saved"\nlabel.setText(text)',
        'raise Invalid(_("No."), remedy="Ask.")',
        'notices.done("Learners: {n}".format(n=3))',
        '_(f"{n} learners")',
        '_("Learners: " + names)',
        '_("{} learners").format(3)',
        'WORDS = {1: "Good"}\n_(WORDS[mark])',
        'ngettext("one", f"{n} of them", n)',
    ],
)
def test_what_cannot_be_translated_is_found(line: str) -> None:
    assert len(Reader(ERRORS).faults(ast.parse(line))) == 1


@pytest.mark.parametrize(
    "line",
    [
        'Label(_("Learners"), Role.BODY)',
        'Action("course.publish", N_("Publish"), "Ctrl+P")',
        'label.setText(ngettext("{n} learner", "{n} learners", n).format(n=n))',
        'label.setText(f"{first} · {second}")',
        'label.setText(member.name or "–")',
        'WORDS = {1: N_("Good")}\n_(WORDS.get(mark, ""))',
        'log.warn("the server is slow")',
        'def show(text): label.setText(text)\ntext = "Saved"',
    ],
)
def test_what_is_marked_or_has_no_words_passes(line: str) -> None:
    assert Reader(ERRORS).faults(ast.parse(line)) == []
