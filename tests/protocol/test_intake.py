"""What each act of a push is, before any of it is judged."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.acts.act import Act, ActId, Draft, Times
from scantrail.domain.facts.sessions import WorkerSignedIn
from scantrail.protocol.acts import act_hash, encode_act
from scantrail.protocol.intake import BrokenChain, Head, Kind, Received, receive
from scantrail.protocol.messages import Push
from tests.support.worlds import NOW

NOTHING = Head()
DEVICE, EPOCH, SITE = "Scanner-05", "e1", "MAIN"


def journal(length: int, **changed: object) -> list[bytes]:
    """A device's acts in their exact bytes, each chained to the one before."""
    exacts: list[bytes] = []
    for seq in range(1, length + 1):
        act = Act(
            ActId(DEVICE, EPOCH, seq),
            act_hash(exacts[-1]) if exacts else "",
            SITE,
            "sarah",
            Times(NOW, "boot", seq),
            Draft(events=(WorkerSignedIn("sarah", offline=True),)),
        )
        exacts.append(encode_act(replace(act, **changed)))  # type: ignore[arg-type] # reason: names fields of Act
    return exacts


def push_of(exacts: list[bytes], first_seq: int) -> Push:
    texts = tuple(exact.decode("utf-8", "surrogatepass") for exact in exacts)
    head = act_hash(exacts[-1]) if exacts else ""
    return Push(DEVICE, EPOCH, first_seq, texts, head, "", Times(NOW, "boot", 0))


def taken(exacts: list[bytes], first: int, last: int, head: Head = NOTHING) -> tuple[Received, ...]:
    """Acts `first` to `last` of a journal, at a server that has acts up to `head`."""
    known = {seq: act_hash(exacts[seq - 1]) for seq in range(1, head.seq + 1)}
    return receive(push_of(exacts[first - 1 : last], first), head, known, SITE)


def head_of(exacts: list[bytes], seq: int) -> Head:
    return Head(seq, act_hash(exacts[seq - 1])) if seq else Head()


JOURNAL = journal(12)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_however_a_journal_is_cut_into_batches_each_act_is_fresh_once(cuts: list[tuple[int, int]]) -> None:
    reached, fresh = 0, []
    for back, forth in [*cuts, (0, len(JOURNAL))]:
        first = min(max(1, reached + 1 - back), len(JOURNAL))
        last = min(max(first, reached + forth), len(JOURNAL))
        received = taken(JOURNAL, first, last, head_of(JOURNAL, reached))
        repeated = max(0, min(last, reached) - first + 1)
        kinds = [each.kind for each in received]
        assert kinds == [Kind.DUPLICATE] * repeated + [Kind.FRESH] * (len(kinds) - repeated)
        fresh += [each.id.seq for each in received if each.kind is Kind.FRESH]
        reached = max(reached, last)
    assert fresh == list(range(1, len(JOURNAL) + 1))


def test_a_fresh_act_is_read() -> None:
    (received,) = taken(journal(1), 1, 1)
    assert received.act is not None
    assert received.act.draft.events == (WorkerSignedIn("sarah", offline=True),)


@pytest.mark.parametrize("reached", [0, 2])
def test_a_gap_names_the_act_expected_next(reached: int) -> None:
    exacts = journal(6)
    with pytest.raises(BrokenChain) as broken:
        taken(exacts, reached + 2, 6, head_of(exacts, reached))
    assert broken.value.expected_seq == reached + 1


def test_other_bytes_under_a_known_id_are_misuse_and_not_fresh() -> None:
    ours, copy = journal(3), journal(3, actor="mike")
    known = {1: act_hash(ours[0]), 2: act_hash(ours[1])}
    received = receive(push_of(copy[:2], 1), head_of(ours, 2), known, SITE)
    assert [each.kind for each in received] == [Kind.MISUSE] * 2
    assert all(each.act is None for each in received)


def test_a_copy_that_goes_on_by_itself_breaks_the_chain() -> None:
    ours, copy = journal(3), journal(3, actor="mike")
    with pytest.raises(BrokenChain):
        receive(push_of(copy[2:], 3), head_of(ours, 2), {}, SITE)


def test_an_act_left_out_inside_a_batch_breaks_the_chain() -> None:
    exacts = journal(4)
    with pytest.raises(BrokenChain):
        receive(push_of([exacts[0], exacts[2]], 1), Head(), {}, SITE)


@pytest.mark.parametrize("bad", [b"", b"{", b"[]", b"null", b'{"v": 99}', b"\xed\xa0\x80", b"[" * 50_000])
def test_what_cannot_be_read_stops_none_of_the_acts_after_it(bad: bytes) -> None:
    first, _ = journal(2)
    following = Act(ActId(DEVICE, EPOCH, 3), act_hash(bad), SITE, "sarah", Times(NOW, "boot", 3), Draft())
    received = receive(push_of([first, bad, encode_act(following)], 1), Head(), {}, SITE)
    assert [each.kind for each in received] == [Kind.FRESH, Kind.UNREADABLE, Kind.FRESH]
    assert received[1].exact == bad
    assert received[1].why


LIES: list[dict[str, object]] = [
    {"site": "EAST"},
    {"id": ActId("Scanner-01", EPOCH, 1)},
    {"id": ActId(DEVICE, "e2", 1)},
    {"id": ActId(DEVICE, EPOCH, 7)},
]


@pytest.mark.parametrize("lie", LIES)
def test_an_act_that_is_not_the_one_its_place_says_is_not_taken(lie: dict[str, object]) -> None:
    (received,) = taken(journal(1, **lie), 1, 1)
    assert (received.kind, received.act) == (Kind.UNREADABLE, None)


def test_a_batch_that_does_not_end_in_its_signed_head_is_not_taken() -> None:
    push = push_of(journal(3), 1)
    for lie in (replace(push, head="00" * 32), replace(push, acts=push.acts[:-1]), replace(push, acts=())):
        with pytest.raises(BrokenChain):
            receive(lie, Head(), {}, SITE)


@given(st.binary(max_size=300).map(lambda raw: raw.decode("utf-8", "replace")))
def test_any_text_at_all_is_either_an_act_or_unreadable(text: str) -> None:
    exact = text.encode("utf-8", "surrogatepass")
    (received,) = receive(push_of([exact], 1), Head(), {}, SITE)
    assert received.kind is Kind.UNREADABLE
