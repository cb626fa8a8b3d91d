"""The edge: histories on the bus, and the applied configuration."""
