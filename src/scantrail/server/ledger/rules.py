"""What every act is judged by, at the server."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from scantrail.domain.judge import judge
from scantrail.gs1.said import said_by
from scantrail.protocol.taking import Rules

RULES = Rules(judge, said_by, ZoneInfo)
