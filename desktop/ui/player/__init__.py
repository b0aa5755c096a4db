"""The player of SCORM lessons: Chromium, shut in, around content that nobody here wrote."""
