"""What must hold, in words, and how it is said that it does not."""

from __future__ import annotations


class Broken(Exception):
    """Something does not hold that must."""

    def __init__(self, invariant: str, detail: str) -> None:
        super().__init__(f"{invariant}: {detail}")
        self.invariant = invariant
        self.detail = detail


LOST = "An accepted scan is in the journal until it is acknowledged, and after that in the log"
TWICE = "A record takes effect once"
CHAIN = "Numbers are gapless and the chain is unbroken for each device's store"
FOLD = "Folding the log gives the rows"
BORN = "A serial is registered once"
HOLDER = "A unit has one holder and one place"
COUNTS = "A pick list counts exactly the units that are picked for it, and those that it misses are not picked"
ATTENTION = "Every act that did not apply is in attention until it is settled"
CURSOR = "A device's cursor passes no row that it has not got"
HIDDEN = "A pull hides no unsent work"
DOUBLED = "A device counts its own act once, before the server has judged it and after"
VIEW = "A device shows the server's rows with its own acts that are not in them"
AGREE = "Device and server agree after quiet"
REST = "Everything comes to rest"
RESERVED = "A reservation refuses no act, and lasts no longer than somebody is on the way"
ORDER = "Acts of a device about the same goods or list apply in their order"
STUCK = "Nothing waits once the missing step has come"
BALANCE = "The counts of a product and lot sum to zero over all places"
CONTENTS = "A container's contents are exactly the units that name it, and they stand where it stands"
ALARM = "Nobody is taken for a copy, and no record for damaged"
