"""ADL's conformance cases for SCORM 2004 4th Edition, replayed without a browser."""
