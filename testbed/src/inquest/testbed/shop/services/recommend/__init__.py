"""The process `recommend`."""
