"""Pure: from domain responses to evidence, without I/O, clock or randomness."""
