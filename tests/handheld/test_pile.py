"""The pile of screens."""

from __future__ import annotations

from typing import cast

from scantrail.handheld.pages.base import Desk, Page
from scantrail.handheld.pile import Pile

NEVER_ASKED = cast(Desk, None)
"""What these screens work with: they only lie there."""


class Screen(Page):
    """Notes that it was closed."""

    def __init__(self, closed: list[Page]) -> None:
        super().__init__(NEVER_ASKED)
        self._closed = closed

    def closed(self) -> None:
        self._closed.append(self)


class AnotherKind(Screen):
    """A screen of another kind."""


def pile_of(*pages: Page) -> Pile:
    pile = Pile(pages[0])
    for page in pages[1:]:
        pile.open(page)
    return pile


def test_going_back_closes_the_top_screen_and_never_the_lowest() -> None:
    closed: list[Page] = []
    lowest, top = Screen(closed), Screen(closed)
    pile = pile_of(lowest, top)
    pile.back()
    pile.back()
    assert (pile.top, closed) == (lowest, [top])


def test_a_screen_is_closed_with_everything_that_lies_over_it() -> None:
    closed: list[Page] = []
    lowest, second, third, top = (Screen(closed) for _each in range(4))
    pile = pile_of(lowest, second, third, top)
    pile.close(second)
    assert (list(pile), closed) == ([lowest], [top, third, second])


def test_closing_the_lowest_or_a_screen_that_is_not_there_does_nothing() -> None:
    closed: list[Page] = []
    lowest, top = Screen(closed), Screen(closed)
    pile = pile_of(lowest, top)
    pile.close(lowest)
    pile.close(Screen(closed))
    assert (list(pile), closed) == ([lowest, top], [])


def test_uncovering_a_screen_leaves_it_on_top() -> None:
    closed: list[Page] = []
    lowest, second, top = (Screen(closed) for _each in range(3))
    pile = pile_of(lowest, second, top)
    pile.uncover(second)
    assert (list(pile), closed) == ([lowest, second], [top])


def test_the_topmost_screen_of_a_kind_is_found() -> None:
    below, over, top = AnotherKind([]), AnotherKind([]), Screen([])
    pile = pile_of(below, over, top)
    assert pile.find(AnotherKind) is over
    assert pile.find(AnotherKind, Screen) is top
    assert pile_of(top).find(AnotherKind) is None


def test_beginning_with_another_screen_closes_all_there_were_from_the_top_down() -> None:
    closed: list[Page] = []
    lowest, top, other = (Screen(closed) for _each in range(3))
    pile = pile_of(lowest, top)
    pile.begin_with(other)
    assert (list(pile), closed) == ([other], [top, lowest])
