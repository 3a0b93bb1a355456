"""What proves which device this is, and who works with it."""
