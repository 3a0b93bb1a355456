"""A scanner on a serial port, played by the other end of a pseudo-terminal."""

from __future__ import annotations

import asyncio
import errno
import os
import termios
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.scanning import serial_port
from scantrail.scanning.profile_settings import Flow, Parity, SerialSettings
from scantrail.scanning.profiles import Profile, load_profile
from scantrail.scanning.serial_port import Frames, SerialPort, open_port, port_trouble
from scantrail.words import Message, say
from tests.support.conditions import until

PROFILE = load_profile("serial-port")
CODE = "0109521234543213\x1d21SN42"


def settings(port: Path | str) -> SerialSettings:
    return SerialSettings(str(port), 9600, 8, Parity.NONE, Flow.NONE)


def texts(readings: list[Reading]) -> list[str]:
    return [reading.text for reading in readings]


def test_codes_are_cut_at_their_ends_and_keep_everything_else() -> None:
    assert Frames(PROFILE).feed(f"]C1{CODE}\r\nCM500\tX\r\n".encode()) == [
        Reading(CODE, Carrier.SERIAL_PORT, "serial-port", "]C1"),
        Reading("CM500\tX", Carrier.SERIAL_PORT, "serial-port"),
    ]


def test_a_frame_of_prefix_and_suffix_is_taken_off() -> None:
    frames = Frames(replace(PROFILE, prefixes=("\x02",), ends=("ctrl+c",)))
    assert texts(frames.feed(b"\x02CM500\x03\x02\x03\x02SN-1\x03")) == ["CM500", "SN-1"]


def test_bytes_that_are_no_utf_8_are_kept_in_hexadecimal() -> None:
    assert Frames(PROFILE).feed(b"SN\xc41\r") == [
        Reading("SN\ufffd1", Carrier.SERIAL_PORT, "serial-port", raw="534ec431")
    ]


def test_a_code_without_end_is_over_when_nothing_more_comes() -> None:
    frames = Frames(replace(PROFILE, ends=()))
    assert frames.feed(b"CM5") + frames.feed(b"00\r") == []
    assert frames.is_open
    assert texts(frames.settle()) == ["CM500\r"]
    assert not frames.is_open


def test_a_stream_without_end_is_cut_where_no_code_is_longer() -> None:
    frames = Frames(PROFILE)
    assert [len(text) for text in texts(frames.feed(b"7" * 9000))] == [9000]
    assert not frames.is_open


PIECES = st.lists(st.binary(min_size=1, max_size=30).filter(lambda each: not set(each) & {10, 13}), max_size=8)


@given(PIECES, st.integers(1, 7))
def test_however_the_bytes_are_delivered_the_same_codes_come_out(codes: list[bytes], step: int) -> None:
    sent, frames = b"".join(code + b"\r" for code in codes), Frames(replace(PROFILE, aim=False))
    pieces = [sent[at : at + step] for at in range(0, len(sent), step)]
    found = [reading for piece in pieces for reading in frames.feed(piece)]
    assert [bytes.fromhex(each.raw) if each.raw else each.text.encode() for each in found] == codes


@dataclass
class Scanner:
    """A scanner that can be plugged in and out under one name."""

    port: Path
    heard: list[Reading] = field(default_factory=list)
    told: list[Message | None] = field(default_factory=list)
    ends: tuple[int, ...] = ()

    def plug_in(self) -> None:
        ours, theirs = os.openpty()
        tty.setraw(theirs)
        self.port.unlink(missing_ok=True)
        self.port.symlink_to(os.ttyname(theirs))
        self.ends = (ours, theirs)

    def unplug(self) -> None:
        self.port.unlink()
        for each in self.ends:
            os.close(each)
        self.ends = ()

    def sends(self, data: bytes) -> None:
        os.write(self.ends[0], data)

    @asynccontextmanager
    async def listening(self, profile: Profile = PROFILE) -> AsyncIterator[None]:
        port = SerialPort(profile, settings(self.port), self.heard.append, self.told.append)
        task = asyncio.create_task(port.run())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def scanner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scanner:
    monkeypatch.setattr(serial_port, "AGAIN_S", 0.01)
    return Scanner(tmp_path / "ttyACM0")


async def test_a_scanner_is_awaited_heard_missed_and_heard_again(scanner: Scanner) -> None:
    async with scanner.listening():
        await until(lambda: scanner.told)
        scanner.plug_in()
        await until(lambda: len(scanner.told) == 2)
        scanner.sends(f"{CODE}\rCM500-2025-0046\rCM5".encode())
        await until(lambda: len(scanner.heard) == 2)
        scanner.unplug()
        await until(lambda: len(scanner.told) == 3)
        scanner.plug_in()
        await until(lambda: len(scanner.told) == 4)
        scanner.sends(b"A-15-03\r")
        await until(lambda: len(scanner.heard) == 3)
        scanner.unplug()
    assert texts(scanner.heard) == [CODE, "CM500-2025-0046", "A-15-03"], "what was cut off is no code"
    assert scanner.told[1] is scanner.told[3] is None
    missing = f"The scanner at {scanner.port} is not plugged in. Plug it in, and scan on."
    assert [say(each) for each in scanner.told if each] == [missing, missing]


async def test_a_code_without_end_comes_out_after_the_quiet_time(scanner: Scanner) -> None:
    scanner.plug_in()
    async with scanner.listening(replace(PROFILE, ends=(), quiet_ms=20)):
        await asyncio.sleep(0)
        scanner.sends(b"CM500")
        await until(lambda: scanner.heard)
    assert texts(scanner.heard) == ["CM500"]


def test_the_port_is_set_as_the_profile_says(scanner: Scanner) -> None:
    scanner.plug_in()
    descriptor = open_port(SerialSettings(str(scanner.port), 19200, 8, Parity.NONE, Flow.SOFTWARE))
    modes = termios.tcgetattr(descriptor)
    os.close(descriptor)
    scanner.unplug()
    assert modes[0] & termios.IXON
    assert modes[3] & (termios.ICANON | termios.ECHO | termios.ISIG) == 0
    assert modes[4] == termios.B19200


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.EACCES, "sudo usermod -aG dialout $USER, then sign in again"),
        (errno.EBUSY, "Another program uses /dev/ttyACM0"),
        (errno.EMFILE, "/dev/ttyACM0 cannot be used (Too many open files)"),
    ],
)
def test_what_keeps_a_port_from_being_used_is_said_with_what_to_do(
    number: int, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(serial_port, "open_port", refuse)
    assert sentence in say(port_trouble(settings("/dev/ttyACM0")) or "")


def test_a_file_that_is_no_serial_port_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "is no serial port" in say(port_trouble(settings(tmp_path / "file")) or "")
