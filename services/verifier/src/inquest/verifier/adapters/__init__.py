"""The edge: the streams of truth."""
