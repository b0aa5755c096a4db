"""Learning: enrolments and progress, as the learner sees them."""
