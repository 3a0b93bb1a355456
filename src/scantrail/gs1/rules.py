"""Which elements may, must and must not stand together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scantrail.gs1.dictionary import fits, identifiers
from scantrail.gs1.reading import Element, Fault, Gs1Refusal
from scantrail.words import M, Message


def breach_of(elements: Sequence[Element]) -> Gs1Refusal | None:
    """The first rule that these elements of one code break together, if any."""
    once = list({element.ai: element for element in reversed(elements)}.values())[::-1]
    return _contradiction(elements) or _exclusion(once) or _omission(once)


def _contradiction(elements: Sequence[Element]) -> Gs1Refusal | None:
    """One identifier twice, with two values. Twice with the same value is allowed."""
    first: dict[str, Element] = {}
    for element in elements:
        before = first.setdefault(element.ai, element)
        if before.value != element.value:
            because = M(
                "({ai}) {title} has two different values: {first} at character {position} and {second} at character "
                "{later}; expected one.",
                ai=element.ai,
                title=element.title,
                first=before.value,
                position=before.position + 1,
                second=element.value,
                later=element.position + 1,
            )
            return Gs1Refusal(Fault.CONTRADICTION, because, element.ai, element.position)
    return None


def _exclusion(elements: Sequence[Element]) -> Gs1Refusal | None:
    for element in elements:
        for other in elements:
            if other.ai != element.ai and any(fits(other.ai, each) for each in identifiers()[element.ai].excludes):
                because = M(
                    "({ai}) {title} at character {position} and ({other}) {other_title} at character {other_position} "
                    "must not stand in one code.",
                    ai=element.ai,
                    title=element.title,
                    position=element.position + 1,
                    other=other.ai,
                    other_title=other.title,
                    other_position=other.position + 1,
                )
                return Gs1Refusal(Fault.PAIRING, because, element.ai, element.position)
    return None


def _omission(elements: Sequence[Element]) -> Gs1Refusal | None:
    present = {element.ai for element in elements}
    for element in elements:
        for groups in identifiers()[element.ai].requires:
            if not any(_all_there(group, present) for group in groups):
                because = M(
                    "({ai}) {title} at character {position} needs {needed} in the same code.",
                    ai=element.ai,
                    title=element.title,
                    position=element.position + 1,
                    needed=_alternatives(groups),
                )
                return Gs1Refusal(Fault.INCOMPLETE, because, element.ai, element.position)
    return None


def _all_there(group: Iterable[str], present: Iterable[str]) -> bool:
    return all(any(fits(ai, pattern) for ai in present) for pattern in group)


def _alternatives(groups: Sequence[Sequence[str]]) -> Message | str:
    names = [" + ".join(f"({ai})" for ai in group) for group in groups]
    if len(names) == 1:
        return names[0]
    return M("{some} or {last}", some=", ".join(names[:-1]), last=names[-1])
