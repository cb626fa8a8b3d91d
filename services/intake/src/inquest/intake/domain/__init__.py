"""Pure: signatures, what sources say, signals, correlation."""
