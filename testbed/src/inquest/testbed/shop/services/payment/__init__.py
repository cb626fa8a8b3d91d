"""The process `payment`."""
