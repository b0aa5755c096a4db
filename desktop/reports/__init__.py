"""Figures for people who run courses or the association."""
