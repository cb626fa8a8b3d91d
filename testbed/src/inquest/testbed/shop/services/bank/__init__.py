"""The process `bank`."""
