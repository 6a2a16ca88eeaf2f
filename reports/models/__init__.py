"""What the report keeps: frozen quarters and versions of the business case."""
