"""The guided screen at the four sizes, as plain text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from scantrail.domain.acts.refusal import Code, Refusal, refuse
from scantrail.domain.wordings import WORDINGS, explain
from scantrail.handheld.drawing.bars import Bar, Size
from scantrail.handheld.drawing.guided import Guided, draw_guided
from scantrail.handheld.drawing.lines import text_of, width_of
from scantrail.handheld.drawing.verdict import Proof, Shown
from scantrail.handheld.text import told
from scantrail.protocol.link import Link
from scantrail.words import M
from scantrail.workflows.base import Choice, Item, Mark, Prompt, Tone, repeat_verdict
from tests.handheld.sketches import (
    OFFLINE,
    ONLINE,
    SERIAL_STEP,
    SIZES,
    WANTED,
    WRONG_UNIT,
    must_look_like,
    picture,
    refused,
)

LOWEST = Size(20, 8)


def ids(size: Size) -> str:
    return f"{size.width}x{size.height}"


@pytest.mark.parametrize("size", SIZES, ids=ids)
def test_a_refusal_while_online(size: Size) -> None:
    must_look_like("refused_online", size, picture(SERIAL_STEP, refused(WRONG_UNIT), ONLINE, size))


@pytest.mark.parametrize("size", SIZES, ids=ids)
def test_a_pick_while_offline(size: Size) -> None:
    shown = Shown(Tone.ACCEPTED, M("PICKED"), "CM500-2025-0046", proof=Proof.PROVISIONAL)
    must_look_like("picked_offline", size, picture(SERIAL_STEP, shown, OFFLINE, size))


@pytest.mark.parametrize("size", SIZES, ids=ids)
def test_a_choice_of_reasons(size: Size) -> None:
    choices = tuple(Choice(str(at), label) for at, label in enumerate(["not found", "too few in bin", "blocked"], 1))
    asking = replace(SERIAL_STEP, verb=M("WHY?"), expected=(), hint="", choices=choices)
    must_look_like("reasons", size, picture(asking, None, ONLINE, size, typed="2"))


@pytest.mark.parametrize("size", SIZES, ids=ids)
def test_a_check_to_confirm(size: Size) -> None:
    check = replace(
        SERIAL_STEP,
        verb=M("CHECK, THEN ENTER"),
        expected=("Conformance certificate in every box",),
        hint=M("Enter if it is so."),
        confirms=True,
        answered=(),
        done=3,
    )
    must_look_like("check", size, picture(check, Shown.of(repeat_verdict("CM500-2025-0048")), ONLINE, size))


def facts_for(code: Code) -> Refusal:
    """A refusal with facts of the usual length in every field."""
    facts = {
        "wanted": WANTED,
        "document": "PL-2025-0088",
        "worker": "Mike Chen",
        "device": "Scanner-11",
        "when": "2025-01-28T09:10:00+00:00",
        "what": M("a unit's serial"),
        "product": "Control Module CM-500",
        "format": "CM500-YYYY-NNNN",
        "kind": M("recall"),
        "reason": "supplier lot PC-2025-089",
        "status": M("Under Service"),
        "place": "A-15-03",
        "site": "MAIN",
        "owner": "Metro Manufacturing",
        "quantity": "3",
        "required": "2.1.4",
        "found": "2.1.3",
        "bin": "A-15-04",
        "unit": "CM500-2025-0046",
        "count": "2",
        "act": "Scanner-05/e1/17",
    }
    return refuse(code, **facts)


def joined(text: str) -> str:
    """A wrapped text in one line again; where words were broken does not matter."""
    return "".join(text.replace("│", " ").split())


@pytest.mark.parametrize("code", list(WORDINGS), ids=str)
@pytest.mark.parametrize("size", SIZES, ids=ids)
def test_what_to_do_about_a_refusal_is_never_cut_off(code: Code, size: Size) -> None:
    refusal = facts_for(code)
    found = joined(picture(SERIAL_STEP, refused(refusal), OFFLINE, size))
    assert joined(f"✗ {told(explain(refusal).title)}") in found
    if size.width < 80:
        assert joined(told(explain(refusal).todo)) in found
        assert "CM500-2025-0099" in found


@pytest.mark.parametrize("code", list(WORDINGS), ids=str)
def test_on_wide_glass_what_to_do_stands_whole_in_the_left_column(code: Code) -> None:
    refusal = facts_for(code)
    lines = picture(SERIAL_STEP, refused(refusal), ONLINE, Size(80, 24)).splitlines()
    left = joined(" ".join(line.partition("│")[0] for line in lines))
    assert joined(told(explain(refusal).because)) in left
    assert joined(told(explain(refusal).todo)) in left


def test_a_verdict_is_words_and_a_glyph_whatever_the_colour() -> None:
    for tone, glyph in [(Tone.ACCEPTED, "✓"), (Tone.NOTED, "✓!"), (Tone.REFUSED, "✗"), (Tone.REPEAT, "↻")]:
        found = picture(SERIAL_STEP, Shown(tone, M("TITLE"), "X"), ONLINE, Size(40, 24))
        assert f"{glyph} TITLE  X" in found


@pytest.mark.parametrize("size", SIZES, ids=ids)
def test_offline_work_is_called_provisional_in_words(size: Size) -> None:
    shown = Shown(Tone.ACCEPTED, M("PICKED"), "CM500-2025-0046", proof=Proof.PROVISIONAL)
    assert "PROVISIONAL" in picture(SERIAL_STEP, shown, OFFLINE, size)


def test_a_second_sign_shows_that_the_server_has_confirmed() -> None:
    waiting = Shown(Tone.ACCEPTED, M("PICKED"), "X", proof=Proof.WAITING)
    confirmed = Shown(Tone.ACCEPTED, M("PICKED"), "X", proof=Proof.CONFIRMED)
    assert "✓ PICKED  X                            …" in picture(SERIAL_STEP, waiting, ONLINE, Size(40, 24))
    assert "✓ PICKED  X                           ✓✓" in picture(SERIAL_STEP, confirmed, ONLINE, Size(40, 24))


@pytest.mark.parametrize("size", SIZES, ids=ids)
@pytest.mark.parametrize(
    ("bar", "said"),
    [
        (Bar(Link.ONLINE, 2), "↑2"),
        (Bar(Link.OFFLINE, 3), "OFFLINE 3"),
        (Bar(Link.NOT_ENROLLED), "NOT KNOWN"),
        (Bar(Link.ONLINE, 0, 4), "!4"),
    ],
)
def test_the_state_line_says_how_things_stand(size: Size, bar: Bar, said: str) -> None:
    assert said in picture(SERIAL_STEP, None, bar, size).splitlines()[0]


@pytest.mark.parametrize(("size", "seen"), [(Size(20, 16), 10), (Size(40, 8), 4)], ids=str)
def test_with_more_choices_than_lines_the_glass_says_which_are_in_sight(size: Size, seen: int) -> None:
    choices = tuple(Choice(str(at), f"CM500-2025-{at:04d}") for at in range(1, 41))
    found = picture(replace(SERIAL_STEP, choices=choices), None, ONLINE, size)
    assert "▸ 1 CM500-2025-0001" in found
    assert f" {seen} CM500-2025-{seen:04d}" in found
    assert f"↓ more: 1–{seen} of 40" in found


def test_in_a_long_list_the_unit_to_take_now_stays_in_sight() -> None:
    items = tuple(Item(Mark.NOW if at == 150 else Mark.TODO, f"SN-{at:04d}") for at in range(300))
    found = picture(replace(SERIAL_STEP, items=items), None, ONLINE, Size(40, 24))
    assert "▸ SN-0150" in found


texts = st.text(max_size=60)
prompts = st.builds(
    Prompt,
    task=texts,
    about=texts,
    verb=st.just(M("SCAN SERIAL")),
    expected=st.lists(texts, max_size=4).map(tuple),
    hint=texts,
    answered=st.lists(texts, max_size=3).map(tuple),
    items=st.lists(st.builds(Item, st.sampled_from(Mark), texts, texts), max_size=30).map(tuple),
    done=st.integers(0, 9),
    total=st.integers(0, 9),
    choices=st.lists(st.builds(Choice, st.just("1"), texts), max_size=12).map(tuple),
    instructions=st.lists(texts, max_size=3).map(tuple),
    confirms=st.booleans(),
    finished=st.booleans(),
)
verdicts = st.none() | st.builds(Shown, st.sampled_from(Tone), texts, texts, texts, texts, st.sampled_from(Proof))


@given(prompts, verdicts, st.sampled_from([*SIZES, LOWEST, Size(64, 14), Size(132, 50)]), texts)
def test_whatever_is_shown_fits_the_glass_and_steers_nothing(
    prompt: Prompt, shown: Shown | None, size: Size, typed: str
) -> None:
    lines = draw_guided(Guided(prompt, shown, OFFLINE, typed), size)
    assert len(lines) == size.height
    assert all(width_of(line) <= size.width for line in lines)
    assert all(cell_len(text_of(line)) <= size.width for line in lines)
    assert all(span.text.isprintable() for line in lines for span in line)
