"""How much work a server takes: pushes against the ceiling of their database, and many handhelds at once."""
