"""Settings files, checked strictly: an error names the file, the setting, what was found and what may be."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from scantrail.toml import Setting
from scantrail.words import M, Message, say


class ProfileUnusable(Exception):
    """A scanner profile is missing or wrong; the text says which one, what is wrong, and what was expected."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return say(self.message)


def read_toml(source: str, content: str) -> dict[str, Any]:
    """What a TOML file holds.

    Raises:
        ProfileUnusable: it is no TOML.
    """
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise ProfileUnusable(
            M("Scanner profile {source} is not TOML ({why}). Correct the file.", source=source, why=error)
        ) from error


def checked(source: str, found: Mapping[str, Any], settings: Mapping[str, Setting], within: str = "") -> dict[str, Any]:
    """The settings of a table, each as the program works with it; `within` names the table in messages.

    Raises:
        ProfileUnusable: a setting is missing, unknown, or not what it may be.
    """
    for name in found:
        if name not in settings:
            raise ProfileUnusable(
                M(
                    "Scanner profile {source}: {name} is no setting. Expected only: {names}.",
                    source=source,
                    name=within + name,
                    names=", ".join(within + each for each in settings),
                )
            )
    return {
        name: _checked(source, within + name, found, name, setting)
        for name, setting in settings.items()
        if name in found or not setting.optional
    }


def _checked(source: str, shown: str, found: Mapping[str, Any], name: str, setting: Setting) -> Any:
    facts = {"source": source, "name": shown, "expected": setting.expected}
    if name not in found:
        raise ProfileUnusable(M("Scanner profile {source}: {name} is missing. Add it: {expected}.", **facts))
    if not setting.fits(found[name]):
        raise ProfileUnusable(
            M("Scanner profile {source}: {name} is {value!r}. Expected {expected}.", value=found[name], **facts)
        )
    return setting.make(found[name])
