"""Which codes seen in a picture are believed."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.names.identifiers import upc_a_of
from scantrail.scanning.acceptance import (
    Code,
    Decoder,
    Doubt,
    Place,
    Rules,
    Sighting,
    Symbology,
    has_check_digit,
    is_settled,
    judge,
    may_follow,
)

ZXING, ZBAR = Decoder.ZXING, Decoder.ZBAR
HERE, ELSEWHERE = Place(100, 100, 300, 200), Place(100, 400, 300, 500)

EAN_13, EAN_8, UPC_A, UPC_E = "9521234543213", "96385074", "036000291452", "01234565"
ITF_14 = "30712345000010"
SOUND = {
    Symbology.QR: "7A21-0001",
    Symbology.DATA_MATRIX: "7A21-0001",
    Symbology.PDF417: "7A21-0001",
    Symbology.CODE_128: "7A21-0001",
    Symbology.EAN_13: EAN_13,
    Symbology.EAN_8: EAN_8,
    Symbology.UPC_A: UPC_A,
    Symbology.UPC_E: UPC_E,
    Symbology.ITF: ITF_14,
    Symbology.CODE_39: "7A21-0001",
    Symbology.CODE_93: "7A21-0001",
    Symbology.CODABAR: "A123B",
    Symbology.DATABAR: "0195012345678903",
    Symbology.DATABAR_EXPANDED: "0195012345678903",
    Symbology.AZTEC: "7A21-0001",
    Symbology.OTHER: "7A21-0001",
}
ALONE = [
    *(Symbology.QR, Symbology.DATA_MATRIX, Symbology.PDF417, Symbology.AZTEC),
    *(Symbology.CODE_128, Symbology.DATABAR, Symbology.DATABAR_EXPANDED),
]
BY_BOTH = [Symbology.UPC_E, Symbology.CODE_39, Symbology.CODABAR]
TWICE = [Symbology.EAN_13, Symbology.EAN_8, Symbology.UPC_A, Symbology.ITF, Symbology.CODE_93, *BY_BOTH]
NEVER = [each for each in Symbology if each not in ALONE + TWICE]


def seen(
    symbology: Symbology,
    text: str = "",
    decoder: Decoder = ZXING,
    step: str = "as it is",
    place: Place = HERE,
    data: bytes | None = None,
) -> Sighting:
    """One sighting, of a sound text where none is named."""
    text = text or SOUND[symbology]
    return Sighting(text, text.encode() if data is None else data, symbology, decoder, step, place)


def verdicts(*sightings: Sighting, rules: Rules | None = None) -> dict[str, bool]:
    """The texts and whether each is accepted."""
    return {code.text: code.accepted for code in judge(sightings, rules)}


@pytest.mark.parametrize("symbology", ALONE)
def test_kinds_with_strong_checks_are_accepted_from_zxing_alone(symbology: Symbology) -> None:
    assert verdicts(seen(symbology)) == {SOUND[symbology]: True}


@pytest.mark.parametrize("symbology", ALONE)
def test_zbar_alone_is_never_believed_even_after_two_clean_ups(symbology: Symbology) -> None:
    twice = (seen(symbology, decoder=ZBAR), seen(symbology, decoder=ZBAR, step="sharper"))
    assert verdicts(*twice) == {SOUND[symbology]: False}


@pytest.mark.parametrize("symbology", TWICE)
def test_one_sighting_of_a_weak_kind_is_listed_only(symbology: Symbology) -> None:
    assert verdicts(seen(symbology)) == {SOUND[symbology]: False}
    assert verdicts(seen(symbology, decoder=ZBAR)) == {SOUND[symbology]: False}


@pytest.mark.parametrize("symbology", TWICE)
def test_a_weak_kind_is_accepted_when_both_decoders_agree(symbology: Symbology) -> None:
    (code,) = judge([seen(symbology), seen(symbology, decoder=ZBAR)])
    assert (code.accepted, code.decoders) == (True, (ZXING, ZBAR))


@pytest.mark.parametrize("symbology", [each for each in TWICE if each not in BY_BOTH])
@pytest.mark.parametrize("decoder", Decoder)
def test_a_weak_kind_is_accepted_after_two_clean_ups_by_one_decoder(symbology: Symbology, decoder: Decoder) -> None:
    both = (seen(symbology, decoder=decoder), seen(symbology, decoder=decoder, step="sharper"))
    assert verdicts(*both) == {SOUND[symbology]: True}


@pytest.mark.parametrize("symbology", [Symbology.CODE_39, Symbology.CODABAR])
@pytest.mark.parametrize("decoder", Decoder)
def test_two_clean_ups_of_one_decoder_are_one_witness_of_a_kind_without_check_digit(
    symbology: Symbology, decoder: Decoder
) -> None:
    (code,) = judge([seen(symbology, decoder=decoder, step=step) for step in ("as it is", "larger", "sharper")])
    assert (code.accepted, code.doubt) == (False, Doubt.ONE_DECODER)


def test_an_itf_without_check_digit_needs_both_decoders() -> None:
    rules = Rules(frozenset({14}), itf_check_digit=False)
    twice = [seen(Symbology.ITF), seen(Symbology.ITF, step="larger")]
    assert verdicts(*twice, rules=rules) == {ITF_14: False}
    assert verdicts(*twice, seen(Symbology.ITF, decoder=ZBAR), rules=rules) == {ITF_14: True}


@pytest.mark.parametrize("symbology", [Symbology.CODE_39, Symbology.CODABAR])
def test_a_code_without_blank_ends_may_be_part_of_a_longer_one_and_is_listed_only(symbology: Symbology) -> None:
    both = [replace(seen(symbology, decoder=each), whole=False) for each in Decoder]
    (code,) = judge(both)
    assert (code.accepted, code.doubt) == (False, Doubt.CUT)
    assert verdicts(*both, seen(symbology, step="larger")) == {SOUND[symbology]: True}


@pytest.mark.parametrize(
    ("sightings", "rules", "doubt"),
    [
        ([seen(Symbology.OTHER)], Rules(), Doubt.KIND),
        ([seen(Symbology.QR)], Rules(symbologies=frozenset()), Doubt.PROFILE),
        ([seen(Symbology.EAN_13, "9521234543214")], Rules(), Doubt.UNSOUND),
        ([seen(Symbology.QR, decoder=ZBAR)], Rules(), Doubt.ZBAR_ALONE),
        ([seen(Symbology.EAN_13)], Rules(), Doubt.ONCE),
        ([seen(Symbology.QR)], Rules(), None),
    ],
)
def test_a_code_that_is_not_accepted_says_why(sightings: list[Sighting], rules: Rules, doubt: Doubt | None) -> None:
    (code,) = judge(sightings, rules)
    assert (code.doubt, code.accepted) == (doubt, doubt is None)


@pytest.mark.parametrize("decoder", Decoder)
def test_a_upc_e_by_one_decoder_may_be_half_an_ean_13_and_is_listed_only(decoder: Decoder) -> None:
    often = [seen(Symbology.UPC_E, decoder=decoder, step=step) for step in ("as it is", "larger", "sharper")]
    assert verdicts(*often) == {UPC_E: False}


@pytest.mark.parametrize("symbology", TWICE)
def test_two_labels_with_one_text_are_no_agreement(symbology: Symbology) -> None:
    assert verdicts(seen(symbology), seen(symbology, place=ELSEWHERE)) == {SOUND[symbology]: False}


@pytest.mark.parametrize("symbology", NEVER)
def test_every_other_kind_is_listed_and_never_accepted(symbology: Symbology) -> None:
    everybody = [seen(symbology, decoder=decoder, step=step) for decoder in Decoder for step in ("as it is", "larger")]
    assert verdicts(*everybody) == {SOUND[symbology]: False}


@pytest.mark.parametrize(
    ("symbology", "text"),
    [
        (Symbology.EAN_13, "9521234543214"),
        (Symbology.EAN_13, "952123454321"),
        (Symbology.EAN_8, "96385075"),
        (Symbology.UPC_A, "036000291453"),
        (Symbology.UPC_E, "01234566"),
        (Symbology.UPC_E, "0123456"),
        (Symbology.EAN_8, "9638507٤"),
        (Symbology.ITF, "30712345000011"),
        (Symbology.ITF, "123457"),
        (Symbology.ITF, "0053611912"),
    ],
)
def test_a_wrong_check_digit_or_length_is_not_accepted_however_many_agree(symbology: Symbology, text: str) -> None:
    everybody = [seen(symbology, text, decoder, step) for decoder in Decoder for step in ("as it is", "larger")]
    assert verdicts(*everybody) == {text: False}


def test_a_profile_may_allow_other_lengths_of_itf_and_no_check_digit() -> None:
    both = (seen(Symbology.ITF, "123456"), seen(Symbology.ITF, "123456", ZBAR))
    assert verdicts(*both, rules=Rules(frozenset({6}), itf_check_digit=False)) == {"123456": True}
    assert verdicts(*both, rules=Rules(frozenset({6}), itf_check_digit=True)) == {"123456": False}


@pytest.mark.parametrize("symbology", [Symbology.CODE_128, Symbology.EAN_13, Symbology.QR])
def test_two_texts_in_one_place_make_both_unbelievable(symbology: Symbology) -> None:
    one = SOUND[symbology]
    other = "4006381333931" if symbology is Symbology.EAN_13 else "7A21-0002"
    both = [seen(symbology, text, step=step) for text in (one, other) for step in ("as it is", "larger")]
    assert verdicts(*both) == {one: False, other: False}


def test_a_decoder_that_contradicts_keeps_a_code_from_being_accepted() -> None:
    assert not any(verdicts(seen(Symbology.CODE_128, "ABC"), seen(Symbology.CODE_128, "ABD", ZBAR)).values())


def test_two_codes_in_two_places_are_both_accepted() -> None:
    two = [
        seen(Symbology.CODE_128, "ABC"),
        seen(Symbology.CODE_128, "ABD", place=ELSEWHERE),
    ]
    assert verdicts(*two) == {"ABC": True, "ABD": True}


def test_single_lines_across_one_code_are_one_place() -> None:
    above, below = Place(100, 110, 300, 112), Place(100, 130, 300, 132)
    assert not any(
        verdicts(seen(Symbology.CODE_128, "A", place=above), seen(Symbology.CODE_128, "B", place=below)).values()
    )


def test_codes_stacked_on_one_label_are_two_places() -> None:
    above, below = Place(100, 100, 500, 200), Place(100, 240, 500, 340)
    assert all(
        verdicts(seen(Symbology.CODE_128, "A", place=above), seen(Symbology.CODE_128, "B", place=below)).values()
    )


@pytest.mark.parametrize(("pitch", "height"), [(200, 120), (90, 60)])
def test_long_codes_closely_above_each_other_are_each_by_itself(pitch: int, height: int) -> None:
    stacked = [
        seen(Symbology.CODE_128, f"LOT-{row}", place=Place(50, row * pitch, 950, row * pitch + height))
        for row in range(4)
    ]
    assert all(verdicts(*stacked).values())


@pytest.mark.parametrize("matrix", [Symbology.QR, Symbology.DATA_MATRIX, Symbology.PDF417])
def test_stripes_seen_inside_a_matrix_code_do_not_contradict_it(matrix: Symbology) -> None:
    stripes = Place(150, 140, 250, 160)
    stray = [seen(Symbology.EAN_8, decoder=each, place=stripes) for each in Decoder]
    assert verdicts(seen(matrix), *stray) == {SOUND[matrix]: True, EAN_8: False}


def test_a_kind_that_the_profile_does_not_name_is_never_believed_and_not_waited_for() -> None:
    rules = Rules(symbologies=frozenset({Symbology.CODE_128}))
    (code,) = judge([seen(Symbology.EAN_13), seen(Symbology.EAN_13, decoder=ZBAR)], rules)
    assert not code.accepted
    assert not may_follow(code, rules)
    assert may_follow(code, Rules())


def test_a_cut_short_itf_neither_is_accepted_nor_contradicts_the_whole_one() -> None:
    whole = [seen(Symbology.ITF, decoder=each) for each in Decoder]
    cut = [seen(Symbology.ITF, ITF_14[:6], each, place=Place(100, 120, 200, 130)) for each in Decoder]
    rules = Rules(frozenset({6, 14}), itf_check_digit=False)
    assert verdicts(*whole, *cut, rules=rules) == {ITF_14: True, ITF_14[:6]: False}


def test_ean_13_with_a_leading_zero_and_upc_a_are_one_code() -> None:
    (code,) = judge([seen(Symbology.EAN_13, "0" + UPC_A), seen(Symbology.UPC_A, decoder=ZBAR)])
    assert (code.text, code.data, code.symbology, code.accepted) == (UPC_A, UPC_A.encode(), Symbology.UPC_A, True)


def test_the_true_bytes_come_from_zxing_whoever_was_first() -> None:
    true = seen(Symbology.QR, "Café", data=b"Caf\xe9")
    (code,) = judge([seen(Symbology.QR, "Café", ZBAR), true])
    assert (code.data, code.accepted) == (b"Caf\xe9", True)


def test_zbars_guess_at_the_encoding_of_a_qr_is_dropped_where_zxing_has_read_it() -> None:
    assert verdicts(seen(Symbology.QR, "Café"), seen(Symbology.QR, "Caf矇", ZBAR)) == {"Café": True}
    assert verdicts(seen(Symbology.QR, "Caf矇", ZBAR)) == {"Caf矇": False}


def test_zbars_loss_of_fnc4_in_code_128_does_not_contradict() -> None:
    true = seen(Symbology.CODE_128, "óó12", data=b"\xf3\xf3\xb1\xb2")
    assert verdicts(true, seen(Symbology.CODE_128, "ss12", ZBAR)) == {"óó12": True}


def test_a_code_without_text_is_not_accepted() -> None:
    empty = Sighting("", b"", Symbology.QR, ZXING, "as it is", HERE)
    assert verdicts(empty) == {"": False}


@pytest.mark.parametrize(
    ("upc_e", "upc_a"),
    [
        ("01234565", "012345000065"),
        ("04252614", "042100005264"),
        ("01234531", "012300000451"),
        ("01234543", "012340000053"),
        ("01234505", "012000003455"),
    ],
)
def test_a_upc_e_stands_for_a_upc_a(upc_e: str, upc_a: str) -> None:
    assert upc_a_of(upc_e) == upc_a


def test_it_is_settled_when_something_is_accepted_and_nothing_still_can_be() -> None:
    qr, ean = seen(Symbology.QR, place=ELSEWHERE), seen(Symbology.EAN_13)
    assert not is_settled(judge([]))
    assert is_settled(judge([qr]))
    assert not is_settled(judge([qr, ean]))
    assert is_settled(judge([qr, ean, seen(Symbology.EAN_13, decoder=ZBAR)]))
    assert is_settled(judge([qr, seen(Symbology.OTHER)]))
    assert not is_settled(judge([seen(Symbology.OTHER)]))


texts = st.sampled_from([*SOUND.values(), "0" + UPC_A, "4006381333931", "1234", "", "\x1d\x00"])
places = st.sampled_from([HERE, ELSEWHERE, Place(150, 120, 180, 130), Place(90, 150, 310, 151)])
sightings = st.builds(
    lambda text, *rest: Sighting(text, text.encode(), *rest),
    texts,
    st.sampled_from(Symbology),
    st.sampled_from(Decoder),
    st.sampled_from(["as it is", "larger", "sharper"]),
    places,
)


def accepted(codes: tuple[Code, ...]) -> set[tuple[Symbology, str]]:
    return {(code.symbology, code.text) for code in codes if code.accepted}


@given(st.lists(sightings, max_size=8))
def test_every_sighting_is_listed_once_and_nothing_is_accepted_on_too_little(found: list[Sighting]) -> None:
    codes = judge(found)
    assert len({(code.symbology, code.text) for code in codes}) == len(codes)
    assert bool(codes) == bool(found)
    for code in codes:
        if code.accepted:
            assert code.symbology in ALONE + TWICE
            assert code.symbology in TWICE or ZXING in code.decoders
            assert code.symbology not in TWICE or len(found) > 1


@given(st.lists(sightings, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_sightings_decides_nothing(found: list[Sighting], chance: Random) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert accepted(judge(found)) == accepted(judge(shuffled))


@given(st.lists(sightings, max_size=8), sightings)
def test_a_sighting_of_something_else_never_makes_a_code_believable(found: list[Sighting], further: Sighting) -> None:
    before, after = accepted(judge(found)), accepted(judge([*found, further]))
    assert after - before <= {(code.symbology, code.text) for code in judge([further])}


@given(st.from_regex(r"[0-9]{7}|[0-9]{11,13}", fullmatch=True))
def test_exactly_one_check_digit_fits(digits: str) -> None:
    assert sum(has_check_digit(digits + last) for last in "0123456789") == 1
