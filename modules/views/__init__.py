"""Pages of the room, by noun."""
