"""`make bench`, on two pictures made here."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp

from scantrail.proving.bench import print_lengths, print_photographs, score
from scantrail.proving.lengths import OneScan, one_scan
from scantrail.scanning.decoders.stills import HAS_ZBAR


def written(path: Path, text: str) -> None:
    label = np.array(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_image(scale=4))
    cv2.imwrite(str(path), np.pad(label, 20, constant_values=255))


def test_without_photographs_it_says_where_they_are_expected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    print_photographs(tmp_path)
    assert str(tmp_path) in capsys.readouterr().out


def test_a_row_for_each_folder_and_decoder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "labels").mkdir()
    written(tmp_path / "labels" / "1.png", "7A21")
    (tmp_path / "labels" / "1.txt").write_text("7A21")
    print_photographs(tmp_path)
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[-5:] == ["pictures", "listed", "accepted", "wrong", "ms"]
    assert [row.split()[-5:-1] for row in rows] == [["1", "1", "1", "0"]] * (3 if HAS_ZBAR else 2)


def test_what_is_accepted_and_not_there_is_counted_as_wrong(tmp_path: Path) -> None:
    written(tmp_path / "1.png", "7A21")
    (tmp_path / "1.bin").write_bytes(b"7A22")
    written(tmp_path / "2.png", "7A23")
    found = score(tmp_path, lambda picture: [(("7A21", b"7A21"), True)])
    assert (found.pictures, found.listed, found.accepted, found.wrong) == (2, 0, 0, 2)


def test_one_scan_is_measured_on_the_real_stores() -> None:
    short, longer, far_apart = one_scan(2, picks=1), one_scan(40, picks=2), one_scan(40, picks=2, in_a_bin=4)
    assert (short.units, longer.units, far_apart.units) == (2, 40, 40)
    for each in (short, longer, far_apart):
        assert min(each.scan_ms, each.prompt_ms, each.push_ms) > 0
        assert each.answer_bytes > 500, "the answer to a pick brings its changed rows"
        assert each.answer_rows == 3, "the list, the unit, and the unit's row on the list"


def test_what_grows_with_the_list_is_told_as_missed(capsys: pytest.CaptureFixture[str]) -> None:
    short, longer = OneScan(10, 2.0, 1.0, 5.0, 2000, 3), OneScan(1000, 2.2, 1.0, 15.0, 2100, 3)
    print_lengths("all in one bin", [short, longer, OneScan(9999, 2.4, 1.0, 5.0, 3100, 3)])
    head, *rows = capsys.readouterr().out.splitlines()
    assert "all in one bin" in head
    assert [row.split()[-1] for row in rows] == ["met", "met", "missed", "missed", "met"]
    assert "5.0      15.0       5.0       3.0       1.0" in rows[2]
