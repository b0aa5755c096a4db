"""What being late costs: the rule of ``lms.late_deduction`` (54_grading.sql), for what is shown before it is applied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
SECONDS = {"hour": 3600, "day": 86_400}
"""Of what a penalty is counted by. A day is 24 hours, also where clocks are changed in it: nobody's penalty depends on a time zone."""


@dataclass(frozen=True, slots=True)
class LatePolicy:
    """``percentage`` of all points for each ``interval`` begun; nobody is taken below ``floor`` percent of them by it."""

    percentage: Decimal
    interval: str = "day"
    floor: Decimal = Decimal(0)
    grace_minutes: int = 0

    def late_seconds(self, submitted: datetime, due: datetime | None) -> int:
        """By how much it came late; 0 within the grace, which forgives a little lateness whole and shortens no other."""
        if due is None:
            return 0
        late = (submitted - due).total_seconds()
        return int(Decimal(str(late)).to_integral_value(ROUND_CEILING)) if late > self.grace_minutes * 60 else 0

    def deduction(self, possible: Decimal, score: Decimal, late_seconds: int) -> Decimal:
        """Points that lateness takes from ``score`` of ``possible``; never more than there are above the floor."""
        if late_seconds <= 0 or self.percentage <= 0 or possible <= 0:
            return Decimal(0)
        begun = -(-late_seconds // SECONDS[self.interval])
        most = score - possible * self.floor / 100
        return max(Decimal(0), min(possible * self.percentage / 100 * begun, most)).quantize(CENT, ROUND_HALF_UP)
