"""`scantrail import`: what a person and what a program reads, and the exit code."""

import json
from pathlib import Path

import pytest

from scantrail.interchange.command import _Progress, print_template, run_import
from scantrail.words import M, OperatorError
from tests.interchange.desk import DEMO


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
        "products.csv, row 2, name: – expected a value; the cell is empty",
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
        "place,kind,pickable,route,name",
        'MAIN/A-15-03,bin,yes,30,"Aisle A, bay 15, level 3"',
    ]


def test_an_unknown_kind_is_refused_with_the_kinds() -> None:
    with pytest.raises(OperatorError, match=r"There is no kind stock\. Kinds: sites, places"):
        print_template("stock")


def test_progress_is_shown_once_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([0.5, 1.5, 1.9, 2.6])
    progress = _Progress(0.0, lambda: next(times))
    for done in (1, 2, 3, 4):
        progress(done, 4, M("rows checked"))
    assert capsys.readouterr().err == "rows checked: 2 of 4\nrows checked: 4 of 4\n"
