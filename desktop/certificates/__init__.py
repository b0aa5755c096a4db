"""Certificates: issued from completed enrolments, printed, verified, revoked."""
