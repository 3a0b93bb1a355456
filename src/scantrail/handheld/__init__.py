"""The handheld: what the worker sees and presses. Textual lives only here."""
