"""Pages of the report and the business case."""
