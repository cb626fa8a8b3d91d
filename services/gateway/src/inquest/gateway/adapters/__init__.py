"""The edge: one vendor or store per file."""
