"""SCORM: packages, what they say, and what a learner's sessions recorded."""
