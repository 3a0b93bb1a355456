"""What is worked on: orders and pick lists."""
