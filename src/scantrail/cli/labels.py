"""Commands that print: labels for bins, badges, cartons and commands, and the sheet that calibrates scanners."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scantrail.cli.base import Commands, add_command, add_database, add_store, fail, needs, number
from scantrail.program import Exit
from scantrail.words import M, Message, OperatorError, _, say

if TYPE_CHECKING:
    from scantrail.printing.labels import Label, Made
    from scantrail.printing.sizes import Paper

ROLL = "100x50"
"""The labels of a label printer, unless it is told otherwise, in millimetres."""
CARTON_ROLL = "100x75"
"""The same for cartons: bars as high as GS1 wants them."""
MOST_CARTONS = 10_000
"""Labels of one command: more than any device ever has numbers for."""

Making = Callable[[argparse.Namespace, "Paper"], "Iterable[Made]"]


def add_commands(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add these commands."""
    labels = commands.add_parser("labels", help=_("print labels and sheets, as PDF or for a label printer"))
    kinds = labels.add_subparsers(metavar="KIND", required=True)
    _add_bins(kinds)
    _add_badges(kinds)
    _add_cartons(kinds)
    _add_kind(kinds, "commands", _("barcodes that do what keys do"), _("Commands"), _commands, (3, 9))
    text = _("the codes that a scanner is calibrated with: scantrail scanner learn")
    _add_kind(kinds, "calibration", text, _("Calibrate a scanner: scan from 1 to 7"), _calibration, (1, 7))


def _add_kind(
    kinds: Commands[argparse.ArgumentParser],
    name: str,
    help_text: str,
    heading: str,
    make: Making,
    grid: tuple[int, int] = (2, 5),
    roll: str = ROLL,
) -> argparse.ArgumentParser:
    command = add_command(kinds, name, help_text, lambda options: _print(options, heading, make, grid, roll))
    form = command.add_mutually_exclusive_group(required=True)
    form.add_argument("--pdf", metavar="FILE", help=_("write a PDF; - is the standard output"))
    form.add_argument("--zpl", metavar="FILE", help=_("write ZPL for a label printer; - is the standard output"))
    sizes = _("a4, letter, or one label of WIDTHxHEIGHT mm (a4 for PDF, {roll} for ZPL)").format(roll=roll)
    command.add_argument("--size", metavar="SIZE", help=sizes)
    dpi = _("the label printer's dots an inch")
    command.add_argument("--dpi", type=int, choices=(203, 300, 600), default=203, help=dpi)
    return command


def _add_bins(kinds: Commands[argparse.ArgumentParser]) -> None:
    bins = _add_kind(kinds, "bins", _("labels of bins and other places"), _("Places"), _bins)
    codes = _("codes of places; - reads them from the standard input, one a line")
    bins.add_argument("codes", nargs="*", metavar="CODE", help=codes)
    bins.add_argument("--site", help=_("all places of this site, or those named, from the server's database"))
    bins.add_argument("--from", dest="first", metavar="CODE", help=_("of the site's places, the first by its code"))
    bins.add_argument("--to", dest="last", metavar="CODE", help=_("of the site's places, the last by its code"))
    add_database(bins)


def _add_badges(kinds: Commands[argparse.ArgumentParser]) -> None:
    badges = _add_kind(kinds, "badges", _("badges of a site's workers"), _("Badges"), _badges)
    badges.add_argument("--site", required=True)
    badges.add_argument("--worker", nargs="+", default=[], metavar="ID", help=_("these only"))
    add_database(badges)


def _add_cartons(kinds: Commands[argparse.ArgumentParser]) -> None:
    text = _("carton labels (SSCC as GS1-128), each with a number of its own, from this device's")
    cartons = _add_kind(kinds, "cartons", text, _("Cartons"), _cartons, (1, 3), CARTON_ROLL)
    cartons.add_argument("--count", type=number(1, MOST_CARTONS), required=True, metavar="N", help=_("how many"))
    add_store(cartons)


def _print(options: argparse.Namespace, heading: str, make: Making, grid: tuple[int, int], roll: str) -> int:
    from scantrail.printing.sizes import SHEETS, paper

    size = options.size or ("a4" if options.pdf else roll)
    page = paper(size, *grid)
    if page is None or (options.zpl and size in SHEETS):
        expected = (
            M("Expected --size a4, letter, or millimetres such as 100x50.")
            if page is None
            else M("A label printer prints single labels. Expected --size in millimetres, such as 100x50.")
        )
        print(say(expected), file=sys.stderr)
        return Exit.USAGE
    made = list(make(options, page))
    if not made:
        return fail(M("There is nothing to print."))
    return _write_labels(options, heading, page, made)


def _write_labels(options: argparse.Namespace, heading: str, page: Paper, made: Sequence[Made]) -> int:
    """All labels or none: a missing one would be noticed in front of a bin."""
    labels, problems = _sorted_out(made, is_zpl=bool(options.zpl))
    if problems:
        for problem in problems:
            _tell(problem)
        return fail(M("Nothing was printed. Problems: {count}", count=len(problems)))
    if options.zpl:
        from scantrail.printing.zpl import DOTS_PER_MM, zpl

        _write(options.zpl, zpl(labels, page, DOTS_PER_MM[options.dpi]).encode())
    else:
        pdf = needs("labels", "scantrail.printing.pdf")
        _write(options.pdf, pdf.pdf(labels, page, heading))
        if missing := pdf.without_shape(labels):
            _tell(
                M(
                    "The font here lacks {characters!a}; numbers stand for them. Install fonts-dejavu-core.",
                    characters=missing,
                )
            )
    pages = -(-len(labels) // page.labels)
    where = _("the standard output") if "-" in (options.pdf, options.zpl) else options.pdf or options.zpl
    _tell(M("Labels: {labels}, pages: {pages}, in {file}", labels=len(labels), pages=pages, file=where))
    if options.pdf:
        _tell(M("Print it at 100 %, not fitted to the page."))
    return Exit.OK


def _sorted_out(made: Sequence[Made], *, is_zpl: bool) -> tuple[list[Label], list[Message]]:
    from scantrail.printing.labels import Unprintable
    from scantrail.printing.zpl import zpl_problem

    labels: list[Label] = []
    problems: list[Message] = []
    for each in made:
        name, why = (each.name, each.why) if isinstance(each, Unprintable) else (each.title, None)
        if not isinstance(each, Unprintable):
            why = zpl_problem(each) if is_zpl else None
            labels.append(each)
        if why is not None:
            problems.append(M("{name!r} cannot be printed: {why}.", name=name, why=why))
    return labels, problems


def _bins(options: argparse.Namespace, page: Paper) -> Iterable[Made]:
    from scantrail.printing.labels import bin_label, by_code, order

    codes = _named(options.codes)
    if options.site is None:
        if options.first or options.last:
            raise OperatorError(M("--from and --to choose among the places of a --site. Name the site."))
        return [bin_label(code, page) for code in dict.fromkeys(codes)]
    found = needs("server", "scantrail.server.administration").premises(options.database_url, options.site)
    known = {each.code: each for each in found.places}
    _refuse_unknown(codes, known, options.site)
    first, last = (order(each) if each else None for each in (options.first, options.last))
    chosen = [
        code
        for code in by_code(codes or known)
        if (first is None or order(code) >= first) and (last is None or order(code) <= last)
    ]
    return [bin_label(code, page, found.site.code_prefixes) for code in chosen]


def _named(codes: Sequence[str]) -> list[str]:
    if list(codes) != ["-"]:
        return list(codes)
    try:
        lines = sys.stdin.read().split("\n")
    except UnicodeDecodeError as error:
        raise OperatorError(M("The standard input is not UTF-8 ({why}).", why=error)) from error
    return [line.strip() for line in lines if line.strip()]


def _badges(options: argparse.Namespace, page: Paper) -> Iterable[Made]:
    from scantrail.printing.labels import badge_label

    found = needs("server", "scantrail.server.administration").premises(options.database_url, options.site)
    known = {each.id: each for each in found.workers}
    _refuse_unknown(options.worker, known, options.site)
    wanted = [known[each] for each in dict.fromkeys(options.worker)] or sorted(
        known.values(), key=lambda each: each.name
    )
    return [badge_label(each, page, found.site.code_prefixes) for each in wanted]


def _cartons(options: argparse.Namespace, page: Paper) -> Iterable[Made]:
    """Numbers are taken last: what would not be printed anyway costs none."""
    from scantrail.device.carton_numbers import take_carton_numbers
    from scantrail.printing.labels import Unprintable, carton_label

    if options.pdf:
        needs("labels", "scantrail.printing.pdf")
    sample = carton_label("0" * 18, "", page)
    if isinstance(sample, Unprintable):
        return [sample]
    taken = take_carton_numbers(options.store, options.count)
    return [carton_label(sscc, taken.site, page) for sscc in taken.sscc]


def _refuse_unknown(names: Iterable[str], known: Iterable[str], site: str) -> None:
    missing = [name for name in names if name not in set(known)]
    if missing:
        raise OperatorError(M("Not on record at {site}: {names!r}", site=site, names=", ".join(missing)))


def _commands(options: argparse.Namespace, page: Paper) -> Iterable[Made]:
    from scantrail.domain.scans.reading import Command
    from scantrail.handheld.keys import BINDINGS
    from scantrail.printing.labels import command_label

    for binding in BINDINGS:
        if binding.command is not None:
            name = _(binding.label).capitalize()
            keys = M("key {key}, or {digit} and Enter", key=binding.shown, digit=binding.twin)
            only = M("key {key}", key=binding.shown)
            yield command_label(binding.command, name, say(keys if binding.twin else only), page)
    for command in filter(lambda each: each.digit, Command):
        yield command_label(command, command.digit, _("a typed digit"), page)


def _calibration(options: argparse.Namespace, page: Paper) -> Iterable[Made]:
    from scantrail.printing.labels import calibration_labels

    return calibration_labels(page)


def _write(file: str, content: bytes) -> None:
    if file == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    path = Path(file)
    try:
        if path.is_file() and path.stat().st_size:
            _tell(M("{file} was there already and is written anew.", file=file))
        path.write_bytes(content)
    except OSError as error:
        why = error.strerror or str(error)
        raise OperatorError(M("{file} cannot be written: {why}. Choose another.", file=file, why=why)) from error


def _tell(message: Message) -> None:
    """On the error output, so that the file may be the standard output."""
    print(say(message), file=sys.stderr)
