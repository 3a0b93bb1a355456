"""`scantrail labels`: what it prints, what it says, and how it ends."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import pytest
import zxingcpp

from scantrail.cli import main
from scantrail.device.store import DeviceStore
from scantrail.domain.names.numbers import SsccSeries
from scantrail.domain.scans.reading import COMMAND_PREFIX, Command
from scantrail.protocol.messages import NumbersAnswer
from scantrail.server.migrations import ready
from scantrail.server.records.master import put_places, put_sites, put_workers
from tests.printing.printed import found_on, pages, words_on
from tests.support.devices import SERVER_EPOCH, new_store
from tests.support.worlds import CLERK, MIKE, PLACES, SARAH, SITE

CARTONS = SsccSeries(0, "9521234")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('server')}/server.db"
    gone = replace(CLERK, active=False)
    server = ready(url, create=True)
    with server.writing() as connection:
        put_sites(connection, [SITE, replace(SITE, id="EMPTY", name="Empty")])
        put_places(connection, PLACES)
        put_workers(connection, [SARAH, MIKE, gone], {each.id: "-" for each in (SARAH, MIKE, gone)})
    server.close()
    return url


def read(file: Path) -> list[str]:
    return [text for page in pages(file.read_bytes()) for text in found_on(page)]


def test_commands_are_printed_with_their_keys_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "commands.pdf"
    assert main(["labels", "commands", "--pdf", str(file)]) == 0
    assert sorted(read(file)) == sorted(COMMAND_PREFIX + each.value for each in Command)
    assert len(pages(file.read_bytes())) == 1, "a sheet to carry"
    assert "key F5, or 5 and Enter" in words_on(file.read_bytes())
    assert f"Labels: {len(Command)}, pages: 1," in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["A-15-03", "A-15-04", "B-02-01", "CART-05", "CART-06", "DOCK-01", "QC-01"]),
        (["--from", "A-15-04", "--to", "b-99"], ["A-15-04", "B-02-01"]),
        (["QC-01", "A-15-03"], ["A-15-03", "QC-01"]),
    ],
)
def test_bins_of_a_site_are_chosen_by_code(
    database: str, tmp_path: Path, arguments: list[str], expected: list[str]
) -> None:
    file = tmp_path / "bins.pdf"
    base = ["labels", "bins", *arguments, "--site", "MAIN", "--database-url", database]
    assert main([*base, "--pdf", str(file), "--size", "letter"]) == 0
    assert sorted(read(file)) == expected


def test_codes_come_from_the_standard_input_without_any_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("A-1\r\n\nA-2\nA-1\n"))
    file = tmp_path / "bins.pdf"
    assert main(["labels", "bins", "-", "--pdf", str(file)]) == 0
    assert sorted(read(file)) == ["A-1", "A-2"]


def test_badges_are_of_those_who_work_at_the_site(database: str, tmp_path: Path) -> None:
    file = tmp_path / "badges.pdf"
    assert main(["labels", "badges", "--site", "MAIN", "--database-url", database, "--pdf", str(file)]) == 0
    assert sorted(read(file)) == ["WKR-1001", "WKR-1002"]
    words = words_on(file.read_bytes())
    assert ("Mike Chen" in words, "WKR" in words) == (True, False)
    one = ["labels", "badges", "--site", "MAIN", "--worker", "mike", "--database-url", database, "--pdf", str(file)]
    assert (main(one), read(file)) == (0, ["WKR-1002"])


@pytest.fixture
def numbering(tmp_path: Path) -> Path:
    """The folder of a device with 40 carton numbers."""
    folder = tmp_path / "device"
    with new_store(folder, replace(SITE, company_prefix=CARTONS.company_prefix)) as store:
        store.numbers.put(CARTONS, NumbersAnswer(1, 40, 7, "receipt"), SERVER_EPOCH)
    return folder


def cartons(folder: Path, count: int | str, *more: object) -> int:
    arguments = ["labels", "cartons", "--count", count, "--store", folder, *more]
    return main([str(each) for each in arguments])


@pytest.mark.parametrize("size", ["a4", "letter", "100x75", "100x50", "105x148"])
def test_cartons_are_numbered_on_each_run_and_read_back_as_gs1(
    numbering: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], size: str
) -> None:
    file = tmp_path / "cartons.pdf"
    for first in (7, 12):
        assert cartons(numbering, 5, "--pdf", file, "--size", size) == 0
        expected = [CARTONS.number(first + at) for at in range(5)]
        assert read(file) == [f"00{sscc}" for sscc in expected]
        assert all(f"(00){sscc}" in words_on(file.read_bytes()) for sscc in expected)
    page = pages(file.read_bytes())[0]
    assert {each.symbology_identifier for each in zxingcpp.read_barcodes(page)} == {"]C1"}
    cv2.imwrite(str(tmp_path / "page.png"), page)
    capsys.readouterr()
    assert main(["decode", str(tmp_path / "page.png")]) == 0
    assert f"accepted: 00{expected[0]} " in capsys.readouterr().out


def test_carton_labels_for_a_label_printer_hold_pairs_of_digits(
    numbering: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert cartons(numbering, 1, "--zpl", "-") == 0
    told = capsysbinary.readouterr().out.decode()
    assert f"^FD>_3B>8{'00' + CARTONS.number(7)}^FS" in told
    assert f"_2800_29{CARTONS.number(7)}" in told
    assert "^PW800^LL600" in told


def test_more_cartons_than_numbers_print_nothing_and_take_none(
    numbering: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cartons.pdf"
    assert cartons(numbering, 41, "--pdf", file) == 1
    assert "Only 40 SSCC numbers are left on this device, 41 are wanted" in capsys.readouterr().err
    assert cartons(numbering, 1, "--pdf", file, "--size", "40x30") == 1
    assert "expected a larger label" in capsys.readouterr().err
    assert not file.exists()
    assert cartons(numbering, 40, "--pdf", file) == 0
    assert cartons(numbering, 1, "--pdf", file) == 1
    assert "No SSCC numbers left on this device. Connect to the network, then try again." in capsys.readouterr().err


def test_a_device_that_cannot_number_cartons_says_what_to_do(
    tmp_path: Path, numbering: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain, empty = tmp_path / "plain", tmp_path / "empty"
    new_store(plain).close()
    for folder, said in ((plain, "set its company_prefix"), (empty, "not enrolled yet")):
        assert cartons(folder, 1, "--zpl", "-") == 1
        assert said in capsys.readouterr().err
    with DeviceStore.open(numbering):
        assert cartons(numbering, 1, "--zpl", "-") == 1
    assert "Close it, then print." in capsys.readouterr().err
    assert cartons(numbering, "0", "--zpl", "-") == 2
    assert "expected a number from 1 to" in capsys.readouterr().err


def test_a_file_on_the_standard_output_is_nothing_but_the_file(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["labels", "calibration", "--pdf", "-"]) == 0
    said = capsysbinary.readouterr()
    assert said.out.startswith(b"%PDF")
    assert b"the standard output" in said.err
    assert main(["labels", "calibration", "--zpl", "-", "--dpi", "300"]) == 0
    assert capsysbinary.readouterr().out.startswith(b"^XA\n^CI28\n^PW1200^LL600")


def test_a_file_that_was_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.zpl"
    file.write_text("precious")
    assert main(["labels", "bins", "A-1", "--zpl", str(file)]) == 0
    assert "a.zpl was there already and is written anew" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["bins", "A-1", "--pdf", "{folder}/none/x.pdf"], 1, "cannot be written: No such file"),
        (["bins", "A-1", "--pdf", "{folder}"], 1, "cannot be written: Is a directory"),
        (["bins", "--pdf", "{folder}/x.pdf"], 1, "nothing to print"),
        (["bins", "A-1", "A\x1b2", "--pdf", "{folder}/x.pdf"], 1, "'A\\x1b2' cannot be printed"),
        (["bins", "A-1", "--from", "A", "--pdf", "{folder}/x.pdf"], 1, "Name the site"),
        (["bins", "--site", "NOWHERE", "--pdf", "{folder}/x.pdf"], 1, "Site NOWHERE is not on record. Sites: "),
        (["bins", "--site", "EMPTY", "--pdf", "{folder}/x.pdf"], 1, "nothing to print"),
        (["bins", "Z-9", "--site", "MAIN", "--pdf", "{folder}/x.pdf"], 1, "Not on record at MAIN: 'Z-9'"),
        (["badges", "--site", "MAIN", "--worker", "eve", "--pdf", "{folder}/x.pdf"], 1, "'eve'"),
        (["commands", "--pdf", "{folder}/x.pdf", "--size", "a3"], 2, "Expected --size a4, letter"),
        (["commands", "--zpl", "{folder}/x.zpl", "--size", "a4"], 2, "single labels"),
        (["commands", "--zpl", "{folder}/x.zpl", "--size", "30x30"], 1, "'Confirm' cannot be printed"),
    ],
)
def test_what_cannot_be_printed_is_said_and_writes_nothing(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    given = [each.format(folder=tmp_path) for each in arguments]
    served = ["--database-url", database] if given[0] in ("bins", "badges") else []
    assert main(["labels", *given, *served]) == code
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_without_the_library_the_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "reportlab", None)
    monkeypatch.delitem(sys.modules, "scantrail.printing.pdf", raising=False)
    for name in [each for each in sys.modules if each.startswith("reportlab.")]:
        monkeypatch.delitem(sys.modules, name)
    assert main(["labels", "commands", "--pdf", str(tmp_path / "x.pdf")]) == 1
    assert "pip install 'scantrail[labels]'" in capsys.readouterr().err
