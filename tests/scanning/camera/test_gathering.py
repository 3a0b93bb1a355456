"""Which codes are believed over several frames. Nothing here needs a picture."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scantrail.scanning.acceptance import Code, Decoder, Place, Rules, Sighting, Symbology
from scantrail.scanning.camera.gathering import PLAIN, PLAIN_KEPT, Gatherer, Look

EAN, OTHER_EAN = "9521234543213", "4006381333931"
HERE = Place(100, 100, 300, 200)
ZXING, ZBAR = (Decoder.ZXING, PLAIN), (Decoder.ZBAR, PLAIN)
SHARPER = (Decoder.ZXING, "sharper")


def seen(look: Look, text: str = EAN, at: Place = HERE, kind: Symbology = Symbology.EAN_13) -> Sighting:
    return Sighting(text, text.encode(), kind, look[0], look[1], at)


def frame(*looks: Look, text: str = EAN, at: Place = HERE) -> dict[Look, list[Sighting]]:
    """What a frame gives when only some looks read the code."""
    return {ZXING: [], ZBAR: []} | {look: [seen(look, text, at)] for look in looks}


def accepted(codes: tuple[Code, ...]) -> set[str]:
    return {code.text for code in codes if code.accepted}


def test_the_same_look_at_many_frames_is_one_witness() -> None:
    gatherer = Gatherer(Rules())
    for _ in range(20):
        assert not accepted(gatherer.add(frame(ZXING)))


def test_two_decoders_in_two_frames_are_two_witnesses() -> None:
    gatherer = Gatherer(Rules())
    gatherer.add(frame(ZXING))
    assert accepted(gatherer.add(frame(ZBAR))) == {EAN}


def test_a_clean_up_of_an_earlier_frame_is_a_second_witness() -> None:
    gatherer = Gatherer(Rules())
    gatherer.add(frame(SHARPER))
    for _ in range(10):
        gatherer.add(frame())
    assert accepted(gatherer.add(frame(ZXING))) == {EAN}


def test_the_same_clean_up_of_two_frames_is_one_witness() -> None:
    gatherer = Gatherer(Rules())
    gatherer.add(frame(SHARPER))
    assert not accepted(gatherer.add(frame(SHARPER)))


def test_a_clean_up_that_no_longer_reads_a_code_takes_its_word_back() -> None:
    gatherer = Gatherer(Rules())
    gatherer.add(frame(SHARPER))
    assert gatherer.add({**frame(), SHARPER: []}) == ()


def test_a_code_that_has_gone_is_forgotten_with_what_clean_ups_showed() -> None:
    gatherer = Gatherer(Rules())
    assert accepted(gatherer.add(frame(ZXING, ZBAR, SHARPER))) == {EAN}
    for _ in range(PLAIN_KEPT - 1):
        assert accepted(gatherer.add(frame())) == {EAN}
    assert gatherer.add(frame()) == ()
    assert not accepted(gatherer.add(frame(ZXING)))


def test_another_scene_begins_with_nothing() -> None:
    gatherer = Gatherer(Rules())
    gatherer.add(frame(ZXING, SHARPER))
    assert not accepted(gatherer.add(frame(ZBAR), changed=True))


def test_two_readings_of_one_place_contradict_each_other_over_frames() -> None:
    gatherer = Gatherer(Rules())
    gatherer.add(frame(ZXING, ZBAR))
    assert not accepted(gatherer.add(frame(ZXING, ZBAR, text=OTHER_EAN)))
    for _ in range(PLAIN_KEPT):
        codes = gatherer.add(frame(ZXING, ZBAR, text=OTHER_EAN))
    assert accepted(codes) == {OTHER_EAN}
    assert {code.text for code in codes} == {OTHER_EAN}


def test_a_label_where_its_neighbour_was_before_the_hand_moved_does_not_contradict_it() -> None:
    gatherer = Gatherer(Rules())
    for step in range(6):
        left, right = (Place(x, 100, x + 200, 200) for x in (100 + 150 * step, 400 + 150 * step))
        looks = {look: [seen(look, EAN, left), seen(look, OTHER_EAN, right)] for look in (ZXING, ZBAR)}
        assert accepted(gatherer.add(looks)) == {EAN, OTHER_EAN}


LOOKS = [(decoder, step) for decoder in Decoder for step in (PLAIN, "sharper", "softer", "larger")]
FRAMES = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(LOOKS), st.sampled_from([EAN, OTHER_EAN, ""]), max_size=4), st.booleans()
    ),
    max_size=12,
)


@given(FRAMES)
def test_nothing_is_accepted_that_fewer_than_two_looks_at_this_scene_have_read(
    frames: list[tuple[dict[Look, str], bool]],
) -> None:
    gatherer = Gatherer(Rules())
    witnesses: set[tuple[str, Look]] = set()
    for looks, changed in frames:
        witnesses = set() if changed else witnesses
        witnesses |= {(text, look) for look, text in looks.items()}
        codes = gatherer.add(
            {look: [seen(look, text)] if text else [] for look, text in looks.items()}, changed=changed
        )
        for text in accepted(codes):
            assert len({look for each, look in witnesses if each == text}) >= 2
        assert len(accepted(codes)) <= 1
