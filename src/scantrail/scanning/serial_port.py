"""A scanner on a serial port: its bytes become readings; while it is not plugged in, that is said and it is awaited."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import re
import termios
from collections.abc import Callable

from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.scanning.keys import CONTROL_KEYS
from scantrail.scanning.profile_settings import Flow, Parity, SerialSettings
from scantrail.scanning.profiles import Profile
from scantrail.scanning.tidying import reading_of
from scantrail.words import M, Message

READ_SIZE = 4096
LONGEST = 8192
"""Bytes in one reading at the most."""
AGAIN_S = 1.0
"""Between two tries to reach a scanner that is not there."""


class Frames:
    """Cuts what a serial port delivers into codes. No clock of its own."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        ends = "".join(CONTROL_KEYS[each] for each in profile.ends).encode()
        self._end = re.compile(b"[" + re.escape(ends) + b"]" if ends else b"(?!)")
        self._begun = b""

    @property
    def is_open(self) -> bool:
        """Whether a code has begun that nothing has ended yet."""
        return bool(self._begun)

    def feed(self, data: bytes) -> list[Reading]:
        """Take bytes; gives the codes that they end."""
        *whole, self._begun = self._end.split(self._begun + data)
        if len(self._begun) >= LONGEST:
            whole, self._begun = [*whole, self._begun], b""
        return self._readings(whole)

    def settle(self) -> list[Reading]:
        """Nothing has come for the profile's `quiet_ms`: what has begun is a code without an end."""
        begun, self._begun = self._begun, b""
        return self._readings([begun])

    def _readings(self, codes: list[bytes]) -> list[Reading]:
        texts = (code.decode("utf-8", "surrogateescape") for code in codes if code)
        readings = (reading_of(text, Carrier.SERIAL_PORT, self._profile) for text in texts)
        return [reading for reading in readings if reading.text]


class SerialPort:
    """Listens to a scanner, and to it again after it was unplugged."""

    def __init__(
        self,
        profile: Profile,
        settings: SerialSettings,
        on_reading: Callable[[Reading], object],
        on_trouble: Callable[[Message | None], object],
    ) -> None:
        self._profile = profile
        self._settings = settings
        self._on_reading = on_reading
        self._on_trouble = on_trouble
        """Told a sentence when the scanner cannot be listened to, and None when it can again."""
        self._trouble: Message | None = None

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            try:
                descriptor = open_port(self._settings)
            except (OSError, termios.error) as error:
                self._tell(_trouble(error.args[0], str(error.args[-1]), self._settings.port))
            else:
                self._tell(None)
                await self._listen(descriptor)
                self._tell(_trouble(errno.ENODEV, "", self._settings.port))
            await asyncio.sleep(AGAIN_S)

    def _tell(self, trouble: Message | None) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            self._on_trouble(trouble)

    async def _listen(self, descriptor: int) -> None:
        """Read until the scanner is gone. A code that is cut off then is none."""
        loop = asyncio.get_running_loop()
        frames, gone = Frames(self._profile), loop.create_future()
        quiet: asyncio.TimerHandle | None = None

        def hear(readings: list[Reading]) -> None:
            for reading in readings:
                self._on_reading(reading)

        def read() -> None:
            nonlocal quiet
            data = _read(descriptor)
            if data is None:
                loop.remove_reader(descriptor)
                gone.set_result(None)
                return
            hear(frames.feed(data))
            if quiet is not None:
                quiet.cancel()
            if frames.is_open:
                quiet = loop.call_later(self._profile.quiet_ms / 1000, lambda: hear(frames.settle()))

        loop.add_reader(descriptor, read)
        try:
            await gone
        finally:
            loop.remove_reader(descriptor)
            if quiet is not None:
                quiet.cancel()
            os.close(descriptor)


def open_port(settings: SerialSettings) -> int:
    """Open a serial port for reading, for this process alone; gives its descriptor.

    Raises:
        OSError: it is not there, not allowed, or another program has it.
        termios.error: it is no serial port, or has no such settings.
    """
    descriptor = os.open(settings.port, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        special = termios.tcgetattr(descriptor)[6]
        special[termios.VMIN], special[termios.VTIME] = 1, 0
        speed = getattr(termios, f"B{settings.baud}")
        modes = [_input_modes(settings), 0, _control_modes(settings), 0]
        termios.tcsetattr(descriptor, termios.TCSANOW, [*modes, speed, speed, special])
        fcntl.ioctl(descriptor, termios.TIOCEXCL)
        termios.tcflush(descriptor, termios.TCIFLUSH)
    except (OSError, termios.error):
        os.close(descriptor)
        raise
    return descriptor


def _input_modes(settings: SerialSettings) -> int:
    """A byte whose parity is wrong arrives as NUL, so that the code is refused."""
    checking = termios.INPCK if settings.parity is not Parity.NONE else 0
    return checking | (termios.IXON | termios.IXOFF if settings.flow is Flow.SOFTWARE else 0)


def _control_modes(settings: SerialSettings) -> int:
    parity = {Parity.NONE: 0, Parity.EVEN: termios.PARENB, Parity.ODD: termios.PARENB | termios.PARODD}
    size = {7: termios.CS7, 8: termios.CS8}
    flow = termios.CRTSCTS if settings.flow is Flow.HARDWARE else 0
    return termios.CREAD | termios.CLOCAL | size[settings.bits] | parity[settings.parity] | flow


def _read(descriptor: int) -> bytes | None:
    """What has come; None once the scanner is gone."""
    try:
        return os.read(descriptor, READ_SIZE) or None
    except BlockingIOError:
        return b""
    except OSError:
        return None


def _trouble(number: int, why: str, port: str) -> Message:
    if number in (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO):
        return M("The scanner at {port} is not plugged in. Plug it in, and scan on.", port=port)
    if number in (errno.EACCES, errno.EPERM):
        return M("This user may not use {port}: sudo usermod -aG dialout $USER, then sign in again.", port=port)
    if number == errno.EBUSY:
        return M("Another program uses {port}. End that program, and scan on.", port=port)
    if number in (errno.ENOTTY, errno.EINVAL):
        return M("{port} is no serial port with these settings. Correct the scanner profile.", port=port)
    return M("{port} cannot be used ({why}).", port=port, why=why)


def port_trouble(settings: SerialSettings) -> Message | None:
    """What keeps this user from listening to a scanner now, if anything does."""
    try:
        os.close(open_port(settings))
    except (OSError, termios.error) as error:
        return _trouble(error.args[0], str(error.args[-1]), settings.port)
    return None
