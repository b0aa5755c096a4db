"""Questions out of thin air, for Hypothesis."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from desktop.questions.markup import plain_text
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
    letter,
)

_ALPHABET = st.one_of(
    st.sampled_from("~=#{}:\\%/[]$()<>&\"'|,;.!?-"), st.characters(codec="utf-8", categories=("L", "N", "S")), st.sampled_from("abc 1")
)


def words(min_size: int = 1) -> st.SearchStrategy[str]:
    """A line of text without spaces that formats fold: nothing repeated, nothing at the ends."""
    return st.text(_ALPHABET, max_size=14).map(lambda text: " ".join(text.split())).filter(lambda text: len(text) >= min_size)


def texts(min_size: int = 1) -> st.SearchStrategy[Text]:
    marked = words(max(1, min_size)).map(lambda text: f"<p>{text.replace('&', '&amp;').replace('<', '&lt;')}</p>")
    return st.one_of(words(min_size).map(Text), marked.map(lambda html: Text(plain_text(html), html)))


_FEEDBACK = st.one_of(st.just(NOTHING), texts())
_PARTS = st.sampled_from([None, Decimal("0.5"), Decimal("-0.25"), Decimal("0.33333")])


@st.composite
def _options(draw: st.DrawFn, *, several: bool, weighted: bool) -> tuple[Option, ...]:
    count = draw(st.integers(2, 4))
    right = draw(st.integers(0, count - 1))
    options = []
    for index in range(count):
        correct = index == right or (several and draw(st.booleans()))
        part = draw(_PARTS) if weighted and not correct else None
        if several and weighted:
            # Under weights an option is right where it earns something.
            part = Decimal("0.4") if correct else draw(st.sampled_from([None, Decimal("-0.25")]))
        options.append(Option(letter(index), draw(texts()), correct, part, draw(_FEEDBACK)))
    return tuple(options)


@st.composite
def _short_answers(draw: st.DrawFn, *, typing: Typing | None = None) -> ShortAnswer:
    parts = st.sampled_from([Decimal(1), Decimal("0.5"), Decimal(0)])
    if draw(st.booleans()):
        number = st.decimals(-1000, 1000, places=2).map(lambda n: format(n.normalize() + 0, "f"))
        tolerances = st.sampled_from([Decimal(0), Decimal("0.5")])
        accepted = st.builds(Accepted, number, parts, _FEEDBACK, tolerances)
    else:
        accepted = st.builds(Accepted, words().filter(lambda text: "->" not in text), parts, _FEEDBACK)
    return ShortAnswer(tuple(draw(st.lists(accepted, min_size=1, max_size=3, unique_by=lambda each: each.text))), typing or Typing())


@st.composite
def _matchings(draw: st.DrawFn) -> Matching:
    lefts = draw(st.lists(texts().filter(lambda text: "->" not in (text.html or text.plain)), min_size=1, max_size=3, unique=True))
    rights = draw(st.lists(words(), min_size=len(lefts), max_size=len(lefts) + 2, unique=True))
    pairs = tuple(Pair(left, right) for left, right in zip(lefts, rights, strict=False))
    return Matching(pairs, tuple(rights[len(lefts) :]))


def bodies(*, gift_can_hold: bool = False) -> st.SearchStrategy[Body]:
    common: list[st.SearchStrategy[Body]] = [
        _options(several=False, weighted=True).map(MultipleChoice),
        _options(several=True, weighted=False).map(MultipleAnswer),
        _options(several=True, weighted=True).map(lambda options: MultipleAnswer(options, Rule.WEIGHTS)),
        st.builds(TrueFalse, st.booleans(), _FEEDBACK, _FEEDBACK),
        _short_answers(),
        st.just(Essay()),
        _matchings(),
    ]
    if gift_can_hold:
        return st.one_of(common)
    accepted = st.lists(st.builds(Accepted, words()), min_size=1, max_size=2).map(tuple)
    return st.one_of(
        *common,
        st.lists(st.builds(Blank, accepted), min_size=1, max_size=3).map(lambda blanks: FillBlank(tuple(blanks))),
        st.builds(
            Ordering,
            st.lists(texts(), min_size=2, max_size=4).map(tuple),
            st.sampled_from([Rule.NEIGHBOURS, Rule.POSITIONS, Rule.ALL_OR_NOTHING]),
        ),
    )


@st.composite
def questions(draw: st.DrawFn, *, gift_can_hold: bool = False) -> Question:
    base = Question(
        draw(texts()),
        draw(bodies(gift_can_hold=gift_can_hold)),
        title=draw(words(0)),
        explanation=draw(_FEEDBACK),
        tags=tuple(draw(st.lists(words(), max_size=2, unique=True))),
    )
    if gift_can_hold:
        return base
    return Question(
        base.text,
        base.body,
        base.title,
        draw(st.sampled_from([Decimal(1), Decimal("2.5")])),
        base.explanation,
        draw(words(0)),
        tags=base.tags,
    )


@st.composite
def _gap_texts(draw: st.DrawFn, count: int) -> Text:
    """A text with a place for each blank."""
    pieces = [draw(words()) for _n in range(count)]
    plain = " ".join(f"{piece} [[{number}]]" for number, piece in enumerate(pieces, 1))
    if draw(st.booleans()):
        return Text(plain)
    html = f"<p>{plain.replace('&', '&amp;').replace('<', '&lt;')}</p>"
    return Text(plain_text(html), html)


@st.composite
def gap_questions(draw: st.DrawFn) -> Question:
    """Blanks that are typed, with parts, feedback and tolerances, or chosen from lists."""
    accepted = st.builds(Accepted, words(), st.sampled_from([Decimal(1), Decimal("0.5")]), _FEEDBACK)
    numeric = st.builds(
        Accepted, st.sampled_from(["3.14", "-2", "0"]), feedback=_FEEDBACK, tolerance=st.sampled_from([Decimal(0), Decimal("0.5")])
    )
    typed = st.one_of(
        st.lists(accepted, min_size=1, max_size=2, unique_by=lambda each: each.text).map(lambda each: Blank(tuple(each))),
        numeric.map(lambda each: Blank((each,))),
    )

    @st.composite
    def listed(draw: st.DrawFn) -> Blank:
        choices = draw(st.lists(words(), min_size=2, max_size=4, unique=True))
        return Blank((Accepted(draw(st.sampled_from(choices)), feedback=draw(_FEEDBACK)),), tuple(choices))

    blanks = draw(st.lists(st.one_of(typed, listed()), min_size=1, max_size=3))
    # Case is told by blanks that are typed words.
    case = draw(st.booleans()) and any(not each.choices and each.accepted[0].tolerance is None for each in blanks)
    return Question(draw(_gap_texts(len(blanks))), FillBlank(tuple(blanks), Typing(case=case)), title=draw(words(0)))
