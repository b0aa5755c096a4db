"""Learning on screen: my courses, and a lesson that is open."""
