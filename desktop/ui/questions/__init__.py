"""Quizzes on screen."""
