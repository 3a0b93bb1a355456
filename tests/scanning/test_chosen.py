"""A device uses the profiles in its folder, and else those that ship."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scantrail.cli import main
from scantrail.scanning.chosen import choose, scanners_of
from scantrail.scanning.profile_settings import Kind
from scantrail.scanning.profiles import load_profile
from scantrail.scanning.settings import ProfileUnusable


def test_where_nothing_was_chosen_the_shipped_profiles_are_used(tmp_path: Path) -> None:
    scanners = scanners_of(tmp_path)
    assert (scanners.keyboard.name, scanners.serial_port, scanners.camera.name) == ("generic", None, "camera")
    assert not scanners.chosen


def test_a_scanner_on_a_serial_port_leaves_the_keyboard_as_it_ships(tmp_path: Path) -> None:
    choose(tmp_path, load_profile("honeywell"))
    choose(tmp_path, load_profile("serial-port"))
    scanners = scanners_of(tmp_path)
    assert (scanners.keyboard.name, scanners.serial_port) == ("generic", load_profile("serial-port"))
    assert scanners.chosen == {Kind.SERIAL_PORT}


def test_the_camera_is_chosen_beside_the_scanner(tmp_path: Path) -> None:
    choose(tmp_path, load_profile("camera"))
    choose(tmp_path, load_profile("honeywell"))
    assert scanners_of(tmp_path).chosen == {Kind.CAMERA, Kind.WEDGE}
    assert {path.name for path in tmp_path.iterdir()} == {"scanner.toml", "camera.toml"}


def test_a_wrong_profile_in_the_folder_is_told_with_its_file_and_never_passed_over(tmp_path: Path) -> None:
    (tmp_path / "scanner.toml").write_text("name = 5")
    with pytest.raises(ProfileUnusable, match=r"scanner\.toml: kind is missing"):
        scanners_of(tmp_path)
    choose(tmp_path, load_profile("camera")).rename(tmp_path / "scanner.toml")
    with pytest.raises(ProfileUnusable, match="its kind is camera, which this file cannot hold"):
        scanners_of(tmp_path)


def test_scanner_use_takes_a_shipped_profile_or_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine.toml"
    assert main(["scanner", "show", "datalogic"]) == 0
    mine.write_text(capsys.readouterr().out.replace('name = "datalogic"', 'name = "gate-3"'))
    for given, name in (("honeywell", "honeywell"), (str(mine), "gate-3")):
        assert main(["scanner", "use", given, "--store", str(tmp_path / "store")]) == 0
        assert scanners_of(tmp_path / "store").keyboard.name == name


def test_scanner_use_changes_nothing_where_a_profile_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    choose(tmp_path, load_profile("honeywell"))
    (tmp_path / "wrong.toml").write_text('kind = "keyboard wedge"')
    assert main(["scanner", "use", str(tmp_path / "wrong.toml"), "--store", str(tmp_path)]) == 1
    assert "name is missing" in capsys.readouterr().err
    assert scanners_of(tmp_path).keyboard.name == "honeywell"


def test_scanner_check_says_what_is_wrong_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, wrong, absent = tmp_path / "good.toml", tmp_path / "wrong.toml", tmp_path / "absent.toml"
    good.write_text(load_profile().to_toml())
    wrong.write_text(load_profile().to_toml().replace("aim = true", 'aim = "\x1b[2J"'.replace("\x1b", "\\u001b")))
    assert main(["scanner", "check", str(good)]) == 0
    assert main(["scanner", "check", str(good), str(wrong), str(absent)]) == 1
    said = capsys.readouterr()
    assert "generic is a good profile" in said.out
    assert r"aim is '\x1b[2J'. Expected true or false." in said.err
    assert "absent.toml cannot be read" in said.err


def test_scanner_list_and_show_speak_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scanner", "list", "--json"]) == 0
    assert {each["name"] for each in json.loads(capsys.readouterr().out)} >= {"generic", "camera", "serial-port"}
    assert main(["scanner", "show", "camera", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == load_profile("camera").to_plain()
    assert main(["scanner", "show", "acme"]) == 1
