"""What a device believes of an answer: its numbers and texts are of a size that a database and a screen can hold.

A server, or what stands in front of it, may be broken or hostile. What an answer says of the server's history is kept
and said again with each request, so a wrong one would stay; it is refused before anything of it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from scantrail.domain.things.photo import is_hash
from scantrail.protocol.messages import (
    Changes,
    EnrolAnswer,
    LackedPhotos,
    NumbersAnswer,
    PushAnswer,
    SignInAnswer,
    TokenAnswer,
)
from scantrail.protocol.outbox import WrongAnswer
from scantrail.protocol.snapshot import SnapshotAnswer

LARGEST_NUMBER = 2**63 - 1
"""That a database can hold."""
LONGEST_TEXT = 500
"""Characters of an id, an epoch, a token or a receipt."""
MOST_STREAMS = 400
"""A device follows the stream of every site, and that of what belongs to none. It says in the address of a request how
far it is in each, which has room for about as many."""
MOST_PHOTOS = 100_000
"""Photos that a server may lack of one device."""
YEARS = range(2020, 2200)
"""Years that a server's clock may show."""


def check(answer: object) -> None:
    """Make sure that an answer can be kept and shown.

    Raises:
        WrongAnswer: something in it is too large, too long, or is no text.
    """
    match answer:
        case Changes():
            _check_changes(answer)
        case PushAnswer():
            _check_push(answer)
        case SnapshotAnswer(snapshot=told) if told is not None:
            _check_history(told.server_epoch, told.cursor, told.heads)
        case NumbersAnswer(turn, count, first, receipt):
            for number in (turn, count, first):
                _check_number("number", number)
            _check_text("receipt", receipt)
        case SignInAnswer():
            _check_text("worker", answer.worker)
            _check_clock(answer.valid_until)
        case TokenAnswer(until):
            _check_clock(until)
        case EnrolAnswer(device, site, token):
            _check_known({"device": device, "site": site, "token": token})
            _check_clock(answer.until)
        case LackedPhotos():
            _check_hashes(answer.sha256)
        case _:
            return


def _check_push(answer: PushAnswer) -> None:
    _check_changes(answer.changes)
    _check_number("acknowledged", answer.acknowledged)
    _check_clock(answer.now)
    for verdict in answer.verdicts:
        _check_number("position", verdict.position)


def _check_changes(changes: Changes) -> None:
    _check_history(changes.server_epoch, changes.cursor, changes.heads)
    _check_number("pause_s", changes.pause_s)
    for row in changes.rows:
        _check_number("position", row.position)


def _check_history(epoch: str, cursor: Mapping[str, int], heads: Mapping[str, str]) -> None:
    """What the device will say of the server's history, with each request from now on."""
    _check_known({"server_epoch": epoch})
    if len(cursor) > MOST_STREAMS or not heads.keys() <= cursor.keys():
        raise WrongAnswer(f"Expected at most {MOST_STREAMS} streams, each with its position.")
    for stream, position in cursor.items():
        _check_text("stream", stream)
        _check_number("position", position)
    for head in heads.values():
        _check_text("head", head)


def _check_known(texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        if not text:
            raise WrongAnswer(f"{name}: expected a text, got none.")
        _check_text(name, text)


def _check_text(name: str, text: str) -> None:
    if len(text) > LONGEST_TEXT or not text.isprintable():
        raise WrongAnswer(f"{name}: expected printable text of at most {LONGEST_TEXT} characters.")


def _check_number(name: str, number: int) -> None:
    if not 0 <= number <= LARGEST_NUMBER:
        raise WrongAnswer(f"{name}: expected a number from 0 to {LARGEST_NUMBER}.")


def _check_clock(told: datetime | None) -> None:
    if told is not None and told.year not in YEARS:
        raise WrongAnswer(f"The server's clock shows the year {told.year}.")


def _check_hashes(hashes: Iterable[str]) -> None:
    listed = tuple(hashes)
    if len(listed) > MOST_PHOTOS or not all(is_hash(each) for each in listed):
        raise WrongAnswer(f"sha256: expected at most {MOST_PHOTOS} hashes of 64 hexadecimal digits.")
