"""A file of records is read as it was written, for ever, or refused with a sentence; never half of it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.acts.act import Act, ActId, Draft, Times
from scantrail.domain.facts.sessions import WorkerSignedIn
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.protocol.acts import act_hash, encode_act
from scantrail.protocol.card import Card, CardUnusable, read_card, write_card
from scantrail.protocol.outbox import Entry
from scantrail.words import say

GOLDEN = Path(__file__).parent / "golden" / "records-v1.records"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WRITTEN = Times(datetime(2025, 1, 28, 17, 0, tzinfo=UTC), "boot-1", 9_000)


def entries(count: int = 3, first: int = 7) -> tuple[Entry, ...]:
    """Acts of a device, each after the one before."""
    made: list[Entry] = []
    previous = "0" * 64
    for seq in range(first, first + count):
        draft = Draft(events=(WorkerSignedIn("sarah", offline=True),), reading=Reading("\ud800é\n", Carrier.WEDGE))
        act = Act(ActId("Scanner-05", "e1", seq), previous, "MAIN", "sarah", WRITTEN, draft)
        made.append((seq, encode_act(act)))
        previous = act_hash(made[-1][1])
    return tuple(made)


def written(acts: tuple[Entry, ...] = entries()) -> bytes:
    return write_card(
        device="Scanner-05",
        epoch="e1",
        site="MAIN",
        entries=acts,
        written=WRITTEN,
        sign=lambda data: KEY.sign(data).hex(),
    )


def why_not(content: bytes) -> str:
    with pytest.raises(CardUnusable) as refused:
        read_card(content)
    return say(refused.value.message)


def forged(change: Callable[[list[bytes]], object]) -> bytes:
    """A file whose lines were changed, and its check sum with them."""
    lines = gzip.decompress(written()).split(b"\n")[:-2]
    change(lines)
    body = b"".join(line + b"\n" for line in lines)
    trailer = json.dumps({"sha256": sha256(body).hexdigest(), "signature": "00"}).encode()
    return gzip.compress(body + trailer + b"\n")


def test_records_are_read_back_in_their_exact_bytes_and_signed_over_all_of_them() -> None:
    card = read_card(written())
    assert card.entries == entries()
    assert (card.header.device, card.header.site, card.header.written) == ("Scanner-05", "MAIN", WRITTEN)
    KEY.public_key().verify(bytes.fromhex(card.signature), card.signed)


def test_the_golden_file_of_form_1_is_read_for_ever() -> None:
    card = read_card(GOLDEN.read_bytes())
    assert card.entries == entries()
    KEY.public_key().verify(bytes.fromhex(card.signature), card.signed)


def test_a_file_can_be_read_without_the_device() -> None:
    header, *acts, trailer, end = gzip.decompress(written()).split(b"\n")
    assert json.loads(header)["device"] == "Scanner-05"
    assert [json.loads(act)["seq"] for act in acts] == [7, 8, 9]
    assert (set(json.loads(trailer)), end) == ({"sha256", "signature"}, b"")


@pytest.mark.parametrize("gap", [(), entries()[::2]])
def test_a_file_is_of_consecutive_acts(gap: tuple[Entry, ...]) -> None:
    with pytest.raises(ValueError, match="consecutive acts"):
        written(gap)


def drop_act(lines: list[bytes]) -> None:
    del lines[2]


def swap_acts(lines: list[bytes]) -> None:
    lines[1], lines[2] = lines[2], lines[1]


def change_act(lines: list[bytes]) -> None:
    lines[1] = lines[1].replace(b"sarah", b"mike0")


def change_last(lines: list[bytes]) -> None:
    lines[3] = lines[3].replace(b"sarah", b"mike0")


def other_device(lines: list[bytes]) -> None:
    lines[0] = lines[0].replace(b"Scanner-05", b"Scanner-06")


def other_site(lines: list[bytes]) -> None:
    lines[0] = lines[0].replace(b"MAIN", b"EAST")


def newer(lines: list[bytes]) -> None:
    lines[0] = lines[0].replace(b'"scantrail_records":1', b'"scantrail_records":2')


def no_form(lines: list[bytes]) -> None:
    lines[0] = b'{"name":"x"}'


def no_utf8(lines: list[bytes]) -> None:
    lines[3] = b"\xff"


def nul_name(lines: list[bytes]) -> None:
    lines[0] = lines[0].replace(b"Scanner-05", b"Scanner\\u0000")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (drop_act, "it should hold records 7 to 9, and holds 2"),
        (swap_acts, "record 7 is another device's or another site's"),
        (change_act, "record 8 does not follow on the one before it"),
        (change_last, "its last record is not the one it was written with"),
        (other_device, "record 7 is another device's or another site's"),
        (other_site, "record 7 is another device's or another site's"),
        (newer, "written by a newer Scantrail (form 2). Upgrade here first"),
        (no_form, "This is no file of records"),
        (no_utf8, "record 9 is no text"),
        (nul_name, "its header names what no device is called"),
    ],
)
def test_a_file_that_is_not_what_was_written_is_refused_with_what_is_wrong(
    change: Callable[[list[bytes]], object], said: str
) -> None:
    assert said in why_not(forged(change))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "This is no file of records"),
        (b"PK\x03\x04", "This is no file of records"),
        (gzip.compress(b"", mtime=0), "a line cannot be read"),
        (gzip.compress(b"[" * 100_000, mtime=0), "a line cannot be read"),
        (gzip.compress(b"[]\n", mtime=0), "a line cannot be read"),
        (written() + b"\0", "something was added at its end"),
        (written() + written(), "something was added at its end"),
        (written()[:-1], "This file is cut short"),
        (written()[: len(written()) // 2], "This file is cut short"),
    ],
)
def test_a_file_of_another_kind_or_length_is_refused(content: bytes, said: str) -> None:
    assert said in why_not(content)


def test_a_file_that_unpacks_to_far_too_much_is_refused_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scantrail.protocol.card.MAX_UNPACKED", 1_000)
    assert "unpacks to more than 1000 bytes" in why_not(gzip.compress(b" " * 100_000))


@given(st.binary(max_size=300) | st.binary(max_size=300).map(gzip.compress))
def test_arbitrary_bytes_are_refused_with_a_sentence(content: bytes) -> None:
    assert why_not(content).endswith(".")


WHOLE = written()


@given(st.integers(0, len(WHOLE) * 8 - 1))
def test_a_flipped_bit_is_noticed_or_changes_nothing(bit: int) -> None:
    content = bytearray(WHOLE)
    content[bit // 8] ^= 1 << bit % 8
    read: Card | None = None
    with suppress(CardUnusable):
        read = read_card(bytes(content))
    assert read in (None, read_card(WHOLE)), "only what gzip says about itself may differ"


@given(st.integers(0, len(WHOLE) - 1))
def test_a_file_cut_short_anywhere_is_refused(length: int) -> None:
    assert why_not(WHOLE[:length]).endswith(".")


def after(seq: int, link: str, card: Card | None = None) -> bool:
    return (card or read_card(WHOLE)).follows(seq, link)


def test_a_file_knows_what_it_follows_on() -> None:
    links = {seq: act_hash(exact) for seq, exact in entries()}
    assert after(6, "0" * 64)
    assert after(8, links[8])
    assert after(9, links[9])
    assert after(12, "whatever comes after the file")
    assert not after(6, "f" * 64)
    assert not after(8, links[7])
