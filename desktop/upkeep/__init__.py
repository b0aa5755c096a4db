"""Looking after an association: what was changed by whom."""
