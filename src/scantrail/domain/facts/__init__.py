"""Every fact that can be recorded, family by family: one row a fact, and all of them in one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scantrail.domain.acts.act import Draft
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.fact import Fact
from scantrail.domain.acts.kinds import Thing, document
from scantrail.domain.facts import (
    attention,
    correcting,
    holding,
    imports,
    packing,
    picking,
    placing,
    quality,
    receiving,
    sessions,
    shipping,
    work,
)
from scantrail.words import Message

FAMILIES = (
    work,
    receiving,
    placing,
    picking,
    packing,
    shipping,
    quality,
    correcting,
    holding,
    sessions,
    attention,
    imports,
)
"""Every family: a module, or a folder, with its own `FACTS`."""

FACTS: dict[type[Event], Fact[Any]] = {fact.event: fact for family in FAMILIES for fact in family.FACTS}
"""The table: an event class that is missing here can be neither read, nor written, nor judged."""

EVENT_TYPES: Mapping[str, type[Event]] = {event.__name__: event for event in FACTS}
"""Event classes by the name that is stored."""


def fact_of(event: Event) -> Fact[Any]:
    """The row of an event's class."""
    return FACTS[type(event)]


def touched(event: Event) -> tuple[Thing, ...]:
    """The rows that an event changes."""
    return tuple(fact_of(event).touches(event))


def things_of(event: Event) -> tuple[Thing, ...]:
    """Every row that an event is about: those it changes, and those in whose history it only stands."""
    fact = fact_of(event)
    return (*fact.touches(event), *fact.concerns(event))


def things_in(draft: Draft) -> frozenset[Thing]:
    """Every row that a draft is about."""
    about = {document(draft.document)} if draft.document else set()
    return frozenset(about).union(*(things_of(event) for event in draft.events))


def told(event: Event) -> Message:
    """What happened, in one sentence: the same on the handheld, at the desk and in reports."""
    return fact_of(event).told(event)
