"""Photos in the reports of a pick, and the label that cannot be read."""

from __future__ import annotations

import pytest

from scantrail.domain.facts.quality.events import LabelUnreadable
from scantrail.domain.things.photo import MOST, Photo, photo_of
from scantrail.words import say
from scantrail.workflows.base import NO_PHOTO_HERE, AskException, AttachPhoto, Back, Tone
from scantrail.workflows.pick.modes import WORKING, Step
from tests.support.photos import jpeg
from tests.support.worlds import (
    MODULE,
    SETTINGS,
    any_line,
    exact_line,
    module,
    pick_list,
    promised,
    wanting,
    world,
)
from tests.workflows.guide import Guide

UNITS = (promised(46), promised(47))


@pytest.fixture
def guide() -> Guide:
    listed = pick_list(exact_line(*UNITS))
    guide = Guide(world(*UNITS, lists=(listed,)), listed.number)
    guide.scan_all("A-15-03", "CM-500-STD")
    return guide


def photo(guide: Guide, note: str = "") -> Photo:
    """A photo as the session makes one, with the name that the step gives it."""
    return photo_of(jpeg(note), guide.prompt().photo_name)


def reports(guide: Guide, exception: str) -> Guide:
    guide.report(exception)
    return guide


def damaged(guide: Guide) -> Guide:
    reports(guide, "Damaged unit").scan("CM500-2025-0046")
    return guide


def test_damage_is_recorded_with_its_photos(guide: Guide) -> None:
    damaged(guide)
    assert (say(guide.prompt().hint), guide.prompt().photo_name) == (
        "F7 takes a photo of it.",
        "damage-CM500-2025-0046-1",
    )
    taken = [photo(guide, "front")]
    verdict = guide.give(AttachPhoto(taken[0]))
    assert verdict is not None
    assert (verdict.tone, verdict.scanned) == (Tone.NOTED, "damage-CM500-2025-0046-1.jpg")
    assert say(guide.prompt().hint) == "1 photo. F7 takes another."
    taken.append(photo(guide, "back"))
    guide.give(AttachPhoto(taken[1]))
    assert say(guide.prompt().hint) == "2 photos. F7 takes another."
    guide.choose("housing")
    assert guide.drafts[-1].photos == tuple(taken)
    assert [each.name for each in taken] == ["damage-CM500-2025-0046-1.jpg", "damage-CM500-2025-0046-2.jpg"]
    assert guide.drafts[-1].reason == "housing"


def test_a_photo_belongs_to_one_report_only(guide: Guide) -> None:
    damaged(guide).give(AttachPhoto(photo(guide)))
    guide.give(Back())
    damaged(guide).choose("water")
    assert guide.drafts[-1].photos == ()


def test_there_may_be_so_many_photos_and_no_more(guide: Guide) -> None:
    damaged(guide)
    for at in range(MOST):
        guide.give(AttachPhoto(photo(guide, str(at))))
    assert (say(guide.prompt().hint), guide.prompt().photo_name) == (f"{MOST} photos.", "")
    extra = photo_of(jpeg("one more"), "damage-6")
    assert guide.give(AttachPhoto(extra)) == NO_PHOTO_HERE
    guide.choose("housing")
    assert len(guide.drafts[-1].photos) == MOST


def test_where_nothing_is_reported_a_photo_is_not_taken(guide: Guide) -> None:
    stray = photo_of(jpeg(), "x")
    assert guide.give(AttachPhoto(stray)) == NO_PHOTO_HERE
    for exception in ("Short pick", "Bin is empty"):
        reports(guide, exception)
        assert guide.prompt().photo_name == ""
        assert guide.give(AttachPhoto(stray)) == NO_PHOTO_HERE
        assert guide.prompt().choices, "the question stands"
        guide.give(Back())


def test_a_label_that_cannot_be_read_is_recorded_with_its_photo_and_changes_no_unit(guide: Guide) -> None:
    before = dict(guide.world.units)
    reports(guide, "Label cannot be read")
    assert [each.label for each in guide.prompt().choices] == list(SETTINGS.quality.label_reasons)
    assert guide.prompt().photo_name == "label-A-15-03-1"
    taken = photo(guide)
    guide.give(AttachPhoto(taken))
    verdict = guide.choose("torn")
    assert verdict is not None
    assert say(verdict.todo or "").startswith("Set the unit aside for a supervisor.")
    draft = guide.drafts[-1]
    assert draft.events == (LabelUnreadable(guide.number, "1", MODULE.id, "MAIN/A-15-03"),)
    assert (draft.reason, draft.photos, draft.document) == ("torn", (taken,), guide.number)
    assert guide.world.units == before
    assert (guide.mode, guide.step(), guide.pick_list.remaining) == (WORKING, Step.SERIAL, 2)


def test_after_an_unreadable_label_another_unit_is_taken() -> None:
    listed = pick_list(any_line(MODULE, 1))
    guide = Guide(world(module(49), module(50), lists=(listed,)), listed.number)
    guide.scan_all("A-15-03", "CM-500-STD")
    reports(guide, "Label cannot be read").choose("missing")
    assert guide.scan("CM500-2025-0050").tone is Tone.ACCEPTED


def test_the_site_says_why_a_label_may_be_unreadable() -> None:
    listed = pick_list(exact_line(*UNITS))
    settings = wanting(label_reasons=("eaten by mice",))
    guide = Guide(world(*UNITS, lists=(listed,), settings=settings), listed.number)
    guide.scan_all("A-15-03", "CM-500-STD")
    reports(guide, "Label cannot be read").choose("eaten by mice")
    assert guide.drafts[-1].reason == "eaten by mice"


def test_only_at_the_serial_a_label_is_reported_as_unreadable(guide: Guide) -> None:
    guide.scan("CM500-2025-0046")
    guide.give(AskException())
    assert "torn" not in [say(each.label) for each in guide.prompt().choices]
    assert "packaging" in [say(each.label) for each in guide.prompt().choices], "damage is all that can be reported"
