"""The real server process, on both engines: several workers, killed outright, started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx2
import pytest

from scantrail.domain.facts.sessions import WorkerSignedIn
from scantrail.protocol.messages import Outcome
from scantrail.server.ledger.log import verify_chain
from tests.server.site import ServedSite, TestDevice
from tests.support.worlds import MIKE, SARAH


class ServerProcess:
    """`scantrail serve` on a free port."""

    def __init__(self, site: ServedSite, workers: int) -> None:
        self.site, self.workers = site, workers
        site.now = datetime.now(UTC)
        self.process = self._start(0)
        self.port = int(self._ready().rsplit(":", 1)[1])
        site.http = httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30)  # type: ignore[assignment] # reason: the same calls

    def _start(self, port: int) -> subprocess.Popen[str]:
        url = self.site.database.engine.url.render_as_string(hide_password=False)
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "scantrail.cli", "serve", "--database-url", url),
                *("--port", str(port), "--workers", str(self.workers)),
            ],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def _ready(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        """Kill it and its workers outright."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    def start_again(self) -> None:
        self.process = self._start(self.port)
        self._ready()

    def stop(self) -> int:
        self.process.terminate()
        self.process.communicate(timeout=20)
        return self.process.returncode


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def process(request: pytest.FixtureRequest, served: ServedSite) -> Iterator[ServerProcess]:
    running = ServerProcess(served, request.param)
    yield running
    served.http.close()
    if running.process.poll() is None:
        running.kill()


def chain_holds(site: ServedSite) -> bool:
    with site.database.reading() as connection:
        return verify_chain(connection, "MAIN") is None


def push_together(site: ServedSite) -> None:
    """Four devices at once, each with fifteen acts one after the other."""
    devices = [site.device(f"Scanner-{at:02d}", (SARAH, MIKE)[at % 2].id) for at in range(4)]

    def shift(device: TestDevice) -> int:
        for _ in range(15):
            device.record(WorkerSignedIn(device.worker, offline=True))
            device.push(first=len(device.exacts))
        return device.push(first=1).acknowledged

    with ThreadPoolExecutor(len(devices)) as pool:
        assert list(pool.map(shift, devices)) == [15] * len(devices)


def test_what_devices_push_together_is_one_chain_outlives_a_kill_and_is_taken_once(process: ServerProcess) -> None:
    push_together(process.site)
    assert chain_holds(process.site)
    device = process.site.device()
    device.pick(46)
    device.push()
    process.kill()
    process.start_again()
    device.pick(47)
    assert device.outcomes() == [Outcome.DUPLICATE] * 3 + [Outcome.APPLIED] * 3
    assert len(process.site.listing().picked) == 2
    assert chain_holds(process.site)
    assert process.stop() in (0, -signal.SIGTERM), "it stops when asked"
