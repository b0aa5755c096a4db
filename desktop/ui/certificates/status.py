"""What becomes of a certificate, in words and tones."""

from __future__ import annotations

from desktop.i18n import N_

STATUSES = {"valid": N_("Valid"), "expired": N_("Expired"), "revoked": N_("Revoked"), "superseded": N_("Replaced")}
TONES = {"valid": "good", "expired": "warn", "revoked": "bad", "superseded": "neutral"}
