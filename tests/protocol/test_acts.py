"""An act's bytes are exact, chained, and readable for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.acts.act import Act, ActId, Draft, Times
from scantrail.domain.acts.refusal import refuse
from scantrail.domain.facts.picking.events import UnitPicked
from scantrail.domain.facts.stored import UnknownEvent
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.domain.things.photo import Photo, photo_of
from scantrail.domain.things.status import Status
from scantrail.domain.wordings import WORDINGS
from scantrail.protocol.acts import ActError, act_hash, decode_act, encode_act
from tests.support.photos import jpeg
from tests.support.strategies import EVENTS, INSTANTS

GOLDEN = Path(__file__).parent / "golden"
TEXT = st.text(max_size=40)
PHOTOS = st.builds(
    Photo,
    TEXT,
    TEXT,
    st.integers(0),
    st.integers(0),
    st.integers(0),
    st.text("0123456789abcdef", min_size=64, max_size=64),
)
DRAFTS = st.builds(
    Draft,
    events=st.lists(EVENTS, max_size=3).map(tuple),
    document=st.none() | TEXT,
    reading=st.none() | st.builds(Reading, text=TEXT, carrier=st.sampled_from(Carrier), aim=TEXT, raw=TEXT),
    refusal=st.none() | st.builds(refuse, st.sampled_from(list(WORDINGS))),
    reason=TEXT,
    note=TEXT,
    corrects=st.none() | st.just(ActId("Scanner-05", "e", 3)),
    photos=st.lists(PHOTOS, max_size=2).map(tuple),
)
ACTS = st.builds(
    Act,
    id=st.builds(ActId, TEXT, TEXT, st.integers(1)),
    previous=TEXT,
    site=TEXT,
    actor=TEXT,
    times=st.builds(Times, INSTANTS, TEXT, st.integers(0)),
    draft=DRAFTS,
    versions=st.dictionaries(TEXT, st.integers(0), max_size=3),
)


@given(ACTS)
def test_an_act_is_read_back_as_it_was_written(act: Act) -> None:
    assert decode_act(encode_act(act)) == act


@given(ACTS)
def test_the_same_act_always_has_the_same_bytes(act: Act) -> None:
    assert encode_act(decode_act(encode_act(act))) == encode_act(act)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_act_are_refused_with_a_sentence(garbage: bytes) -> None:
    with pytest.raises(ActError, match=r"Failed to read an act: .+\."):
        decode_act(garbage)


@pytest.mark.parametrize(
    "text",
    ['{"v":2}', '{"v":1}', '{"v":1,"device":"d","epoch":"e","seq":"x"}', "[]", '"x"', '{"v":1,"device":null}'],
)
def test_an_envelope_that_is_wrong_in_a_field_is_refused(text: str) -> None:
    with pytest.raises(ActError):
        decode_act(text.encode())


def test_an_event_of_a_newer_version_is_told_apart_from_garbage() -> None:
    exact = encode_act(PICK).replace(b"UnitPicked", b"UnitTeleported")
    with pytest.raises(UnknownEvent, match="UnitTeleported"):
        decode_act(exact)


def test_one_changed_byte_changes_the_hash() -> None:
    exact = encode_act(PICK)
    assert act_hash(exact) != act_hash(exact.replace(b"0046", b"0047"))


def test_a_scan_with_group_separators_and_controls_keeps_every_character() -> None:
    hostile = "]C1010952\x1d21[b]\x1b[2J\u202e\x00\ud800"
    act = Act(PICK.id, "", "MAIN", "sarah", PICK.times, Draft(reading=Reading(hostile, Carrier.WEDGE)))
    reading = decode_act(encode_act(act)).draft.reading
    assert reading is not None
    assert reading.text == hostile


PICK = Act(
    ActId("Scanner-05", "9f1c", 17),
    "ab" * 32,
    "MAIN",
    "sarah",
    Times(datetime(2025, 1, 28, 9, 30, tzinfo=UTC), "boot-1", 123456),
    Draft(
        events=(
            UnitPicked(
                "6a3c0f6e-1111-5222-8333-444455556666",
                "CM500-2025-0046",
                "PL-2025-0091",
                "1",
                "SO-2025-1289",
                "MAIN/A-15-03",
                "MAIN/CART-05",
                Status.ALLOCATED,
            ),
        ),
        document="PL-2025-0091",
        reading=Reading("CM500-2025-0046", Carrier.WEDGE),
    ),
    {"document:PL-2025-0091": 12},
)


def test_the_bytes_of_version_1_stay_as_they_were_released() -> None:
    released = (GOLDEN / "act-v1-pick.json").read_bytes()
    assert encode_act(PICK) == released
    assert decode_act(released) == PICK


DAMAGE = replace(PICK, draft=replace(PICK.draft, events=(), reason="housing", photos=(photo_of(jpeg(), "damage-1"),)))


def test_photos_are_part_of_the_exact_bytes_and_stay_as_they_were_released() -> None:
    released = (GOLDEN / "act-v1-photo.json").read_bytes()
    assert encode_act(DAMAGE) == released
    assert decode_act(released) == DAMAGE


def test_an_act_commits_to_its_photo_by_the_hash() -> None:
    other = replace(DAMAGE, draft=replace(DAMAGE.draft, photos=(photo_of(jpeg("another"), "damage-1"),)))
    assert act_hash(encode_act(other)) != act_hash(encode_act(DAMAGE))


@pytest.mark.parametrize("name", ["", "../../server.db", "\x00" * 64, "g" * 64, "a" * 63])
def test_a_photo_that_is_not_named_by_a_hash_makes_the_act_unreadable(name: str) -> None:
    photo = replace(DAMAGE.draft.photos[0], sha256=name)
    with pytest.raises(ActError, match="expected the SHA-256 of a photo"):
        decode_act(encode_act(replace(DAMAGE, draft=replace(DAMAGE.draft, photos=(photo,)))))
