"""The only door to outside data: domains, providers, journal."""
