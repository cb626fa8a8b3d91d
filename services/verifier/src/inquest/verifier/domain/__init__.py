"""Pure: from recorded events and evidence to a verdict, without I/O, clock or randomness."""
