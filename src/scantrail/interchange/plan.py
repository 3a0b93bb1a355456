"""What an import is going to do: rows to write, acts to log, and what it tells the person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, TypeVar

from scantrail.domain.acts.act import Draft
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.acts.sight import By, Recorder
from scantrail.domain.facts import touched
from scantrail.domain.facts.receiving.events import UnitRegistered
from scantrail.domain.fold import fold
from scantrail.domain.names.identifiers import DocumentId, PartyId, SiteId, UnitId
from scantrail.domain.people.worker import SYSTEM
from scantrail.domain.plain import to_plain
from scantrail.domain.settings import Settings, values_of
from scantrail.domain.things.unit import Unit
from scantrail.interchange.checking import Checked, Key
from scantrail.interchange.kinds import KINDS
from scantrail.interchange.problems import Problems
from scantrail.interchange.records import Records
from scantrail.server.ledger.log import SERVER_DEVICE, Dated
from scantrail.toml import toml_value
from scantrail.words import Message

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of a row on record that the import changes."""

    kind: str
    key: str
    field: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.kind} {self.key}, {self.field}: {self.old or '–'} → {self.new or '–'}"


@dataclass(slots=True)
class Count:
    """How many rows of one kind in one file did something."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(slots=True)
class Plan:
    """Collected while the rows are gone through, kind by kind; `problems` says whether it may be carried out."""

    records: Records
    now: datetime
    problems: Problems
    warnings: Problems = field(default_factory=Problems)
    """What keeps nothing from being imported, and should be looked at."""
    rejected: set[tuple[str, Key]] = field(default_factory=set)
    """Kinds and keys of rows that have problems of their own; see `is_rejected`."""
    pick_lists: frozenset[DocumentId] = frozenset()
    """Numbers of the pick lists that are in the files."""
    suppliers: frozenset[PartyId] = frozenset()
    """The partners we buy from; partners and places are planned first."""
    differences: list[Difference] = field(default_factory=list)
    counts: dict[tuple[str, str], Count] = field(default_factory=dict)
    """By kind and file."""
    written: dict[RowKind, dict[str, Any]] = field(default_factory=dict)
    """Rows other than units in their new state, by id."""
    pins: dict[str, str] = field(default_factory=dict)
    """New PINs by worker."""
    registered: list[UnitId] = field(default_factory=list)
    changed_units: dict[UnitId, SiteId] = field(default_factory=dict)
    """Units to write, with the site whose log has their events."""
    acts: dict[SiteId, list[Dated]] = field(default_factory=dict)
    moved_on: int = 0
    """Units on record whose place or status is no longer what a file says."""

    def problem(self, row: Checked, expected: Message, column: str = "", value: object = None) -> None:
        """Note why a row cannot be imported."""
        self.problems.add(row.spot, expected, column, row.values.get(column) if value is None else value)

    def warn(self, row: Checked, doubt: Message, column: str, value: str) -> None:
        """Note what a person should look at again, although the row is imported."""
        self.warnings.add(row.spot, doubt, column, value)

    def reject(self, row: Checked, *canonical: str) -> None:
        """Remember that a row cannot be imported, by its key as written and in canonical form."""
        self.rejected.add((row.kind, tuple(row[name] for name in KINDS[row.kind].key)))
        self.rejected.add((row.kind, canonical))

    def is_rejected(self, kind: str, *key: str) -> bool:
        """Whether the files have this thing in a row with a problem: rows that refer to it need not say so again."""
        return (kind, key) in self.rejected

    def count(self, row: Checked) -> Count:
        """The counts of a row's kind in its file."""
        return self.counts.setdefault((row.kind, row.spot.file), Count())

    def put(self, kind: RowKind, row: Checked, key: str, old: T | None, new: T, called: str = "") -> bool:
        """Write a row if it is new or differs from the one on record; gives whether it is written.

        `called` is what people call it, where that is not its key.
        """
        count = self.count(row)
        if old == new:
            count.unchanged += 1
            return False
        self.write(kind, key, new)
        if old is None:
            count.added += 1
        else:
            count.changed += 1
            self.differences.extend(differences(row.kind, called or key, old, new))
        return True

    def write(self, kind: RowKind, key: str, value: Any) -> None:
        """Write a row in its new state, and tell the person nothing of it."""
        self.written.setdefault(kind, {})[key] = value

    def act(
        self,
        site: SiteId,
        events: Iterable[Event],
        at: datetime | None = None,
        actor: str = SYSTEM,
        document: DocumentId | None = None,
        reason: str = "",
        note: str = "",
    ) -> None:
        """Log an act; without a time it happens now."""
        draft = Draft(events=tuple(events), document=document, reason=reason, note=note)
        self.acts.setdefault(site, []).append(Dated(draft, at or self.now, actor))

    def fold(
        self, unit: Unit | None, event: Event, site: SiteId, at: datetime | None = None, actor: str = SYSTEM
    ) -> Unit:
        """A unit after an event of this import; it is written in its last state."""
        thing = next(thing for thing in touched(event) if thing[0] == RowKind.UNIT)
        by = By(actor, SERVER_DEVICE, at or self.now, Recorder.SYSTEM)
        after: Unit = fold(unit, event, thing, by)
        self.records.units[after.id] = after
        self.changed_units.setdefault(after.id, site)
        return after

    def register(self, event: UnitRegistered, site: SiteId, at: datetime | None = None, actor: str = SYSTEM) -> Unit:
        """A unit as its registration leaves it; its serial names it from now on."""
        unit = self.fold(None, event, site, at, actor)
        self.registered.append(unit.id)
        self.records.labels[unit.product, unit.serial] = unit.id
        return unit


def differences(kind: str, key: str, old: Any, new: Any) -> Iterable[Difference]:
    """The fields in which two values of one class differ."""
    for spec in fields(old):
        before, after = getattr(old, spec.name), getattr(new, spec.name)
        if before != after:
            yield Difference(kind, key, spec.name, _text(before), _text(after))


def settings_differences(old: Settings, new: Settings) -> Iterable[Difference]:
    """The settings in which two versions differ, by their names in a site's file."""
    after = values_of(new)
    for name, before in values_of(old).items():
        if before != after[name]:
            yield Difference("settings", old.site, name, toml_value(before), toml_value(after[name]))


def _text(value: Any) -> str:
    found = to_plain(value)
    if isinstance(found, list):
        return "|".join(_text(each) for each in found)
    if isinstance(found, dict):
        return " ".join(f"{name}={_text(each)}" for name, each in found.items())
    return "" if found is None else str(found)
