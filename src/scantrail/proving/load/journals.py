"""The device's side of a push, in memory: acts in their exact bytes, chained, in batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from scantrail.domain.acts.act import Act, ActId, Draft, Times
from scantrail.domain.facts.sessions import WorkerSignedIn
from scantrail.protocol.acts import act_hash, encode_act
from scantrail.protocol.messages import Push, PushAnswer, Seen
from scantrail.protocol.outbox import Entry, build_push
from scantrail.server.database.engine import Database
from scantrail.server.ledger.feed import changes_after

EPOCH = "bench"
_NOTHING_SEEN = Seen()


def unsigned(_message: bytes) -> str:
    """A signature for pushes that are taken without HTTP: there nobody looks at it."""
    return ""


@dataclass(frozen=True, slots=True)
class Journal:
    """A device's chain of acts up to the last one."""

    device: str
    site: str
    actor: str
    seq: int = 0
    head: str = ""
    """Hash of the last act."""

    def signing_in(self) -> Draft:
        """What stands first in it: its person signs in."""
        return Draft(events=(WorkerSignedIn(self.actor, offline=False),))

    def push(
        self, drafts: Sequence[Draft], seen: Seen = _NOTHING_SEEN, sign: Callable[[bytes], str] = unsigned
    ) -> tuple[Push, Journal]:
        """A push of these drafts as acts, and the journal after it."""
        now = Times(datetime.now(UTC), "boot", 0)
        batch: list[Entry] = []
        head = self.head
        for seq, draft in enumerate(drafts, self.seq + 1):
            exact = encode_act(Act(ActId(self.device, EPOCH, seq), head, self.site, self.actor, now, draft))
            head = act_hash(exact)
            batch.append((seq, exact))
        push = build_push(device=self.device, epoch=EPOCH, batch=batch, now=now, seen=seen, sign=sign)
        return push, replace(self, seq=self.seq + len(batch), head=head)


def seen_after(push: Push, answer: PushAnswer) -> Seen:
    """What a device has seen with the answer to a push."""
    return Seen(answer.changes.cursor, answer.changes.heads, push.device, push.epoch, answer.acknowledged)


def followed(database: Database, site: str) -> Seen:
    """What a device of a site has seen once it has read every change there was."""
    seen, more = Seen(), True
    while more:
        with database.reading() as connection:
            changes = changes_after(connection, seen, site)
        seen, more = Seen(changes.cursor, changes.heads), changes.more
    return seen
