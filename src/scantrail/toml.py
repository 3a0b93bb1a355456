"""What a TOML file may say: settings, each with what it may be, and how values are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from scantrail.words import M, Message


@dataclass(frozen=True, slots=True)
class Setting:
    """What one setting may be."""

    expected: Message
    """Said when it is something else."""
    fits: Callable[[Any], bool]
    make: Callable[[Any], Any] = lambda value: value
    """Turns what the file holds into what the program works with."""
    optional: bool = False


def text(expected: Message, fits: Callable[[str], object]) -> Setting:
    """A text that a condition holds for."""
    return Setting(expected, lambda value: isinstance(value, str) and bool(fits(value)))


def texts(expected: Message, fits: Callable[[str], bool], *, least: int = 0) -> Setting:
    """A list of texts that a condition holds for."""

    def fit(value: Any) -> bool:
        return (
            isinstance(value, list)
            and len(value) >= least
            and all(isinstance(each, str) and fits(each) for each in value)
        )

    return Setting(expected, fit, tuple)


def whole_number(least: int, most: int) -> Setting:
    """A whole number within bounds."""
    expected = M("a whole number from {least} to {most}", least=least, most=most)
    return Setting(expected, lambda value: type(value) is int and least <= value <= most)


def whole_numbers(least: int, most: int) -> Setting:
    """A list of whole numbers within bounds."""
    expected = M("a list of whole numbers from {least} to {most}", least=least, most=most)
    return Setting(
        expected,
        lambda value: isinstance(value, list) and all(type(each) is int and least <= each <= most for each in value),
        tuple,
    )


def yes_or_no() -> Setting:
    """Yes or no."""
    return Setting(M("true or false"), lambda value: isinstance(value, bool))


def one_of(values: Iterable[str | int]) -> Setting:
    """One of some values."""
    allowed = tuple(values)
    expected = M("one of {values}", values=", ".join(map(str, allowed)))
    return Setting(expected, lambda value: type(value) in (str, int) and value in allowed)


def choice(kind: type[Enum]) -> Setting:
    """A member of an enumeration, by its value."""
    by_value = one_of(each.value for each in kind)
    return Setting(by_value.expected, by_value.fits, kind)


def choices(kind: type[Enum], values: Iterable[Enum]) -> Setting:
    """A list of members of an enumeration, by their values."""
    allowed = tuple(each.value for each in values)
    expected = M("a list of any of {values}", values=", ".join(allowed))
    return Setting(
        expected,
        lambda value: isinstance(value, list) and bool(value) and all(each in allowed for each in value),
        lambda value: tuple(kind(each) for each in value),
    )


def toml_of(values: Mapping[str, Any]) -> str:
    """The text of a TOML file with these settings; a setting that is a mapping becomes a table at the end."""
    plain = [f"{name} = {toml_value(value)}" for name, value in values.items() if not isinstance(value, Mapping)]
    tables = [
        "\n".join(["", f"[{name}]", *(f"{_key(key)} = {toml_value(each)}" for key, each in value.items())])
        for name, value in values.items()
        if isinstance(value, Mapping)
    ]
    return "\n".join([*plain, *tables, ""])


def toml_value(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(map(toml_value, value))}]"
    return str(value)


def _key(name: str) -> str:
    return name if name.isascii() and name.isidentifier() else _quoted(name)


def _quoted(value: str) -> str:
    return '"' + "".join(map(_escaped, value)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    return f"\\u{ord(character):04x}" if character <= "\uffff" else f"\\U{ord(character):08x}"
