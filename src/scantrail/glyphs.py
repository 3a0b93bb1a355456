"""What a terminal can show: every glyph of ours has an ASCII twin for terminals and locales without it.

Decided once at the start, from the locale, the encoding of the output and the kind of terminal.
"""

from __future__ import annotations

import codecs
import io
import locale
from collections.abc import Mapping
from functools import lru_cache

TWINS = {
    "✓": "v", "✗": "X", "↻": "=", "▸": ">", "●": "*", "○": "o", "⊘": "#", "·": ".", "•": "*",
    "…": "~", "–": "-", "—": "-", "×": "x", "→": ">", "←": "<", "↑": "^", "↓": "v", "±": "~", "§": "S",
    "━": "=", "─": "-", "│": "|", "┌": "+", "┐": "+", "└": "+", "┘": "+", "▏": "_",
    "▀": '"', "▄": ",", "█": "#", "›": ">", "‹": "<", "␣": "_", "’": "'", "“": '"', "”": '"', "°": "o",
}  # fmt: skip
"""One cell for one cell, so that columns stay where they are; no two states of one thing look alike."""

UNICODE = "utf-8"
"""The character set in which every glyph is shown as it is."""

PLAIN_TERMINALS = ("linux", "vt", "ansi", "dumb")
"""How the names (TERM) of terminals begin whose fonts lack most of these glyphs, such as the Linux console."""

_COERCED = ("C.UTF-8", "C.utf8", "UTF-8")
"""What Python itself puts into LC_CTYPE when the locale is C."""


def charset_of(environment: Mapping[str, str], encoding: str | None) -> str:
    """The character set that a terminal with this environment can show; `encoding` is that of the output.

    Python writes UTF-8 in the locale C: what counts is the locale that the person has set. Without any, UTF-8 is taken.
    """
    if environment.get("TERM", "").startswith(PLAIN_TERMINALS):
        return "ascii"
    names = (_known(each) for each in (_of_locale(environment), encoding or "") if each)
    return next((each for each in names if not each.startswith(("utf", "gb18030"))), UNICODE)


def _of_locale(environment: Mapping[str, str]) -> str:
    """The locale's character set; empty where no locale is set."""
    language, kind = environment.get("LANG", ""), environment.get("LC_CTYPE", "")
    if kind in _COERCED and language:
        kind = ""
    name = environment.get("LC_ALL") or kind or language
    if name in ("C", "POSIX"):
        return "ascii"
    return locale.normalize(name).partition(".")[2].partition("@")[0] if name else ""


def _known(charset: str) -> str:
    try:
        return codecs.lookup(charset).name
    except LookupError:
        return "ascii"


def shown_in(text: str, charset: str) -> str:
    """A text in a character set: our glyphs as their twins, any other character that it lacks by its code, `<0416>`."""
    if charset == UNICODE or text.isascii():
        return text
    return "".join(_shown(each, charset) for each in text)


@lru_cache(maxsize=1024)
def _shown(character: str, charset: str) -> str:
    try:
        character.encode(charset)
    except UnicodeEncodeError:
        return _twin(character)
    return character


def _twin(character: str) -> str:
    code = ord(character)
    if 0x2400 <= code < 0x2420:
        return f"^{chr(code - 0x2400 + 0x40)}"
    return TWINS.get(character) or f"<{code:04X}>"


_HANDLER = "scantrail.twins"


def print_twins(stream: io.TextIOWrapper, environment: Mapping[str, str]) -> None:
    """Print twins on this stream from now on where its terminal, or its encoding, lacks a character."""
    codecs.register_error(_HANDLER, _replaced)
    charset = charset_of(environment, stream.encoding) if stream.isatty() else UNICODE
    stream.reconfigure(encoding=stream.encoding if charset == UNICODE else charset, errors=_HANDLER)


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_twin, error.object[error.start : error.end])), error.end
