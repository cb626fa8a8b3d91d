"""Signed deliveries in, signals and incidents out."""
