"""Shape of input only: choices are cut by what the user may pick, the rules are in services."""
