"""Which of the codes in view is taken, and when a person is asked."""

from __future__ import annotations

from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.scanning.acceptance import Code, Decoder, Place, Rules, Symbology
from scantrail.scanning.camera.aiming import PATIENCE, STEADY, Aim, Offer, reading_of
from scantrail.scanning.camera.messages import View

CENTRE, CORNER = Place(600, 300, 700, 400), Place(10, 10, 110, 60)


def code(
    text: str, at: Place = CENTRE, kind: Symbology = Symbology.CODE_128, *, accepted: bool = True, aim: str = "]C0"
) -> Code:
    return Code(text, text.encode(), kind, (Decoder.ZXING,), accepted, at, aim)


def frames_until(aim: Aim, *codes: Code, most: int = 100) -> tuple[int, Offer | None]:
    """After how many such frames something is offered, and what."""
    for count in range(1, most + 1):
        offer = aim.see(View(1280, 720, codes))
        if offer is not None:
            return count, offer
    return most, None


def test_one_code_is_taken_when_it_has_been_alone_for_a_moment() -> None:
    assert frames_until(Aim(Rules()), code("A")) == (STEADY, Offer((code("A"),), asks=False))


def test_a_neighbour_read_a_frame_later_is_asked_about_the_one_in_the_box_first() -> None:
    aim = Aim(Rules())
    aim.see(View(1280, 720, (code("A", CORNER),)))
    count, offer = frames_until(aim, code("A", CORNER), code("B"))
    assert (count, offer) == (STEADY, Offer((code("B"), code("A", CORNER)), asks=True))


def test_beside_a_code_that_may_yet_be_accepted_nothing_is_taken_unasked_even_when_it_flickers() -> None:
    aim = Aim(Rules())
    doubtful = code("9521234543213", CORNER, Symbology.EAN_13, accepted=False)
    aim.see(View(1280, 720, (code("A"), doubtful)))
    count, offer = frames_until(aim, code("A"))
    assert (count + 1, offer) == (PATIENCE, Offer((code("A"),), asks=True))


def test_a_kind_that_is_never_accepted_holds_nothing_up() -> None:
    other = code("7A21", CORNER, Symbology.OTHER, accepted=False)
    assert frames_until(Aim(Rules()), code("A"), other)[0] == STEADY


def test_one_text_in_two_codes_is_one_code() -> None:
    count, offer = frames_until(Aim(Rules()), code("A"), code("A", CORNER, Symbology.QR))
    assert count == STEADY
    assert offer is not None
    assert not offer.asks


def test_what_is_not_accepted_is_never_offered() -> None:
    assert frames_until(Aim(Rules()), code("9521234543213", kind=Symbology.EAN_13, accepted=False))[1] is None


def test_a_code_becomes_a_scan_with_its_identifier_and_its_bytes_where_they_differ() -> None:
    plain = code("01095212345432131021\x1d10A", aim="]C1")
    assert reading_of(plain, "generic") == Reading(plain.text, Carrier.CAMERA, "generic", "]C1", "")
    latin = Code("Café", b"Caf\xe9", Symbology.QR, (Decoder.ZXING,), True, CENTRE, "]Q1")
    assert reading_of(latin, "dock") == Reading("Café", Carrier.CAMERA, "dock", "]Q1", "436166e9")


def test_a_upc_e_is_given_as_the_number_it_stands_for_since_its_eight_digits_could_be_another_product_s() -> None:
    short = code("01234565", kind=Symbology.UPC_E, aim="]E0")
    assert reading_of(short, "generic").text == "012345000065"
