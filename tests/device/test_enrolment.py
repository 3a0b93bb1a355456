"""How a device becomes known, and what it keeps of that."""

import stat
from pathlib import Path

import httpx2
import pytest

from scantrail.device.identity.enrolment import EnrolmentFailed, enrol
from scantrail.device.identity.keys import FILE, DeviceKeys, KeysUnusable
from scantrail.device.store import DeviceStore, StoreMissing
from tests.device.online import URL, Line, Streamed, cut, online_device, served_site
from tests.server.site import ServedSite


@pytest.fixture
def served(tmp_path: Path) -> ServedSite:
    return served_site(tmp_path)


async def test_a_code_makes_this_device_known(tmp_path: Path, served: ServedSite) -> None:
    code = served.enrolment_code("Scanner-05")
    enrolled = await enrol(tmp_path / "device", URL, f" {code}\n", transport=Line(served))
    assert (enrolled.device, enrolled.site) == ("Scanner-05", "MAIN")
    with DeviceStore.open(tmp_path / "device") as store:
        assert (store.device, store.site, store.identity.server_url) == ("Scanner-05", "MAIN", URL)
        assert len(store.identity.epoch) == 16
        assert not store.ready


async def test_two_stores_of_one_device_never_have_the_same_epoch(tmp_path: Path, served: ServedSite) -> None:
    first = await online_device(tmp_path, served)
    again = await online_device(tmp_path / "again", served)
    assert first.store.identity.epoch != again.store.identity.epoch


async def test_a_wrong_code_is_refused_with_the_servers_reason_and_leaves_nothing(
    tmp_path: Path, served: ServedSite
) -> None:
    with pytest.raises(EnrolmentFailed) as failed:
        await enrol(tmp_path / "device", URL, "no-such-code", transport=Line(served))
    assert str(failed.value)
    assert not (tmp_path / "device").exists()


async def test_without_network_nothing_is_made(tmp_path: Path, served: ServedSite) -> None:
    line = Line(served)
    line.fault = cut
    with pytest.raises(EnrolmentFailed, match="cannot be reached"):
        await enrol(tmp_path / "device", URL, served.enrolment_code("Scanner-05"), transport=line)
    with pytest.raises(StoreMissing):
        DeviceStore.open(tmp_path / "device")


@pytest.mark.parametrize("address", ["scantrail.example", "ftp://x", ""])
async def test_what_is_no_address_is_named(tmp_path: Path, address: str) -> None:
    with pytest.raises(EnrolmentFailed, match="expected http"):
        await enrol(tmp_path / "device", address, "code")


@pytest.mark.parametrize("address", ["http://", "http://[", "http://a b/", "http://127.0.0.1:1", "https://127.0.0.1:1"])
async def test_an_address_where_nobody_answers_is_a_sentence(tmp_path: Path, address: str) -> None:
    with pytest.raises(EnrolmentFailed, match="cannot be reached") as failed:
        await enrol(tmp_path / "device", address, "code")
    assert "attempts failed" not in str(failed.value), "words for a person, not those of a library"
    assert "Work goes on" not in str(failed.value), "on a device that is not enrolled no work goes on"


async def test_an_enrolled_folder_keeps_its_records_and_the_code_is_not_spent(
    tmp_path: Path, served: ServedSite
) -> None:
    device = await online_device(tmp_path, served)
    device.hand.does(note="kept")
    device.store.close()
    code = served.enrolment_code("Scanner-06")
    line = Line(served)
    with pytest.raises(EnrolmentFailed, match="enrolled here already"):
        await enrol(tmp_path / "Scanner-05", URL, code, transport=line)
    assert line.asked == []
    with DeviceStore.open(tmp_path / "Scanner-05") as store:
        assert store.count_pending() == 1


async def test_the_keys_are_for_their_owner_alone(tmp_path: Path, served: ServedSite) -> None:
    device = await online_device(tmp_path, served)
    folder = tmp_path / "Scanner-05"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {each.name: oct(stat.S_IMODE(each.stat().st_mode)) for each in folder.iterdir()} == {
        each.name: "0o600" for each in folder.iterdir()
    }
    device.store.close()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o660])
async def test_keys_that_others_can_read_are_not_used(tmp_path: Path, served: ServedSite, mode: int) -> None:
    (await online_device(tmp_path, served)).store.close()
    (tmp_path / "Scanner-05" / FILE).chmod(mode)
    with pytest.raises(KeysUnusable, match="chmod 600"):
        DeviceKeys.load(tmp_path / "Scanner-05")


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"private_key": "zz", "token": "t"}', '{"private_key": "00"}', "null"]
)
def test_damaged_keys_say_so(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    (tmp_path / FILE).chmod(0o600)
    with pytest.raises(KeysUnusable, match="Enrol it again"):
        DeviceKeys.load(tmp_path)


def test_missing_keys_say_so(tmp_path: Path) -> None:
    with pytest.raises(KeysUnusable, match="Enrol it again"):
        DeviceKeys.load(tmp_path)


async def test_the_keys_are_the_same_when_loaded_again_and_never_shown(tmp_path: Path, served: ServedSite) -> None:
    (await online_device(tmp_path, served)).store.close()
    first, again = (DeviceKeys.load(tmp_path / "Scanner-05") for _ in range(2))
    assert first.sign(b"x") == again.sign(b"x")
    assert first.token == again.token
    assert first.token not in repr(first)


async def test_a_web_page_instead_of_the_server_is_a_sentence(tmp_path: Path) -> None:
    page = httpx2.MockTransport(
        lambda _request: httpx2.Response(200, stream=Streamed(b"<html>Welcome to the hotel</html>"))
    )
    with pytest.raises(EnrolmentFailed, match="sign-in page"):
        await enrol(tmp_path / "device", URL, "code", transport=page)
