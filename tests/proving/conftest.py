"""A real server for the proofs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scantrail.proving.backstage import DemoServer


@pytest.fixture
def backstage(tmp_path: Path) -> Iterator[DemoServer]:
    server = DemoServer(tmp_path / "server")
    server.prepare()
    server.start()
    yield server
    server.stop()
