"""The spec's course vocabularies in the reader's words. The stored values are those of the CHECK constraints of ``server_sql``."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from desktop.i18n import N_, _, ngettext

CATEGORIES: Mapping[str, str] = {
    "insurance_fundamentals": N_("Insurance fundamentals"),
    "health_benefits": N_("Health benefits"),
    "life_insurance": N_("Life insurance"),
    "retirement_planning": N_("Retirement planning"),
    "compliance": N_("Compliance"),
    "sales_techniques": N_("Sales techniques"),
    "leadership": N_("Leadership"),
    "technology": N_("Technology"),
    "continuing_education": N_("Continuing education"),
}

DIFFICULTIES: Mapping[str, str] = {
    "beginner": N_("Beginner"),
    "intermediate": N_("Intermediate"),
    "advanced": N_("Advanced"),
    "expert": N_("Expert"),
}

PRICINGS: Mapping[str, str] = {
    "free": N_("Free"),
    "paid": N_("Paid"),
    "member_only": N_("Members only"),
    "premium": N_("Premium"),
}

FORMATS: Mapping[str, str] = {
    "self_paced": N_("Self-paced"),
    "instructor_led": N_("Instructor-led"),
    "blended": N_("Blended"),
    "live_virtual": N_("Live virtual"),
}

STATUSES: Mapping[str, str] = {
    "published": N_("Published"),
    "draft": N_("Draft"),
    "under_review": N_("Under review"),
    "archived": N_("Archived"),
}

LESSON_TYPES: Mapping[str, str] = {
    "video": N_("Video"),
    "text": N_("Reading"),
    "pdf": N_("PDF"),
    "scorm": N_("Interactive"),
    "quiz": N_("Quiz"),
    "assignment": N_("Assignment"),
    "live_session": N_("Live session"),
    "external_link": N_("Link"),
    "embedded_content": N_("Embedded"),
}

ENROLLMENT_STATUSES: Mapping[str, str] = {
    "enrolled": N_("Enrolled"),
    "in_progress": N_("In progress"),
    "completed": N_("Completed"),
    "dropped": N_("Dropped"),
    "expired": N_("Expired"),
    "suspended": N_("Suspended"),
}


def label(vocabulary: Mapping[str, str], value: str | None) -> str:
    """The reader's word for a stored ``value``; empty for none, and the value itself where a newer server has one that we do not know."""
    return "" if value is None else _(vocabulary.get(value, value))


def duration(minutes: int | None) -> str:
    """How long something takes, as a person would say it: ``45 min``, ``2 h``, ``2 h 30 min``. Empty where it is not known."""
    if not minutes:
        return ""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("{minutes} min").format(minutes=rest)
    return _("{hours} h {minutes} min").format(hours=hours, minutes=rest) if rest else _("{hours} h").format(hours=hours)


def credits(value: Decimal) -> str:
    """Continuing-education credits without idle zeros: ``1 CE credit``, ``2.5 CE credits``. Empty for none."""
    if not value:
        return ""
    shown = plain(value)
    return ngettext("{n} CE credit", "{n} CE credits", 1 if value == 1 else 2).format(n=shown)


def plain(value: Decimal) -> str:
    """A number without trailing zeros: ``2.50`` → ``2.5``, ``10.00`` → ``10``."""
    return f"{value.normalize():f}"


def price(pricing_type: str, amount: Decimal) -> str:
    """What a person pays: ``Free`` or an amount in US dollars, the currency of the source document."""
    if pricing_type == "free" or not amount:
        return _("Included") if pricing_type in {"member_only", "premium"} else _("Free")
    return f"${amount:,.2f}".removesuffix(".00")
