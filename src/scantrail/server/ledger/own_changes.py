"""What a push's own changes answer it, where the device has seen everything else: nothing is read for that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from scantrail.domain.acts.kinds import RowKind, Thing
from scantrail.domain.names.identifiers import SiteId
from scantrail.protocol.messages import Changes, Push, Row
from scantrail.protocol.rows import body_for
from scantrail.server.ledger.feed import PAGE_BYTES
from scantrail.server.ledger.log import Stream, head_of
from scantrail.server.ledger.opening import Opened
from scantrail.server.records.rows import ChangedRow


def own_changes(
    push: Push,
    before: Opened,
    after: Stream,
    acknowledged: int,
    listed: Sequence[Mapping[str, Any]],
    changed: Mapping[Thing, ChangedRow],
) -> Changes | None:
    """What `changes_after` would tell; None where there is more to tell than is at hand.

    However many rows they are, as long as their bytes fit on a page: who has sent 500 acts need not ask for the rest.
    `listed` are the entries of the feed that the push has made, in order, and `changed` the rows that it has written.
    """
    seen = push.seen
    told = {stream: seen.heads.get(stream, head) for stream, head in before.heads.items()}
    reached = {stream: seen.cursor.get(stream, 0) for stream in before.positions}
    is_up_to_date = reached == before.positions and told == before.heads
    if not is_up_to_date or not _has_acts(push, acknowledged):
        return None
    page = _page(after.id, listed, changed)
    if page is None:
        return None
    more = len(page) < len(listed)
    reached[after.id] = page[-1].position if more else after.position
    heads = {**before.heads, after.id: head_of(after.position, after.head)}
    return Changes(before.server_epoch, reached, page, more, heads)


def _has_acts(push: Push, acknowledged: int) -> bool:
    """Whether the acts that the device was told are acknowledged are here."""
    seen = push.seen
    is_own = (seen.device, seen.epoch) == (push.device, push.epoch)
    return not seen.acknowledged or (is_own and seen.acknowledged <= acknowledged)


def _page(
    site: SiteId, listed: Sequence[Mapping[str, Any]], changed: Mapping[Thing, ChangedRow]
) -> tuple[Row, ...] | None:
    """The first of these rows, as many as a page takes; None where one of them is not at hand."""
    page: list[Row] = []
    size = 0
    for entry in listed:
        found = changed.get((RowKind(entry["kind"]), entry["id"]))
        if found is None:
            return None
        size += len(found.columns["body"])
        if page and size > PAGE_BYTES:
            break
        row = Row(found.kind, found.id, entry["position"], found.told)
        page.append(replace(row, body=body_for(site, row)))
    return tuple(page)
