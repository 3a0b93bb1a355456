"""Proof that it works: the demo, the tour; the only place besides the command line that sees both sides."""
