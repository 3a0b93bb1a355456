"""Commands about codes: parse, decode."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from scantrail.cli.base import FAILED, OK, Commands, add_command, needs
from scantrail.words import _, say


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add these commands."""
    for add in (_add_parse, _add_decode):
        add(commands)


def _add_parse(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(commands, "parse", _("say what the text of a code means by itself"), _parse)
    command.add_argument("texts", nargs="*", metavar="TEXT", help=_("without any: every line of standard input"))
    command.add_argument("--json", action="store_true", help=_("one JSON object per text, for programs"))
    command.add_argument("--hex", action="store_true", help=_("TEXT is the bytes in hexadecimal"))


def _parse(options: argparse.Namespace) -> int:
    from scantrail.gs1.command import run_parse

    today = datetime.now(UTC).date()
    good = run_parse(options.texts, today, sys.stdout, as_json=options.json, as_hex=options.hex)
    return OK if good else FAILED


def _add_decode(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(commands, "decode", _("read the codes in pictures"), _decode)
    command.add_argument("images", nargs="+", type=Path, metavar="IMAGE", help=_("PNG, JPEG, BMP, TIFF or WebP"))
    command.add_argument("--json", action="store_true", help=_("one JSON object per picture, for programs"))


def _decode(options: argparse.Namespace) -> int:
    from scantrail.handheld.text import visible

    decode = needs("camera", "scantrail.scanning.decode")
    if decode.SHORTFALL is not None:
        print(say(decode.SHORTFALL), file=sys.stderr)
    code = OK
    for report in decode.reports(options.images):
        code = FAILED if report.error else code
        if options.json:
            print(json.dumps(report.to_plain()), flush=True)
            continue
        for line in report.lines():
            print(visible(line), file=sys.stderr if report.error else sys.stdout, flush=True)
    return code
