"""What a scanner read, and what it says by itself."""
