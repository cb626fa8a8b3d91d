"""Everything that happened, searchable."""
