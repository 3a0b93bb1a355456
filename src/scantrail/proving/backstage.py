"""A real server process with the demo's day in it, to be stopped and started at will."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import scantrail
from scantrail.interchange.command import run_import
from scantrail.server.administration import enrolment_code
from scantrail.words import M, OperatorError

STARTS_WITHIN_S = 30.0
"""How long a server may take to start before that is an error."""

ENDS_WITHIN_S = 5.0
"""How long a server that was left behind may take to end."""

_GUARD = 'read -r _; kill "$1" 2>/dev/null'
"""Ends the server when our end of its pipe closes, however we end: a closed terminal, a kill."""


def demo_files() -> list[Path]:
    """The files of the demo's day, from the installed package or the source tree.

    Raises:
        OperatorError: they are not there.
    """
    package = Path(scantrail.__file__).parent
    for folder in (package / "assets" / "demo", package.parents[1] / "assets" / "demo"):
        files = sorted(path for path in folder.glob("*") if path.suffix in (".json", ".csv"))
        if files:
            return files
    raise OperatorError(M("The demo's files (assets/demo) are missing from this installation."))


@dataclass(slots=True)
class DemoServer:
    """`scantrail serve` in processes of its own, on a free loopback port and, unless told otherwise, an SQLite file."""

    folder: Path
    port: int = 0
    database: str = ""
    """The address of another database."""
    workers: int = 1
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _guard: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def database_url(self) -> str:
        """Where its data are."""
        return self.database or f"sqlite:///{self.folder / 'server.db'}"

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def command(self) -> list[str]:
        """The command that starts it, for a shell too."""
        workers = [] if self.workers == 1 else ["--workers", str(self.workers)]
        return ["scantrail", "serve", "--database-url", self.database_url, "--port", str(self.port), *workers]

    @property
    def process(self) -> int:
        """The number of its process, which has started the others; only while it runs."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether something answers at its port, even if another process started it."""
        with socket.socket() as probe:
            probe.settimeout(0.5)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def wait_for_port(self) -> bool:
        """Wait until nothing answers at its port any more, as after a kill; says whether it is free."""
        deadline = time.monotonic() + ENDS_WITHIN_S
        while self.is_running:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def prepare(self, fresh: Path | None = None) -> None:
        """Begin the day afresh: an empty database with the demo's files in it. `fresh` is emptied before.

        Raises:
            OperatorError: the files could not be imported.
        """
        if fresh is not None:
            shutil.rmtree(fresh, ignore_errors=True)
        self._begin()
        if run_import(demo_files(), self.database_url, quiet=True) != 0:
            raise OperatorError(M("The demo's files could not be imported."))

    def begin(self) -> None:
        """Start it on a database that others have filled.

        Raises:
            OperatorError: it does not answer in time.
        """
        self._begin()
        self.start()

    def _begin(self) -> None:
        self.folder.mkdir(parents=True, mode=0o700)
        self.port = self.port or _free_port()

    def hold(self, serial: str, product: str, reason: str) -> None:
        """Open a quality hold on a unit at the desk, as a file that comes in.

        Raises:
            OperatorError: it could not be imported.
        """
        held = {"id": f"QH-{serial}", "kind": "quality", "reason": reason, "product": product, "serials": [serial]}
        file = self.folder / "holds.json"
        file.write_text(json.dumps({"holds": [held]}), "utf-8")
        if run_import([file], self.database_url, quiet=True) != 0:
            raise OperatorError(M("The demo's hold could not be imported."))

    def enrolment_code(self, device: str, site: str) -> str:
        """A code that enrols a device, once."""
        return enrolment_code(self.database_url, device, site)

    def start(self) -> None:
        """Start it, in place of one that was left behind, and wait until it answers.

        Raises:
            OperatorError: it does not answer in time.
        """
        self.kill()
        log = self.folder / "server.log"
        arguments = [sys.executable, "-m", "scantrail.cli", *self.command[1:]]
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - reason: our own program with our own arguments
                arguments, stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True
            )
        self._guard = subprocess.Popen(  # noqa: S603 - reason: our own shell line with our own number
            ["/bin/sh", "-c", _GUARD, "guard", str(self._process.pid)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        deadline = time.monotonic() + STARTS_WITHIN_S
        while not self.is_running:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise OperatorError(M("The demo's server did not start; see {log}.", log=log))
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill it outright, as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        guard, self._guard = self._guard, None
        if guard is not None:
            guard.kill()
            guard.communicate()
        if process is None or process.poll() is not None:
            return
        process.send_signal(how)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
