"""Supervised exams: docs/exams.md."""
