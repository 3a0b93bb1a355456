"""What is said, at any step, of a code that names nothing: several serials in one, or another keyboard's text."""

from __future__ import annotations

from scantrail.domain.acts.refusal import Code, Refusal, refuse
from scantrail.domain.scans.reading import Candidates
from scantrail.domain.things.product import Product
from scantrail.words import Message

MANY = 2
"""Serials in one code from which on it is of several units."""
_MOST_NAMED = 3
"""Serials named in one sentence at the most."""


def unclear_refusal(found: Candidates, wanted: str | Message) -> Refusal | None:
    """Why a code is not understood although parts of it, or what was meant, are on record; None for any other code."""
    if found.is_known:
        return None
    if found.meant:
        return refuse(Code.KEYBOARD, meant=found.meant)
    return several_refusal(found.said.several, found.several, None, wanted)


def several_refusal(
    texts: tuple[str, ...], known: int, product: Product | None, wanted: str | Message
) -> Refusal | None:
    """Why a code with the serials of several units is not taken; None where it holds no such.

    They are serials if at least two name units on record (`known`), or if all are in the product's format.
    """
    has_format = product is not None and bool(product.serial_format)
    fits = has_format and product is not None and not any(product.serial_fault(each) for each in texts)
    if known < MANY and not (fits and len(texts) >= MANY):
        return None
    more = ", …" if len(texts) > _MOST_NAMED else ""
    return refuse(Code.SEVERAL_SERIALS, count=len(texts), serials=", ".join(texts[:_MOST_NAMED]) + more, wanted=wanted)
