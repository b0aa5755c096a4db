"""Assignments and grading on screen."""
