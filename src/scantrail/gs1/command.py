"""`scantrail parse`: what codes say by themselves, for people and for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TextIO

from scantrail.domain.names.codes import CodeKind
from scantrail.domain.names.labels import LABEL_NAMES
from scantrail.domain.plain import to_plain
from scantrail.domain.scans.reading import Carrier, Reading, Said, command_in
from scantrail.gs1.labels import LabelMeaning, LabelReading, LabelRefusal
from scantrail.gs1.other_grammars import read_label
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
        meaning = scanned if isinstance(scanned, Message) else _meaning(scanned, today)
        good = good and not _is_refused(meaning)
        shown = text if isinstance(scanned, Message) else scanned
        if as_json:
            out.write(json.dumps(_plain(shown, meaning)) + "\n")
        else:
            out.write("\n".join(_told(shown, meaning)) + "\n")
        out.flush()
    return good


def _meaning(text: str, today: date) -> Meaning | LabelMeaning:
    """What a text says by any public grammar; None for plain text."""
    return read_label(text.strip()) or parse(text, today)


def _is_refused(meaning: Meaning | LabelMeaning | Message) -> bool:
    """Whether a text is certainly wrong; one that may be plain text is not."""
    return isinstance(meaning, Message | LabelRefusal) or (isinstance(meaning, Gs1Refusal) and meaning.certain)


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


def _plain(text: str, meaning: Meaning | LabelMeaning | Message) -> dict[str, object]:
    match meaning:
        case Gs1Reading():
            return {
                "text": text,
                "kind": meaning.carriage.value,
                "certain": meaning.certain,
                "aim": meaning.aim,
                **{name: value for name, value in _answers(meaning) if value is not None},
                "elements": [to_plain(element) for element in meaning.elements],
            }
        case Gs1Refusal():
            return {
                "text": text,
                "kind": "refused" if meaning.certain else "uncertain",
                "fault": meaning.fault.value,
                "ai": meaning.ai,
                "position": meaning.position,
                "because": say(meaning.because),
                "certain": meaning.certain,
            }
        case LabelReading():
            return _plain_label(text, meaning)
        case LabelRefusal():
            told = {"fault": say(M(meaning.fault)), "because": say(meaning.because)}
            return {"text": text, "kind": "refused", "grammar": say(M(meaning.grammar)), **told}
        case Message():
            return {"text": text, "kind": "refused", "fault": "hex", "because": say(meaning)}
        case None:
            return {"text": text, **_plain_facts(said_by(Reading(text, Carrier.NONE), (), date.min))}


def _plain_label(text: str, label: LabelReading) -> dict[str, object]:
    named = {"serials": label.serials, "parts": label.parts, "lot": label.lot, "quantity": label.quantity}
    return {
        "text": text,
        "kind": "label",
        "grammar": say(M(label.grammar)),
        **{name: to_plain(value) for name, value in named.items() if value},
        "fields": [{**to_plain(field), "title": say(M(field.title))} for field in label.fields],
    }


def _plain_facts(said: Said) -> dict[str, object]:
    looks_like = {"looks_like": said.looks_like.value} if said.looks_like else {}
    several = {"several": list(said.several)} if said.several else {}
    return {"kind": said.kind.value if said.kind else "plain", **looks_like, **several}


def _answers(reading: Gs1Reading) -> Iterator[tuple[str, object]]:
    """What the code says by name, for programs that know no application identifiers."""
    for name in _NAMED:
        yield name, to_plain(getattr(reading, name))


def _told(text: str, meaning: Meaning | LabelMeaning | Message) -> list[str]:
    heading = _printable(text)
    match meaning:
        case Gs1Reading():
            also = [] if meaning.certain else [say(M("Not certain: without a mark it may be plain text as well."))]
            return [heading, *(f"  {line}" for line in (*_element_lines(meaning), *also))]
        case Gs1Refusal() if not meaning.certain:
            as_gs1 = say(
                M("Not certain: it may be plain text. As a GS1 code it is wrong: {because}", because=meaning.because)
            )
            return [heading, "  " + as_gs1]
        case LabelReading():
            return [heading, *(f"  {_printable(line)}" for line in _label_lines(meaning))]
        case LabelRefusal() | Gs1Refusal():
            return [heading, "  " + _printable(say(M("Refused: {because}", because=meaning.because)))]
        case Message():
            return [heading, "  " + say(M("Refused: {because}", because=meaning))]
        case None:
            said = said_by(Reading(text, Carrier.NONE), (), date.min)
            return [heading, *(f"  {_printable(say(each))}" for each in (_about_plain(said), *_perhaps(said)))]


def _printable(text: str) -> str:
    """A text that no terminal takes for a command."""
    return "".join(character if character.isprintable() else f"<{ord(character):02X}>" for character in text)


def _about_plain(said: Said) -> Message:
    if said.kind is CodeKind.COMMAND:
        return M("A command.") if command_in(said.text) else M("No command that this version knows.")
    if said.kind is CodeKind.ENROLMENT:
        return M("A code that enrols a device.")
    if said.looks_like is not None:
        return M("Plain text, not GS1. It looks like {what}.", what=M(LABEL_NAMES[said.looks_like]))
    return M("Plain text, not GS1.")


def _perhaps(said: Said) -> Iterator[Message]:
    """What a plain text may mean too, where that is on record."""
    if said.several:
        yield M(
            "It may hold the serials of {count} units: {texts}", count=len(said.several), texts=", ".join(said.several)
        )
    for other in said.others:
        if other.serial:
            yield M("If {serial} is a serial on record, it is that unit's.", serial=other.serial)
        elif other.parts:
            yield M("If {part} is a product on record, it is that product's.", part=other.parts[0])


def _label_lines(label: LabelReading) -> Iterator[str]:
    yield say(M("By the rules of: {grammar}", grammar=M(label.grammar)))
    for field in label.fields:
        yield f"{field.identifier} {say(M(field.title))}: {field.value}"
    if len(label.serials) > 1:
        yield say(M("It holds the serials of {count} units.", count=len(label.serials)))


def _element_lines(reading: Gs1Reading) -> Iterator[str]:
    for element in reading.elements:
        day = f" = {element.date.isoformat()}" if element.date else ""
        yield f"({element.ai}) {element.title}: {element.value}{day}"
