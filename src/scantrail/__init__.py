"""Scantrail: a verdict on every serial number, and a history that cannot be lost."""

__version__ = "0.1.0"
