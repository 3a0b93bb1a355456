"""The exchange with the server: acts, changes, the first load, numbers and photos."""
