"""ASC MH10.8.2 data identifiers (`S` serial, `1P` part) and the text elements of MIL-STD-130 labels.

A data identifier is up to three digits and a letter before its value. Titles are those of the standard, shortened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scantrail.gs1.envelope import DATA_IDENTIFIERS, TEXT_ELEMENTS, Envelope
from scantrail.gs1.labels import LabelField, LabelMeaning, LabelReading, LabelRefusal
from scantrail.words import N_, M

GRAMMAR = N_("ASC MH10 data identifiers")
TEXT_GRAMMAR = N_("text element identifiers (MIL-STD-130)")

_FIELD = re.compile(r"([0-9]{0,3}[A-Z])(.+)", re.DOTALL)
_TEXT_FIELD = re.compile(r"([A-Z]{3}) ?(.+)", re.DOTALL)
_OTHER = N_("other data")

TITLES: dict[str, str] = {
    "B": N_("container type"),
    "3B": N_("container code"),
    "D": N_("date"),
    "9D": N_("date"),
    "10D": N_("date code"),
    "14D": N_("expiry date"),
    "16D": N_("production date"),
    "H": N_("name"),
    "J": N_("licence plate"),
    "1J": N_("licence plate"),
    "2J": N_("licence plate"),
    "3J": N_("licence plate"),
    "4J": N_("licence plate"),
    "5J": N_("licence plate"),
    "6J": N_("licence plate"),
    "K": N_("customer's order number"),
    "1K": N_("supplier's order number"),
    "2K": N_("bill of lading"),
    "3K": N_("invoice number"),
    "4K": N_("order line"),
    "11K": N_("packing list number"),
    "L": N_("storage place"),
    "4L": N_("country of origin"),
    "P": N_("customer's part number"),
    "1P": N_("supplier's part number"),
    "2P": N_("revision"),
    "30P": N_("supplier's part number, first level"),
    "31P": N_("supplier's part number, second level"),
    "Q": N_("quantity"),
    "7Q": N_("quantity with its unit"),
    "S": N_("serial number"),
    "1S": N_("supplier's additional code"),
    "2S": N_("shipment number"),
    "3S": N_("package number"),
    "4S": N_("package number"),
    "18S": N_("serial number with CAGE code"),
    "25S": N_("unique serial number"),
    "T": N_("lot"),
    "1T": N_("lot"),
    "30T": N_("lot, first level"),
    "V": N_("supplier"),
    "1V": N_("supplier"),
    "3V": N_("GS1 company prefix"),
    "7V": N_("supplier (DUNS)"),
    "12V": N_("manufacturer (DUNS)"),
    "17V": N_("manufacturer (CAGE code)"),
    "18V": N_("manufacturer with agency code"),
    "20V": N_("role"),
    "21V": N_("manufacturer"),
    "Z": N_("free text"),
    "12Z": N_("web address"),
}
"""What the identifiers that warehouses meet stand for. Others are shown by their code."""

_TEXT_TITLES: dict[str, str] = {
    "BII": N_("batch or lot"),
    "CAG": N_("manufacturer (CAGE code)"),
    "DUN": N_("manufacturer (DUNS)"),
    "EUC": N_("GS1 company prefix"),
    "LOT": N_("lot"),
    "BAT": N_("lot"),
    "LTN": N_("lot"),
    "MFR": N_("manufacturer (CAGE code)"),
    "SPL": N_("supplier (CAGE code)"),
    "ICN": N_("interchangeable part number"),
    "PNO": N_("part number, original"),
    "PNR": N_("part number, current"),
    "SEQ": N_("serial number within the part number"),
    "SER": N_("serial number"),
    "UCN": N_("unique component serial number"),
    "UID": N_("unique item identifier"),
    "USN": N_("unique serial number"),
    "UST": N_("unique serial tracking number"),
}

_SERIALS = ("S", "18S", "25S", "SER", "SEQ", "UCN", "USN", "UST")
_PARTS = ("1P", "P", "30P", "PNR", "PNO")
_LOTS = ("1T", "T", "30T", "LOT", "BAT", "LTN", "BII")
_QUANTITIES = ("Q", "7Q")
_CARTONS = ("J", "1J", "2J", "3J", "4J", "5J", "6J", "3S", "4S")
_CAGE_LENGTH = 5
_AGENCIES = {"D": _CAGE_LENGTH, "UN": 9, "0": 9}
"""Agency codes of ISO/IEC 15459 before a serial, and how long the company's number behind each is."""


def read_data_identifiers(envelope: Envelope) -> LabelMeaning | None:
    """The fields of an envelope of data identifiers or text elements; None where its format is another."""
    if envelope.format not in (DATA_IDENTIFIERS, TEXT_ELEMENTS, "DD"):
        return None
    in_letters = envelope.format != DATA_IDENTIFIERS
    grammar, pattern = (TEXT_GRAMMAR, _TEXT_FIELD) if in_letters else (GRAMMAR, _FIELD)
    if not envelope.fields:
        return LabelRefusal(grammar, N_("there is nothing in it"), M("The label's envelope is empty."))
    if not envelope.separated:
        because = M(
            "The separators between the label's fields are missing: {text}. "
            "Have the scanner send GS, or learn it with: scantrail scanner learn",
            text=envelope.fields[0],
        )
        return LabelRefusal(grammar, N_("separators are missing"), because)
    fields: list[LabelField] = []
    for each in envelope.fields:
        found = pattern.fullmatch(each)
        if found is None:
            because = M("The field {field} begins with no identifier that its format has.", field=each)
            return LabelRefusal(grammar, N_("part of it belongs to nothing"), because)
        titles = _TEXT_TITLES if in_letters else TITLES
        fields.append(LabelField(found[1], titles.get(found[1], _OTHER), found[2]))
    return _reading(grammar, tuple(fields))


def unmarked_field(text: str) -> LabelReading | None:
    """What a bare text says if its beginning is the data identifier of a serial or a part: `S1234`, `1PF1`."""
    for identifier in ("S", "P", "1P", "30P", "18S", "25S"):
        if text.startswith(identifier) and len(text) > len(identifier):
            return _reading(GRAMMAR, (LabelField(identifier, TITLES[identifier], text[len(identifier) :]),))
    return None


def _reading(grammar: str, fields: tuple[LabelField, ...]) -> LabelReading:
    serials = dict.fromkeys(_serial(each) for each in _those(fields, _SERIALS))
    return LabelReading(
        grammar,
        fields,
        serials=tuple(serials),
        whole_serial=next((each.value for each in _those(fields, _SERIALS)), ""),
        parts=tuple(dict.fromkeys(each.value for each in _those(fields, _PARTS))),
        lot=next((each.value for each in _those(fields, _LOTS)), ""),
        quantity=next((each.value for each in _those(fields, _QUANTITIES)), ""),
        carton=next((each.value for each in _those(fields, _CARTONS)), ""),
    )


def _those(fields: Iterable[LabelField], identifiers: tuple[str, ...]) -> Iterator[LabelField]:
    return (each for each in fields if each.identifier in identifiers)


def _serial(field: LabelField) -> str:
    """The serial without the number of the company that gave it, where that number's length is known."""
    if field.identifier == "18S":
        return field.value[_CAGE_LENGTH:] or field.value
    if field.identifier == "25S":
        for agency, length in _AGENCIES.items():
            if field.value.startswith(agency) and len(field.value) > len(agency) + length:
                return field.value[len(agency) + length :]
    return field.value
