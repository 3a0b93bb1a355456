"""`scantrail settings`: what a person or a program reads of a site's settings, and the exit codes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from scantrail.domain.settings import values_of
from scantrail.interchange.settings import Applied, apply_settings, standing
from scantrail.interchange.settings_file import read_settings, setting_lines, settings_text
from scantrail.server.administration import opened
from scantrail.server.database.instants import utc_now
from scantrail.words import M, OperatorError, say, visible


def check(file: Path, *, as_json: bool = False) -> int:
    """Say what is wrong with a file; gives 0 where nothing is, else 1."""
    _settings, problems = read_settings(str(file), _content(file))
    if as_json:
        _out(json.dumps({"problems": [each.to_plain() for each in problems]}, indent=2))
    elif problems:
        for problem in problems:
            _error(str(problem))
    else:
        _out(say(M("{file} can be applied.", file=file)))
    return 1 if problems else 0


def apply(file: Path, site: str, database_url: str, *, as_json: bool = False, is_trial: bool = False) -> int:
    """Make a file's settings those of a site; gives 0, or 1 where the file has problems.

    Raises:
        OperatorError: the database cannot be used, or the site is not on record.
    """
    content = _content(file)
    with opened(database_url) as database:
        done = apply_settings(database, site, str(file), content, utc_now(), is_trial=is_trial)
    if as_json:
        _out(json.dumps(done.to_plain(), indent=2))
    else:
        _tell(done, site)
    return 1 if done.problems else 0


def show(site: str, database_url: str, *, as_json: bool = False) -> int:
    """Print a site's settings, each on a line.

    Raises:
        OperatorError: the database cannot be used, or the site is not on record.
    """
    with opened(database_url) as database:
        found = standing(database, site)
    if as_json:
        told = {"site": site, "version": found.version, "settings": values_of(found.settings)}
        _out(json.dumps(told, indent=2))
        return 0
    _out(say(M("Settings of {site}, version {version}", site=site, version=found.version)))
    for line in setting_lines(found.settings):
        _out(line)
    return 0


def export(site: str, database_url: str) -> int:
    """Print a site's settings as a file that can be changed and applied.

    Raises:
        OperatorError: the database cannot be used, or the site is not on record.
    """
    with opened(database_url) as database:
        found = standing(database, site)
    sys.stdout.write(settings_text(found.settings, found.version))
    return 0


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise OperatorError(M("{file} cannot be read: {why}", file=file, why=error.strerror or error)) from error


def _tell(done: Applied, site: str) -> None:
    for problem in done.problems:
        _error(str(problem))
    if done.problems:
        _error(say(M("Nothing was changed. Problems: {count}", count=len(done.problems))))
        return
    for difference in done.differences:
        _out(str(difference))
    if not done.differences:
        _out(say(M("The settings of {site} are these already (version {version}).", site=site, version=done.version)))
    elif done.is_trial:
        _out(say(M("This was a dry run: nothing was written. The same without --dry-run applies it.")))
    else:
        _out(say(M("The settings of {site} are version {version} now.", site=site, version=done.version)))


def _out(line: str) -> None:
    sys.stdout.write("\n".join(map(visible, line.split("\n"))) + "\n")


def _error(line: str) -> None:
    sys.stderr.write(visible(line) + "\n")
