"""The process `catalog`."""
