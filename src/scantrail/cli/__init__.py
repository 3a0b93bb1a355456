"""`scantrail …`: one parser; every command imports what it needs when it runs."""

import signal
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code.

    While the program is loaded, Ctrl+C ends the process at once: there is nothing to clean up yet.
    """
    stopping = signal.signal(signal.SIGINT, signal.SIG_DFL)
    from scantrail.cli.running import run

    signal.signal(signal.SIGINT, stopping)
    return run(arguments)
