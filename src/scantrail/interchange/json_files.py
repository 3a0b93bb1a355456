"""JSON files: an object with rows under the name of their kind, several kinds at will."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, NoReturn

from scantrail.interchange.columns import Kind
from scantrail.interchange.kinds import KINDS
from scantrail.interchange.problems import Problems, Spot
from scantrail.interchange.rows import Numeral, Row
from scantrail.words import M, Message, say

LINES = "lines"
_PLACE = {name: at for at, name in enumerate(KINDS)}


class _BadJson(ValueError):
    def __init__(self, message: Message) -> None:
        super().__init__(say(message))
        self.message = message


def json_rows(name: str, text: str, problems: Problems) -> tuple[Row, ...]:
    """The rows of a JSON file."""
    try:
        data = json.loads(
            text, parse_int=Numeral, parse_float=Numeral, parse_constant=_constant, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        where = M("line {line}, column {column}", line=error.lineno, column=error.colno)
        problems.add(Spot(name, where), M("expected JSON ({error})", error=error.msg))
        return ()
    except _BadJson as error:
        problems.add(Spot(name), error.message)
        return ()
    except RecursionError:
        problems.add(Spot(name), M("expected rows; this is nested too deeply"))
        return ()
    return tuple(_kinds(name, data, problems))


def _constant(constant: str) -> NoReturn:
    raise _BadJson(M("expected JSON; {constant} is no JSON value", constant=constant))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise _BadJson(M("expected every field once; {name} stands twice in one object", name=twice))
    return found


def _kinds(name: str, data: Any, problems: Problems) -> Iterator[Row]:
    if not isinstance(data, dict):
        problems.add(Spot(name), M("expected an object with rows under the names of their kinds"))
        return
    for kind_name, rows in data.items():
        kind = KINDS.get(kind_name)
        spot = Spot(name, kind_name)
        if kind is None:
            problems.add(spot, M("expected one of these kinds: {kinds}", kinds=", ".join(KINDS)))
        elif not isinstance(rows, list):
            problems.add(spot, M("expected a list of rows"))
        else:
            yield from _rows(name, kind, rows, problems)


def _rows(name: str, kind: Kind, rows: list[Any], problems: Problems) -> Iterator[Row]:
    columns = {column.name for column in kind.columns} | ({LINES} if kind.lines else set())
    for at, cells in enumerate(rows):
        spot = Spot(name, f"{kind.name}[{at}]", (_PLACE[kind.name], at))
        if not _is_row(spot, cells, columns, problems):
            continue
        lines = cells.pop(LINES, [])
        if isinstance(lines, list):
            yield Row(kind.name, spot, cells, tuple(_lines(spot, kind, lines, problems)))
        else:
            problems.add(spot, M("expected a list of rows"), LINES)


def _lines(spot: Spot, kind: Kind, lines: list[Any], problems: Problems) -> Iterator[Row]:
    columns = {column.name for column in kind.lines}
    for at, cells in enumerate(lines):
        line_spot = Spot(spot.file, f"{spot.row}.{LINES}[{at}]", (*spot.order, at))
        if _is_row(line_spot, cells, columns, problems):
            yield Row(kind.name, line_spot, cells)


def _is_row(spot: Spot, cells: Any, columns: set[str], problems: Problems) -> bool:
    if not isinstance(cells, dict):
        problems.add(spot, M("expected an object with fields"))
        return False
    unknown = [name for name in cells if name not in columns]
    for name in unknown:
        problems.add(spot, M("expected one of these fields: {names}", names=", ".join(sorted(columns))), value=name)
    return not unknown
