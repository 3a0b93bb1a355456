"""`scantrail sync` and `scantrail attention`, as a person uses them: a device that died, and the server's desk."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from scantrail.cli import main
from scantrail.device.identity import enrolment
from scantrail.device.identity.enrolment import Enrolled
from scantrail.device.sync_command import sync_now, sync_status
from scantrail.domain.people.worker import Role, Worker
from scantrail.server.records.master import put_workers
from tests.device.online import Line, cut, online_device, served_site
from tests.server.site import VERIFIER, ServedSite
from tests.support.worlds import promised

BOSS = Worker("ana", "Ana Lopez", "WKR-2001", "MAIN", (Role.SUPERVISOR,))


@pytest.fixture
def served(tmp_path: Path) -> ServedSite:
    return served_site(tmp_path)


@pytest.fixture
def store(tmp_path: Path, served: ServedSite) -> Path:
    """The folder of a device that picked a unit offline, put on another list meanwhile."""

    async def work() -> None:
        device = await online_device(tmp_path, served)
        await device.sync.now()
        device.line.fault = cut
        device.picks(promised(46))
        device.store.close()

    asyncio.run(work())
    served.change(promised(46, document="PL-2025-0092", order="SO-2025-1300"))
    with served.database.writing() as connection:
        put_workers(connection, [BOSS], {BOSS.id: VERIFIER})
    return tmp_path / "Scanner-05"


def run(*arguments: object) -> int:
    return main([str(each) for each in arguments])


def test_the_desk_records_where_the_goods_were_found(
    tmp_path: Path, store: Path, served: ServedSite, capsys: pytest.CaptureFixture[str]
) -> None:
    card, database = tmp_path / "card", ("--database-url", f"sqlite:///{tmp_path / 'server.db'}")
    card.mkdir()
    run("sync", "export", card, "--store", store)
    run("sync", "import", next(card.iterdir()), *database)
    capsys.readouterr()
    run("attention", "list", "--json", *database)
    (item,) = json.loads(capsys.readouterr().out)
    resolve = ("attention", "resolve", item["id"], "--by", "ana", "--reason", "Label was fine", *database)
    assert run(*resolve, "--status", "quarantine") == 2
    assert "--status and --unit need --found PLACE." in capsys.readouterr().err
    assert run(*resolve, "--found", "NOWHERE") == 1
    assert "MAIN has no place NOWHERE." in capsys.readouterr().err
    assert run(*resolve, "--found", "QC-01", "--status", "quarantine") == 0
    assert "CM500-2025-0046, Control Module CM-500; now Quarantine in QC-01 (MAIN)" in capsys.readouterr().out
    run("unit", "CM500-2025-0046", *database)
    assert "Corrected: found in QC-01 (MAIN), Quarantine; on record were A-15-03 (MAIN) and" in capsys.readouterr().out


def test_a_dead_devices_records_reach_the_desk_once_and_are_settled_there(
    tmp_path: Path, store: Path, served: ServedSite, capsys: pytest.CaptureFixture[str]
) -> None:
    card, database = tmp_path / "card", ("--database-url", f"sqlite:///{tmp_path / 'server.db'}")
    card.mkdir()
    assert run("sync", "export", card, "--store", store) == 0
    (file,) = card.iterdir()
    assert f"Records 1 to 4 are in {file}." in capsys.readouterr().out
    assert run("sync", "export", file, "--store", store) == 1
    assert "is there already" in capsys.readouterr().err
    assert run("sync", "import", file, *database) == 0
    first = capsys.readouterr().out
    assert "       3  applied\n       1  not applied" in first
    assert run("sync", "import", "--json", file, *database) == 0
    assert json.loads(capsys.readouterr().out)["outcomes"] == {"duplicate": 4}
    assert run("attention", "list", "--json", *database) == 0
    (item,) = json.loads(capsys.readouterr().out)
    assert f"{item['id']}  " in first
    assert run("attention", "show", item["id"], *database) == 0
    assert "Have Sarah Johnson put CM500-2025-0046 back in A-15-03." in capsys.readouterr().out
    resolve = ("attention", "resolve", item["id"], "--reason", "Put back", *database)
    assert run(*resolve, "--by", "sarah") == 1
    assert "Sarah Johnson may not settle this" in capsys.readouterr().err
    assert run(*resolve, "--by", "ana") == 0
    assert run(*resolve, "--by", "ana") == 0
    assert "was settled before, by Ana Lopez" in capsys.readouterr().out
    assert run("attention", "list", *database) == 0
    assert capsys.readouterr().out == "Nothing needs attention.\n"
    assert run("unit", "CM500-2025-0046", *database) == 0
    assert "Record 4 of Scanner-05 dealt with (Put back)  [Ana Lopez, server]" in capsys.readouterr().out


def test_a_tampered_file_is_refused_and_the_others_are_taken(
    tmp_path: Path, store: Path, served: ServedSite, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    run("sync", "export", good, "--store", store)
    content = bytearray(good.read_bytes())
    content[len(content) // 2] ^= 1
    bad.write_bytes(content)
    database = ("--database-url", f"sqlite:///{tmp_path / 'server.db'}")
    capsys.readouterr()
    assert run("sync", "import", bad, tmp_path / "none", good, *database) == 1
    told = capsys.readouterr()
    assert f"{bad}: This file is damaged or was altered" in told.err
    assert f"{tmp_path / 'none'} cannot be read" in told.err
    assert "Scanner-05 at MAIN: records 1 to 4" in told.out


def test_status_tells_what_waits_without_a_server_and_now_says_why_it_is_not_in_sync(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("sync", "status", "--json", "--store", store) == 0
    status = json.loads(capsys.readouterr().out)
    assert (status["device"], status["link"], status["waiting"]) == ("Scanner-05", "offline", 4)
    assert run("sync", "status", "--store", store) == 0
    assert "waiting    4 records, the oldest of 2025-01-28 04:00 UTC-05:00" in capsys.readouterr().out
    assert run("sync", "now", "--store", store) == 1
    assert "Not in sync: The server http://scantrail.test cannot be reached" in capsys.readouterr().err


def test_now_brings_a_device_in_step_and_status_says_when(store: Path, served: ServedSite) -> None:
    counts: list[int] = []

    async def exchange() -> None:
        state = await sync_now(store, lambda state: counts.append(state.waiting), Line(served))
        assert (state.link.value, state.waiting) == ("online", 0)
        status = await sync_status(store, Line(served))
        assert (status.link.value, status.waiting, status.attention) == ("online", 0, 1)
        assert status.last_exchange is not None
        assert status.server_epoch
        assert "exchanged  2" in status.lines()[3]

    asyncio.run(exchange())
    assert counts == [0]


def test_a_device_that_the_server_does_not_know_any_more_is_told_apart(tmp_path: Path, store: Path) -> None:
    stranger = served_site(tmp_path, "other.db")
    status = asyncio.run(sync_status(store, Line(stranger)))
    assert status.link.value == "not_enrolled"
    assert "does not know this device" in status.lines()[1]
    assert "Try first: scantrail sync now" in status.lines()[1]


def test_every_step_from_a_device_to_the_desk_answers_programs_with_one_document(
    tmp_path: Path, store: Path, served: ServedSite, capsys: pytest.CaptureFixture[str]
) -> None:
    database = ("--database-url", f"sqlite:///{tmp_path / 'server.db'}")

    def answer(*words: object, code: int = 0) -> Any:
        capsys.readouterr()
        assert run(*words, "--json") == code
        return json.loads(capsys.readouterr().out)

    offline = answer("sync", "now", "--store", store, code=1)
    assert (offline["link"], offline["waiting"], "cannot be reached" in offline["reason"]) == ("offline", 4, True)
    card = tmp_path / "card"
    written = {"file": str(card), "first_seq": 1, "last_seq": 4, "photos": 0}
    assert answer("sync", "export", card, "--store", store) == written
    run("sync", "import", card, *database)
    (item,) = answer("attention", "list", *database)
    settling = ("attention", "resolve", item["id"], "--by", "ana", "--reason", "Put back", *database)
    settled = answer(*settling)
    assert (settled["item"]["id"], settled["is_new"], settled["short"]) == (item["id"], True, [])
    assert answer(*settling)["is_new"] is False
    made = answer("device", "add", "Scanner-09", "--site", "MAIN", "--server", "http://scantrail.test", *database)
    assert (made["device"], made["site"], made["server_url"]) == ("Scanner-09", "MAIN", "http://scantrail.test")

    async def enrolling(*_: object) -> Enrolled:
        return Enrolled("Scanner-09", "MAIN")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(enrolment, "enrol", enrolling)
        enrolled = answer("enrol", "--server", made["server_url"], "--code", made["code"], "--store", tmp_path / "new")
    assert enrolled == {"device": "Scanner-09", "site": "MAIN", "server_url": "http://scantrail.test"}
