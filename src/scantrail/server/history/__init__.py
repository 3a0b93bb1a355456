"""What happened to a unit, and the photos of it."""
