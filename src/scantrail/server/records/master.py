"""Repository of what changes by import only: sites and their settings, products, places, workers, partners, holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, Table, delete, insert, select

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.names.identifiers import PartyId, PlaceId, ProductId, SiteId, WorkerId, gtin14
from scantrail.domain.people.party import Party
from scantrail.domain.people.person import Person
from scantrail.domain.people.site import Site
from scantrail.domain.people.worker import Worker
from scantrail.domain.plain import to_plain
from scantrail.domain.settings import Settings, as_columns, written
from scantrail.domain.things.hold import Hold
from scantrail.domain.things.place import Place
from scantrail.domain.things.product import Product
from scantrail.protocol.messages import GLOBAL_STREAM
from scantrail.server.database.bodies import T, from_body, text_of, to_body
from scantrail.server.database.flights import Row
from scantrail.server.database.schema import (
    gtins,
    holds,
    others,
    parties,
    places,
    products,
    settings,
    sites,
    streams,
    workers,
)
from scantrail.server.database.sets import put, rows_with
from scantrail.server.records.remembered import note_masters_changed


def _by_id(connection: Connection, table: Table, wanted: type[T], ids: Iterable[str]) -> dict[str, T]:
    return {row.id: from_body(wanted, row.body) for row in rows_with(connection, table, table.c.id, ids)}


def _put(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    if rows:
        put(connection, table, rows)
        note_masters_changed(connection)


def _all(connection: Connection, table: Table, wanted: type[T]) -> dict[str, T]:
    return {row.id: from_body(wanted, row.body) for row in connection.execute(select(table))}


def all_sites(connection: Connection) -> dict[SiteId, Site]:
    """Every site."""
    return _all(connection, sites, Site)


def all_settings(connection: Connection) -> dict[SiteId, Settings]:
    """The settings of every site that has some of its own."""
    return _all(connection, settings, Settings)


def time_zones(connection: Connection) -> dict[SiteId, str]:
    """The IANA time zone of every site."""
    return {site.id: site.time_zone for site in all_sites(connection).values()}


def products_by_id(connection: Connection, ids: Iterable[ProductId]) -> dict[ProductId, Product]:
    """The products with these ids."""
    return _by_id(connection, products, Product, ids)


def all_products(connection: Connection) -> dict[ProductId, Product]:
    """Every product."""
    return _all(connection, products, Product)


def all_places(connection: Connection) -> dict[PlaceId, Place]:
    """Every place."""
    return _all(connection, places, Place)


def places_by_id(connection: Connection, ids: Iterable[PlaceId]) -> dict[PlaceId, Place]:
    """The places with these ids."""
    return _by_id(connection, places, Place, ids)


def all_workers(connection: Connection) -> dict[WorkerId, Worker]:
    """Every worker."""
    return _all(connection, workers, Worker)


def workers_by_id(connection: Connection, ids: Iterable[WorkerId]) -> dict[WorkerId, Worker]:
    """The workers with these ids."""
    return _by_id(connection, workers, Worker, ids)


def worker_with_badge(connection: Connection, badge: str) -> tuple[Worker, str] | None:
    """The worker a badge belongs to, with the verifier of the PIN."""
    row = connection.execute(select(workers).where(workers.c.badge == badge)).one_or_none()
    return (from_body(Worker, row.body), row.pin_verifier) if row else None


def pin_verifiers(connection: Connection, ids: Iterable[WorkerId]) -> dict[WorkerId, str]:
    """The verifiers of these workers' PINs."""
    return {row.id: row.pin_verifier for row in rows_with(connection, workers, workers.c.id, ids)}


def parties_called(connection: Connection, texts: Iterable[str]) -> dict[PartyId, Party]:
    """The partners whose id, number or exact name is one of these texts."""
    wanted = set(texts) - {""}
    columns = (parties.c.id, parties.c.number, parties.c.name)
    rows = [row for column in columns for row in rows_with(connection, parties, column, wanted)]
    return {row.id: from_body(Party, row.body) for row in rows}


def all_holds(connection: Connection) -> dict[str, Hold]:
    """Every hold, open or closed."""
    return _all(connection, holds, Hold)


def open_holds(connection: Connection) -> tuple[Hold, ...]:
    """Every hold that may lie on a unit."""
    rows = connection.execute(select(holds.c.body).where(holds.c.open).order_by(holds.c.id))
    return tuple(from_body(Hold, row.body) for row in rows)


def put_sites(connection: Connection, changed: Iterable[Site]) -> None:
    """Write sites; a new one gets its stream: its log, its change feed and its lock.

    Their rows say their settings too, for devices of earlier versions: to be called after `put_settings`.
    """
    ordered = list(changed)
    wanted_by = _by_id(connection, settings, Settings, [site.id for site in ordered])
    bodies = {site.id: as_columns(wanted_by.get(site.id, Settings(site.id))) | to_plain(site) for site in ordered}
    _put(connection, sites, [{"id": site, "body": text_of(body)} for site, body in bodies.items()])
    wanted = {site.id for site in ordered}
    known = {row.id for row in rows_with(connection, streams, streams.c.id, wanted)}
    fresh = [new_stream(stream) for stream in sorted(wanted - known)]
    if fresh:
        connection.execute(insert(streams), fresh)


def put_settings(connection: Connection, changed: Iterable[Settings]) -> None:
    """Write settings. Once they are listed as changed, `keep_versions` keeps them under their version."""
    _put(connection, settings, [{"id": each.site, "body": text_of(written(each))} for each in changed])


def new_stream(stream: str) -> dict[str, str | int]:
    """The row of a stream in which nothing has happened yet."""
    return {"id": stream, "position": 0, "head": "", "system_seq": 0, "system_hash": ""}


def all_streams(connection: Connection) -> tuple[str, ...]:
    """Every stream: the sites', and the one of what belongs to no site."""
    return tuple(row.id for row in connection.execute(select(streams.c.id).order_by(streams.c.id)))


def stream_of(place_site: SiteId, known: Iterable[str]) -> str:
    """Where a change to a site's row is listed; a partner's rows belong to no site."""
    return place_site if place_site in known else GLOBAL_STREAM


def put_products(connection: Connection, changed: Iterable[Product]) -> None:
    """Write products with their GTINs.

    Raises:
        IntegrityError: a GTIN belongs to another product.
    """
    ordered = list(changed)
    _put(connection, products, [{"id": each.id, "body": to_body(each)} for each in ordered])
    if not ordered:
        return
    connection.execute(delete(gtins).where(gtins.c.product.in_([each.id for each in ordered])))
    rows = [{"gtin": gtin14(name.gtin), "product": each.id} for each in ordered for name in each.gtins]
    if rows:
        connection.execute(insert(gtins), rows)


def put_places(connection: Connection, changed: Iterable[Place]) -> None:
    """Write places."""
    rows = [{"id": place.id, "site": place.site, "body": to_body(place)} for place in changed]
    _put(connection, places, rows)


def put_workers(connection: Connection, changed: Iterable[Worker], verifiers: Mapping[WorkerId, str]) -> None:
    """Write workers with the verifiers of their PINs (argon2).

    Raises:
        IntegrityError: a badge belongs to another worker.
    """
    rows = [
        {"id": each.id, "badge": each.badge, "pin_verifier": verifiers[each.id], "body": to_body(each)}
        for each in changed
    ]
    _put(connection, workers, rows)


def put_parties(connection: Connection, changed: Iterable[Party]) -> None:
    """Write partners."""
    rows = [{"id": each.id, "number": each.number, "name": each.name, "body": to_body(each)} for each in changed]
    _put(connection, parties, rows)


def put_people(connection: Connection, changed: Iterable[Person]) -> None:
    """Write people at partners."""
    rows = [{"kind": str(RowKind.PERSON), "id": each.id, "body": to_body(each)} for each in changed]
    put(connection, others, rows)


def put_holds(connection: Connection, changed: Iterable[Hold]) -> None:
    """Write holds."""
    _put(connection, holds, [{"id": each.id, "open": each.open, "body": to_body(each)} for each in changed])
