"""Repository of the versions of settings: none is ever taken away."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, insert, select

from scantrail.domain.acts.kinds import KINDS, RowKind
from scantrail.domain.names.identifiers import SiteId
from scantrail.domain.settings.history import History
from scantrail.server.database.flights import Query, fly
from scantrail.server.database.schema import settings, settings_versions

_KEEP = insert(settings_versions).from_select(
    ["site", "version", "body"],
    select(settings.c.id, bindparam("listed_at", type_=BigInteger), settings.c.body).where(
        settings.c.id == bindparam("of")
    ),
)
_KEPT = Query.of_both("SELECT version, body FROM settings_versions WHERE site = $1 ORDER BY version")


def keep_versions(connection: Connection, listed: Iterable[Mapping[str, Any]]) -> None:
    """Keep the settings that these entries of the feed list, as they are now, each under its position."""
    rows = [{"of": each["id"], "listed_at": each["position"]} for each in listed if each["kind"] == RowKind.SETTINGS]
    if rows:
        connection.execute(_KEEP, rows)


def history_of(connection: Connection, site: SiteId) -> History:
    """Every version of a site's settings.

    Raises:
        PlainError: a row does not hold what this program writes there.
    """
    (rows,) = fly(connection, _KEPT.asks(site))
    read = KINDS[RowKind.SETTINGS].read
    return History(tuple((version, read(json.loads(body))) for version, body in rows))
