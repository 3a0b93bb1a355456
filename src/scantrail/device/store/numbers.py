"""The numbers that this device may give away without a network, each of them once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update

from scantrail.device.store.database import Database
from scantrail.device.store.errors import NumbersUsedUp
from scantrail.device.store.schema import number_blocks
from scantrail.domain.names.numbers import Block, Series
from scantrail.protocol.messages import HeldNumbers, NumbersAnswer, NumbersRequest
from scantrail.protocol.numbers import has_enough
from scantrail.words import M, Message, say

_OF_SERIES = number_blocks.c.series == bindparam("of")
_BLOCKS = select(number_blocks).where(_OF_SERIES).order_by(number_blocks.c.turn)
_THIS = (_OF_SERIES, number_blocks.c.turn == bindparam("at"))
_ADVANCE = update(number_blocks).where(*_THIS).values(next=bindparam("upto"))
_NOTE = update(number_blocks).where(*_THIS).values(refusal=bindparam("why"))
_TOLD = update(number_blocks).where(*_THIS).values(known_to=bindparam("server"), refusal="")
_TELL_AGAIN = update(number_blocks).values(known_to="")
_DROP_USED_UP = delete(number_blocks).where(
    _OF_SERIES,
    number_blocks.c.turn < bindparam("at"),
    number_blocks.c.next == number_blocks.c.first + number_blocks.c.size,
)


@dataclass(frozen=True, slots=True)
class NumbersLeft:
    """How many numbers of a series are left on this device."""

    series: str
    left: int
    refusal: str = ""
    """Why the server gave no more, in its words."""

    @property
    def told(self) -> Message:
        """The same for people."""
        left = M("{series}: {left} carton numbers left", series=self.series, left=self.left)
        return M("{left}. {refusal}", left=left, refusal=self.refusal) if self.refusal else left


class Numbers:
    """Blocks of numbers in the store; nothing is given away before it is durable that it is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def left(self, series: Series) -> NumbersLeft:
        """How many numbers of a series there are here."""
        blocks = self._blocks(series)
        return NumbersLeft(series.name, _left_in(blocks), blocks[-1].refusal if blocks else "")

    def take(self, series: Series, count: int) -> tuple[str, ...]:
        """Take numbers away for good, and give them as they are written: all of them, or none.

        Raises:
            NumbersUsedUp: there are not so many.
            StoreFull: it cannot be written down; none was taken.
        """
        taken: list[int] = []
        with self._database.writing():
            blocks = self._blocks(series)
            if _left_in(blocks) < count:
                raise NumbersUsedUp(series.of, _left_in(blocks), count, blocks[-1].refusal if blocks else "")
            for block in blocks:
                upto = min(block.first + block.size, block.next + count - len(taken))
                taken += range(block.next, upto)
                self._database.execute(_ADVANCE, {"of": series.name, "at": block.turn, "upto": upto})
        return tuple(series.number(each) for each in taken)

    # The exchange with the server

    def request(self, series: Series, epoch: str, server_epoch: str) -> NumbersRequest | None:
        """What to ask the server for: another block when half of one is used, or only to tell it what is held here.

        None when there is enough, and this server knows of it.
        """
        blocks = self._blocks(series)
        if not blocks:
            return NumbersRequest(series.name, epoch, turn=1, left=0)
        newest, left = blocks[-1], _left_in(blocks)
        if newest.size and newest.known_to == server_epoch and has_enough(left, newest.size):
            return None
        held = HeldNumbers(newest.turn, newest.first, newest.size, newest.receipt) if newest.size else None
        return NumbersRequest(series.name, epoch, newest.turn + 1, left, held)

    def put(self, series: Series, answer: NumbersAnswer, server_epoch: str) -> None:
        """Take the server's answer. A block that this store cannot have been given is left, and said."""
        with self._database.writing():
            blocks = self._blocks(series)
            turn = blocks[-1].turn if blocks else 0
            if not answer.count or answer.turn != turn + 1:
                self._told(series, turn, server_epoch)
            elif _follows(series, answer, blocks):
                block = Block(answer.first, answer.count)
                self._add(series, answer.turn, block, receipt=answer.receipt, known_to=server_epoch)
            else:
                self._note(series, blocks, say(_GIVEN_BEFORE))

    def tell_again(self) -> None:
        """Inside a transaction: the server has lost something, perhaps also what numbers it gave."""
        self._database.execute(_TELL_AGAIN)

    def note_refusal(self, series: Series, why: str) -> None:
        """Keep what the server says of why it gives none."""
        with self._database.writing():
            self._note(series, self._blocks(series), why)

    def _told(self, series: Series, turn: int, server_epoch: str) -> None:
        self._database.execute(_TOLD, {"of": series.name, "at": turn, "server": server_epoch})

    def _note(self, series: Series, blocks: Sequence[Row[Any]], why: str) -> None:
        if not blocks:
            self._add(series, 0, Block(1, 0), receipt="", known_to="")
        turn = blocks[-1].turn if blocks else 0
        self._database.execute(_NOTE, {"of": series.name, "at": turn, "why": why})

    def _add(self, series: Series, turn: int, block: Block, *, receipt: str, known_to: str) -> None:
        row = {"series": series.name, "turn": turn, "first": block.first, "size": block.count, "next": block.first}
        self._database.execute(insert(number_blocks), {**row, "receipt": receipt, "known_to": known_to, "refusal": ""})
        self._database.execute(_DROP_USED_UP, {"of": series.name, "at": turn})

    def _blocks(self, series: Series) -> Sequence[Row[Any]]:
        return self._database.rows(_BLOCKS, of=series.name)


_GIVEN_BEFORE = M(
    "The server gave numbers that this device has had already: a backup was put back. On the server: scantrail restored"
)


def _left_in(blocks: Sequence[Row[Any]]) -> int:
    return sum(block.first + block.size - block.next for block in blocks)


def _follows(series: Series, answer: NumbersAnswer, blocks: Sequence[Row[Any]]) -> bool:
    """Whether a block lies in its series, behind all that this store was ever given: a counter only goes up."""
    highest = blocks[-1].first + blocks[-1].size - 1 if blocks else 0
    return highest < answer.first <= answer.first + answer.count - 1 <= series.last
