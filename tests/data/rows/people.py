"""Members, what they may do and hold, and what they paid."""

from __future__ import annotations

from collections.abc import Iterator

from tests.data import words
from tests.data.values import Row, Table, day_of, identity, moment
from tests.data.year_one import KNOWN, Year


def designations(year: Year) -> Table:
    return Table("public.member_designations", ("id", "code", "name"), designation_rows(year))


def designation_rows(year: Year) -> list[Row]:
    """Drawn anew from the same chance by whoever needs their ids."""
    chance = year.chance("designations")
    return [(identity(chance), code, name) for code, name in words.DESIGNATIONS]


def members(year: Year) -> Table:
    chance = year.chance("member rows")
    columns = (
        "id", "first_name", "last_name", "email", "phone", "organization", "job_title", "status", "member_since", "npn",
        "license_state", "license_number", "lists_certificates", "created_at", "updated_at",
    )  # fmt: skip

    def rows() -> Iterator[Row]:
        for number, member in enumerate(year.members):
            first, last = member.name.split(" ", 1)
            known = number < len(KNOWN)
            yield (
                member.id, first, last, f"{KNOWN[number][2]}@yearone.example" if known else f"member{number}@yearone.example",
                f"+1 555 {number % 10_000:04d}", f"{chance.choice(words.LAST_NAMES)} {chance.choice(words.ORGANIZATIONS)}",
                chance.choice(("Broker", "Adviser", "Account manager", "Consultant", "Underwriter")),
                "active" if known or chance.random() < 0.92 else chance.choice(("lapsed", "inactive", "suspended")),
                day_of(member.joined), member.npn, member.state, f"{member.state}-{100_000 + number}", chance.random() < 0.4,
                moment(member.joined), moment(member.joined),
            )  # fmt: skip

    return Table("public.members", columns, rows())


def roles(year: Year) -> Table:
    rows = [(member.id, role, moment(member.joined)) for member in year.members for role in member.roles]
    return Table("lms.member_roles", ("member_id", "role", "granted_at"), rows)


def transactions(year: Year) -> Table:
    statuses = {"suspended": "pending", "dropped": "refunded"}

    def rows() -> Iterator[Row]:
        for one in year.enrollments:
            if one.transaction is not None:
                status = statuses.get(one.status, "completed")
                confirmed = None if status == "pending" else moment(one.begun)
                yield (
                    one.transaction, one.member.id, one.price, one.course.title, status,
                    None if confirmed is None else year.members[0].id, confirmed, moment(one.begun - 600), moment(one.begun),
                )  # fmt: skip

    columns = ("id", "member_id", "amount", "description", "status", "confirmed_by", "confirmed_at", "created_at", "updated_at")
    return Table("public.transactions", columns, rows())
