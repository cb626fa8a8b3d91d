"""The inquest command."""
