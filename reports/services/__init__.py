"""The verbs of the report."""
