"""The shape of what the rooms of the report are sent."""
