"""Live sessions on screen."""
