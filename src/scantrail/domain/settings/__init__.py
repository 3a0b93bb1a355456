"""What a site wants: the policy that acts are judged by, a part for each family.

A further setting is a field of its part and an entry of the part's `KEYS`; file, row, commands and imports follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from scantrail.domain.names.identifiers import SiteId
from scantrail.domain.plain import from_plain, to_plain
from scantrail.domain.settings import picking, quality, scans, waiting
from scantrail.domain.settings.key import Key
from scantrail.domain.settings.picking import PickingSettings
from scantrail.domain.settings.quality import QualitySettings
from scantrail.domain.settings.scans import ScanSettings
from scantrail.domain.settings.waiting import WaitingSettings


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a site. What nobody has set is as Scantrail ships it."""

    site: SiteId
    scans: ScanSettings = field(default_factory=ScanSettings)
    picking: PickingSettings = field(default_factory=PickingSettings)
    quality: QualitySettings = field(default_factory=QualitySettings)
    waiting: WaitingSettings = field(default_factory=WaitingSettings)


PARTS: Mapping[str, tuple[Key, ...]] = {
    "scans": scans.KEYS,
    "picking": picking.KEYS,
    "quality": quality.KEYS,
    "waiting": waiting.KEYS,
}
"""The keys of each part."""

KEYS: Mapping[str, Key] = {key.name: key for keys in PARTS.values() for key in keys}
"""Every key by its name, in the order in which they are shown."""

COLUMNS: Mapping[str, str] = {key.column: key.name for key in KEYS.values() if key.column}
"""The keys of settings that files of sites may hold, by column."""

_PART_OF = {key.name: part for part, keys in PARTS.items() for key in keys}


def value_of(settings: Settings, name: str) -> Any:
    """The value of a key."""
    return getattr(getattr(settings, _PART_OF[name]), KEYS[name].field)


def with_values(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """The settings with other values, by the names of their keys."""
    for name, value in values.items():
        part = getattr(settings, _PART_OF[name])
        settings = replace(settings, **{_PART_OF[name]: replace(part, **{KEYS[name].field: value})})
    return settings


def values_of(settings: Settings) -> dict[str, Any]:
    """Every value as plain data, by the name of its key."""
    return {name: to_plain(value_of(settings, name)) for name in KEYS}


def written(settings: Settings) -> dict[str, Any]:
    """Settings as their row's body: every value, so that a version says the same when a later program ships others."""
    parts = {part: {key.field: to_plain(value_of(settings, key.name)) for key in keys} for part, keys in PARTS.items()}
    return {"site": settings.site, **parts}


def as_columns(settings: Settings) -> dict[str, Any]:
    """What a site's row says of its settings, for devices of versions that look for them there."""
    return {column: to_plain(value_of(settings, name)) for column, name in COLUMNS.items()}


def from_columns(site: SiteId, body: Mapping[str, Any]) -> Settings:
    """The settings that a site's row, as an earlier version wrote it, says.

    Raises:
        PlainError: one of them is not what a setting may be.
    """
    parts = {part: {key.field: body[key.column] for key in keys if key.column in body} for part, keys in PARTS.items()}
    return from_plain(Settings, {"site": site, **parts})
