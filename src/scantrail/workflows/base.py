"""What every guided job is made of: prompts, answers, verdicts and outcomes, and the workflow that gives them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Generic, Protocol, TypeVar

from scantrail.domain.acts.act import Draft, Grant
from scantrail.domain.acts.event import Event
from scantrail.domain.acts.needs import Needs
from scantrail.domain.acts.refusal import Refusal
from scantrail.domain.acts.world import World
from scantrail.domain.documents.document import DocumentKind
from scantrail.domain.documents.listed import Listed
from scantrail.domain.documents.listing import Listing
from scantrail.domain.names.identifiers import DeviceId, PlaceId, UnitId, WorkerId
from scantrail.domain.scans.reading import Candidates, Reading
from scantrail.domain.things.photo import Photo
from scantrail.domain.things.place import Place
from scantrail.domain.things.unit import Unit
from scantrail.domain.wordings import explain
from scantrail.words import M, Message

ModeT = TypeVar("ModeT")

REPEAT_MS = 2000
"""The same text again within this time is a scanner's double read (handheld, One guided screen)."""


class Tone(Enum):
    """How a verdict looks and sounds."""

    ACCEPTED = "accepted"
    NOTED = "noted"
    """Accepted, with something the person should read."""
    REFUSED = "refused"
    REPEAT = "repeat"
    """The same code again at once: no effect."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to "was that right?", with what was scanned."""

    tone: Tone
    title: Message
    scanned: str = ""
    because: Message | None = None
    todo: Message | None = None

    @classmethod
    def of_refusal(cls, refusal: Refusal, scanned: str) -> Verdict:
        """The verdict that shows a refusal."""
        why = explain(refusal)
        return cls(Tone.REFUSED, why.title, scanned, why.because, why.todo)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several answers, taken by its digit."""

    key: str
    label: Message | str


class Mark(Enum):
    """How far an item of the list is."""

    DONE = "done"
    NOW = "now"
    TODO = "todo"
    SHORT = "short"
    BARRED = "barred"
    """Not to be taken as things are: its note says why."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list beside the prompt."""

    mark: Mark
    text: str
    note: Message | str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What to do now: everything the guided screen shows but the last verdict."""

    task: str
    """The document worked on."""
    about: str
    """Order, customer and class, in one line."""
    verb: Message
    """The instruction, verb first."""
    expected: tuple[str, ...] = ()
    """What is asked for, shown big: codes, or words where no code in particular is meant."""
    codes: tuple[str, ...] = ()
    """Codes that are accepted when scanned now, the suggestion first; others may do as well."""
    hint: Message | str = ""
    """More about what is expected, such as the product's name."""
    answered: tuple[str, ...] = ()
    """Questions already answered at this stop."""
    items: tuple[Item, ...] = ()
    """The part of the list around what is asked for; `Workflow.items` gives all of it."""
    done: int = 0
    total: int = 0
    choices: tuple[Choice, ...] = ()
    """Answers to choose from by digit and Enter."""
    instructions: tuple[str, ...] = ()
    """Special instructions of the order."""
    is_first: bool = False
    """Whether nothing is done yet: what is read once is shown."""
    checks: tuple[Message | str, ...] = ()
    """What Enter says is so; the number before an item says that it is not."""
    confirms: bool = False
    """Whether Enter, or the CONFIRM code, answers."""
    asks_grant: bool = False
    """Whether somebody with the right has to allow what is asked, with badge and PIN."""
    photo_name: str = ""
    """What a photo taken now is called, without its ending; empty where none belongs."""
    can_report: bool = True
    """Whether there is an exception to report at this step."""
    can_undo: bool = True
    """Whether anything of this task can be taken back."""
    finished: bool = False
    """Whether the task is over and Enter leads back to the menu."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A scanned or typed text and all it may mean."""

    reading: Reading
    candidates: Candidates


@dataclass(frozen=True, slots=True)
class Confirm:
    """Enter, or the CONFIRM code."""


@dataclass(frozen=True, slots=True)
class Choose:
    """A choice's digit, or the number of a check that is not so."""

    key: str


@dataclass(frozen=True, slots=True)
class AskException:
    """The exceptions key."""


@dataclass(frozen=True, slots=True)
class AskUndo:
    """The undo key."""


@dataclass(frozen=True, slots=True)
class AttachPhoto:
    """A photo that is kept on the device; what is recorded next names it."""

    photo: Photo


@dataclass(frozen=True, slots=True)
class Back:
    """One step back out of a choice."""


@dataclass(frozen=True, slots=True)
class Granted:
    """Somebody with the right has allowed it; badge and PIN are verified."""

    grant: Grant


Answer = Scan | Confirm | Choose | AskException | AskUndo | AttachPhoto | Back | Granted


@dataclass(frozen=True, slots=True)
class Outcome(Generic[ModeT]):
    """What an answer leads to."""

    mode: ModeT
    """What the workflow asks for next, beside the steps of the document itself."""
    verdict: Verdict | None = None
    draft: Draft | None = None
    """What to record, durably, before the verdict is shown."""
    before: tuple[Draft, ...] = ()
    """What an accepted draft says of earlier steps: acts of their own, recorded with it in one transaction."""


NO_PHOTO_HERE = Verdict(
    Tone.REFUSED,
    M("NO PHOTO HERE"),
    because=M("A photo belongs to damage, or to a label that cannot be read."),
    todo=M("Press F4 and choose one of them first."),
)
"""The verdict on a photo that nothing asks for."""

REPEATED = M("SAME CODE AGAIN")
"""The title of a double read."""


def repeat_verdict(text: str) -> Verdict:
    """The verdict on a double read: seen, no effect."""
    return Verdict(Tone.REPEAT, REPEATED, text, M("The scanner read it twice. Nothing changed."))


class Book(Protocol):
    """What the store knows around an open document, beyond the rows that judging takes."""

    kept: Any
    """What the workflow has worked out of it, to go on from there; None at first. See `changed`."""

    @property
    def listing(self) -> Listing:
        """The units on the document."""

    def unit(self, unit: UnitId) -> Unit | None:
        """A unit on the document, as it is on record here."""

    def changed(self) -> Collection[UnitId] | None:
        """The units that are other than at the last call, or are so on the document; None where any of them may be."""

    def stock(self, today: date) -> tuple[Unit, ...]:
        """Units that may be taken for it where it names none, in route order, oldest first."""

    def reserved_elsewhere(self, units: Iterable[Unit]) -> frozenset[UnitId]:
        """Which of these units are reserved for other open documents."""

    def places(self) -> Mapping[PlaceId, Place]:
        """Every place that its units, and those that it may take, are in."""


@dataclass(frozen=True, slots=True)
class Job:
    """A document that somebody works on, and what is known around it: all that a workflow is given."""

    world: World
    document: Any
    """A value of the class that holds the workflow's kind of document."""
    book: Book
    device: DeviceId
    worker: WorkerId
    today: date
    """The day in the site's time zone."""
    mode: Any
    """What is asked beside the document's own steps; the workflow's own."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """A guided job: how a document of one kind is worked on.

    All of it are pure functions: values and look-ups in, values out. `view` is the job as the workflow sees it, worked
    out once for each state; the other functions are given that.
    """

    name: str
    works_on: DocumentKind
    title: Message
    """The menu's line."""
    heading: Message
    """Over the documents to choose from."""
    none_open: Message
    """In its place where there are none."""
    beginning: Any
    """The mode in which a document's own next step is asked."""
    needs: Callable[[Any, Any, Book], Needs]
    """The rows that a document and a mode are judged and shown by, beside what these lead to and what the book has."""
    view: Callable[[Job], Any]
    prompt: Callable[[Any], Prompt]
    items: Callable[[Any], Iterable[Item]]
    """The whole list beside the prompt."""
    answer: Callable[[Any, Answer], Outcome[Any]]
    opening: Callable[[Any], Any]
    """The mode in which a document that was just taken, or resumed, begins."""
    taken: Callable[[Any], tuple[Event, ...]]
    """What is recorded with the taking, such as reservations."""
    news: Callable[[Any, Any], Verdict | None]
    """What a person must be told of what a sync has brought: the view before and after it."""
    is_closed: Callable[[Any], bool]
    """Whether nothing more is done for the document on this device."""
    is_untouched: Callable[[Any], bool]
    """Whether this device has the document and nothing was done on it: leaving it gives it back."""
    leads_to: Callable[[Any, Collection[Listed], Candidates], bool]
    """Whether a code that was scanned instead of a document's number belongs to this document: given the document, the
    rows of the units called so on it, and all that is called so."""
    help: tuple[Message, ...]
    """What the keys do at its steps."""
    list_help: tuple[Message, ...]
    """How the documents to choose from are sorted and marked."""
