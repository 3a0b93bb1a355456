"""Scanner profiles: what a scanner sends, and how its keys are told from a hand's. One TOML file each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from pathlib import Path
from typing import Any

import scantrail
from scantrail.scanning.keys import CONTROL_KEYS
from scantrail.scanning.profile_settings import TABLES, CameraSettings, Kind, SerialSettings, setting_names, settings_of
from scantrail.scanning.settings import ProfileUnusable, checked, read_toml
from scantrail.toml import choice, toml_of
from scantrail.words import M, Message

FASTEST_HAND_MS = 50
"""Between two keys of the fastest typist. A scanner that is slower is known by its prefix alone."""

GENERIC, CAMERA = "generic", "camera"
"""The profiles that are used where no other is chosen."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How one kind of scanner sends what it reads. What its kind has no use for is empty."""

    name: str
    kind: Kind
    description: str
    """One line for people."""
    sources: tuple[str, ...]
    """Where the facts come from: manuals and their sections, with the address."""
    assumed: tuple[str, ...]
    """The settings that no source was found for."""
    ends: tuple[str, ...] = ()
    """Keys that end a code."""
    prefixes: tuple[str, ...] = ()
    """Texts before a code that are no part of it."""
    suffixes: tuple[str, ...] = ()
    """Texts after a code, before the key that ends it, that are no part of it."""
    separator_keys: tuple[str, ...] = ()
    """Keys that stand for GS inside a code."""
    separator_texts: tuple[str, ...] = ()
    """Texts that the scanner was told to send in place of GS."""
    alt_digits: int = 0
    """How many digits, typed with Alt held, stand for one control character; 0 where the scanner types none."""
    aim: bool = False
    """Whether the scanner may send an AIM identifier before a code."""
    key_gap_ms: int = 0
    """Between two keys of a scan, as a rule, at most."""
    quiet_ms: int = 0
    """Nothing for so long ends a scan that has no suffix."""
    min_length: int = 0
    """No code is shorter; what is shorter was typed."""
    twins: bool = True
    """Whether a typed digit does what its function key does."""
    layout: Mapping[str, str] = field(default_factory=dict)
    """What a character means that arrives as another, where scanner and computer disagree about the keyboard."""
    serial: SerialSettings | None = None
    camera: CameraSettings | None = None

    @property
    def is_slow(self) -> bool:
        """Whether its keys come no faster than a hand's, so that only its prefix tells a scan."""
        return self.key_gap_ms > FASTEST_HAND_MS

    @classmethod
    def parse(cls, content: str, source: str) -> Profile:
        """Read a profile; `source` names it in messages.

        Raises:
            ProfileUnusable: it is no TOML, a setting is missing, unknown or not what it may be, or two contradict.
        """
        found = read_toml(source, content)
        kind = checked(source, {"kind": found["kind"]} if "kind" in found else {}, {"kind": choice(Kind)})["kind"]
        values = checked(source, found, settings_of(kind))
        for name, (maker, settings) in TABLES.items():
            if name in values:
                values[name] = maker(**checked(source, values[name], settings, within=f"{name}."))
        profile = cls(**values)
        _refuse_contradictions(profile, source)
        return profile

    def to_plain(self) -> dict[str, Any]:
        """The settings of its kind, as text, numbers, lists and mappings."""
        plain = {name: _plain(getattr(self, name)) for name in settings_of(self.kind)}
        return {name: value for name, value in plain.items() if value != {}}

    def to_toml(self) -> str:
        """The text of its file; `parse` gives the same profile back."""
        return toml_of(self.to_plain())


def load_profile(name: str = GENERIC) -> Profile:
    """A profile that ships with Scantrail.

    Raises:
        ProfileUnusable: there is none of this name, or it is wrong.
    """
    return Profile.parse(shipped_text(name), f"{name}.toml")


def shipped_text(name: str) -> str:
    """The file of a profile that ships with Scantrail.

    Raises:
        ProfileUnusable: there is none of this name.
    """
    files = _shipped()
    if name not in files:
        raise ProfileUnusable(
            M("There is no scanner profile {name}. There are: {names}.", name=name, names=", ".join(files))
        )
    return files[name].read_text("utf-8")


def shipped_names() -> tuple[str, ...]:
    """The profiles that ship with Scantrail, in alphabetical order."""
    return tuple(_shipped())


def _shipped() -> dict[str, Path]:
    """By name, from the installed package or the source tree."""
    package = Path(scantrail.__file__).parent
    folders = (package / "scanner_profiles", package.parents[1] / "scanner_profiles")
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}


def layout_between(meant: str, arrived: str) -> dict[str, str]:
    """The keyboard correction that a known code and what arrived of it show; empty where nothing differs.

    Raises:
        ValueError: the two have no common layout: another length, or one character that arrives as two.
    """
    if len(meant) != len(arrived):
        raise ValueError(f"{len(meant)} characters were meant, {len(arrived)} arrived")
    pairs = dict(zip(arrived, meant, strict=True))
    if any(pairs[came] != was for came, was in zip(arrived, meant, strict=True)) or len(set(pairs.values())) < len(
        pairs
    ):
        raise ValueError("a character does not always arrive as the same one")
    return {came: was for came, was in pairs.items() if came != was}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, SerialSettings | CameraSettings):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return dict(value) if isinstance(value, Mapping) else value


def _refuse_contradictions(profile: Profile, source: str) -> None:
    for wrong, sentence in _contradictions(profile):
        if wrong:
            raise ProfileUnusable(M("Scanner profile {source}: {sentence}", source=source, sentence=sentence))


def _contradictions(profile: Profile) -> list[tuple[object, Message]]:
    """Whether each is so, and what to say then."""
    unknown = [each for each in profile.assumed if each not in setting_names(profile.kind)]
    both = set(profile.ends) & set(profile.separator_keys)
    ends = {CONTROL_KEYS[each] for each in profile.ends if each in CONTROL_KEYS}
    cut = [each for each in (*profile.prefixes, *profile.suffixes, *profile.separator_texts) if ends & set(each)]
    gaps = {"key_gap_ms": profile.key_gap_ms, "quiet_ms": profile.quiet_ms, "hand": FASTEST_HAND_MS}
    return [
        (
            unknown,
            M(
                "assumed names {names}, which a {kind} has no setting for. Expected any of: {expected}.",
                names=", ".join(unknown),
                kind=profile.kind.value,
                expected=", ".join(setting_names(profile.kind)),
            ),
        ),
        (
            not profile.sources and set(setting_names(profile.kind)) - {"layout"} - set(profile.assumed),
            M("sources is empty, so every setting must be named in assumed."),
        ),
        (both, M("{keys} cannot both end a code and stand for GS inside it.", keys=", ".join(sorted(both)))),
        (cut, M("{text!r} can never arrive whole: it holds a key that ends a code.", text=cut[0] if cut else "")),
        (
            profile.kind is Kind.WEDGE and profile.quiet_ms <= profile.key_gap_ms,
            M("quiet_ms is {quiet_ms} and must be more than key_gap_ms, which is {key_gap_ms}.", **gaps),
        ),
        (
            profile.is_slow and not profile.prefixes,
            M(
                "key_gap_ms is {key_gap_ms}, and a hand types that fast ({hand} ms): a scanner so slow needs a prefix. "
                "Set one on the scanner and name it in prefixes.",
                **gaps,
            ),
        ),
        (
            profile.is_slow and profile.twins,
            M(
                "key_gap_ms is {key_gap_ms}, and a hand types that fast ({hand} ms): with twins a scan could press "
                "a key. Set twins to false.",
                **gaps,
            ),
        ),
    ]
