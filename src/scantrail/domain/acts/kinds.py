"""The kinds of rows: what each describes, how its value is stored, and what names one row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from scantrail.domain.documents.kinds import DOCUMENTS, kind_told, told_of
from scantrail.domain.documents.listed import Listed, listed_id
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.names.identifiers import (
    ContainerId,
    DocumentId,
    PartyId,
    PersonId,
    PlaceId,
    ProductId,
    UnitId,
    WorkerId,
)
from scantrail.domain.people.party import Party
from scantrail.domain.people.person import Person
from scantrail.domain.people.site import Site
from scantrail.domain.people.worker import Worker
from scantrail.domain.plain import PlainError, UnknownValue, from_plain, to_plain
from scantrail.domain.settings import Settings, written
from scantrail.domain.things.container import Container
from scantrail.domain.things.hold import Hold
from scantrail.domain.things.place import Place
from scantrail.domain.things.product import Product
from scantrail.domain.things.quantity import Quantity, quantity_id
from scantrail.domain.things.unit import Unit


class RowKind(str):
    """What a row describes, by the name that is stored and sent: `unit`. `KINDS` has all that this version knows."""

    __slots__ = ()

    SITE: ClassVar[RowKind]
    SETTINGS: ClassVar[RowKind]
    PRODUCT: ClassVar[RowKind]
    PLACE: ClassVar[RowKind]
    WORKER: ClassVar[RowKind]
    PARTY: ClassVar[RowKind]
    PERSON: ClassVar[RowKind]
    """Somebody at a partner. Devices are not told of them."""
    HOLD: ClassVar[RowKind]
    DOCUMENT: ClassVar[RowKind]
    LISTED: ClassVar[RowKind]
    """A unit on a document."""
    UNIT: ClassVar[RowKind]
    CONTAINER: ClassVar[RowKind]
    QUANTITY: ClassVar[RowKind]
    ATTENTION: ClassVar[RowKind]
    """A record that did not apply and that somebody has settled elsewhere; see `SettledRecord`."""
    VERDICT: ClassVar[RowKind]
    """The final word on an act that waited; see `LateVerdict`."""


RowKind.SITE = RowKind("site")
RowKind.SETTINGS = RowKind("settings")
RowKind.PRODUCT = RowKind("product")
RowKind.PLACE = RowKind("place")
RowKind.WORKER = RowKind("worker")
RowKind.PARTY = RowKind("party")
RowKind.PERSON = RowKind("person")
RowKind.HOLD = RowKind("hold")
RowKind.DOCUMENT = RowKind("document")
RowKind.LISTED = RowKind("listed")
RowKind.UNIT = RowKind("unit")
RowKind.CONTAINER = RowKind("container")
RowKind.QUANTITY = RowKind("quantity")
RowKind.ATTENTION = RowKind("attention")
RowKind.VERDICT = RowKind("verdict")

Thing = tuple[RowKind, str]
"""What names one row: its kind and its id, such as `(RowKind.DOCUMENT, "PL-2025-0091")`."""


def unit(unit_id: UnitId) -> Thing:
    """A unit's row."""
    return RowKind.UNIT, unit_id


def document(number: DocumentId) -> Thing:
    """A document's row."""
    return RowKind.DOCUMENT, number


def listed(number: DocumentId, unit_id: UnitId) -> Thing:
    """The row of a unit on a document."""
    return RowKind.LISTED, listed_id(number, unit_id)


def container(sscc: ContainerId) -> Thing:
    """A container's row."""
    return RowKind.CONTAINER, sscc


def quantity(place_id: PlaceId, product_id: ProductId, lot: str) -> Thing:
    """The row of a product and lot in a place."""
    return RowKind.QUANTITY, quantity_id(place_id, product_id, lot)


def product(product_id: ProductId) -> Thing:
    """A product's row."""
    return RowKind.PRODUCT, product_id


def place(place_id: PlaceId) -> Thing:
    """A place's row."""
    return RowKind.PLACE, place_id


def worker(worker_id: WorkerId) -> Thing:
    """A worker's row."""
    return RowKind.WORKER, worker_id


def party(party_id: PartyId) -> Thing:
    """A partner's row."""
    return RowKind.PARTY, party_id


def person(person_id: PersonId) -> Thing:
    """The row of somebody at a partner."""
    return RowKind.PERSON, person_id


def _alone(_values: Collection[Any]) -> Iterable[Thing]:
    return ()


@dataclass(frozen=True, slots=True)
class Kind:
    """How the rows of one kind are read, written and named."""

    read: Callable[[Mapping[str, Any]], Any]
    """The value in a row's body, plain data as it travels; raises PlainError where it does not hold one."""
    written: Callable[[Any], dict[str, Any]]
    """A value as a row's body."""
    name: Callable[[Any], str]
    """The id of a value's row."""
    leads_to: Callable[[Collection[Any]], Iterable[Thing]] = _alone
    """Further rows without which values cannot be judged. Of all at once: thousands of units stand in a few places."""

    @property
    def leads_on(self) -> bool:
        """Whether its values lead to any further rows."""
        return self.leads_to is not _alone


def _of(cls: type[Any], leads_to: Callable[[Collection[Any]], Iterable[Thing]] = _alone) -> Kind:
    """The kind of a class whose values have an id."""
    return Kind(lambda body: from_plain(cls, body), to_plain, lambda value: value.id, leads_to)


def _read_document(body: Mapping[str, Any]) -> Any:
    told = body.get("document_kind")
    if not isinstance(told, str):
        raise PlainError(f"document_kind: expected a text, got {told!r}")
    kind = kind_told(told)
    if kind is None:
        raise UnknownValue(f"document_kind: unknown {told!r}")
    return from_plain(DOCUMENTS[kind].holds, body)


def _written_document(value: Any) -> dict[str, Any]:
    return {"document_kind": told_of(value), **to_plain(value)}


def _from_documents(values: Collection[Any]) -> Iterable[Thing]:
    for value in values:
        taken = getattr(value, "taken", None)
        if taken is not None:
            yield worker(taken.worker)
        if isinstance(value, PickList):
            yield from map(product, {line.product for line in value.lines})
            yield from map(unit, value.unstated)


def _from_listed(values: Collection[Listed]) -> Iterable[Thing]:
    return (unit(value.unit) for value in values)


def _from_sites(values: Collection[Site]) -> Iterable[Thing]:
    return (place(value.quarantine_place) for value in values if value.quarantine_place)


def _from_units(values: Collection[Unit]) -> Iterable[Thing]:
    yield from map(product, {value.product for value in values})
    yield from map(place, {value.place for value in values})
    yield from map(worker, {value.changed_by for value in values})
    yield from map(container, {value.container for value in values if value.container is not None})
    # Whose a unit is that is not ours, a refusal says by name.
    yield from map(party, {value.owner.party for value in values if not value.owner.is_us and value.owner.party})


def _from_containers(values: Collection[Container]) -> Iterable[Thing]:
    return map(place, {value.place for value in values})


def _from_quantities(values: Collection[Quantity]) -> Iterable[Thing]:
    yield from map(product, {value.product for value in values})
    yield from map(place, {value.place for value in values})


KINDS: dict[RowKind, Kind] = {
    RowKind.DOCUMENT: Kind(_read_document, _written_document, lambda value: value.number, _from_documents),
    RowKind.LISTED: _of(Listed, _from_listed),
    RowKind.UNIT: _of(Unit, _from_units),
    RowKind.CONTAINER: _of(Container, _from_containers),
    RowKind.QUANTITY: _of(Quantity, _from_quantities),
    RowKind.PRODUCT: _of(Product),
    RowKind.PLACE: _of(Place),
    RowKind.WORKER: _of(Worker),
    RowKind.PARTY: _of(Party),
    RowKind.PERSON: _of(Person),
    RowKind.HOLD: _of(Hold),
    RowKind.SITE: _of(Site, _from_sites),
    RowKind.SETTINGS: Kind(lambda body: from_plain(Settings, body), written, lambda value: value.site),
}
"""Every kind of row that has a value."""

MESSAGES = frozenset({RowKind.ATTENTION, RowKind.VERDICT})
"""Kinds of rows without a value: they tell a device what has become of its own acts."""


def is_known(kind: str) -> bool:
    """Whether this version knows rows of a kind."""
    return kind in KINDS or kind in MESSAGES
