"""Courses: catalogue, outline and what it takes to publish one."""
