"""Scanner profiles: how a scanner's keys are told from a hand's. One TOML file each."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import scantrail
from scantrail.words import M, Message, say


class ProfileUnusable(Exception):
    """A scanner profile is missing or wrong; the text says which one, what is wrong, and what was expected."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return say(self.message)


@dataclass(frozen=True, slots=True)
class Profile:
    """How one kind of scanner sends what it reads."""

    name: str
    ends: tuple[str, ...]
    """Keys that end a code."""
    prefixes: tuple[str, ...]
    """Texts before a code that are no part of it."""
    separator_keys: tuple[str, ...]
    """Keys that stand for GS inside a code."""
    key_gap_ms: int
    """Between two keys of a scan, as a rule, at most."""
    quiet_ms: int
    """Nothing for so long ends a scan that has no suffix."""
    min_length: int
    """No code is shorter; what is shorter was typed."""

    @classmethod
    def parse(cls, text: str, source: str) -> Profile:
        """Read a profile; `source` names it in messages.

        Raises:
            ProfileUnusable: it is no TOML, or a setting is missing, unknown or of the wrong kind.
        """
        try:
            found = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ProfileUnusable(
                M("Scanner profile {source} is not TOML ({why}). Correct the file.", source=source, why=error)
            ) from error
        for name in sorted({*found, *_EXPECTED}):
            _check(source, name, found)
        settings: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in found.items()
        }
        return cls(**settings)


_TEXTS = M("a list of texts in quotes")
_NUMBER = M("a whole number from 1 to 10000")
_NAME = M("a name in quotes")
_EXPECTED: dict[str, Message] = {
    field.name: {"str": _NAME, "int": _NUMBER}.get(str(field.type), _TEXTS) for field in fields(Profile)
}


def _check(source: str, name: str, found: dict[str, Any]) -> None:
    expected = _EXPECTED.get(name)
    if expected is None:
        raise ProfileUnusable(
            M(
                "Scanner profile {source}: {name} is no setting. Expected only: {names}.",
                source=source,
                name=name,
                names=", ".join(_EXPECTED),
            )
        )
    if name not in found:
        raise ProfileUnusable(
            M(
                "Scanner profile {source}: {name} is missing. Add it: {expected}.",
                source=source,
                name=name,
                expected=expected,
            )
        )
    if not _fits(found[name], expected):
        raise ProfileUnusable(
            M(
                "Scanner profile {source}: {name} is {value!r}. Expected {expected}.",
                source=source,
                name=name,
                value=found[name],
                expected=expected,
            )
        )


def _fits(value: Any, expected: Message) -> bool:
    if expected is _NUMBER:
        return type(value) is int and 1 <= value <= 10_000
    if expected is _NAME:
        return isinstance(value, str) and bool(value)
    return isinstance(value, list) and all(isinstance(each, str) and each for each in value)


def load_profile(name: str = "generic") -> Profile:
    """A profile that ships with Scantrail, from the installed package or the source tree.

    Raises:
        ProfileUnusable: there is none of this name, or it is wrong.
    """
    package = Path(scantrail.__file__).parent
    for folder in (package / "scanner_profiles", package.parents[1] / "scanner_profiles"):
        path = folder / f"{name}.toml"
        if path.is_file():
            return Profile.parse(path.read_text("utf-8"), path.name)
    raise ProfileUnusable(M("There is no scanner profile {name} in this installation. Install it again.", name=name))
