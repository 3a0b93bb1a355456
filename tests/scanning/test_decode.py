"""Pictures made here, spoilt, and read back."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
import zxingcpp
from zxingcpp import BarcodeFormat

from scantrail.scanning.acceptance import Code, Decoder, Doubt, Rules, Symbology
from scantrail.scanning.decoders.pictures import Grey
from scantrail.scanning.decoders.stills import HAS_ZBAR, Stills

BOTH = {Decoder.ZXING, Decoder.ZBAR} if HAS_ZBAR else {Decoder.ZXING}


def drawn(kind: BarcodeFormat, content: str | bytes, scale: int = 3) -> Grey:
    """A barcode on a white label."""
    picture = np.array(zxingcpp.create_barcode(content, kind).to_image(scale=scale))
    return np.pad(picture, 30, constant_values=255)


def turned(picture: Grey, degrees: float) -> Grey:
    height, width = picture.shape
    side = int(np.hypot(height, width))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turn[:, 2] += ((side - width) / 2, (side - height) / 2)
    return np.asarray(cv2.warpAffine(picture, turn, (side, side), borderValue=255.0), np.uint8)


def blurred(picture: Grey, sigma: float) -> Grey:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def noisy(picture: Grey, strength: float) -> Grey:
    noise = np.random.default_rng(7).normal(0, strength, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def shaded(picture: Grey) -> Grey:
    """With light falling off to one side, as under a lamp."""
    light = np.linspace(0.15, 1.0, picture.shape[1])
    return (picture * light).astype(np.uint8)


def cropped(picture: Grey) -> Grey:
    """Cut off at the outermost bars."""
    rows, columns = np.nonzero(picture < 128)
    return picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


@pytest.fixture(scope="module")
def stills() -> Stills:
    return Stills()


def only(codes: tuple[Code, ...]) -> Code:
    (code,) = codes
    return code


@pytest.mark.parametrize(
    ("kind", "text", "symbology", "decoders"),
    [
        (BarcodeFormat.QRCode, "7A21-0001", Symbology.QR, BOTH),
        (BarcodeFormat.DataMatrix, "7A21-0001", Symbology.DATA_MATRIX, {Decoder.ZXING}),
        (BarcodeFormat.PDF417, "7A21-0001", Symbology.PDF417, {Decoder.ZXING}),
        (BarcodeFormat.Code128, "7A21-0001", Symbology.CODE_128, BOTH),
        (BarcodeFormat.Code39, "7A21-0001", Symbology.CODE_39, BOTH),
        (BarcodeFormat.EAN13, "9521234543213", Symbology.EAN_13, BOTH),
        (BarcodeFormat.EAN8, "96385074", Symbology.EAN_8, BOTH),
        (BarcodeFormat.UPCA, "036000291452", Symbology.UPC_A, BOTH),
        (BarcodeFormat.UPCE, "01234565", Symbology.UPC_E, BOTH),
        (BarcodeFormat.ITF, "30712345000010", Symbology.ITF, BOTH),
    ],
)
def test_a_clean_label_is_read_and_accepted(
    stills: Stills, kind: BarcodeFormat, text: str, symbology: Symbology, decoders: set[Decoder]
) -> None:
    code = only(stills.read(drawn(kind, text)))
    assert (code.text, code.data, code.symbology) == (text, text.encode(), symbology)
    assert code.accepted or (symbology is Symbology.UPC_E and not HAS_ZBAR)
    assert set(code.decoders) == decoders


@pytest.mark.parametrize(
    ("kind", "text", "read"),
    [
        (BarcodeFormat.DataBarOmni, "0952123400000", "0109521234000006"),
        (BarcodeFormat.DataBarExp, "[01]09521234000006[21]KEEP1", "010952123400000621KEEP1"),
        (BarcodeFormat.Code93, "7A21-0001", "7A21-0001"),
        (BarcodeFormat.Aztec, "7A21-0001", "7A21-0001"),
        (BarcodeFormat.Codabar, "A1234567B", "A1234567B"),
    ],
)
@pytest.mark.skipif(not HAS_ZBAR, reason="Codabar needs both decoders")
def test_other_kinds_are_accepted_from_a_clean_label(stills: Stills, kind: BarcodeFormat, text: str, read: str) -> None:
    assert [(code.text, code.accepted) for code in stills.read(drawn(kind, text))] == [(read, True)]


def test_a_short_itf_is_listed_only_and_the_reason_given(stills: Stills) -> None:
    codes = stills.read(drawn(BarcodeFormat.ITF, "123457"))
    assert {code.doubt for code in codes if code.text == "123457"} == {Doubt.UNSOUND}
    assert not any(code.accepted for code in codes)


@pytest.mark.parametrize("cut", ["left", "right"])
def test_a_code_39_at_the_edge_of_the_picture_is_listed_only(stills: Stills, cut: str) -> None:
    label = drawn(BarcodeFormat.Code39, "CM500-2025-0046")
    columns = np.nonzero((label < 128).any(axis=0))[0]
    part = label[:, columns.min() :] if cut == "left" else label[:, : columns.max() + 1]
    codes = stills.read(np.ascontiguousarray(part))
    assert not any(code.accepted for code in codes)


def test_a_code_39_with_half_its_blank_zone_is_accepted(stills: Stills) -> None:
    label = np.pad(cropped(drawn(BarcodeFormat.Code39, "ABC123")), 6 * 3, constant_values=255)
    assert only(stills.read(label)).accepted or not HAS_ZBAR


def test_a_column_that_a_print_head_left_out_never_makes_another_code_39(stills: Stills) -> None:
    label = drawn(BarcodeFormat.Code39, "CM500-2025-0046")
    for at in range(120, label.shape[1] - 100, 51):
        scratched = label.copy()
        scratched[:, at : at + 3] = 255
        accepted = {code.text for code in stills.read(scratched) if code.accepted}
        assert accepted <= {"CM500-2025-0046"}


@pytest.mark.skipif(not HAS_ZBAR, reason="zbar keeps halves of EAN codes")
def test_articles_of_one_maker_are_read_one_after_the_other_as_each_by_itself(stills: Stills) -> None:
    articles = ("417028997517", "417028626769", "446900083239", "446900059739")
    for text in articles:
        assert [(code.text, code.accepted) for code in stills.read(drawn(BarcodeFormat.UPCA, text))] == [(text, True)]


SPOILT: dict[str, Callable[[Grey], Grey]] = {
    "upside down": lambda picture: turned(picture, 180),
    "on its side": lambda picture: turned(picture, 90),
    "at 10 degrees": lambda picture: turned(picture, 10),
    "at 45 degrees": lambda picture: turned(picture, 45),
    "blurred": lambda picture: blurred(picture, 2.0),
    "noisy": lambda picture: noisy(picture, 40),
    "shaded": shaded,
    "light on dark": lambda picture: 255 - picture,
    "faint": lambda picture: (picture // 8 + 100).astype(np.uint8),
    "without blank zone": cropped,
}


@pytest.mark.parametrize(
    "kind", [BarcodeFormat.Code128, BarcodeFormat.EAN13, BarcodeFormat.QRCode, BarcodeFormat.DataMatrix]
)
@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_spoilt_label_is_read_right(stills: Stills, kind: BarcodeFormat, spoilt: str) -> None:
    scale = 6 if kind in (BarcodeFormat.QRCode, BarcodeFormat.DataMatrix) else 3
    codes = stills.read(SPOILT[spoilt](drawn(kind, "9521234543213", scale)))
    assert [code.text for code in codes] == ["9521234543213"]
    assert codes[0].accepted or not HAS_ZBAR


@pytest.mark.parametrize("kind", [BarcodeFormat.QRCode, BarcodeFormat.Code128, BarcodeFormat.DataMatrix])
@pytest.mark.parametrize(
    "text",
    [
        "\x1d01095212345432131021\x1dLOT7",
        "\x1b[2J\x1b]0;owned\x07",
        "a\r\nb\tc",
        "[bold]x[/bold]",
        "'; DROP TABLE units; --",
    ],
)
def test_control_characters_come_out_as_they_are(stills: Stills, kind: BarcodeFormat, text: str) -> None:
    code = only(stills.read(drawn(kind, text)))
    assert (code.text, code.data, code.accepted) == (text, text.encode(), True)


@pytest.mark.parametrize("data", [b"Caf\xe9", "Café ☕".encode(), "日本語".encode("shift_jis"), bytes(range(256))])
def test_a_qr_gives_its_true_bytes(stills: Stills, data: bytes) -> None:
    code = only(stills.read(drawn(BarcodeFormat.QRCode, data)))
    assert (code.data, code.accepted) == (data, True)


def test_several_codes_in_one_picture_are_all_read(stills: Stills) -> None:
    parts = [drawn(BarcodeFormat.Code128, "7A21-0001"), drawn(BarcodeFormat.EAN13, "9521234543213")]
    width = max(part.shape[1] for part in parts)
    label = np.vstack([np.pad(part, ((0, 0), (0, width - part.shape[1])), constant_values=255) for part in parts])
    codes = stills.read(label)
    assert {(code.text, code.accepted) for code in codes} == {("7A21-0001", True), ("9521234543213", True)}
    first, second = sorted(codes, key=lambda code: code.place.top)
    assert first.place.bottom < second.place.top


@pytest.mark.parametrize("degrees", [0, 20, 45])
def test_a_place_is_given_in_the_pixels_of_the_picture_whatever_was_done_to_it(stills: Stills, degrees: int) -> None:
    label = np.pad(drawn(BarcodeFormat.Code128, "7A21-0001", 2), ((200, 20), (20, 400)), constant_values=255)
    picture = turned(label, degrees)
    rows, columns = np.nonzero(picture < 128)
    place = only(stills.read(picture)).place
    assert place.left + place.right == pytest.approx(columns.min() + columns.max(), abs=30)
    assert place.top + place.bottom == pytest.approx(rows.min() + rows.max(), abs=30)


def test_a_tilted_itf_14_is_never_accepted_as_a_shorter_code(stills: Stills) -> None:
    label = drawn(BarcodeFormat.ITF, "30712345000010")
    for degrees in (12, 22, 32):
        accepted = {code.text for code in stills.read(turned(label, degrees)) if code.accepted}
        assert accepted <= {"30712345000010"}


def test_a_profile_may_allow_short_itf() -> None:
    stills = Stills(Rules(itf_lengths=frozenset({6}), itf_check_digit=False))
    assert only(stills.read(drawn(BarcodeFormat.ITF, "123456"))).accepted


@pytest.mark.parametrize("size", [(8, 8), (1, 1), (1, 300), (240, 320)])
def test_nothing_is_found_where_there_is_nothing(stills: Stills, size: tuple[int, int]) -> None:
    noise = np.random.default_rng(11).integers(0, 256, size, dtype=np.uint8)
    assert stills.read(noise) == ()
    assert stills.read(np.full(size, 255, np.uint8)) == ()


@pytest.mark.parametrize("height", [60, 120])
def test_every_code_of_a_carton_label_is_accepted(stills: Stills, height: int) -> None:
    texts = {
        "CM500-2025-0046-ABCDEF": BarcodeFormat.Code128,
        "CM-500-STD-XY-12345678": BarcodeFormat.Code128,
        "9521234543213": BarcodeFormat.EAN13,
    }
    stripes = [stripe(drawn(kind, text), height) for text, kind in texts.items()]
    width = max(each.shape[1] for each in stripes)
    label = np.vstack([np.pad(each, ((20, 20), (0, width - each.shape[1])), constant_values=255) for each in stripes])
    assert {code.text for code in stills.read(label) if code.accepted} == texts.keys()


def stripe(code: Grey, height: int) -> Grey:
    """A linear code as high as labels print it."""
    middle = code.shape[0] // 2
    return np.repeat(code[middle : middle + 1], height, axis=0)
