"""Assignments: handing in, grading and releasing. docs/grading.md."""
