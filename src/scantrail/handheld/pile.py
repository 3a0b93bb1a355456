"""The screens that are open, each over the one below."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from scantrail.handheld.pages.base import Page

P = TypeVar("P", bound=Page)


class Pile:
    """The open screens. There is always one at least."""

    def __init__(self, lowest: Page) -> None:
        self._pages = [lowest]

    def __iter__(self) -> Iterator[Page]:
        """From the lowest to the one on top."""
        return iter(tuple(self._pages))

    @property
    def top(self) -> Page:
        """The one that is shown, and that gets what is scanned and pressed."""
        return self._pages[-1]

    def find(self, *kinds: type[P]) -> P | None:
        """The topmost screen of these kinds."""
        return next((page for page in reversed(self._pages) if isinstance(page, kinds)), None)

    def open(self, page: Page) -> None:
        """Put a screen over the present one."""
        self._pages.append(page)

    def back(self) -> None:
        """Take the present screen away; the lowest stays."""
        if len(self._pages) > 1:
            self._pages.pop().closed()

    def close(self, page: Page) -> None:
        """Take a screen away with everything that lies over it; the lowest stays."""
        while page in self._pages[1:]:
            self.back()

    def uncover(self, page: Page) -> None:
        """Take everything away that lies over a screen of this pile."""
        while self.top is not page:
            self.back()

    def begin_with(self, page: Page) -> None:
        """Take all screens away; this one is the lowest now."""
        for each in reversed(self._pages):
            each.closed()
        self._pages = [page]
