"""Nothing that a lesson says is lost, whichever way it is left: ``./lms prove scorm``."""
