"""Instants: the server's clock, and how the database keeps what it says."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The server's clock."""
    return datetime.now(UTC)


def instant_text(at: datetime) -> str:
    """An instant as the database keeps it: UTC with microseconds, so that text order is time order."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
