"""Pick lists as earlier versions kept them, with all their units in one row: taken apart into rows of today's form.

Rows on record are upgraded by it, on the device and on the server. It follows no later change of either form.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

FORMER = "pick_list"
"""What such a row says under `document_kind`; a row of today says `pick_list/2`."""


def is_former(body: Mapping[str, Any]) -> bool:
    """Whether a document's body, as it travels, is of the former form."""
    return body.get("document_kind") == FORMER


def taken_apart(body: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The body of the list itself, and those of its units on it."""
    number = body["number"]
    units: dict[str, dict[str, Any]] = {}

    def row(unit: str) -> dict[str, Any]:
        return units.setdefault(unit, {"document": number, "unit": unit})

    lines: list[dict[str, Any]] = []
    picked_ones: list[dict[str, Any]] = []
    # A cancelled line may name a unit that another line names since: the one that still counts has the last word.
    for line in sorted(body.get("lines", ()), key=lambda each: not each.get("cancelled", False)):
        for unit, serial in zip(line.get("units", ()), line.get("serials", ()), strict=True):
            row(unit).update(serial=serial, line=line["id"], named=True)
    for line in body.get("lines", ()):
        picked = line.get("picked", ())
        for each in picked:
            found = row(each["unit"])
            if found.get("line") != line["id"]:
                found.pop("named", None)  # by a line that was cancelled before the unit was picked on this one
            found.update(serial=each["serial"], line=line["id"], picked=each)
        picked_ones += picked
        told = {name: value for name, value in line.items() if name not in ("units", "serials", "picked")}
        lines.append(told | ({"done": len(picked)} if picked else {}))
    for aside in body.get("set_aside", ()):
        found = row(aside["unit"])
        if aside.get("line"):
            found.setdefault("line", aside["line"])
        found["set_aside"] = {name: value for name, value in aside.items() if name != "line"}
    head = {name: value for name, value in body.items() if name != "set_aside"}
    head |= {"document_kind": f"{FORMER}/2", "lines": lines}
    unstated = sorted(
        (each for each in picked_ones if each.get("condition") is None),
        key=lambda each: datetime.fromisoformat(each["at"]),
    )
    if unstated:
        head["unstated"] = [each["unit"] for each in unstated]
    return head, list(units.values())
