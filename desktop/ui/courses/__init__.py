"""Courses on screen: the catalogue, a course's page, and bringing content in."""
