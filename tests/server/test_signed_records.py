"""Records of every kind with any names and numbers in them, signed by their device: each is judged, none breaks a rule.

`make prove` sets SCANTRAIL_REQUESTS: as many batches then; the suite sends a few.
"""

from __future__ import annotations

import os
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from scantrail.domain.acts.act import ActId, Draft, Grant
from scantrail.domain.facts import EVENT_TYPES
from scantrail.domain.facts.sessions import WorkerSignedIn
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.domain.things.status import Status
from scantrail.protocol.messages import Outcome
from scantrail.server.database.schema import alarms
from tests.server.site import ServedSite, TestDevice
from tests.support.worlds import MIKE, MODULE, PREMIUM, SARAH, SENSOR, module

BATCHES = int(os.environ.get("SCANTRAIL_REQUESTS", "60"))

LIST = "PL-2025-0091"
KNOWN = [
    *(module(number).id for number in (46, 47, 49, 99)),
    *(module(number).serial for number in (46, 49)),
    *("MAIN", "EAST", "MAIN/A-15-03", "MAIN/CART-05", "MAIN/QC-01", "EAST/B-01", "nowhere", "A-15-03"),
    *(LIST, "1", "SO-2025-1289", "SH-1", SARAH.id, MIKE.id, "ghost", MODULE.id, SENSOR.id, PREMIUM.id),
    *("095212340000000419", "", "Scanner-05", "e1", "é\u2028", "0", "CM-500-STD"),
]
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
TEXTS = st.sampled_from(KNOWN) | st.text(LETTERS, max_size=9)
NUMBERS = st.sampled_from([0, 1, 2, -1, 500, 2**31, 2**63 - 1, -(2**63) + 1])
INSTANTS = st.datetimes(timezones=st.just(UTC))
BARE: Mapping[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: NUMBERS,
    bool: st.booleans(),
    date: st.dates(),
    datetime: INSTANTS,
}


NAMED: Mapping[str, Sequence[Any]] = {
    "document": [LIST],
    "unit": [module(number).id for number in (46, 47, 49)],
    "serial": [module(46).serial, module(49).serial],
    "from_place": ["MAIN/A-15-03"],
    "to_place": ["MAIN/CART-05", "MAIN/QC-01", "MAIN/A-15-03"],
    "place": ["MAIN/A-15-03"],
    "product": [MODULE.id],
    "order": ["SO-2025-1289"],
    "line": ["1"],
    "from_status": [Status.ALLOCATED, Status.AVAILABLE, Status.PICKED],
    "worker": [SARAH.id],
}
"""What fields of these names hold on every other occasion: what there is, so that records get past the first check."""


def any_of(wanted: Any) -> st.SearchStrategy[Any]:
    """Values of a type, with any names and numbers in them."""
    if wanted in BARE:
        return BARE[wanted]
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (typing.Union, types.UnionType):
        return st.none() | any_of(next(each for each in arguments if each is not types.NoneType))
    if origin in (tuple, frozenset):
        return st.lists(any_of(arguments[0]), max_size=3).map(origin)
    if origin in (dict, Mapping):
        return st.dictionaries(*map(any_of, arguments), max_size=3)
    if is_dataclass(wanted):
        hints = typing.get_type_hints(wanted)
        made: Any = wanted
        return st.builds(made, **{each.name: any_field(each.name, hints[each.name]) for each in fields(made)})
    return st.sampled_from(wanted) if issubclass(wanted, Enum) else TEXTS.map(wanted)


def any_field(name: str, wanted: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(NAMED[name]) | any_of(wanted) if name in NAMED else any_of(wanted)


EVENTS = st.one_of(*(any_of(EVENT_TYPES[name]) for name in sorted(EVENT_TYPES)))
READINGS = st.builds(Reading, text=TEXTS, carrier=st.sampled_from(Carrier))


def drafts() -> st.SearchStrategy[Draft]:
    return st.builds(
        Draft,
        events=st.lists(EVENTS, min_size=1, max_size=2).map(tuple),
        document=st.sampled_from([None, LIST, LIST]),
        reading=st.none() | READINGS,
        refusal=st.none(),
        reason=st.sampled_from(["", "looked"]),
        note=TEXTS,
        corrects=st.sampled_from([None, None, None, ActId("Scanner-10", "e1", 1)]),
        grant=st.none() | st.builds(Grant, TEXTS),
        photos=st.just(()),
    )


@given(drawn=st.lists(drafts(), min_size=1, max_size=3))
@settings(max_examples=BATCHES, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_whatever_a_device_signs_is_judged_and_breaks_no_rule(served: ServedSite, drawn: Sequence[Draft]) -> None:
    stolen = next_device(served)
    stolen.record(WorkerSignedIn(SARAH.id, offline=False))
    for draft in drawn:
        named: dict[str, Any] = {
            each: getattr(draft, each) for each in ("document", "reason", "note", "grant", "corrects")
        }
        stolen.record(*draft.events, scan=draft.reading, **named)
    outcomes = stolen.outcomes()
    assert len(outcomes) == len(drawn) + 1
    assert set(outcomes) <= {Outcome.APPLIED, Outcome.REFUSED, Outcome.CONTESTED, Outcome.WAITING}
    with served.database.reading() as connection:
        told = connection.execute(select(alarms.c.detail).where(alarms.c.kind == "dead_letter")).scalars().all()
    assert told == []


def next_device(served: ServedSite) -> TestDevice:
    """One of its own for each batch, of the same site."""
    number = getattr(served, "devices", 10)
    served.devices = number + 1  # type: ignore[attr-defined] # reason: counts for this test alone
    return served.device(f"Scanner-{number}")
