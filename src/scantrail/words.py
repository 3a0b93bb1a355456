"""Every string people read: one gettext catalogue, used by all layers.

Pure code answers with a `Message` (a template and its values); the code that shows it calls `say`. Values are
data (a serial, a bin): they are never translated and never read as markup.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence that is not yet in anybody's language."""

    template: str
    """English template with `{name}` fields; the key into the catalogue."""

    values: Mapping[str, object] = field(default_factory=dict)
    """What fills the fields. A value may itself be a `Message`."""

    def __str__(self) -> str:
        return say(self)


def M(template: str, /, **values: object) -> Message:  # noqa: N802 - reason: a marker the catalogue is extracted by
    """Mark a template for the catalogue and bind its values."""
    return Message(template, values)


def N_(text: str) -> str:  # noqa: N802 - reason: gettext's own name for this marker
    """Mark a string for the catalogue; it is translated where it is shown."""
    return text


def _(text: str) -> str:
    """Translate a string now, into the language of the environment."""
    return _catalogue(os.environ.get("LANGUAGE") or os.environ.get("LANG") or "").gettext(text)


def say(message: Message | str) -> str:
    """The sentence in the reader's language. Plain text (data) comes back as it is."""
    if isinstance(message, str):
        return message
    values = _Values(
        (name, say(value) if isinstance(value, Message) else value) for name, value in message.values.items()
    )
    return _(message.template).format_map(values) if message.template else ""


class _Values(dict[str, object]):
    """A field with no value (an older record, a misspelt translation) reads as a question mark."""

    def __missing__(self, key: str) -> str:
        return "?"


@cache
def _catalogue(_language: str) -> gettext.NullTranslations:
    return gettext.translation("scantrail", localedir=LOCALE, fallback=True)


def visible(line: str) -> str:
    """A line in which what a scan, a file or a device brought in cannot steer the terminal."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in line)


class OperatorError(Exception):
    """Something a person has to put right; the message says what was wrong and what to do."""

    def __init__(self, message: Message | str) -> None:
        super().__init__(say(message))
