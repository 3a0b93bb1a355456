"""Arbitrary domain values for property tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from scantrail.domain.facts import FACTS

INSTANTS = st.datetimes(timezones=st.just(UTC))
st.register_type_strategy(datetime, INSTANTS)

EVENTS: Any = st.one_of([st.from_type(cls) for cls in FACTS])
"""Any event, with any field values."""
