"""`scantrail doctor`: what is there, what is missing, and what to do about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scantrail.device import doctor
from scantrail.device.doctor import Finding, State, examine
from scantrail.device.identity.keys import DeviceKeys
from scantrail.device.store import DeviceStore
from scantrail.domain.facts.sessions import WorkerSignedIn
from scantrail.domain.moments import zoned_moment
from scantrail.domain.names.numbers import SsccSeries
from scantrail.protocol.messages import NumbersAnswer
from scantrail.scanning.chosen import choose
from scantrail.scanning.profiles import load_profile
from tests.support.devices import SERVER_EPOCH, Hand, new_store
from tests.support.photos import jpeg
from tests.support.worlds import SITE


async def found(folder: Path) -> dict[str, Finding]:
    return {finding.name: finding for finding in await examine(folder)}


async def test_a_device_that_is_not_enrolled_is_told_how(tmp_path: Path) -> None:
    records = (await found(tmp_path))["records"]
    assert records.state is State.NOTE
    assert "scantrail enrol" in records.line()


async def test_every_part_is_named(tmp_path: Path) -> None:
    names = {"version", "Python", "SQLite", "zbar", "zxing", "camera", "terminal", "colours", "profile", "records"}
    assert names <= set(await found(tmp_path))


async def test_the_scanner_profile_is_named_with_why_it_is_used(tmp_path: Path) -> None:
    assert "generic (keyboard wedge), since none was chosen" in (await found(tmp_path))["profile"].line()
    choose(tmp_path, load_profile("serial-port"))
    findings = await found(tmp_path)
    assert "serial-port (serial port), chosen for this device" in findings["profile"].line()
    assert "is not plugged in" in findings["port"].line()
    (tmp_path / "scanner.toml").write_text("kind = 5")
    profile = (await found(tmp_path))["profile"]
    assert profile.is_problem
    assert "scanner.toml: kind is 5" in profile.line()
    assert "scantrail scanner use generic" in profile.line()


async def test_records_that_wait_and_a_server_that_is_away_are_said(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        Hand(store).does(WorkerSignedIn("sarah", offline=True))
    findings = await found(tmp_path)
    assert "1 records wait" in findings["journal"].line()
    assert findings["server"].state is State.NOTE
    assert findings["keys"].is_problem, "this store has no keys"


async def test_a_time_zone_that_is_not_known_here_is_said_and_stops_nothing(tmp_path: Path) -> None:
    with new_store(tmp_path / "known"):
        pass
    assert "time zone" not in await found(tmp_path / "known")
    with new_store(tmp_path, replace(SITE, time_zone="Mars/Olympus")):
        pass
    zone = (await found(tmp_path))["time zone"]
    assert zone.state is State.NOTE
    assert "Mars/Olympus is not known here: times are shown in UTC" in zone.line()


async def test_carton_numbers_are_said_where_the_site_has_them_and_what_to_do_when_there_are_none(
    tmp_path: Path,
) -> None:
    series = SsccSeries(0, "9521234")
    with new_store(tmp_path / "plain"):
        pass
    assert "numbers" not in await found(tmp_path / "plain")
    with new_store(tmp_path, replace(SITE, company_prefix=series.company_prefix)):
        pass
    none = (await found(tmp_path))["numbers"]
    assert none.state is State.NOTE
    assert "0 carton numbers left" in none.line()
    assert "scantrail sync now" in none.line()
    with DeviceStore.open(tmp_path) as store:
        store.numbers.put(series, NumbersAnswer(1, 40, 1, "r"), SERVER_EPOCH)
    assert (await found(tmp_path))["numbers"].state is State.GOOD
    with DeviceStore.open(tmp_path) as store:
        store.numbers.note_refusal(series, "Ask the office.")
    refused = (await found(tmp_path))["numbers"]
    assert refused.state is State.NOTE
    assert "40 carton numbers left. Ask the office." in refused.line()
    assert "sync now" not in refused.line()


async def test_photos_that_wait_are_said(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        Hand(store).does(photos=(store.photos.keep(jpeg(), "damage-1"),))
    assert "1 photos wait" in (await found(tmp_path))["photos"].line()


async def test_keys_that_others_can_read_are_a_problem(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    new_store(tmp_path).close()
    DeviceKeys(Ed25519PrivateKey.generate(), "token").save(tmp_path)
    assert "keys" not in await found(tmp_path)
    (tmp_path / "keys.json").chmod(0o644)
    assert "chmod 600" in (await found(tmp_path))["keys"].line()


async def test_until_when_the_token_is_good_is_said_and_what_brings_a_new_one(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    new_store(tmp_path).close()
    keys, now = DeviceKeys(Ed25519PrivateKey.generate(), "token"), datetime.now(UTC)
    for until, state in ((now + timedelta(days=9), State.GOOD), (now - timedelta(days=9), State.NOTE)):
        replace(keys, until=until).save(tmp_path)
        found_now = (await found(tmp_path))["token"]
        assert found_now.state is state
        assert zoned_moment(until, SITE.time_zone) in found_now.line()
        assert ("scantrail sync now" in found_now.line()) is (state is State.NOTE)
    keys.save(tmp_path)
    unknown = (await found(tmp_path))["token"]
    assert unknown.state is State.NOTE
    assert "has not said until when" in unknown.line()


async def test_a_store_in_use_is_a_problem(tmp_path: Path) -> None:
    with new_store(tmp_path):
        assert (await found(tmp_path))["records"].is_problem


async def test_a_missing_library_degrades_the_camera_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.util.find_library", lambda _name: None)
    findings = await found(tmp_path)
    assert findings["zbar"].state is State.NOTE
    assert "apt install libzbar0" in findings["zbar"].line()


async def test_missing_packages_name_the_part_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_installed", lambda _distribution: "")
    findings = await found(tmp_path)
    for name in ("zbar", "zxing", "camera"):
        assert "scantrail[camera]" in findings[name].line()


async def test_no_color_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "NO_COLOR" in (await found(tmp_path))["colours"].line()


async def test_a_dumb_terminal_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "dumb")
    assert (await found(tmp_path))["colours"].is_problem
