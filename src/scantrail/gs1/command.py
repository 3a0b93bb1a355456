"""`scantrail parse`: what codes say by themselves, for people and for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TextIO

from scantrail.domain.labels import LABEL_NAMES
from scantrail.domain.plain import to_plain
from scantrail.domain.readings import Carrier, CodeKind, Reading, Said, command_in
from scantrail.gs1.parsing import Meaning, parse
from scantrail.gs1.reading import Gs1Reading, Gs1Refusal
from scantrail.gs1.said import said_by
from scantrail.words import M, Message, say

_NAMED = ("gtin", "content_gtin", "serial", "lot", "production_date", "best_before", "expiry", "count", "sscc", "gln")


def run_parse(texts: Sequence[str], today: date, out: TextIO, *, as_json: bool, as_hex: bool) -> bool:
    """Print the meaning of every text, or of every line of standard input; say whether none was refused."""
    good = True
    for text in texts or _lines(sys.stdin.buffer):
        scanned = _from_hex(text) if as_hex else text
        meaning = scanned if isinstance(scanned, Message) else parse(scanned, today)
        good = good and not isinstance(meaning, Message | Gs1Refusal)
        shown = text if isinstance(scanned, Message) else scanned
        if as_json:
            out.write(json.dumps(_plain(shown, meaning)) + "\n")
        else:
            out.write("\n".join(_told(shown, meaning)) + "\n")
        out.flush()
    return good


def _lines(source: Iterable[bytes]) -> Iterator[str]:
    """Lines as they came; only a line feed ends one, for separators are control characters too."""
    for line in source:
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if text:
            yield text


def _from_hex(text: str) -> str | Message:
    try:
        return bytes.fromhex(text).decode("utf-8", "replace")
    except ValueError:
        return M("expected bytes in hexadecimal, two digits each")


def _plain(text: str, meaning: Meaning | Message) -> dict[str, object]:
    match meaning:
        case Gs1Reading():
            return {
                "text": text,
                "kind": meaning.carriage.value,
                "aim": meaning.aim,
                **{name: value for name, value in _answers(meaning) if value is not None},
                "elements": [to_plain(element) for element in meaning.elements],
            }
        case Gs1Refusal():
            return {
                "text": text,
                "kind": "refused",
                "fault": meaning.fault.value,
                "ai": meaning.ai,
                "position": meaning.position,
                "because": say(meaning.because),
                "certain": meaning.certain,
            }
        case Message():
            return {"text": text, "kind": "refused", "fault": "hex", "because": say(meaning)}
        case None:
            return {"text": text, **_plain_facts(said_by(Reading(text, Carrier.NONE), (), date.min))}


def _plain_facts(said: Said) -> dict[str, object]:
    looks_like = {"looks_like": said.looks_like.value} if said.looks_like else {}
    return {"kind": said.kind.value if said.kind else "plain", **looks_like}


def _answers(reading: Gs1Reading) -> Iterator[tuple[str, object]]:
    """What the code says by name, for programs that know no application identifiers."""
    for name in _NAMED:
        yield name, to_plain(getattr(reading, name))


def _told(text: str, meaning: Meaning | Message) -> list[str]:
    heading = "".join(character if character.isprintable() else f"<{ord(character):02X}>" for character in text)
    match meaning:
        case Gs1Reading():
            return [heading, *(f"  {line}" for line in _element_lines(meaning))]
        case Gs1Refusal():
            return [heading, "  " + say(M("Refused: {because}", because=meaning.because))]
        case Message():
            return [heading, "  " + say(M("Refused: {because}", because=meaning))]
        case None:
            return [heading, "  " + say(_about_plain(said_by(Reading(text, Carrier.NONE), (), date.min)))]


def _about_plain(said: Said) -> Message:
    if said.kind is CodeKind.COMMAND:
        return M("A command.") if command_in(said.text) else M("No command that this version knows.")
    if said.kind is CodeKind.ENROLMENT:
        return M("A code that enrols a device.")
    if said.looks_like is not None:
        return M("Plain text, not GS1. It looks like {what}.", what=M(LABEL_NAMES[said.looks_like]))
    return M("Plain text, not GS1.")


def _element_lines(reading: Gs1Reading) -> Iterator[str]:
    for element in reading.elements:
        day = f" = {element.date.isoformat()}" if element.date else ""
        yield f"({element.ai}) {element.title}: {element.value}{day}"
