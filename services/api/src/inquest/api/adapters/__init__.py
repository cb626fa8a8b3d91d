"""The edge: one store or protocol per file."""
