"""The device's store: one file, one process, one writer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import insert, text

from scantrail.device.store.attention import AttentionItem, Trouble, open_troubles, todo_of
from scantrail.device.store.book import Book
from scantrail.device.store.contents import Contents
from scantrail.device.store.database import Database
from scantrail.device.store.errors import StoreExists, StoreNotReady, cannot_use
from scantrail.device.store.journal import Identity, Journal
from scantrail.device.store.keeping import Keeping
from scantrail.device.store.mirror import Mirror
from scantrail.device.store.numbers import Numbers, NumbersLeft
from scantrail.device.store.photos import Photos
from scantrail.device.store.rows_file import make_durable, name_after, settled_in
from scantrail.device.store.schema import meta
from scantrail.device.store.stock import Stock
from scantrail.device.store.view import View
from scantrail.domain.acts.act import Act, ActId, Draft, Times
from scantrail.domain.acts.kinds import RowKind, Thing
from scantrail.domain.acts.needs import Needs
from scantrail.domain.acts.world import World, load
from scantrail.domain.attention import units_in
from scantrail.domain.documents.document import DocumentKind
from scantrail.domain.documents.kinds import type_of
from scantrail.domain.documents.listed import Listed, listed_id
from scantrail.domain.documents.listing import Listing
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.facts import things_in
from scantrail.domain.names.codes import CodeKind, CodePrefix
from scantrail.domain.names.identifiers import DocumentId, PartyId, PlaceId, ProductId, SiteId, UnitId, WorkerId
from scantrail.domain.people.party import Party
from scantrail.domain.people.site import Site
from scantrail.domain.people.worker import Worker
from scantrail.domain.plain import PlainError
from scantrail.domain.scans.reading import Candidates, Said, command_in, understood
from scantrail.domain.things.hold import Holds
from scantrail.domain.things.place import Place
from scantrail.domain.things.product import Product
from scantrail.domain.things.unit import Unit
from scantrail.protocol.messages import Changes, PushAnswer, Row
from scantrail.protocol.outbox import ActState, Entry


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers on the menu and in the state line."""

    open_lists: int
    pending: int
    """Acts the server has not acknowledged."""
    attention: int


class DeviceStore:
    """Everything a device knows and has recorded.

    Reads give the local view: the server's rows with the own acts that they do not contain yet. Every method may
    raise a `StoreError`, whose text is a sentence for the person who holds the device.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        """Where the store's files are."""
        self._database = database
        self._journal = Journal(database)
        self._mirror = Mirror(database)
        self._take_unread()
        self._view = View(database, self._journal)
        self._stock = Stock(database, self._journal, self._view, self.site)
        self._book: Book | None = None
        """Of the document that was asked about last."""
        self._contents = Contents(database, self._journal, self._view)
        self._keeping = Keeping(database)
        self._numbers = Numbers(database)
        self._photos = Photos(folder, database)
        self._photos.tidy()

    @classmethod
    def open(cls, folder: Path) -> DeviceStore:
        """Open the store in a folder.

        Raises:
            StoreMissing, StoreInUse, StoreDamaged: as their names say.
        """
        return cls._on(folder, Database(folder))

    @classmethod
    def create(cls, folder: Path, identity: Identity) -> DeviceStore:
        """Make the store of a newly enrolled device.

        Raises:
            StoreExists: this folder has one; its records would be lost.
        """
        database = Database(folder, create=True)
        try:
            with database.writing():
                if database.rows(meta.select()):
                    raise StoreExists
                database.execute(insert(meta), _first_row(identity))
        except BaseException:
            database.close()
            raise
        return cls._on(folder, database)

    @classmethod
    def _on(cls, folder: Path, database: Database) -> DeviceStore:
        try:
            return cls(folder, database)
        except OSError as error:
            database.close()
            raise cannot_use(folder, error) from error
        except BaseException:
            database.close()
            raise

    def close(self) -> None:
        """Let another process open the store."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def identity(self) -> Identity:
        """Who this device is, and where its server is."""
        return self._journal.identity

    @property
    def device(self) -> str:
        """The device's id."""
        return self._journal.identity.device

    @property
    def epoch(self) -> str:
        """Random, made with the store."""
        return self._journal.identity.epoch

    @property
    def site(self) -> SiteId:
        """The site the device works at."""
        return self._journal.identity.site

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the server's rows has come yet."""
        return not self.cursor()

    def count_rows(self) -> int:
        """About how many rows have come."""
        return self._mirror.count()

    @property
    def ready(self) -> bool:
        """Whether everything the server keeps for this site has arrived once, so that work may start."""
        return self.complete and self._has_settings

    @property
    def _has_settings(self) -> bool:
        return self._view.site(self.site) is not None and self._view.settings(self.site) is not None

    @property
    def complete(self) -> bool:
        """Whether everything there was at the first sync has arrived."""
        return self._mirror.followed().complete

    # Recording

    def record(
        self,
        drafts: Sequence[Draft],
        *,
        actor: WorkerId,
        site: SiteId,
        now: Times,
        versions: Mapping[str, int] | None = None,
    ) -> tuple[Act, ...]:
        """Make drafts acts and write them down; returns only when they are durable.

        All of them are recorded, or none.

        Raises:
            StoreFull: there is no room; nothing was recorded.
            ValueError: a draft names a photo that was not kept.
        """
        missing = [photo.name for draft in drafts for photo in draft.photos if not self._photos.has(photo)]
        if missing:
            raise ValueError(f"Failed to record: the photo {missing[0]} was not kept first.")
        acts = self._journal.record(drafts, actor=actor, site=site, now=now, versions=versions or {})
        for act in acts:
            self._view.add(act)
            self._stock.add(act)
            if self._book is not None:
                self._book.take_changes(things_in(act.draft))
        return acts

    def act_state(self, act: ActId) -> ActState | None:
        """How far an act of this store is; None for another's."""
        return self._journal.state(act)

    # What there is

    def unit(self, unit: UnitId) -> Unit | None:
        """A unit."""
        return self._view.units((unit,)).get(unit)

    def units_called(self, text: str) -> tuple[Unit, ...]:
        """Every unit that a text is the serial of; several when products share it."""
        return self.candidates(Said(text.strip(), CodeKind.SERIAL)).units

    @property
    def code_prefixes(self) -> tuple[CodePrefix, ...]:
        """What this site's labels put before the codes of things; none before the site's settings have come."""
        site = self.site_row
        return site.code_prefixes if site else ()

    @property
    def site_row(self) -> Site | None:
        """This site's settings; None before they have come."""
        return self._view.site(self.site)

    def candidates(self, said: Said) -> Candidates:
        """Everything known here that a code may mean."""
        if said.kind is CodeKind.COMMAND:
            return Candidates(said, command=command_in(said.text))
        return understood(said, self._called)

    def _called(self, said: Said) -> Candidates:
        """What is on record under one meaning of a code."""
        if not said.text or not _storable(said.text):
            return Candidates(said)
        return self._view.called(said, self.site)

    def pick_list(self, number: DocumentId) -> PickList | None:
        """A pick list."""
        return self._view.pick_lists((number,)).get(number)

    def pick_lists(self) -> tuple[PickList, ...]:
        """This site's lists that are open or in progress; see `open_documents`."""
        return self.open_documents(DocumentKind.PICK_LIST)

    def document(self, number: DocumentId) -> Any:
        """A document that somebody works on, of any kind; None where it is not on record here."""
        found = self._view.rows(RowKind.DOCUMENT, (number,)).get(number)
        return found if found is not None and type_of(found).right is not None else None

    def open_documents(self, kind: DocumentKind) -> tuple[Any, ...]:
        """This site's documents of a kind that are open or in progress, the most urgent first.

        None before the store is `ready`: one without its units and holds would be judged wrongly.
        """
        return self._view.open_documents(kind, self.site) if self.ready else ()

    def book(self, document: Any) -> Book:
        """What is known around a document; the book of the last one is kept."""
        if self._book is None or self._book.number != document.number:
            self._book = Book(self._view, self._stock, document)
        return self._book.of(document)

    def listing(self, number: DocumentId) -> Listing:
        """The units on a document."""
        return Listing(self._view.listing(number))

    def listed(self, number: DocumentId, units: Iterable[UnitId]) -> tuple[Listed, ...]:
        """The rows of these units on a document."""
        names = [listed_id(number, unit) for unit in units]
        return tuple(self._view.rows(RowKind.LISTED, names).values())

    def in_hand(self, number: DocumentId) -> tuple[UnitId, ...]:
        """The units that are picked for a document."""
        rows: dict[str, Listed] = self._view.rows(RowKind.LISTED, self._view.in_hand((number,)))
        return tuple(row.unit for row in rows.values() if row.picked is not None)

    def last_worked_on(self, numbers: Collection[DocumentId]) -> DocumentId | None:
        """Which of the lists was worked on last on this device; None when none was."""
        return self._journal.last_about(numbers)

    def to_put_back(self) -> tuple[Any, ...]:
        """Cancelled documents of this site whose units are not back in a bin yet."""
        return self._view.to_put_back(self.site)

    def place(self, place: PlaceId) -> Place | None:
        """A place."""
        return self._view.places((place,)).get(place)

    def places(self, places: Collection[PlaceId]) -> Mapping[PlaceId, Place]:
        """Those of the places that are on record here."""
        return self._view.places(places)

    def product(self, product: ProductId) -> Product | None:
        """A product."""
        return self._view.products((product,)).get(product)

    def party_name(self, party: PartyId) -> str:
        """A partner's name, or what stands in the place of its id where it is not on record here."""
        found: Party | None = self._view.rows(RowKind.PARTY, filter(None, (party,))).get(party)
        return found.name if found else party

    def holds(self) -> Holds:
        """The open holds."""
        return self._view.holds()

    def worker(self, worker: WorkerId) -> Worker | None:
        """A worker."""
        return self._view.workers().get(worker)

    def worker_called(self, badge: str) -> Worker | None:
        """The worker with this badge."""
        found = self._view.workers_called(badge.strip()) if _storable(badge) else ()
        return found[0] if found else None

    def worker_named(self, name: str) -> Worker | None:
        """The worker of this name, in capitals or small letters; of several, one of this site."""
        wanted = " ".join(name.split()).casefold()
        called = [each for each in self._view.workers().values() if each.name.casefold() == wanted]
        return min(called, key=lambda each: each.site != self.site, default=None)

    def load(self, needs: Needs) -> World:
        """The rows that something is judged by.

        Raises:
            StoreNotReady: the site's settings have not arrived, or only a newer version understands them.
        """
        if not self._has_settings:
            raise StoreNotReady
        return load(self._view, needs, self.site)

    def stock_for(self, pick_list: PickList, today: date) -> tuple[Unit, ...]:
        """Units that the list's any-serial lines may take, in route order, oldest first.

        At most 50 of a product, and those that are reserved: all of the list's own, at most 50 of other lists'.
        They are in pickable places of this site, free of holds, not promised to anybody else, and meet the order's
        requirement on `today`.
        """
        return self.book(pick_list).stock(today)

    def reserved_elsewhere(self, number: DocumentId, units: Iterable[Unit]) -> frozenset[UnitId]:
        """Which of these units are reserved for other open lists than this one."""
        return self._stock.reserved_elsewhere(number, units)

    def versions(self, number: DocumentId) -> dict[str, int]:
        """The row versions that acts on a pick list are judged by, as an act's `versions`."""
        return self._view.versions(number, self.site)

    def counts(self) -> Counts:
        """The numbers on the menu and in the state line."""
        return Counts(len(self.pick_lists()), self._journal.count_pending(), len(self.attention()))

    def count_pending(self) -> int:
        """How many acts the server has not acknowledged."""
        return self._journal.count_pending()

    def attention(self) -> tuple[AttentionItem, ...]:
        """What did not apply and nobody has settled, newest first; one item for a document and its units."""
        return self._items((*open_troubles(self._journal.troubles()), *self._photos.troubles()))

    def waiting(self) -> tuple[AttentionItem, ...]:
        """What the server keeps for want of an earlier step, newest first; one item for a document and its units."""
        return self._items(open_troubles(self._journal.waiting()))

    def _items(self, troubles: Iterable[Trouble]) -> tuple[AttentionItem, ...]:
        return tuple(
            AttentionItem(
                act=trouble.act.id,
                units=tuple(sorted(units_in(trouble.act))),
                serials=self._serials(units_in(trouble.act)),
                scanned=trouble.act.draft.reading.text if trouble.act.draft.reading else "",
                by=trouble.act.actor,
                when=trouble.act.times.wall,
                document=trouble.act.draft.document,
                refusal=trouble.refusal,
                todo=todo_of(trouble.act, trouble.refusal),
            )
            for trouble in troubles
        )

    def _serials(self, units: Iterable[UnitId]) -> tuple[str, ...]:
        return tuple(sorted(unit.serial for unit in self._view.units(units).values()))

    # The exchange with the server

    @property
    def server_epoch(self) -> str:
        """Which server's rows these are; empty before the first contact."""
        return self._mirror.followed().server_epoch

    def pending(self, limit: int) -> tuple[Entry, ...]:
        """Consecutive acts to push, from the first that the server has not acknowledged."""
        return self._journal.pending(limit)

    def cursor(self) -> dict[str, int]:
        """How far this device has followed each stream of changes."""
        return self._mirror.followed().cursor

    def heads(self) -> dict[str, str]:
        """The entries of the server's log that the server told with the changes."""
        return self._mirror.followed().heads

    def last_heard(self) -> date | None:
        """The last day on which the server acknowledged acts, by its own clock."""
        return self._journal.last_heard()

    def acknowledged(self) -> int:
        """The newest act up to which the server has acknowledged all; 0 before the first."""
        return self._journal.acknowledged()

    def apply_answer(self, answer: PushAnswer) -> bool:
        """Take the server's verdicts and its changes, all or nothing; gives whether anything is different now.

        Raises:
            PlainError: a row cannot be read; nothing was changed.
        """
        if self._begin_again(answer.changes.server_epoch):
            return True
        with _readable(), self._database.writing():
            things = self._journal.take_verdicts(answer.verdicts)
            if answer.now is not None:
                self._journal.acknowledge(answer.acknowledged, answer.now)
            things |= self._take(answer.changes)
        self._forget(answer.changes, things)
        return bool(answer.changes.rows or answer.changes.unread or answer.verdicts)

    def apply_changes(self, changes: Changes) -> bool:
        """Take a page of changes with its cursor, all or nothing; gives whether anything is different now.

        Raises:
            PlainError: a row cannot be read; nothing was changed.
        """
        if self._begin_again(changes.server_epoch):
            return True
        if not (changes.rows or changes.unread) and self._mirror.has(changes):
            return False
        with _readable(), self._database.writing():
            things = self._take(changes)
        self._forget(changes, things)
        return bool(changes.rows or changes.unread)

    def _take(self, changes: Changes) -> set[Thing]:
        """Take a page; gives what the acts are about that it brings a verdict on."""
        return self._take_words(self._mirror.take(changes))

    def _take_words(self, rows: Sequence[Row]) -> set[Thing]:
        """Take what rows say of own acts."""
        self._journal.take_settled(row for row in rows if row.kind == RowKind.ATTENTION)
        return self._journal.take_late(row for row in rows if row.kind == RowKind.VERDICT)

    def _take_unread(self) -> None:
        """Take the rows that an older version could not understand: an upgrade may come without a network."""
        if self.count_unread():
            with _readable(), self._database.writing():
                self._take_words(self._mirror.take_unread())

    def count_unread(self) -> int:
        """How many of the server's rows this version could not understand and keeps for a newer one."""
        return self._mirror.count_unread()

    def ask_again(self) -> None:
        """Send the acts again whose outcome was not known here: this version may know it."""
        with self._database.writing():
            self._journal.resend_not_known()

    def take_snapshot(self, file: Path) -> None:
        """Put a snapshot's rows, prepared in a file of the store's folder, in place of all there are, at one stroke.

        Own acts are not touched and lie over the new rows. Where there were rows, the server was restored since: every
        kept act is sent again. Else those that wait are: a verdict on them may have come in what a snapshot leaves out.
        """
        name = name_after(self._database.rows_name)
        make_durable(file.replace(self.folder / name))
        was_put_back = not self.is_empty
        with self._database.using_rows(name):
            self._journal.forget_settled()
            self._journal.take_settled(settled_in(self._database.rows(_SETTLED_ROWS)))
            if was_put_back:
                self._journal.resend_from(0)
                self._numbers.tell_again()
            else:
                self._journal.resend_waiting()
        self._forget_all()

    def keeps(self, seq: int) -> bool:
        """Whether an act is still in the journal."""
        return self._journal.state(ActId(self.device, self.epoch, seq)) is not None

    def resend_from(self, seq: int) -> None:
        """The server has lost acts from here on, and rows with them: send the acts again, and fetch its rows again."""
        with self._database.writing():
            self._drop_rows(self.server_epoch)
            self._journal.resend_from(seq)
            self._numbers.tell_again()
        self._forget_all()

    def _begin_again(self, server_epoch: str) -> bool:
        """With a restored or replaced server, forget its rows and send every kept act again."""
        known = self._mirror.followed().server_epoch
        if known == server_epoch:
            return False
        with _readable(), self._database.writing():
            self._drop_rows(server_epoch)
            if known:
                self._journal.resend_from(0)
        self._forget_all()
        return bool(known)

    def _drop_rows(self, server_epoch: str) -> None:
        self._mirror.drop(server_epoch)
        self._journal.forget_settled()

    def _forget(self, changes: Changes, judged: Iterable[Thing]) -> None:
        things = (*judged, *((row.kind, row.id) for row in changes.rows))
        self._view.forget_things(things)
        if self._book is not None:
            self._book.take_changes(things)
        self._stock.take_changes(changes.rows, judged)

    def _forget_all(self) -> None:
        self._view.forget()
        self._stock.forget()
        self._book = None

    def forget_old(self) -> None:
        """Drop acts that the server has had for more than 30 days by its own clock, with their photos."""
        self._journal.forget_old()

    # PINs, histories, numbers and photos

    @property
    def contents(self) -> Contents:
        """What is in a place, and where a product is."""
        return self._contents

    @property
    def keeping(self) -> Keeping:
        """PIN verifiers, wrong PINs and looked-up histories."""
        return self._keeping

    def carton_numbers_left(self) -> NumbersLeft | None:
        """What is left to number cartons with; None where the site does not."""
        site = self.site_row
        return self._numbers.left(site.sscc_series) if site and site.sscc_series else None

    @property
    def numbers(self) -> Numbers:
        """Numbers that may be given away without a network."""
        return self._numbers

    @property
    def photos(self) -> Photos:
        """Photos, kept before the act that names them is recorded."""
        return self._photos


_SETTLED_ROWS = text("SELECT id, position, body FROM rows.attention")


def _first_row(identity: Identity) -> dict[str, object]:
    return {
        "only": 1,
        "device": identity.device,
        "site": identity.site,
        "epoch": identity.epoch,
        "server_url": identity.server_url,
    }


def _storable(text: str) -> bool:
    """Whether a text is Unicode; half a surrogate pair is not, and names nothing on record."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@contextmanager
def _readable() -> Iterator[None]:
    """Say of a value that no database can hold that it cannot be read."""
    try:
        yield
    except (UnicodeEncodeError, OverflowError, RecursionError) as error:
        raise PlainError(f"a value cannot be stored: {error}") from error
