"""The devices of a server, for the administrator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from scantrail.server.devices.register import DeviceState, ListedDevice
from scantrail.words import M, say

STATES = {
    DeviceState.EXPECTED: M("not enrolled yet"),
    DeviceState.ENROLLED: M("in use"),
    DeviceState.LEAVING: M("revoked; its last records are waited for"),
    DeviceState.REVOKED: M("revoked"),
}


def device_lines(devices: Sequence[ListedDevice]) -> Iterator[str]:
    """A table of devices: name, site, last heard of, until when the token is good, records, state."""
    if not devices:
        yield say(M("No devices. Add one: scantrail device add NAME --site SITE"))
        return
    rows = [tuple(map(say, (M("device"), M("site"), M("last heard of"), M("token until"), M("records"), M("state"))))]
    rows += [
        (
            each.name,
            each.site,
            _when(each.last_seen),
            _when(each.token_until),
            str(each.acts),
            say(STATES[each.state]),
        )
        for each in devices
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _when(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC" if instant else "-"
