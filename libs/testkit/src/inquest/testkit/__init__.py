"""Real servers on port 0, builders and fixtures for tests."""
