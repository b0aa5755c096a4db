"""The words of assignments and grades, as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from desktop.i18n import N_

SUBMISSION_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "file_upload": N_("Files"),
        "text_entry": N_("Text"),
        "url_submission": N_("An address on the web"),
        "both": N_("Text and files"),
    }
)
"""Of ``assignments.submission_type``."""

INTERVALS: Mapping[str, str] = MappingProxyType({"hour": N_("Hour"), "day": N_("Day")})
"""Of ``assignments.late_penalty_interval``."""

STATES: Mapping[str, str] = MappingProxyType(
    {
        "submitted": N_("Not graded"),
        "grading": N_("In work"),
        "graded": N_("Released"),
        "returned": N_("Returned"),
        "resubmission_requested": N_("Asked for again"),
    }
)
"""Of ``assignment_submissions.status``, as graders read it."""
