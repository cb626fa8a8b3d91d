"""One folder per process of the shop."""
