"""A site's settings as a TOML file: read strictly, and written with what each setting is for."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from scantrail.domain.names.identifiers import SiteId
from scantrail.domain.settings import KEYS, Settings, values_of, with_values
from scantrail.toml import toml_value
from scantrail.words import M, Message, _, say

LONGEST = 80
"""Characters of a wrong value that are shown."""

_TABLES = {name.partition(".")[0] for name in KEYS if "." in name}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file cannot be used; empty texts where it is about no single key or value."""

    file: str
    key: str
    value: str
    expected: Message

    def __str__(self) -> str:
        shown = {"file": self.file, "key": self.key, "value": self.value, "expected": self.expected}
        if not self.key:
            return say(M("{file}: {expected}", **shown))
        if not self.value:
            return say(M("{file}: {key} is no setting; {expected}", **shown))
        return say(M("{file}: {key} is {value}; expected {expected}", **shown))

    def to_plain(self) -> dict[str, str]:
        """The same for programs."""
        return {"file": self.file, "key": self.key, "value": self.value, "expected": say(self.expected)}


def read_settings(file: str, content: bytes, site: SiteId = "") -> tuple[Settings, tuple[Problem, ...]]:
    """The settings that a file holds, and every problem with it. What it does not say is as Scantrail ships it."""
    try:
        found = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        return Settings(site), (Problem(file, "", "", M("this is not TOML: {why}", why=error)),)
    problems, values = [], {}
    for name, value in _flat(found):
        key = KEYS.get(name)
        if key is None:
            problems.append(_unknown(file, name, value))
        elif not key.setting.fits(value):
            problems.append(Problem(file, name, _shown(value), key.setting.expected))
        else:
            values[name] = key.setting.make(value)
    return with_values(Settings(site), values), tuple(problems)


def _flat(found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in found.items():
        if name in _TABLES and isinstance(value, dict):
            yield from ((f"{name}.{inner}", each) for inner, each in value.items())
        else:
            yield name, value


def _unknown(file: str, name: str, value: Any) -> Problem:
    if name in _TABLES:
        return Problem(file, name, _shown(value), M("a table of settings, [{name}]", name=name))
    near = get_close_matches(name, KEYS, 1, 0.5)
    if near:
        return Problem(file, name, "", M("did you mean {name}?", name=near[0]))
    return Problem(file, name, "", M("expected one of: {names}", names=", ".join(KEYS)))


def _shown(value: Any) -> str:
    text = str(value) if isinstance(value, dict) else toml_value(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def settings_text(settings: Settings, version: int) -> str:
    """A file that holds these settings, and says what each of them is for."""
    values = values_of(settings)
    head = M("Settings of {site}, version {version}.", site=settings.site, version=version)
    lines = [f"# {say(head)}", f"# {_('A setting that this file leaves out is as Scantrail ships it.')}"]
    for table in ("", *dict.fromkeys(name.partition(".")[0] for name in KEYS if "." in name)):
        if table:
            lines += ["", f"[{table}]"]
        for name in KEYS:
            within, _dot, last = name.rpartition(".")
            if within == table:
                lines += [f"# {_(KEYS[name].about)}", f"{last} = {toml_value(values[name])}"]
    return "\n".join([*lines, ""])


def setting_lines(settings: Settings) -> Iterator[str]:
    """A line for each setting; where it is another than the shipped one, that as well."""
    values, shipped = values_of(settings), values_of(Settings(settings.site))
    for name, value in values.items():
        line = f"{name} = {toml_value(value)}"
        yield line if value == shipped[name] else f"{line}   {say(_as_shipped(shipped[name]))}"


def _as_shipped(value: Any) -> Message:
    return M("(shipped: {value})", value=toml_value(value))
