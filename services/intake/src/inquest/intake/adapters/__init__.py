"""The edge: HTTP."""
