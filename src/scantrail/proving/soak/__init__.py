"""Attackers and honest handhelds on one real server, for a long time."""
