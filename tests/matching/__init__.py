"""The solver of matching rounds, checked without a database."""
