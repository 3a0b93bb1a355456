"""Connections that say nothing, little, or never listen: each is closed, and leaves room for others."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator, Sequence

import pytest
import uvicorn

from scantrail.server.http import connections
from scantrail.server.http.connections import settings
from scantrail.server.http.quiet_log import OncePerCause
from scantrail.server.http.requests import answer

PATIENCE_S = 30
SHORT_S = 0.2
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n"


async def application(scope: dict[str, object], receive: object, send: object) -> None:
    """Reads the body, then answers: `/large` with more than any line holds, else with a word."""
    body = b""
    while scope["method"] == "POST":
        message = await receive()  # type: ignore[operator]
        if message["type"] == "http.disconnect":
            return
        body += message["body"]
        if not message["more_body"]:
            break
    large = b"x" * 50_000_000 if scope["path"] == "/large" else b"yes"
    await answer({"body": large.decode()})(scope, receive, send)  # type: ignore[arg-type]


class Served:
    """The server's end of it, with short waits."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.server = uvicorn.Server(uvicorn.Config(application, lifespan="off", **settings()))
        self.thread = threading.Thread(target=self.server.run, args=([self.listening],), daemon=True)
        self.thread.start()
        until = time.monotonic() + PATIENCE_S
        while not self.server.started and time.monotonic() < until:
            time.sleep(0.01)

    def connect(self, said: bytes = b"") -> socket.socket:
        line = socket.create_connection(self.listening.getsockname(), PATIENCE_S)
        line.sendall(said)
        return line

    def stop(self) -> None:
        self.server.should_exit = self.server.force_exit = True
        self.thread.join(PATIENCE_S)


@pytest.fixture
def end(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    for name in ("HEAD_S", "BODY_S", "READ_S", "IDLE_S"):
        monkeypatch.setattr(connections, name, SHORT_S)
    served = Served()
    yield served
    served.stop()


def is_closed(line: socket.socket) -> bool:
    """Whether the other side closes it, after whatever it still says."""
    try:
        while line.recv(1 << 20):
            pass
    except ConnectionError:
        pass
    return True


def is_answered(line: socket.socket) -> bool:
    """Whether a whole answer comes."""
    received = b""
    while not received.endswith(b'{"body":"yes"}'):
        part = line.recv(1 << 16)
        if not part:
            return False
        received += part
    return received.startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET",
        REQUEST,
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf",
        REQUEST + b"\r\n",
        REQUEST + b"\r\n" + REQUEST,
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nnever read",
    ],
    ids=["nothing", "a word", "half the headers", "half a body", "half a chunk", "idle", "half of a second", "unread"],
)
def test_a_connection_that_keeps_the_server_waiting_is_closed(end: Served, said: bytes) -> None:
    with end.connect(said) as line:
        assert is_closed(line)


def test_bytes_that_trickle_do_not_begin_the_wait_again(end: Served) -> None:
    def trickle(line: socket.socket) -> None:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            line.sendall(b"X")
            time.sleep(SHORT_S / 20)

    with end.connect(REQUEST) as line, pytest.raises(ConnectionError):
        trickle(line)


def test_who_never_reads_the_answer_is_cut_off(end: Served) -> None:
    with end.connect(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n"):
        until = time.monotonic() + PATIENCE_S
        while end.server.server_state.connections and time.monotonic() < until:
            time.sleep(0.02)
        assert not end.server.server_state.connections


def test_who_does_as_it_should_is_answered_request_after_request(end: Served) -> None:
    with end.connect() as line:
        for _ in range(3):
            line.sendall(REQUEST + b"\r\n")
            assert is_answered(line)


def test_of_too_many_connections_the_one_idle_longest_makes_room(end: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_S", PATIENCE_S * 10)
    monkeypatch.setattr(connections, "most_connections", lambda: 3)
    lines = [end.connect() for _ in range(3)]
    with end.connect(REQUEST + b"\r\n") as another:
        assert is_answered(another)
    assert is_closed(lines[0])
    for line in lines:
        line.close()


def log_of(messages: Sequence[tuple[float, str, tuple[object, ...]]]) -> list[str]:
    now = [0.0]
    quiet = OncePerCause(lambda: now[0])
    written = []
    for at, message, values in messages:
        now[0] = at
        record = logging.LogRecord("x", logging.ERROR, "", 0, message, values, None)
        if quiet.filter(record):
            written.append(record.getMessage())
    return written


def test_a_fault_that_repeats_is_written_once_a_minute_with_its_count() -> None:
    repeated = [(at / 100, "Act %s fails.", (at,)) for at in range(10_000)]
    assert log_of(repeated) == ["Act 0 fails.", "Act 6000 fails. (5999 more since then)"]


def test_another_fault_is_written_at_once() -> None:
    assert log_of([(0, "one", ()), (0, "two", ()), (1, "one", ())]) == ["one", "two"]


def test_causes_without_end_take_no_memory_without_end() -> None:
    quiet = OncePerCause(lambda: 0.0)
    for at in range(5_000):
        quiet.filter(logging.LogRecord("x", logging.ERROR, "", 0, f"fault {at}", (), None))
    assert len(quiet._told) <= 1_000


def test_the_traceback_of_a_fault_is_written_once() -> None:
    now = [0.0]
    quiet = OncePerCause(lambda: now[0])
    shown = []
    for at in (0.0, 61.0):
        now[0] = at
        try:
            raise RuntimeError("why")
        except RuntimeError as error:
            record = logging.LogRecord(
                "x", logging.ERROR, "", 0, "broken", (), (type(error), error, error.__traceback__)
            )
            assert quiet.filter(record)
            shown.append(record.exc_info is not None)
    assert shown == [True, False]
