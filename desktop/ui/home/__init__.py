"""Home: what waits for whoever is signed in."""
