"""NABIP LMS Desktop: the staff client of an association's learning system."""
