"""Reports: figures, courses, and who needs attention."""
