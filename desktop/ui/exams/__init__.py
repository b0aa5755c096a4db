"""Supervised exams: the candidate's station."""
