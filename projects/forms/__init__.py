"""Shape of input only, by noun; the rules are in services."""
