"""Devices: how they become known, the numbers they get, and the records they left on a memory card."""
