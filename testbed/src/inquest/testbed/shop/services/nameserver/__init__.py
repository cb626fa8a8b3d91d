"""The process `nameserver`."""
