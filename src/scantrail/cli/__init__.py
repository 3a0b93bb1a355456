"""`scantrail …`: one parser; every command imports what it needs when it runs."""

from scantrail.cli.main import main

__all__ = ["main"]
