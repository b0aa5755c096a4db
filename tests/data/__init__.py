"""``./lms data year-one``: a workspace as it looks after a year, from a seed."""
