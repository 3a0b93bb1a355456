"""What people at the desk read of what needs attention, and how they settle it."""
