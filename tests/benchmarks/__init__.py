"""``./lms bench [name]``: figures as ratios within one run, beside their budgets in the design. Nothing here asserts a time."""
