"""The settings that a site has had: an act is judged by those that its person worked by."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from scantrail.domain.names.identifiers import SiteId
from scantrail.domain.settings import Settings


def version_name(site: SiteId) -> str:
    """Under which name an act says by which version of the settings it was judged."""
    return f"settings:{site}"


def version_in(versions: Mapping[str, int], site: SiteId) -> int | None:
    """The version that an act names; None where it names none.

    A device of an earlier version has the settings in the site's row, which is listed after them in the same stream.
    """
    return versions.get(version_name(site), versions.get(f"site:{site}"))


@dataclass(frozen=True, slots=True)
class History:
    """Every version of a site's settings that is kept."""

    versions: tuple[tuple[int, Settings], ...] = ()
    """Each with its position, in order."""

    def at(self, position: int) -> Settings | None:
        """The settings that held at a position: the last that had come by then. None where none are kept at all.

        Of a time before the oldest that is kept, the oldest.
        """
        found = bisect_right(self.versions, position, key=lambda each: each[0])
        return self.versions[max(0, found - 1)][1] if self.versions else None
