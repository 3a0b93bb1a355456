"""Scanner profiles are checked when they are read."""

from __future__ import annotations

from pathlib import Path

import pytest

import scantrail
from scantrail.scanning.profiles import Profile, ProfileUnusable, load_profile

GENERIC = (Path(scantrail.__file__).parents[2] / "scanner_profiles" / "generic.toml").read_text()


def test_the_generic_profile_ships() -> None:
    assert load_profile().name == "generic"


def test_a_profile_that_does_not_ship_is_named() -> None:
    with pytest.raises(ProfileUnusable, match="no scanner profile acme"):
        load_profile("acme")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("min_length = 3", "min_length is missing"),
        ("name = 'again'\n[more]", "more is no setting"),
        ("quiet_ms = 0", r"quiet_ms is 0\. Expected a whole number from 1 to 10000"),
        ("quiet_ms = true", "quiet_ms is True"),
        ("ends = 'enter'", "ends is 'enter'. Expected a list of texts"),
        ("name = 5", "name is 5. Expected a name"),
        ("= =", "is not TOML"),
    ],
)
def test_a_wrong_profile_is_refused_with_what_was_expected(line: str, sentence: str) -> None:
    name = line.partition(" ")[0]
    kept = [each for each in GENERIC.splitlines() if not each.startswith(f"{name} ")]
    text = "\n".join([*kept] if "missing" in sentence else [*kept, line])
    with pytest.raises(ProfileUnusable, match=sentence):
        Profile.parse(text, "test.toml")
