"""SCORM 2004 sequencing (4th Edition Sequencing and Navigation, "SN"): pure Python, named as in the book's pseudo-code."""
