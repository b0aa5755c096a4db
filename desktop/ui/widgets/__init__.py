"""The parts that pages are made of. Each follows the theme, works from the keyboard and has an accessible name."""
