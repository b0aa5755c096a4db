"""What waits to be sent, and what two authors wrote differently."""
