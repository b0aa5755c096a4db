"""Live sessions: when they are, who has a seat, and who was there for how long."""
