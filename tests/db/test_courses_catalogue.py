"""The catalogue: what is found, in which order, and how many of each kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from desktop.courses.queries import (
    CatalogueFilter,
    CatalogueSort,
    count_catalogue,
    get_facets,
    list_catalogue_keys,
    page_catalogue,
)
from desktop.store.connection import Store
from tests.support.courses import add_course, insert
from tests.support.postgres import Database

SOON = datetime.now(UTC) + timedelta(days=3)
PAST = datetime.now(UTC) - timedelta(days=3)


def titles(store: Store, filter: CatalogueFilter, sort: CatalogueSort = CatalogueSort.TITLE, descending: bool = False) -> list[str]:
    return [card.title for card in store.read(page_catalogue, filter, sort, descending)]


@pytest.fixture
def learner(db: Database) -> Store:
    return db.store(db.add_person("learner"))


def test_a_word_is_found_in_title_description_objectives_and_the_instructor_s_name(db: Database, learner: Store) -> None:
    ada = db.add_person("instructor", first_name="Ada", last_name="Lovelace")
    add_course(db, "Annuities explained")
    add_course(db, "Second", description="From annuities to pensions")
    add_course(db, "Third", learning_objectives=Jsonb(["Compare annuities"]))
    add_course(db, "Fourth", instructor_id=ada.member_id)
    assert titles(learner, CatalogueFilter("ANNUIT")) == ["Annuities explained", "Second", "Third"]
    assert titles(learner, CatalogueFilter("lovel")) == ["Fourth"]
    assert titles(learner, CatalogueFilter("annuities pensions")) == ["Second"]


@pytest.mark.parametrize("text", ["100%", "a_b", "back\\slash", "it's"])
def test_signs_that_mean_something_to_like_are_found_as_themselves(db: Database, learner: Store, text: str) -> None:
    add_course(db, f"Growth {text} of it")
    add_course(db, "Growth 100 acb backslash its")
    assert titles(learner, CatalogueFilter(text)) == [f"Growth {text} of it"]


@pytest.mark.parametrize(
    ("filter", "fits", "other"),
    [
        (CatalogueFilter(categories=frozenset({"leadership"})), {"category": "leadership"}, {"category": "technology"}),
        (CatalogueFilter(difficulties=frozenset({"expert"})), {"difficulty_level": "expert"}, {}),
        (CatalogueFilter(pricings=frozenset({"paid"})), {"pricing_type": "paid", "price": 9}, {"pricing_type": "premium"}),
        (CatalogueFilter(formats=frozenset({"blended"})), {"delivery_format": "blended"}, {}),
        (
            CatalogueFilter(price_from=Decimal(50)),
            {"pricing_type": "paid", "price": 60},
            {"pricing_type": "paid", "price": 60, "member_price": 40},
        ),
        (CatalogueFilter(price_to=Decimal(50)), {"pricing_type": "free", "price": 99}, {"pricing_type": "paid", "price": 60}),
        (CatalogueFilter(credits_from=Decimal(2)), {"ce_credits": 2}, {"ce_credits": Decimal("1.5")}),
        (CatalogueFilter(credits_to=Decimal(2)), {"ce_credits": 2}, {"ce_credits": 3}),
        (CatalogueFilter(minutes_to=60), {"estimated_duration_minutes": 60}, {"estimated_duration_minutes": 61}),
        (CatalogueFilter(minutes_from=60), {"estimated_duration_minutes": 60}, {"estimated_duration_minutes": 59}),
        (
            CatalogueFilter(rating_from=Decimal(4)),
            {"avg_rating": 4, "total_reviews": 1},
            {"avg_rating": Decimal("3.9"), "total_reviews": 1},
        ),
        (CatalogueFilter(with_certificate=True), {"completion_certificate": True}, {"completion_certificate": False}),
        (CatalogueFilter(open_now=True), {"enrollment_end_date": SOON}, {"enrollment_end_date": PAST}),
        (CatalogueFilter(open_now=True), {"enrollment_start_date": PAST}, {"enrollment_start_date": SOON}),
        (CatalogueFilter(open_now=True), {}, {"allow_enrollment": False}),
        (CatalogueFilter(open_now=True), {"max_enrollments": 1}, {"max_enrollments": 0}),
        (CatalogueFilter(starts_from=PAST, starts_to=SOON), {"course_start_date": SOON}, {"course_start_date": SOON + timedelta(days=1)}),
    ],
)
def test_each_filter_keeps_what_fits(db: Database, learner: Store, filter: CatalogueFilter, fits: dict, other: dict) -> None:
    add_course(db, "Fits", **fits)
    add_course(db, "Other", **other)
    assert titles(learner, filter) == ["Fits"]
    assert learner.read(count_catalogue, filter) == 1
    assert filter.count >= 1


def test_a_designation_and_an_instructor_filter_too(db: Database, learner: Store) -> None:
    ada = db.add_person("instructor")
    rebc = insert(db, "member_designations", code="REBC", name="Registered Employee Benefits Consultant")
    add_course(db, "Fits", instructor_id=ada.member_id, designation_id=rebc)
    add_course(db, "Other")
    (card,) = learner.read(page_catalogue, CatalogueFilter(designations=frozenset({rebc}), instructors=frozenset({ada.member_id})))
    assert (card.title, card.designation, card.instructor) == ("Fits", "REBC", "Instructor Number 2")


@pytest.mark.parametrize(
    ("sort", "descending", "expected"),
    [
        (CatalogueSort.TITLE, False, ["alpha", "Beta", "gamma"]),
        (CatalogueSort.TITLE, True, ["gamma", "Beta", "alpha"]),
        (CatalogueSort.PRICE, False, ["Beta", "gamma", "alpha"]),
        (CatalogueSort.CREDITS, True, ["gamma", "Beta", "alpha"]),
        (CatalogueSort.DURATION, False, ["alpha", "gamma", "Beta"]),
        (CatalogueSort.RATING, True, ["Beta", "alpha", "gamma"]),
        (CatalogueSort.NEWEST, True, ["alpha", "gamma", "Beta"]),
    ],
)
def test_orders(db: Database, learner: Store, sort: CatalogueSort, descending: bool, expected: list[str]) -> None:
    add_course(db, "alpha", pricing_type="paid", price=30, ce_credits=0, avg_rating=3, published_at=SOON)
    add_course(db, "Beta", pricing_type="free", price=99, ce_credits=1, avg_rating=5, published_at=PAST, estimated_duration_minutes=90)
    add_course(
        db,
        "gamma",
        pricing_type="paid",
        price=30,
        member_price=10,
        ce_credits=2,
        published_at=SOON - timedelta(days=1),
        estimated_duration_minutes=5,
    )
    assert titles(learner, CatalogueFilter(), sort, descending) == expected


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sort=st.sampled_from(CatalogueSort), descending=st.booleans(), size=st.integers(1, 7))
def test_pages_follow_on_from_each_other_and_from_their_keys(shelf: Store, sort: CatalogueSort, descending: bool, size: int) -> None:
    whole = shelf.read(page_catalogue, CatalogueFilter(), sort, descending, None, 100)
    assert len(whole) == 17
    pages: list[UUID] = []
    after = None
    while page := shelf.read(page_catalogue, CatalogueFilter(), sort, descending, after, size):
        pages += [card.id for card in page]
        after = page[-1].key
    assert pages == [card.id for card in whole]
    keys = shelf.read(list_catalogue_keys, CatalogueFilter(), sort, descending, size)
    assert list(keys) == [card.key for card in whole[size - 1 :: size]]


@pytest.fixture
def shelf(db: Database, learner: Store) -> Store:
    """Seventeen courses, many of them equal in what they are sorted by."""
    for number in range(17):
        add_course(
            db,
            f"Course {number % 5}",
            pricing_type="paid",
            price=number % 3,
            ce_credits=number % 2,
            estimated_duration_minutes=(None, 30, 60)[number % 3],
            avg_rating=(None, 4)[number % 2],
        )
    return learner


def test_a_facet_counts_under_all_filters_but_its_own(db: Database, learner: Store) -> None:
    add_course(db, "One", category="leadership", difficulty_level="beginner")
    add_course(db, "Two", category="leadership", difficulty_level="expert")
    add_course(db, "Three", category="technology", difficulty_level="expert")
    facets = learner.read(get_facets, CatalogueFilter(categories=frozenset({"leadership"})))
    assert facets.total == 2
    assert facets.of("category") == {"leadership": 2, "technology": 1}
    assert facets.of("difficulty") == {"beginner": 1, "expert": 1}
    facets = learner.read(get_facets, CatalogueFilter("two", frozenset({"technology"})))
    assert facets.total == 0
    assert facets.of("category") == {"leadership": 1}


def test_an_empty_catalogue_has_no_facets(learner: Store) -> None:
    assert learner.read(get_facets, CatalogueFilter()).total == 0
    assert learner.read(page_catalogue, CatalogueFilter()) == ()


def test_a_card_says_how_far_the_reader_is(db: Database) -> None:
    person = db.add_person("learner")
    course = add_course(db)
    other = db.add_person("learner")
    insert(db, "enrollments", course_id=course, member_id=person.member_id, status="in_progress", progress_percentage=40)
    (mine,) = db.store(person).read(page_catalogue, CatalogueFilter())
    (theirs,) = db.store(other).read(page_catalogue, CatalogueFilter())
    assert (mine.enrollment_status, mine.progress) == ("in_progress", Decimal(40))
    assert (theirs.enrollment_status, theirs.progress) == (None, None)


def test_drafts_are_for_those_who_teach_them(db: Database, learner: Store) -> None:
    teacher, colleague, stranger = (db.add_person("instructor") for _ in range(3))
    add_course(db, "Draft", status="draft", instructor_id=teacher.member_id, co_instructors=[colleague.member_id])
    assert titles(db.store(teacher), CatalogueFilter(mine=True)) == ["Draft"]
    assert titles(db.store(colleague), CatalogueFilter(mine=True, statuses=frozenset({"draft"}))) == ["Draft"]
    assert titles(db.store(stranger), CatalogueFilter()) == []
    assert titles(learner, CatalogueFilter()) == []
    assert titles(db.store(db.add_person("administrator")), CatalogueFilter()) == ["Draft"]
