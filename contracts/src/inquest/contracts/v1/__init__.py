"""Version 1 of every message. It grows by optional fields only."""
