"""The one door: every change of a site goes through its records, in one transaction under its lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from scantrail.domain.names.identifiers import SiteId
from scantrail.server.database.engine import Database
from scantrail.server.ledger.opening import opened
from scantrail.server.ledger.site_records import SqlRecords


@contextmanager
def writing(database: Database, site: SiteId, now: datetime, device: str = "", epoch: str = "") -> Iterator[SqlRecords]:
    """A site's records, or those of what belongs to no site; at the end all is written and committed, or nothing is.

    A push names the device and the epoch of its store.
    """
    with database.writing() as connection:
        records = SqlRecords(connection, opened(connection, site, device, epoch, lock=True), now)
        yield records
        database.commit(connection, *records.finish())
