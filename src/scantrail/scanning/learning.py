"""From the keys of the calibration codes to the profile of the scanner that sent them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from statistics import median

from scantrail.domain.scans.calibration import CALIBRATION, FIRST_FIELD, GS, SECOND_FIELD
from scantrail.domain.scans.reading import Carrier, Reading
from scantrail.scanning.keyboard import Keyboard, Unlearnable, again, keyboard_of
from scantrail.scanning.keys import ACTION_KEYS, CONTROL_KEYS, key_name
from scantrail.scanning.profiles import FASTEST_HAND_MS, Profile, load_profile
from scantrail.scanning.settings import ProfileUnusable
from scantrail.scanning.strokes import Stroke, Timing, Typed, alt_digits_in, gaps_of, typed_by, with_alt_characters
from scantrail.scanning.wedge import Heard, Wedge
from scantrail.words import M, Message

LEARNED = "learned"
"""The name of a profile that was learned."""

TAKE_ENDS_MS = 1_500
"""A code is over when nothing has come for so long; the slowest scanner waits 1000 ms between two keys."""

_MARGIN = 1.3
"""So many times the longest gap seen may be the gap of another scan."""
_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_GS1 = len(CALIBRATION) - 1
"""The place of the code with fields."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What the calibration codes have shown."""

    profile: Profile | None = None
    """None where it cannot be told; `trouble` says why, then."""
    facts: tuple[Message, ...] = ()
    """What was learned, for people."""
    cautions: tuple[Message, ...] = ()
    """What the scanner sends in a way that no profile puts right."""
    trouble: Message | None = None
    again: int | None = None
    """The place on the sheet, from 0, of the one code to scan again."""


Takes = Sequence[Sequence[Stroke]]
"""The keys of every calibration code, in the order of the sheet."""


def learned(takes: Takes) -> Learned:
    """The scanner that sent these keys, or why it cannot be told."""
    try:
        return _learned(takes)
    except Unlearnable as error:
        return Learned(trouble=error.message, again=error.code)
    except ProfileUnusable as error:
        return Learned(trouble=error.message)


def take_problem(number: int, take: Sequence[Stroke]) -> Message | None:
    """Why the keys of the code with this place on the sheet, from 0, cannot be all of it; None when they can."""
    least = len(CALIBRATION[number].text) // (1 if number < 3 else 2)
    came = len(typed_by(take))
    if came >= least:
        return None
    return M("Only {came} characters arrived, expected {least} or more. Scan it again.", came=came, least=least)


def _learned(takes: Takes) -> Learned:
    for number in range(len(CALIBRATION)):
        if number >= len(takes) or take_problem(number, takes[number]):
            raise again(number)
    typed = [typed_by(take) for take in takes]
    alt_digits = alt_digits_in([each for take in typed for each in take])
    typed = [with_alt_characters(take, alt_digits) for take in typed]
    keyboard = keyboard_of(typed[:_GS1])
    draft = _Draft(keyboard, alt_digits)
    draft.learn_ends()
    draft.learn_lead()
    draft.learn_separator(typed[_GS1])
    draft.learn_timing(takes)
    draft.tell_keyboard()
    profile = Profile.parse(draft.profile.to_toml(), f"{LEARNED}.toml")
    _refuse_unless_read_back(profile, takes, keyboard.lost, keeps_fields=draft.keeps_fields)
    return Learned(profile, tuple(draft.facts), tuple(draft.cautions))


@dataclass
class _Draft:
    """A profile while it is being learned."""

    keyboard: Keyboard
    alt_digits: int
    profile: Profile = field(init=False)
    facts: list[Message] = field(default_factory=list)
    cautions: list[Message] = field(default_factory=list)
    keeps_fields: bool = True
    """Whether anything arrives for the FNC1 between two fields."""

    def __post_init__(self) -> None:
        self.profile = replace(
            load_profile(),
            name=LEARNED,
            description="Learned from the calibration sheet on this device",
            sources=("What this device's scanner sent of the calibration sheet: scantrail scanner learn",),
            assumed=("min_length", "twins"),
            prefixes=(),
            suffixes=(),
            separator_keys=(),
            separator_texts=(),
            alt_digits=self.alt_digits,
            aim=False,
            layout=self.keyboard.layout,
        )

    def learn_ends(self) -> None:
        """The keys that end a code, and the text before them."""
        trail, ends = list(self.keyboard.trail), list[str]()
        while trail and trail[-1].key in self.profile.ends:
            ends.insert(0, trail.pop().key)
        if trail and not ends and trail[-1].key in CONTROL_KEYS.keys() | ACTION_KEYS:
            ends.append(trail.pop().key)
        suffix = self.keyboard.text(trail)
        self.profile = replace(
            self.profile,
            ends=tuple(dict.fromkeys([*self.profile.ends, *ends])),
            suffixes=(suffix,) if suffix else (),
        )
        self.facts.append(
            M("Each code ends with {keys}.", keys=", ".join(map(key_name, ends)))
            if ends
            else M("Nothing ends a code but silence.")
        )
        if suffix:
            self.facts.append(_unlike_codes(M("After each code comes {text}.", text=suffix), suffix))

    def learn_lead(self) -> None:
        """The prefix, and whether AIM identifiers are sent."""
        lead = self.keyboard.text(self.keyboard.lead)
        aim = _AIM.search(lead)
        if aim is not None and aim.end() != len(lead):
            raise Unlearnable(
                M(
                    "The AIM identifier comes before the prefix {text}. Switch one of them off.",
                    text=lead[aim.end() :],
                )
            )
        prefix = lead[: aim.start()] if aim else lead
        self.profile = replace(self.profile, aim=aim is not None, prefixes=(prefix,) if prefix else ())
        if prefix:
            self.facts.append(_unlike_codes(M("Before each code comes {text}.", text=prefix), prefix))
        self.facts.append(
            M("AIM identifiers are sent; this one was {aim}.", aim=aim[0]) if aim else M("No AIM identifier is sent.")
        )

    def learn_separator(self, take: Sequence[Typed]) -> None:
        """What arrives for the FNC1 between two fields."""
        between = self._between_fields(take)
        text, keys = self.keyboard.text(between), [each.key for each in between]
        if text == GS and len(between) == 1:
            self.facts.append(M("The separator of GS1 fields arrives as it should."))
        elif not between:
            self.keeps_fields = False
            self.cautions.append(
                M(
                    "The separator of GS1 fields does not arrive: codes with several fields are read wrong. "
                    "Let the scanner send GS for FNC1."
                )
            )
        elif len(between) == 1 and keys[0] in CONTROL_KEYS.keys() | ACTION_KEYS:
            self._separator_key(keys[0])
        else:
            self._separator_text(text)

    def _separator_key(self, key: str) -> None:
        if key in [each.key for each in self.keyboard.trail]:
            raise Unlearnable(
                M(
                    "The separator of GS1 fields arrives as {key}, which ends a code. "
                    "Let the scanner send GS for FNC1.",
                    key=key_name(key),
                )
            )
        ends = tuple(each for each in self.profile.ends if each != key)
        self.profile = replace(self.profile, separator_keys=(key,), ends=ends)
        self.facts.append(M("The separator of GS1 fields arrives as {key}.", key=key_name(key)))

    def _separator_text(self, text: str) -> None:
        if not text.strip("-./_ ") or text.strip("-./_ ").isalnum():
            raise Unlearnable(
                M(
                    "The separator of GS1 fields arrives as {text}, which codes may hold. "
                    "Let the scanner send GS for FNC1.",
                    text=text,
                )
            )
        self.profile = replace(self.profile, separator_texts=(text,))
        self.facts.append(M("The separator of GS1 fields arrives as {text}.", text=text))

    def _between_fields(self, take: Sequence[Typed]) -> Sequence[Typed]:
        inside, keyboard = self.keyboard.inside(take), self.keyboard
        first, second = inside[: len(FIRST_FIELD)], inside[-len(SECOND_FIELD) :]
        lead = _AIM.sub("]C0", keyboard.text(take[: len(keyboard.lead)]))
        is_whole = (
            len(inside) >= len(FIRST_FIELD) + len(SECOND_FIELD)
            and (keyboard.text(first), keyboard.text(second)) == (FIRST_FIELD, SECOND_FIELD)
            and lead == _AIM.sub("]C0", keyboard.text(keyboard.lead))
        )
        if not is_whole:
            raise again(_GS1)
        return inside[len(first) : len(inside) - len(second)]

    def learn_timing(self, takes: Takes) -> None:
        """How close keys follow each other in a scan, and how long a silence ends one."""
        timing = _timing_of_all(takes)
        longest = ceil(timing.longest_ms * _MARGIN)
        fast = max(self.profile.key_gap_ms, min(longest, FASTEST_HAND_MS))
        is_slow = timing.median_ms * _MARGIN > FASTEST_HAND_MS
        gap = longest if is_slow else fast
        if is_slow and not self.profile.prefixes:
            raise Unlearnable(
                M(
                    "The scanner waits {gap} ms between two characters, as a hand does, so its scans cannot be "
                    "told from typing. Set its inter-character delay to 0, or let it send a prefix such as STX.",
                    gap=round(timing.median_ms),
                )
            )
        quiet = max(self.profile.quiet_ms, 2 * gap, 2 * ceil(timing.longest_ms))
        self.profile = replace(self.profile, key_gap_ms=gap, quiet_ms=quiet, twins=self.profile.twins and not is_slow)
        self.facts.append(
            M(
                "Between two characters {median} ms, at most {longest} ms.",
                median=round(timing.median_ms),
                longest=round(timing.longest_ms),
            )
        )
        if is_slow:
            self.facts.append(M("That is as slow as a hand: digits no longer stand for function keys."))

    def tell_keyboard(self) -> None:
        """What is put right, and what cannot be."""
        if self.profile.layout:
            self.facts.append(
                M(
                    "The scanner types for another keyboard; characters put right: {count}.",
                    count=len(self.profile.layout),
                )
            )
        if self.keyboard.lost:
            self.cautions.append(
                M(
                    "These marks do not arrive, and codes that hold them are read wrong: {marks}. "
                    "Set the scanner to the country of this keyboard.",
                    marks=" ".join(self.keyboard.lost),
                )
            )


def _unlike_codes(around: Message, text: str) -> Message:
    """The same sentence, when what it tells of can be told from a code."""
    if not text.isalnum():
        return around
    raise Unlearnable(
        M(
            "{around} Nobody can tell that from the code. Let the scanner send a control character or a mark there.",
            around=around,
        )
    )


def _timing_of_all(takes: Takes) -> Timing:
    gaps = [gap for take in takes for gap in gaps_of(take)]
    return Timing(median(gaps), max(gaps))


def _refuse_unless_read_back(profile: Profile, takes: Takes, lost: str, *, keeps_fields: bool) -> None:
    """The codes that taught the profile must be read with it as what they are."""
    for number, (code, take) in enumerate(zip(CALIBRATION, takes, strict=True)):
        expected = code.text if keeps_fields or not code.is_gs1 else code.text.replace(GS, "")
        for separator in profile.separator_texts:
            expected = expected.replace(separator, GS)
        if not set(lost) & set(code.text) and read_with(profile, take) != [(expected, Carrier.WEDGE)]:
            raise again(number)


def read_with(profile: Profile, strokes: Iterable[Stroke]) -> list[tuple[str, Carrier]]:
    """What a wedge with this profile hears in these keys."""
    wedge, heard = Wedge(profile), list[Heard]()
    for stroke in strokes:
        heard += wedge.key(stroke.key, stroke.character, stroke.at_ms / 1000)
    heard += wedge.settle()
    return [(each.text, each.carrier) for each in heard if isinstance(each, Reading)]
