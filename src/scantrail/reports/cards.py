"""What became of the records in a file, for people on a terminal."""

from __future__ import annotations

from scantrail.domain.moments import zoned_moment
from scantrail.reports.attention import list_lines
from scantrail.server.devices.cards import CardTaken
from scantrail.words import M, Message, say, visible

OUTCOMES: dict[str, Message] = {
    "applied": M("applied"),
    "waiting": M("waiting for an earlier step"),
    "contested": M("not applied: the world had changed"),
    "refused": M("refused"),
    "unreadable": M("cannot be read; kept"),
    "copied": M("have the number of other records; kept as alarms"),
    "duplicate": M("were here already"),
}
"""What each outcome is called, in the order in which they are told."""


def card_lines(taken: CardTaken) -> list[str]:
    """Counts by outcome, and what needs attention now."""
    head = M(
        "{device} at {site}: records {first} to {last}, written {when}",
        device=taken.device,
        site=taken.site,
        first=taken.first_seq,
        last=taken.last_seq,
        when=zoned_moment(taken.written, taken.time_zone),
    )
    lines = [say(head)]
    lines += [f"{taken.outcomes[word]:>8}  {say(told)}" for word, told in OUTCOMES.items() if word in taken.outcomes]
    if not taken.is_news:
        lines.append(say(M("All of it was here already; nothing has changed.")))
    if taken.attention:
        lines += ["", say(M("Needs attention now:")), *list_lines(taken.attention)]
    return [visible(line) for line in lines]
