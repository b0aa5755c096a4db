"""Why somebody gets no certificate: the hindrances that the server's view ``lms.certificate_candidates`` names, in words."""

from __future__ import annotations

from desktop.i18n import N_

HINDRANCES = {
    "not-completed": N_("Not completed yet"),
    "attendance-missing": N_("No live session attended for credit"),
    "exam-under-review": N_("A supervised exam not cleared by its review"),
    "certificate-revoked": N_("Certificate was revoked"),
    "completion-expired": N_("What was completed has expired"),
    "enrollment-dropped": N_("Course dropped"),
    "enrollment-suspended": N_("Enrolment suspended"),
    "enrollment-expired": N_("Enrolment expired"),
    "no-certificate": N_("Course issues no certificates"),
}
"""In the order in which they are offered as a filter."""
