"""Sites, places, products and workers: rows that a later file may change."""

from __future__ import annotations

from collections.abc import Iterable

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.names.identifiers import PartyId, PlaceId, SiteId, code_of, gtin14, site_of
from scantrail.domain.names.numbers import SERIAL
from scantrail.domain.people.party import PartyKind
from scantrail.domain.people.site import Site
from scantrail.domain.people.worker import SYSTEM, Worker
from scantrail.domain.settings import COLUMNS, Settings, with_values
from scantrail.domain.things.place import PARTNER_KINDS, Place, PlaceKind
from scantrail.domain.things.product import Product
from scantrail.interchange.checking import Checked
from scantrail.interchange.partners import partner_or_new
from scantrail.interchange.plan import Plan, settings_differences
from scantrail.server.people.sign_in import pin_fits
from scantrail.words import M, Message

"""Places that may belong to a partner; all others belong to a site of our own."""


def plan_sites(rows: Iterable[Checked], plan: Plan) -> None:
    """Add and change sites and their settings; a setting that a file does not say stays as it is."""
    for row in rows:
        site = Site(**{name: value for name, value in row.values.items() if name not in COLUMNS})
        said = {COLUMNS[name]: row[name] for name in COLUMNS if row[name] is not None}
        before = plan.records.settings.get(site.id)
        settings = with_values(before or Settings(site.id), said)
        is_written = plan.put(RowKind.SITE, row, site.id, plan.records.sites.get(site.id), site)
        if settings != before:
            plan.written.setdefault(RowKind.SETTINGS, {})[site.id] = settings
            plan.written.setdefault(RowKind.SITE, {})[site.id] = site
            if before is not None:
                plan.differences += settings_differences(before, settings)
                if not is_written:
                    _only_more_changed(row, plan)
        plan.records.sites[site.id] = site
        plan.records.settings[site.id] = settings


def plan_places(rows: Iterable[Checked], plan: Plan) -> None:
    """Add and change places."""
    codes = {name.upper(): name for name in plan.records.places}
    for row in rows:
        name = row["place"]
        if codes.setdefault(name.upper(), name) != name:
            expected = M("expected a place that differs from {place} in more than case", place=codes[name.upper()])
            plan.problem(row, expected, "place")
        party = _partner_of(row, plan)
        place = Place(
            id=name,
            site=site_of(name),
            code=code_of(name),
            kind=row["kind"],
            pickable=row["pickable"],
            route=row["route"],
            name=row["name"] or plan.records.parties.name_of(party or ""),
            party=party,
        )
        if place.kind not in PARTNER_KINDS and place.site not in plan.records.sites:
            plan.problem(row, _one_of_our_sites(plan), "place")
        if place.kind in PARTNER_KINDS and place.pickable:
            plan.problem(row, M("expected no: nothing is picked from a partner's place"), "pickable", "yes")
        plan.put(RowKind.PLACE, row, place.id, plan.records.places.get(place.id), place)
        plan.records.places[place.id] = place


_PARTNERS = {
    PlaceKind.CUSTOMER: PartyKind.CUSTOMER,
    PlaceKind.SUPPLIER: PartyKind.SUPPLIER,
    PlaceKind.SERVICE_CENTRE: PartyKind.SERVICE_CENTRE,
}
"""What sort of partner a place belongs to, where nothing else says so."""


def _partner_of(row: Checked, plan: Plan) -> PartyId | None:
    """Whose place it is: the partner that the row names, else the one of the place's name."""
    kind = _PARTNERS.get(row["kind"])
    if kind is None:
        if row["partner"]:
            plan.problem(row, M("expected no partner for a place of this kind"), "partner")
        return None
    column = "partner" if row["partner"] else "name"
    return partner_or_new(plan, row, column, row[column], kind) if row[column] else None


def check_sites(rows: Iterable[Checked], plan: Plan) -> None:
    """The places that sites name; the places of the same import count."""
    for row in rows:
        name = row["quarantine_place"]
        partners = _partners_places(plan, row["id"])
        if partners:
            plan.problem(row, M("expected a name that no partner has; {place} is a partner's", place=partners[0]), "id")
        if name is not None and not _is_own_place(plan, name, row["id"]):
            plan.problem(
                row, M("expected a place of this site that is on record or in these files"), "quarantine_place"
            )


def check_number_series(rows: Iterable[Checked], plan: Plan) -> None:
    """What sites number: each kind of documents and each product once, and serials by their product's format."""
    for row in rows:
        seen: set[str] = set()
        for each in row["number_series"]:
            if each.of in seen:
                plan.problem(row, M("expected one format for {kind}", kind=each.of), "number_series", each.format)
            seen.add(each.of)
            kind, _, sku = each.of.partition(" ")
            if kind == SERIAL:
                _check_serials(row, plan, sku, each.format)


def _check_serials(row: Checked, plan: Plan, sku: str, written: str) -> None:
    product = plan.records.products.get(sku)
    if product is None:
        expected = M("expected the SKU of a product that is on record or in these files")
        plan.problem(row, expected, "number_series", sku)
    elif written != product.serial_format:
        expected = M("expected the serial format of {sku}: {format}", sku=sku, format=product.serial_format or "–")
        plan.problem(row, expected, "number_series", written)


def _partners_places(plan: Plan, site: SiteId) -> list[PlaceId]:
    """The places of partners under a site's name; goods that pass through may belong to a site."""
    return [
        place.id
        for place in plan.records.places.values()
        if place.site == site and place.kind in PARTNER_KINDS and place.kind is not PlaceKind.IN_TRANSIT
    ]


def plan_products(rows: Iterable[Checked], plan: Plan) -> None:
    """Add and change products."""
    owners = {gtin14(name.gtin): product.id for product in plan.records.products.values() for name in product.gtins}
    changing = {row["sku"] for row in rows}
    owners = {gtin: product for gtin, product in owners.items() if product not in changing}
    skus = {sku.upper(): sku for sku in plan.records.products}
    for row in rows:
        product = Product(id=row["sku"], **row.values)
        old = plan.records.products.get(product.id)
        if skus.setdefault(product.sku.upper(), product.sku) != product.sku:
            known = skus[product.sku.upper()]
            plan.problem(row, M("expected a SKU that differs from {sku} in more than case", sku=known), "sku")
        if old is not None and old.case_rule is not product.case_rule:
            expected = M("expected {rule}: how serials are compared never changes", rule=old.case_rule.value)
            plan.problem(row, expected, "case_rule", product.case_rule.value)
        for name in product.gtins:
            owner = owners.setdefault(gtin14(name.gtin), product.id)
            if owner != product.id:
                plan.problem(
                    row, M("expected a GTIN of this product; it is one of {sku}", sku=owner), "gtins", name.gtin
                )
        plan.put(RowKind.PRODUCT, row, product.id, old, product)
        plan.records.products[product.id] = product


def plan_workers(rows: Iterable[Checked], plan: Plan) -> None:
    """Add and change workers and their PINs."""
    badges = {worker.badge: worker.id for worker in plan.records.workers.values()}
    for row in rows:
        worker = Worker(**{name: value for name, value in row.values.items() if name != "pin"})
        _check_worker(row, worker, badges, plan)
        old = plan.records.workers.get(worker.id)
        new_pin = _has_new_pin(row, plan)
        if new_pin:
            plan.pins[worker.id] = row["pin"]
        written = plan.put(RowKind.WORKER, row, worker.id, old, worker)
        if new_pin and not written:
            _only_pin_changed(row, worker, plan)
        plan.records.workers[worker.id] = worker


def _check_worker(row: Checked, worker: Worker, badges: dict[str, str], plan: Plan) -> None:
    if worker.id.lower() == SYSTEM.lower():
        plan.problem(row, M("expected another name: {name} stands for what no person did", name=SYSTEM), "id")
    if worker.site not in plan.records.sites:
        plan.problem(row, _one_of_our_sites(plan), "site")
    if worker.cart is not None and not _is_own_place(plan, worker.cart, worker.site):
        plan.problem(row, M("expected a place of the worker's site that is on record or in these files"), "cart")
    owner = badges.setdefault(worker.badge, worker.id)
    if owner != worker.id:
        plan.problem(row, M("expected a badge of this worker's own; {worker} has it", worker=owner), "badge")
    if row["pin"] is None and worker.id not in plan.records.workers:
        plan.problem(row, M("expected a PIN: the worker is new"), "pin")


def _has_new_pin(row: Checked, plan: Plan) -> bool:
    verifier = plan.records.verifiers.get(row["id"])
    pin = row["pin"]
    return pin is not None and (verifier is None or not pin_fits(verifier, pin))


def _only_pin_changed(row: Checked, worker: Worker, plan: Plan) -> None:
    """A verifier is part of no row; the worker is written again for it."""
    plan.written.setdefault(RowKind.WORKER, {})[worker.id] = worker
    _only_more_changed(row, plan)


def _only_more_changed(row: Checked, plan: Plan) -> None:
    """A row that is as it was has changed something else all the same."""
    count = plan.count(row)
    count.unchanged -= 1
    count.changed += 1


def _is_own_place(plan: Plan, name: str, site: str) -> bool:
    found = plan.records.places.get(name)
    return found is not None and found.site == site


def _one_of_our_sites(plan: Plan) -> Message:
    return M("expected a site that is on record or in these files: {sites}", sites=", ".join(plan.records.sites) or "–")
