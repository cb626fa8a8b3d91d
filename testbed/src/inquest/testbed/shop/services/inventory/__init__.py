"""The process `inventory`."""
