"""NABIP LMS Desktop: the staff client of an association's learning system."""

__version__ = "0.1.0"
