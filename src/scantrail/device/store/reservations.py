"""Which units the pickers of the site's lists are on the way to, as this device knows it."""

from __future__ import annotations

from collections.abc import Iterable

from scantrail.device.store.view import View
from scantrail.domain.documents.document import DocumentKind
from scantrail.domain.documents.pick_list import PickList
from scantrail.domain.documents.reservations import reserved_on
from scantrail.domain.names.identifiers import DocumentId, SiteId, UnitId


class Reservations:
    """Kept by unit, and by list: a scan costs a look-up for each unit, and a changed list is read again by itself."""

    def __init__(self, view: View, site: SiteId) -> None:
        self._view = view
        self._site = site
        self._by_list: dict[DocumentId, frozenset[UnitId]] | None = None
        self._lists_of: dict[UnitId, set[DocumentId]] = {}
        self._changed: set[DocumentId] = set()

    def forget(self) -> None:
        """Read everything again when it is next asked for."""
        self._by_list = None
        self._lists_of.clear()
        self._changed.clear()

    def take_changes(self, lists: Iterable[DocumentId]) -> None:
        """Look at these lists again: rows, verdicts or own acts have changed them."""
        if self._by_list is not None:
            self._changed.update(lists)

    def is_for_another(self, unit: UnitId, number: DocumentId) -> bool:
        """Whether a unit is reserved for another list than this one, even if this one has reserved it too."""
        self._bring_up()
        lists = self._lists_of.get(unit)
        return lists is not None and lists != {number}

    def _bring_up(self) -> None:
        if self._by_list is None:
            self._by_list = {}
            lists = {each.number: each for each in self._view.open_documents(DocumentKind.PICK_LIST, self._site)}
        elif self._changed:
            lists = self._view.pick_lists(self._changed)
            for number in self._changed:
                self._let_go(number)
            self._changed.clear()
        else:
            return
        for pick_list in lists.values():
            self._keep(pick_list)

    def _let_go(self, number: DocumentId) -> None:
        for unit in (self._by_list or {}).pop(number, ()):
            self._lists_of[unit].discard(number)
            if not self._lists_of[unit]:
                del self._lists_of[unit]

    def _keep(self, pick_list: PickList) -> None:
        units = reserved_on(pick_list)
        if units and self._by_list is not None and pick_list.site == self._site:
            self._by_list[pick_list.number] = units
            for unit in units:
                self._lists_of.setdefault(unit, set()).add(pick_list.number)
