"""Tells people, once per channel and change."""
