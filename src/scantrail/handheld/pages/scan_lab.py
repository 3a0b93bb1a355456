"""The scan lab: how the last scan arrived, to the byte, and learning the scanner. Nothing here is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from scantrail.domain.names.codes import KIND_NAMES, CodeKind
from scantrail.domain.rules.scan import unclear_refusal
from scantrail.domain.scans.calibration import CALIBRATION
from scantrail.domain.scans.reading import Candidates, Carrier, Reading
from scantrail.domain.wordings import explain
from scantrail.handheld.drawing.lines import BLANK, Ink, Line, wrapped
from scantrail.handheld.drawing.scrolling import Scroll
from scantrail.handheld.keys import Action
from scantrail.handheld.pages.base import Desk, Ears, Entry, TextPage, sentence
from scantrail.handheld.pages.facts import Fact, fact_lines, said_facts
from scantrail.handheld.text import told
from scantrail.scanning.aim import aim_words
from scantrail.scanning.keys import key_name
from scantrail.scanning.learning import Learned
from scantrail.scanning.lesson import Lesson
from scantrail.scanning.profiles import Profile
from scantrail.scanning.strokes import Stroke, timing_of
from scantrail.words import N_, M, Message, _
from scantrail.workflows.base import Tone

_CARRIERS = {
    Carrier.WEDGE: N_("scanner that types"),
    Carrier.PASTE: N_("paste"),
    Carrier.SERIAL_PORT: N_("serial port"),
    Carrier.CAMERA: N_("camera"),
    Carrier.TYPED: N_("typed by hand"),
    Carrier.NONE: N_("key"),
}


@dataclass(frozen=True, slots=True)
class _Seen:
    """The last scan."""

    reading: Reading
    strokes: tuple[Stroke, ...]
    found: Candidates


class ScanLabPage(TextPage):
    """How does it arrive? A scan is taken apart; the scanner can be learned from the calibration sheet."""

    keys = (Action.BACK, Action.HELP, Action.DOWN, Action.UP, Action.MENU)
    shows_commands: ClassVar[bool] = True

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._seen: _Seen | None = None
        self._lesson: Lesson | None = None

    @property
    def ears(self) -> Ears | None:
        """While a code of the sheet is asked for, its keys are heard one by one."""
        return self._lesson if self._lesson is not None and self._learned is None else None

    @property
    def _learned(self) -> Learned | None:
        return self._lesson.result if self._lesson else None

    def title(self) -> Message:
        if self._lesson is None:
            return M("SCAN LAB: SCAN ANYTHING")
        code, number = self._lesson.code, self._lesson.number
        if code is None or number is None:
            return M("LEARNED")
        name = _(code.name)
        return M("SCAN CODE {number} OF {count}: {name}", number=number + 1, count=len(CALIBRATION), name=name)

    def body(self, width: int) -> list[Line]:
        if self._learned is not None:
            return _learned_lines(self._learned, width)
        if self._lesson is not None:
            return _lesson_lines(self._lesson, width)
        if self._seen is None:
            return [BLANK, *wrapped(_("Nothing scanned here is recorded."), width, Ink.FAINT)]
        return [BLANK, *fact_lines(_facts(self._seen), width)]

    def entries(self) -> Sequence[Entry]:
        if self._lesson is None:
            return (Entry(M("Learn the scanner"), self._learn),)
        learned = self._learned
        if learned is None:
            return ()
        profile = learned.profile
        use = [Entry(M("Use it now"), partial(self._use, profile))] if profile is not None else []
        return (*use, Entry(M("Learn it again"), self._learn))

    def take(self, reading: Reading) -> None:
        self.shown = None
        if self._lesson is not None:
            what = M("Only a scanner that types is learned. This came otherwise: {text}", text=reading.text)
            self.say(sentence(Tone.NOTED, M("NOTHING TO LEARN"), what))
            return
        self.scroll = Scroll()
        strokes = self.desk.shell.strokes() if reading.carrier in (Carrier.WEDGE, Carrier.TYPED) else []
        self._seen = _Seen(reading, tuple(strokes), self.desk.session.candidates(reading))

    def _learn(self) -> None:
        self._lesson, self.shown, self.scroll = Lesson(), None, Scroll()

    def _use(self, profile: Profile) -> None:
        try:
            self.desk.shell.use_scanner(profile)
        except OSError as error:
            why = M("This device's folder cannot be written: {why}.", why=error.strerror or str(error))
            self.say(sentence(Tone.REFUSED, M("NOT SAVED"), why))
            return
        self._lesson = None
        self.say(sentence(Tone.ACCEPTED, M("SAVED"), M("In use now. Scan any code to see how it arrives.")))

    def do(self, action: Action) -> bool:
        if action is not Action.BACK or self._lesson is None:
            return super().do(action)
        self._lesson, self.shown = None, None
        return True

    def help(self) -> Sequence[Message | str]:
        return (
            M("Scan any code to see how it arrives. Nothing here is recorded or sent; commands are shown, not done."),
            M("If scans arrive wrong, print the calibration sheet: scantrail labels calibration --pdf sheet.pdf"),
            M("Then type 1, and scan its codes one by one. After each, wait for the next to be asked for."),
            M("Esc stops, a moment after it is pressed."),
        )


def _lesson_lines(lesson: Lesson, width: int) -> list[Line]:
    remark = wrapped(told(lesson.remark), width, Ink.NOTE) if lesson.remark else []
    waiting = _("One code from the sheet, then wait. Esc stops.")
    return [*remark, *wrapped(waiting, width, Ink.FAINT)]


def _learned_lines(learned: Learned, width: int) -> list[Line]:
    cautions = [line for each in learned.cautions for line in wrapped(f"! {told(each)}", width, Ink.NOTE)]
    facts = [line for each in learned.facts for line in wrapped(told(each), width)]
    return [BLANK, *cautions, *facts]


def _facts(seen: _Seen) -> tuple[Fact, ...]:
    reading, said = seen.reading, seen.found.said
    unclear = unclear_refusal(seen.found, "")
    raw = bytes.fromhex(reading.raw) if reading.raw else (reading.aim + reading.text).encode("utf-8", "replace")
    return (
        (N_("Text"), reading.text),
        (N_("Means"), _meaning(seen.found)),
        *said_facts(said),
        (N_("Perhaps"), ", ".join(other.text for other in said.others) if not seen.found.is_known else ""),
        (N_("Refused"), said.refusal or (explain(unclear).because if unclear else "")),
        (N_("Came by"), M(_CARRIERS[reading.carrier])),
        (N_("AIM"), _aim(reading)),
        (N_("Keys"), _pace(seen.strokes)),
        (N_("Ended by"), _end(seen)),
        (N_("Profile"), reading.profile),
        (N_("Bytes"), str(len(raw))),
        (N_("Arrived"), raw.decode("utf-8", "replace")),
        (N_("Hex"), raw.hex(" ").upper()),
    )


def _meaning(found: Candidates) -> Message | str:
    kinds = found.kinds or ({found.said.kind} if found.said.kind else set())
    names = [_(KIND_NAMES[kind]) for kind in CodeKind if kind in kinds]
    return ", ".join(names) if names else M("nothing on this device")


def _aim(reading: Reading) -> Message | str:
    words = aim_words(reading.aim)
    return M("{aim}, {words}", aim=reading.aim, words=words) if words else reading.aim or M("none")


def _pace(strokes: Sequence[Stroke]) -> Message | str:
    timing = timing_of(strokes)
    if timing is None:
        return ""
    median, longest = round(timing.median_ms), round(timing.longest_ms)
    return M("{count}, {median} ms apart, at most {longest}", count=len(strokes), median=median, longest=longest)


def _end(seen: _Seen) -> Message | str:
    if not seen.strokes:
        return ""
    last = seen.strokes[-1]
    is_key = last.character is None or not last.character.isprintable()
    return key_name(last.key) if is_key else M("silence")
