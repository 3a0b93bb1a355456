"""What needs attention, for people on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from scantrail.domain.moments import zoned_moment
from scantrail.domain.names.identifiers import code_of, place_words
from scantrail.domain.things.status import STATUS_NAMES
from scantrail.server.attention.items import AttentionItem, Goods
from scantrail.server.ledger.attention_rows import AttentionKind
from scantrail.words import M, Message, say, visible


def list_lines(items: Sequence[AttentionItem]) -> list[str]:
    """Two lines an item: what and who; what to do. Those that wait come apart, with what they wait for."""
    waiting = [item for item in items if item.kind is AttentionKind.WAITING]
    lines = [line for item in items if item not in waiting for line in (_head(item), f"    → {item.todo}")]
    if waiting:
        lines.append(say(M("Waiting for an earlier step; these go on by themselves:")))
    lines += [line for item in waiting for line in (_head(item), f"    … {item.because}")]
    return [visible(line) for line in lines]


def _head(item: AttentionItem) -> str:
    goods = ", ".join(each.serial for each in item.goods) or item.scanned or item.document or "–"
    who = item.actor_name or item.device
    return f"{item.id}  {_when(item, item.effective_at)}  {item.title}  {goods}  [{who}, {item.device}]"


def item_lines(item: AttentionItem) -> list[str]:
    """Everything about one item."""
    facts: list[tuple[Message, str]] = [
        (M("why"), item.because),
        (M("to do"), item.todo),
        *((M("goods"), _goods(each)) for each in item.goods),
        (M("scanned"), f"{item.scanned} ({item.carrier})" if item.scanned else ""),
        (M("recorded"), "; ".join(item.recorded)),
        (M("by"), item.actor_name),
        (M("on"), say(M("{device} at {site}, record {seq}", device=item.device, site=item.site, seq=item.seq))),
        (M("at place"), code_of(item.place) if item.place else ""),
        (M("document"), item.document or ""),
        (M("happened"), _when(item, item.effective_at)),
        (M("received"), _when(item, item.received_at)),
        (M("reason"), "; ".join(filter(None, (item.reason, item.note)))),
        (M("follows"), _following(item)),
        (M("settled"), settled_words(item)),
    ]
    lines = [f"{item.id}  {item.title}", *(f"  {say(name):<10} {text}" for name, text in facts if text)]
    return [visible(line) for line in lines]


def goods_lines(item: AttentionItem) -> list[str]:
    """Where an item's goods are on record now."""
    return [visible(_goods(each)) for each in item.goods]


def settled_words(item: AttentionItem) -> str:
    """Who settled an item, when and why; empty while nobody has."""
    settled = item.settled
    if settled is None:
        return ""
    return say(
        M(
            "by {name}, {when}, because: {reason}",
            name=settled.name,
            when=_when(item, settled.at),
            reason="; ".join(filter(None, (settled.reason, settled.note))) or "–",
        )
    )


def _when(item: AttentionItem, instant: datetime) -> str:
    return zoned_moment(instant, item.time_zone)


def _following(item: AttentionItem) -> str:
    if not item.following:
        return ""
    if item.kind is AttentionKind.WAITING:
        return say(M("{count} more records that wait with it", count=item.following))
    return say(M("{count} more records that did not apply with it", count=item.following))


def _goods(goods: Goods) -> str:
    return say(
        M(
            "{serial}, {product}; now {status} in {place}{document}",
            serial=goods.serial,
            product=goods.product,
            status=Message(STATUS_NAMES[goods.status]),
            place=place_words(goods.place),
            document=f", {goods.document}" if goods.document else "",
        )
    )
