"""Which scanners a device has: profiles in its folder, chosen by its people, or else those that ship."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from scantrail.scanning.profile_settings import Kind
from scantrail.scanning.profiles import CAMERA, GENERIC, Profile, load_profile
from scantrail.scanning.settings import ProfileUnusable
from scantrail.words import M

SCANNER_FILE, CAMERA_FILE = "scanner.toml", "camera.toml"
"""Where a device keeps the profiles it was told to use: one for its scanner, one for its camera."""


@dataclass(frozen=True, slots=True)
class Scanners:
    """The profiles of a device."""

    folder: Path
    """Where the device keeps those that were chosen."""
    keyboard: Profile
    """For what is typed; `generic` beside a scanner on a serial port."""
    serial_port: Profile | None
    camera: Profile
    chosen: frozenset[Kind]
    """The kinds that somebody chose; the others are as they ship."""


def scanners_of(folder: Path) -> Scanners:
    """The scanners of the device whose records are in a folder.

    Raises:
        ProfileUnusable: a profile that was chosen is wrong or cannot be read.
    """
    scanner, camera = _kept(folder / SCANNER_FILE), _kept(folder / CAMERA_FILE)
    on_port = scanner if scanner is not None and scanner.kind is Kind.SERIAL_PORT else None
    return Scanners(
        folder=folder,
        keyboard=scanner if scanner is not None and on_port is None else load_profile(GENERIC),
        serial_port=on_port,
        camera=camera or load_profile(CAMERA),
        chosen=frozenset(each.kind for each in (scanner, camera) if each is not None),
    )


def choose(folder: Path, profile: Profile) -> Path:
    """Let a device use a profile from its next start on, in place of the one before; gives the file it is kept in."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / (CAMERA_FILE if profile.kind is Kind.CAMERA else SCANNER_FILE)
    draft = path.with_suffix(".new")
    with draft.open("w", encoding="utf-8") as file:
        file.write(profile.to_toml())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return path


def profile_in(path: Path) -> Profile:
    """The profile in a file.

    Raises:
        ProfileUnusable: the file cannot be read, or the profile is wrong.
    """
    try:
        content = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise ProfileUnusable(M("Scanner profile {source} cannot be read ({why}).", source=path, why=why)) from error
    return Profile.parse(content, str(path))


def named(name: str) -> Profile:
    """The profile that ships under a name, or the one in a file; what has a slash or ends in .toml is a file.

    Raises:
        ProfileUnusable: there is no such profile or file, or it is wrong.
    """
    return profile_in(Path(name)) if "/" in name or name.endswith(".toml") else load_profile(name)


def _kept(path: Path) -> Profile | None:
    try:
        if not path.exists():
            return None
    except OSError as error:
        why = error.strerror or str(error)
        raise ProfileUnusable(M("Scanner profile {source} cannot be read ({why}).", source=path, why=why)) from error
    profile = profile_in(path)
    if (profile.kind is Kind.CAMERA) is not (path.name == CAMERA_FILE):
        raise ProfileUnusable(
            M(
                "Scanner profile {source}: its kind is {kind}, which this file cannot hold. "
                "Let the right one be written: scantrail scanner use NAME.",
                source=path,
                kind=profile.kind.value,
            )
        )
    return profile
