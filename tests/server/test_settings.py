"""Settings by version: an act is judged by the rules that its person worked by, goods and rights as they are now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from alembic import command
from sqlalchemy import insert, select

from scantrail.domain.acts.kinds import RowKind
from scantrail.domain.documents.document import DocumentStatus
from scantrail.domain.facts.picking.events import UnitPicked
from scantrail.domain.facts.quality.events import ConditionStated
from scantrail.domain.facts.work.events import CheckConfirmed, PlaceConfirmed, ProductConfirmed, TaskCompleted
from scantrail.domain.facts.work.refusals import WorkCode
from scantrail.domain.rules.refusals.rights import RightCode
from scantrail.domain.rules.refusals.scan import ScanCode
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.domain.settings import Settings, from_columns
from scantrail.domain.settings.history import version_name
from scantrail.domain.settings.picking import PickCondition
from scantrail.domain.things.unit import Condition
from scantrail.protocol.messages import GLOBAL_STREAM, ActVerdict, Outcome, Row, Seen
from scantrail.server.database.engine import Database
from scantrail.server.database.schema import feed, meta, sites, streams
from scantrail.server.ledger.feed import changes_after
from scantrail.server.migrations import config, migrate
from scantrail.server.records.master import all_settings, put_settings, put_sites, put_workers
from scantrail.server.records.settings import history_of
from tests.server.site import VERIFIER, ServedSite, TestDevice, tell
from tests.support.worlds import MODULE, SARAH, SETTINGS, SITE, exact_line, pick_list, promised, wanting

LIST = "PL-2025-0091"
UNIT = promised(46)
NAME = version_name("MAIN")
FORBIDDEN = wanting(typed_serials=False)
MORE_CHECKS = wanting(pick_checklist=(*SETTINGS.picking.checklist, "The cart is sealed"))


def versions_of(database: Database) -> list[int]:
    with database.reading() as connection:
        return [version for version, _settings in history_of(connection, "MAIN").versions]


def becomes(served: ServedSite, settings: Settings) -> int:
    """The desk changes the settings; gives their version."""
    with served.database.writing() as connection:
        put_settings(connection, [settings])
        put_sites(connection, [SITE])
        tell(connection, GLOBAL_STREAM, [(RowKind.SETTINGS, "MAIN"), (RowKind.SITE, "MAIN")])
    return versions_of(served.database)[-1]


def rows_after(served: ServedSite, position: int) -> list[Row]:
    with served.database.reading() as connection:
        found = changes_after(connection, Seen({GLOBAL_STREAM: position}), "MAIN").rows
    return [row for row in found if row.kind in (RowKind.SETTINGS, RowKind.SITE)]


def types_a_pick(device: TestDevice, versions: dict[str, int]) -> ActVerdict:
    """Pick a unit of a list by typing its serial, under these versions; gives the verdict."""
    device.record(PlaceConfirmed(LIST, UNIT.place), document=LIST)
    device.record(ProductConfirmed(LIST, MODULE.id), document=LIST)
    picked = UnitPicked(UNIT.id, UNIT.serial, LIST, "1", "SO-2025-1289", UNIT.place, "MAIN/CART-05", UNIT.status)
    device.record(picked, scan=Reading(UNIT.serial, Carrier.TYPED), document=LIST, versions=versions)
    return device.push().verdicts[-1]


def completes(device: TestDevice, version: int) -> ActVerdict:
    """Pick the only unit of a list and end it with the shipped checklist; gives the verdict on the end."""
    device.pick(46)
    device.record(ConditionStated(UNIT.id, Condition.GOOD, LIST), document=LIST)
    checked = [CheckConfirmed(LIST, item) for item in SETTINGS.picking.checklist]
    device.record(*checked, TaskCompleted(LIST), document=LIST, versions={NAME: version})
    return device.push().verdicts[-1]


def test_a_check_that_the_desk_adds_meanwhile_does_not_contest_a_list_that_was_ended_offline(
    served: ServedSite,
) -> None:
    served.change(pick_list(exact_line(UNIT)))
    (worked_by,) = versions_of(served.database)
    becomes(served, MORE_CHECKS)
    assert completes(served.device(), worked_by).outcome is Outcome.APPLIED
    assert served.pick_list().status is DocumentStatus.COMPLETED


def test_who_has_heard_of_the_new_check_has_to_answer_it(served: ServedSite) -> None:
    served.change(pick_list(exact_line(UNIT)))
    verdict = completes(served.device(), becomes(served, MORE_CHECKS))
    assert verdict.refusal is not None
    assert verdict.refusal.code == WorkCode.NOT_CHECKED
    assert served.pick_list().status is not DocumentStatus.COMPLETED


@pytest.mark.parametrize("name", [NAME, "site:MAIN"], ids=["the settings' row", "the site's, as older devices do"])
def test_typing_is_judged_by_the_version_that_the_act_names(served: ServedSite, name: str) -> None:
    (allowed,) = versions_of(served.database)
    forbidden = becomes(served, FORBIDDEN)
    typed_after = types_a_pick(served.device(), {name: forbidden + 1})
    assert typed_after.refusal is not None
    assert typed_after.refusal.code == ScanCode.TYPED
    assert types_a_pick(served.device("Scanner-06"), {name: allowed + 1}).outcome is Outcome.APPLIED


def test_an_act_that_names_no_version_is_judged_by_the_settings_of_now(served: ServedSite) -> None:
    becomes(served, FORBIDDEN)
    verdict = types_a_pick(served.device(), {})
    assert verdict.refusal is not None
    assert verdict.refusal.code == ScanCode.TYPED


def test_of_a_time_before_all_that_is_kept_the_oldest_settings_count(served: ServedSite) -> None:
    becomes(served, FORBIDDEN)
    assert types_a_pick(served.device(), {NAME: 0}).outcome is Outcome.APPLIED


def test_by_an_old_version_nobody_keeps_a_right_that_was_taken_away(served: ServedSite) -> None:
    (worked_by,) = versions_of(served.database)
    with served.database.writing() as connection:
        put_workers(connection, [replace(SARAH, active=False)], {SARAH.id: VERIFIER})
    verdict = types_a_pick(served.device(), {NAME: worked_by})
    assert verdict.refusal is not None
    assert verdict.refusal.code == RightCode.NO_RIGHT


def test_every_version_is_kept_and_the_newest_holds(served: ServedSite) -> None:
    first, second = becomes(served, FORBIDDEN), becomes(served, MORE_CHECKS)
    with served.database.reading() as connection:
        history = history_of(connection, "MAIN")
        assert all_settings(connection)["MAIN"] == MORE_CHECKS
    assert [history.at(position) for position in (first - 1, first, second - 1, second, second + 99)] == [
        SETTINGS,
        FORBIDDEN,
        FORBIDDEN,
        MORE_CHECKS,
        MORE_CHECKS,
    ]


def test_settings_come_before_their_site_whose_row_says_them_to_older_devices(served: ServedSite) -> None:
    version = becomes(served, FORBIDDEN)
    found, site = rows_after(served, version - 1)
    assert (found.kind, found.position, site.kind) == (RowKind.SETTINGS, version, RowKind.SITE)
    assert from_columns("MAIN", site.body) == FORBIDDEN
    assert site.body["pick_condition"] == "each"


@pytest.fixture
def before(database_url: str) -> Iterator[Database]:
    """A database of the version before settings had rows, with a site whose settings a device knows."""
    database = Database(database_url, create=True)
    body = {"id": "MAIN", "name": "Main", "time_zone": "UTC", "typed_serials": True, "pick_condition": "each"}
    with database.writing() as connection:
        command.upgrade(config(connection), "0012")
        connection.execute(insert(meta).values(key="server_epoch", value="before"))
        connection.execute(insert(sites).values(id="MAIN", body=json.dumps(body)))
        stream = {"head": "", "system_seq": 0, "system_hash": ""}
        connection.execute(insert(streams), [{"id": each, "position": 7, **stream} for each in (GLOBAL_STREAM, "MAIN")])
        connection.execute(insert(feed).values(stream=GLOBAL_STREAM, kind="site", id="MAIN", position=4))
    yield database
    database.close()


def test_an_upgrade_makes_settings_of_what_sites_said_and_tells_the_devices(before: Database) -> None:
    migrate(before)
    expected = Settings("MAIN", replace(SETTINGS.scans, typed_serials=True), SETTINGS.picking)
    assert expected.picking.condition is PickCondition.EACH
    with before.reading() as connection:
        assert all_settings(connection) == {"MAIN": expected}
        assert history_of(connection, "MAIN").versions == ((4, expected),), "acts name the site's row until now"
        (row,) = changes_after(connection, Seen({GLOBAL_STREAM: 7, "MAIN": 7}), "MAIN").rows
        assert (row.kind, row.id, row.position) == (RowKind.SETTINGS, "MAIN", 8)
        assert connection.execute(select(streams.c.position).where(streams.c.id == GLOBAL_STREAM)).scalar_one() == 8
