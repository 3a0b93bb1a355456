"""A site's settings: from TOML files and from files of sites, strictly read, and written as they can be read again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.cli import main
from scantrail.domain.settings import KEYS, Settings, with_values
from scantrail.domain.settings.picking import PickCondition
from scantrail.interchange.settings import apply_settings, standing
from scantrail.interchange.settings_file import Problem, read_settings, settings_text
from scantrail.server.records.master import all_settings
from scantrail.words import OperatorError
from tests.interchange.desk import BASICS, NOW, Desk, done

LINES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=9)
REASONS = st.lists(LINES, min_size=1, max_size=9, unique=True).map(tuple)
VALUES = st.fixed_dictionaries(
    {
        "typed_serials": st.booleans(),
        "pick.condition": st.sampled_from(PickCondition),
        "reasons.short": REASONS,
        "checks.pick": REASONS | st.just(()),
        "reasons.check": REASONS,
        "reasons.damage": REASONS,
        "reasons.label": REASONS,
        "waiting.hours": st.integers(1, 8784),
    }
)


def problems_of(text: str) -> list[str]:
    _settings, found = read_settings("main.toml", text.encode())
    return [str(each) for each in found]


@given(VALUES)
def test_what_is_exported_is_read_back_as_it_was(values: dict[str, Any]) -> None:
    settings = with_values(Settings("MAIN"), values)
    assert set(values) == set(KEYS)
    assert read_settings("x.toml", settings_text(settings, 7).encode(), "MAIN") == (settings, ())


def test_what_a_file_does_not_say_is_as_shipped() -> None:
    settings, problems = read_settings("main.toml", b'[pick]\ncondition = "each"\n', "MAIN")
    assert (settings, problems) == (with_values(Settings("MAIN"), {"pick.condition": PickCondition.EACH}), ())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("typed_serial = true", "main.toml: typed_serial is no setting; did you mean typed_serials?"),
        ("[pick]\ncondition = 'now'", 'main.toml: pick.condition is "now"; expected one of next, each, exception'),
        ("typed_serials = 'yes'", 'main.toml: typed_serials is "yes"; expected true or false'),
        ("pick = 'each'", 'main.toml: pick is "each"; expected a table of settings, [pick]'),
        ("[waiting]\nhours = 0", "main.toml: waiting.hours is 0; expected a whole number from 1 to 8784"),
        ("[reasons]\nshort = []", "main.toml: reasons.short is []; expected a list of 1 to 9 different lines of text"),
        ("[reasons]\nlabel = ['a', 'a']", 'main.toml: reasons.label is ["a", "a"]; expected a list of 1 to 9'),
        ('[reasons]\ndamage = ["a\\u0007"]', "main.toml: reasons.damage is "),
        ("[checks]\npick = 'x'", 'main.toml: checks.pick is "x"; expected a list of at most 9'),
        ("[zzz]\nx = 1", "main.toml: zzz is no setting; expected one of: typed_serials, pick.condition, "),
        ("typed_serials = ", "main.toml: this is not TOML: "),
    ],
)
def test_what_is_wrong_is_told_with_file_key_value_and_what_may_be(text: str, told: str) -> None:
    (problem,) = problems_of(text)
    assert problem.startswith(told)


def test_all_that_is_wrong_is_told_at_once_and_bytes_that_are_no_text_as_such() -> None:
    assert len(problems_of("typed_serials = 1\n[waiting]\nhours = 'x'\nminutes = 3")) == 3
    (problem,) = read_settings("main.toml", b"\xff")[1]
    assert isinstance(problem, Problem)
    assert "this is not TOML" in str(problem)


def test_a_file_is_applied_whole_as_a_new_version_or_not_at_all(either_desk: Desk) -> None:
    desk = either_desk
    desk.with_basics()
    before = standing(desk.database, "MAIN")
    wrong = apply_settings(desk.database, "MAIN", "s.toml", b"typed_serials = true\n[waiting]\nhours = 0", NOW)
    trial = apply_settings(desk.database, "MAIN", "s.toml", b"typed_serials = true", NOW, is_trial=True)
    assert (len(wrong.problems), standing(desk.database, "MAIN")) == (1, before)
    applied = apply_settings(desk.database, "MAIN", "s.toml", b"typed_serials = true", NOW)
    assert [str(each) for each in applied.differences] == ["settings MAIN, typed_serials: false → true"]
    assert trial.differences == applied.differences
    after = standing(desk.database, "MAIN")
    assert after.version == applied.version > before.version
    assert after.settings.scans.typed_serials
    traces = desk.traces()
    assert apply_settings(desk.database, "MAIN", "s.toml", b"typed_serials = true", NOW).version == after.version
    assert desk.traces() == traces, "what holds already is no new version"


def test_a_site_that_is_not_on_record_is_named_with_those_that_are(desk: Desk) -> None:
    desk.with_basics()
    with pytest.raises(OperatorError, match=r"Site WEST is not on record\. Sites: "):
        apply_settings(desk.database, "WEST", "s.toml", b"", NOW)


def test_a_file_of_sites_changes_the_settings_that_it_says_and_no_others(desk: Desk) -> None:
    main = BASICS["sites"][0]
    said = {"typed_serials": True, "short_reasons": ["gone"], "pick_condition": "each", "waiting_hours": "2"}
    desk.with_basics()
    outcome = done(desk.bring(sites=[{**main, **said}]))
    assert [str(each) for each in outcome.differences] == [
        "settings MAIN, typed_serials: false → true",
        'settings MAIN, pick.condition: "next" → "each"',
        'settings MAIN, reasons.short: ["not found", "too few in bin", "blocked"] → ["gone"]',
        "settings MAIN, waiting.hours: 24 → 2",
    ]
    assert [(count.changed, count.unchanged) for count in (outcome.counts or {}).values()] == [(1, 0)]
    version = standing(desk.database, "MAIN").version
    renamed = done(desk.bring(sites=[{**main, "name": "Main"}]))
    assert [each.field for each in renamed.differences] == ["name"]
    with desk.reading() as connection:
        settings = all_settings(connection)["MAIN"]
    assert (settings.scans.typed_serials, settings.picking.short_reasons) == (True, ("gone",))
    assert standing(desk.database, "MAIN").version == version, "a site with another name wants the same"


def test_commands_check_apply_show_and_export(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk.with_basics()
    where = ["--site", "MAIN", "--database-url", desk.database.engine.url.render_as_string(hide_password=False)]
    file = tmp_path / "main.toml"
    assert main(["settings", "export", *where]) == 0
    file.write_text(capsys.readouterr().out.replace("typed_serials = false", "typed_serials = true"))
    assert main(["settings", "check", str(file)]) == 0
    assert capsys.readouterr().out == f"{file} can be applied.\n"
    assert main(["settings", "apply", str(file), *where, "--dry-run"]) == 0
    assert "nothing was written" in capsys.readouterr().out
    assert main(["settings", "apply", str(file), *where]) == 0
    assert "The settings of MAIN are version" in capsys.readouterr().out
    assert main(["settings", "show", *where, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["site"], shown["settings"]["typed_serials"]) == ("MAIN", True)
    assert main(["settings", "show", *where]) == 0
    assert "typed_serials = true   (shipped: false)" in capsys.readouterr().out
    file.write_text("typed_serials = 3")
    assert main(["settings", "check", str(file), "--json"]) == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert (problem["key"], problem["value"], problem["expected"]) == ("typed_serials", "3", "true or false")
    assert main(["settings", "apply", str(file), *where]) == 1
    assert "Nothing was changed. Problems: 1" in capsys.readouterr().err
    assert main(["settings", "check", str(tmp_path / "none.toml")]) == 1
    assert "none.toml cannot be read: " in capsys.readouterr().err
