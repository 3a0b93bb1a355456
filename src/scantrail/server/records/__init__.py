"""The present state of things: one repository a kind of row."""
