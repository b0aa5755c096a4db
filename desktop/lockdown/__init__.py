"""Keeping a candidate at the exam, as far as each platform lets a program do that, and saying truthfully how far that is.

Nothing here changes a setting of the machine: every hold is one that the system takes back by itself when the process is gone, however it
went. docs/lockdown.md says what is held on which platform, what is only noticed, and what is neither.
"""
