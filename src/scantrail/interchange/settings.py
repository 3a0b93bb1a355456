"""A site's settings in the database: what they are, and how a file changes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from scantrail.domain.acts.act import Draft
from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.facts.imports import RowsImported
from scantrail.domain.names.identifiers import SiteId
from scantrail.domain.people.site import Site
from scantrail.domain.people.worker import SYSTEM
from scantrail.domain.settings import Settings
from scantrail.interchange.plan import Difference, settings_differences
from scantrail.interchange.settings_file import Problem, read_settings
from scantrail.protocol.messages import GLOBAL_STREAM
from scantrail.server.database.engine import Database
from scantrail.server.ledger.log import Dated
from scantrail.server.ledger.writing import writing
from scantrail.server.records.master import all_settings, all_sites, put_settings, put_sites
from scantrail.server.records.settings import history_of
from scantrail.words import M, OperatorError


@dataclass(frozen=True, slots=True)
class Standing:
    """A site's settings as they are."""

    site: Site
    settings: Settings
    version: int
    """0 while they have never been written down: then they are as Scantrail ships them."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying a file did, or why it did nothing."""

    problems: Sequence[Problem] = ()
    differences: Sequence[Difference] = ()
    version: int = 0
    """Of the settings afterwards; 0 where the file has problems."""
    is_trial: bool = False

    def to_plain(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "applied": bool(self.differences) and not self.is_trial,
            "dry_run": self.is_trial,
            "problems": [each.to_plain() for each in self.problems],
            "differences": [{"key": each.field, "old": each.old, "new": each.new} for each in self.differences],
            "version": self.version,
        }


def standing(database: Database, site: SiteId) -> Standing:
    """A site's settings.

    Raises:
        OperatorError: the site is not on record.
    """
    with database.reading() as connection:
        return _standing(connection, site)


def apply_settings(
    database: Database, site: SiteId, file: str, content: bytes, now: datetime, *, is_trial: bool = False
) -> Applied:
    """Make a file's settings those of a site, as a new version, unless it says what holds already.

    A trial says the same and writes nothing.

    Raises:
        OperatorError: the site is not on record.
    """
    wanted, problems = read_settings(file, content, site)
    if problems or is_trial:
        before = standing(database, site)
        found = () if problems else tuple(settings_differences(before.settings, wanted))
        return Applied(problems, found, 0 if problems else before.version, is_trial)
    with writing(database, GLOBAL_STREAM, now) as records:
        before = _standing(records.connection, site)
        found = tuple(settings_differences(before.settings, wanted))
        if found:
            hashed = sha256(content).hexdigest()
            event = RowsImported("settings", file, hashed, added=0, changed=1)
            records.record([Dated(Draft(events=(event,)), now, SYSTEM)])
            put_settings(records.connection, [wanted])
            put_sites(records.connection, [before.site])
            records.changed([(RowKind.SETTINGS, site), (RowKind.SITE, site)])
    return Applied((), found, standing(database, site).version)


def _standing(connection: Connection, site: SiteId) -> Standing:
    sites = all_sites(connection)
    if site not in sites:
        raise OperatorError(M("Site {site} is not on record. Sites: {sites}", site=site, sites=", ".join(sites) or "-"))
    versions = history_of(connection, site).versions
    settings = all_settings(connection).get(site, Settings(site))
    return Standing(sites[site], settings, versions[-1][0] if versions else 0)
