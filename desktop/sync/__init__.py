"""Courses offline: exchanging changes with the server. The replica itself is desktop/store/replica.py."""
