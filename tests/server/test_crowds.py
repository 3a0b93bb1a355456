"""Too many pushes at once: some are sent away for a moment, none is lost."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import Any

from scantrail.protocol.messages import Outcome
from scantrail.server.http.crowds import Crowd
from tests.server.site import ServedSite, TestDevice

PATIENCE_S = 30


def pushed_while_another_writes(served: ServedSite, *devices: TestDevice) -> list[Any]:
    """The answers to two pushes at once, of which one is answered before the other can be judged."""
    with ThreadPoolExecutor(2) as pool:
        with served.database.writing() as connection:
            served.database.lock(connection, ["MAIN"])
            pushes = [pool.submit(device.post, device.batch()) for device in devices]
            answered, _ = wait(pushes, PATIENCE_S, FIRST_COMPLETED)
            assert len(answered) == 1
        return [push.result(PATIENCE_S) for push in pushes]


def test_a_push_too_many_is_sent_away_and_taken_when_it_comes_again(served: ServedSite) -> None:
    served.http.app.state.crowd = Crowd(1)  # type: ignore[attr-defined]
    devices = [served.device(f"Scanner-{number:02d}") for number in (5, 6)]
    for device in devices:
        device.pick(46)
    answers = dict(zip(devices, pushed_while_another_writes(served, *devices), strict=True))
    [late] = [device for device in devices if answers[device].status_code == 503]
    assert sorted(answer.status_code for answer in answers.values()) == [200, 503]
    assert int(answers[late].headers["Retry-After"]) > 0
    assert "sent again" in answers[late].json()["detail"]
    assert late.push().acknowledged == len(late.exacts)


def test_a_device_that_sends_again_too_soon_is_told_to_wait(served: ServedSite) -> None:
    device = served.device()
    device.pick(46)
    answers = pushed_while_another_writes(served, device, device)
    assert sorted(answer.status_code for answer in answers) == [200, 429]
    assert set(device.outcomes()) == {Outcome.DUPLICATE}
