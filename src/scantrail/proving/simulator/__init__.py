"""The seeded simulator: handhelds, a server and a bad network in one process, with everything watched."""
