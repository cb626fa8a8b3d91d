"""Fixtures for the whole suite come from libs/testkit."""

pytest_plugins = ["inquest.testkit.fixtures"]
