"""After a backup was put back, a new epoch makes devices begin anew, and the server's own acts are numbered anew."""

from __future__ import annotations

from scantrail.domain.acts.act import Draft
from scantrail.protocol.messages import Outcome
from scantrail.server.administration import restored
from scantrail.server.database.epoch import server_epoch
from scantrail.server.database.flights import fly
from scantrail.server.ledger.log import Dated, verify_chain
from scantrail.server.ledger.site_records import SqlRecords
from tests.server.site import ServedSite
from tests.support.worlds import NOW


def test_a_new_epoch_is_told_with_the_next_changes_and_breaks_no_chain(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    before = device.push().changes.server_epoch
    epoch = restored(served.database, served.now)
    assert epoch != before
    device.record()
    answer = device.push(first=len(device.exacts))
    assert [verdict.outcome for verdict in answer.verdicts] == [Outcome.APPLIED]
    assert answer.changes.server_epoch == epoch
    with served.database.writing() as connection:
        assert server_epoch(connection) == epoch
        records = SqlRecords.of(connection, "MAIN", NOW)
        (act,) = records.record([Dated(Draft(), NOW)])
        fly(connection, *records.finish())
    assert (act.id.seq, act.previous) == (1, "")
    with served.database.reading() as connection:
        assert verify_chain(connection, "MAIN") is None
