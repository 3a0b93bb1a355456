"""`scantrail import`: what a person and what a program reads, and the exit code."""

import json
from pathlib import Path

import pytest

from scantrail.interchange.command import MOST_SHOWN, _Progress, print_template, run_import
from scantrail.words import M, OperatorError
from tests.interchange.desk import BASICS, DEMO


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'database.sqlite'}"


def test_it_says_what_was_imported(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_import([DEMO / "products.csv"], url) == 0
    assert capsys.readouterr().out == "products.csv, products: 5 added, 0 changed, 0 unchanged\n"


def test_it_says_what_has_changed(tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "products.csv"
    for name in ("Old", "New"):
        path.write_text(f"sku,name\nA,{name}\n")
        assert run_import([path], url) == 0
    assert "products A, name: Old → New\n" in capsys.readouterr().out


def test_it_says_every_problem_and_imports_nothing(
    tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "products.csv"
    path.write_text("sku,name\nA,\n1.0E+12,B\n")
    assert run_import([path], url) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines() == [
        "products.csv, row 2, name: expected a value; the cell is empty",
        (
            'products.csv, row 3, sku: "1.0E+12" – expected the code as it is on the label; a spreadsheet has '
            "turned it into a number and lost digits"
        ),
        "Nothing was imported. Problems: 2",
    ]


def test_a_program_reads_json(tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "products.csv"
    path.write_text("sku,name\nA,\n")
    assert run_import([path], url, as_json=True) == 1
    assert json.loads(capsys.readouterr().out) == {
        "imported": False,
        "dry_run": False,
        "warnings": [],
        "problems": [
            {
                "file": "products.csv",
                "row": "row 2",
                "column": "name",
                "value": None,
                "expected": "expected a value; the cell is empty",
            }
        ],
        "differences": [],
        "files": [],
        "moved_on": 0,
    }


def test_a_quiet_import_says_nothing(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_import([DEMO / "products.csv"], url, quiet=True) == 0
    assert capsys.readouterr() == ("", "")


def test_a_template_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_template("places") == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "place,kind,pickable,route,name,partner",
        'MAIN/A-15-03,bin,yes,30,"Aisle A, bay 15, level 3",',
    ]


def test_an_unknown_kind_is_refused_with_the_kinds() -> None:
    with pytest.raises(OperatorError, match=r"There is no kind stock\. Kinds: sites, partners, places"):
        print_template("stock")


def test_progress_is_shown_once_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([0.5, 1.5, 1.9, 2.6])
    progress = _Progress(0.0, lambda: next(times))
    for done in (1, 2, 3, 4):
        progress(done, 4, M("rows checked"))
    assert capsys.readouterr().err == "rows checked: 2 of 4\nrows checked: 4 of 4\n"


def test_a_dry_run_says_the_same_as_an_import_and_writes_nothing(
    tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_import([DEMO / "products.csv"], url) == 0
    path = tmp_path / "products.csv"
    path.write_text("sku,name\nCM-500-STD,Renamed\nNEW,New\n")
    capsys.readouterr()
    for _time in range(2):
        assert run_import([path], url, is_trial=True) == 0
        said = capsys.readouterr().out
        assert "products CM-500-STD, name: Control Module CM-500 → Renamed\n" in said
        assert "products.csv, products: 1 added, 1 changed, 0 unchanged\n" in said
        assert said.endswith("This was a dry run: nothing was written. The same without --dry-run imports it.\n")
    path.write_text("sku,name\nA,\n")
    assert run_import([path], url, is_trial=True) == 1


def test_a_dry_run_makes_no_database(tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_import([DEMO / "products.csv"], url, is_trial=True, as_json=True) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["imported"], said["dry_run"], said["files"][0]["added"]) == (False, True, 5)
    assert list(tmp_path.iterdir()) == []


def test_what_should_be_looked_at_again_is_said_and_imported(
    tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "day.json"
    path.write_text(json.dumps(BASICS | {"units": [{"product": "FREE", "serial": "12-Mar", "place": "MAIN/A-15-03"}]}))
    assert run_import([path], url) == 0
    told = capsys.readouterr()
    assert "day.json, units: 1 added" in told.out
    assert told.err.splitlines() == [
        (
            'Look at this: day.json, units[0], serial: "12-Mar" – is this the serial, or a date that a spreadsheet has '
            "made of it?"
        ),
        "To look at again: 1",
    ]


def test_no_name_in_a_file_or_of_a_file_steers_the_terminal(
    tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in (
        ("a\x1b[2J.json", '{"\\u001b[31mkind": []}'),
        ("b\x1b[2J.json", '{"units": [], "\\u001b[1m": 1, "\\u001b[1m": 2}'),
        ("products\x1b[2J.csv", "sku,\x1b[2Jname\nA,B\n"),
    ):
        path = tmp_path / name
        path.write_text(text)
        assert run_import([path], url) == 1
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err
    assert "\\x1b[31mkind" in said.err


def test_problems_come_in_the_order_of_the_files_and_their_rows(
    tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "places.csv", tmp_path / "products.csv"
    first.write_text("place,kind,pickable\nNOWHERE/A,bin,yes\nX,bin,yes\nNOWHERE/B,bin,yes\n")
    second.write_text("sku,name\nA,\n")
    run_import([second, first], url)
    spots = [line.split(":")[0] for line in capsys.readouterr().err.splitlines()[:-1]]
    assert spots == [
        "products.csv, row 2, name",
        "places.csv, row 2, place",
        "places.csv, row 3, place",
        "places.csv, row 4, place",
    ]


def test_many_problems_are_counted_and_a_program_reads_them_all(
    tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "products.csv"
    path.write_text("sku,name\n" + "A,\n" * (MOST_SHOWN + 5))
    run_import([path], url)
    assert capsys.readouterr().err.splitlines()[-2:] == [
        "… and 5 more; --json lists all of them.",
        f"Nothing was imported. Problems: {MOST_SHOWN + 5}",
    ]
