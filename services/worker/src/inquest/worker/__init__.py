"""Capabilities: gather and analyse evidence."""
