"""People: members, their roles and their logins."""
