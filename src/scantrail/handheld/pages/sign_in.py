"""Signing in: scan the badge, then type the PIN."""

from __future__ import annotations

from collections.abc import Sequence

from scantrail.device.exchange.first_load import Loading
from scantrail.device.exchange.sync import SyncState
from scantrail.device.identity.sign_in import SignedIn, SignInRefused
from scantrail.device.store import StoreError
from scantrail.domain.names.codes import kind_name
from scantrail.domain.people.worker import Worker
from scantrail.domain.scans.reading import Candidates, Carrier, Reading
from scantrail.handheld.drawing.bars import Size
from scantrail.handheld.drawing.lines import BLANK, Ink, Line, ink, progress_line, wrapped
from scantrail.handheld.drawing.verdict import Shown
from scantrail.handheld.keys import Action
from scantrail.handheld.pages.base import Desk, Page, sentence
from scantrail.handheld.text import told, visible
from scantrail.protocol.link import Link
from scantrail.words import M, Message
from scantrail.workflows.base import Tone

MASK = "•"
PIN_LENGTHS = range(4, 13)
"""Digits of a PIN."""


class SignInPage(Page):
    """Who works here? The PIN is never shown, and nothing of it is kept."""

    keys: Sequence[Action] = (Action.HELP, Action.SYNC, Action.LEAVE)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.badge: str = ""
        """The badge scanned; empty while one is asked for."""
        self.checking = False

    @property
    def asks_pin(self) -> bool:
        """Whether the badge is known and its PIN is asked for."""
        return bool(self.badge)

    @property
    def twins(self) -> bool:
        """A PIN is a text like any other: no digit of it is a key."""
        return not self.asks_pin

    def hidden(self, typed: str) -> str:
        """What is being typed, as it may be shown: a PIN may be typed before its badge was recognised."""
        return MASK * len(typed) if self.asks_pin or typed.isdecimal() else typed

    def draw(self, size: Size) -> list[Line]:
        keys = (Action.BACK, Action.HELP) if self.asks_pin else self.keys
        return self.drawn(size, self._title(), self._body(size), keys=keys)

    def _title(self) -> Message:
        if self.checking:
            return M("CHECKING THE PIN…")
        if self._is_loading():
            return M("GETTING THE DAY'S DATA")
        return M("TYPE YOUR PIN, THEN ENTER") if self.asks_pin else M("SCAN YOUR BADGE")

    def _is_loading(self) -> bool:
        return not self.desk.store.ready and self.desk.sync.state.loading is not None

    def _body(self, size: Size) -> list[Line]:
        lines = wrapped(told(self._question()), size.width) if self._question() else []
        lines += [ink(self._name(), Ink.STRONG)] if self.asks_pin else []
        if not self.desk.store.ready:
            lines += _loading_lines(self.desk.sync.state, size)
        return [*lines, *_demo_lines(self.desk.demo_badges, size)]

    def _question(self) -> Message | str:
        """What badge and PIN are asked for, where that is no sign-in."""
        return ""

    def _name(self) -> str:
        worker = self.desk.store.worker_called(self.badge)
        return visible(worker.name if worker else self.badge)

    def take(self, reading: Reading) -> None:
        if self.checking:
            self.say(sentence(Tone.NOTED, M("ONE MOMENT"), M("The PIN is being checked.")))
            return
        found = self.desk.session.candidates(reading)
        if self.asks_pin and not (found.workers and reading.carrier is not Carrier.TYPED):
            self._check(reading.text.strip())
        else:
            self._badge_scanned(reading, found)

    def _badge_scanned(self, reading: Reading, found: Candidates) -> None:
        refusal = self._badge_refusal(reading, found)
        if refusal is not None:
            self.say(refusal)
            return
        self.badge, self.shown = found.text, None
        self.desk.shell.ring(Tone.ACCEPTED)

    def _badge_refusal(self, reading: Reading, found: Candidates) -> Shown | None:
        if reading.carrier is Carrier.TYPED and not self.desk.demo_badges:
            return sentence(Tone.REFUSED, M("SCAN YOUR BADGE"), M("A badge is scanned here, not typed."))
        if found.workers:
            return None
        if self._is_loading():
            return sentence(Tone.NOTED, M("ONE MOMENT"), M("The day's data is on its way. Scan your badge after that."))
        if found.kinds:
            what = M("That is {what}. Scan your badge.", what=kind_name(found.kinds))
            return sentence(Tone.REFUSED, M("WRONG CODE"), what, _shown(found.text))
        unknown = M("No worker on record here has this badge. Scan it again, or press F8 if you are new.")
        return sentence(Tone.REFUSED, M("UNKNOWN BADGE"), unknown, _shown(found.text))

    def _check(self, pin: str) -> None:
        self.checking, self.shown = True, None
        self.desk.shell.start(self._verify(self.badge, pin))

    async def _verify(self, badge: str, pin: str) -> None:
        try:
            self._welcome(await self.desk.signing_in.sign_in(badge, pin))
        except SignInRefused as refused:
            self.say(sentence(Tone.REFUSED, M("NOT SIGNED IN"), refused.message))
        except StoreError as error:
            self.say(sentence(Tone.REFUSED, M("NOT SIGNED IN"), error.message))
        finally:
            self.checking = False
            self.desk.shell.redraw()

    def _welcome(self, signed_in: SignedIn) -> None:
        worker: Worker = signed_in.worker
        self.desk.session.start(worker, offline=signed_in.offline)
        self.badge = ""
        self.desk.shell.ring(Tone.ACCEPTED)
        self.desk.shell.home()

    def do(self, action: Action) -> bool:
        if action is not Action.BACK:
            return super().do(action)
        is_known = self.asks_pin or self.checking
        if not self.checking:
            self.badge, self.shown = "", None
        return is_known

    def help(self) -> Sequence[Message | str]:
        return (
            M("Scan the barcode on your badge, then type your PIN and press Enter."),
            M("Without network you can sign in where you have signed in online before, until your shift ends."),
            M("Three wrong PINs make you wait; a supervisor can help."),
        )


def _shown(text: str) -> str:
    """A refused text, unless it may be a PIN."""
    return "" if text.isdecimal() and len(text) in PIN_LENGTHS else text


_WAITING_FOR_ROWS = M(
    "This device has not received anything from the server yet. Bring it online once, then sign in. F8 tries now."
)
_CUT_SHORT = M("Without network now. The day's data goes on from here when the network is back.")


def _loading_lines(state: SyncState, size: Size) -> list[Line]:
    """How far the first load is, or what has to be done for it."""
    loading = state.loading or Loading()
    lines: list[Line] = []
    if state.link is not Link.ONLINE:
        lines += wrapped(told(_CUT_SHORT if loading.done else _WAITING_FOR_ROWS), size.width, Ink.NOTE)
    elif loading.note is not None:
        lines += wrapped(told(loading.note), size.width, Ink.NOTE)
    if loading.total:
        percent = f"{100 * loading.done // loading.total} %"
        lines.append(progress_line(loading.done, loading.total, percent, size.width))
    elif loading.done:
        lines += wrapped(told(M("{count} records have come so far.", count=loading.done)), size.width)
    return lines


def _demo_lines(badges: Sequence[tuple[str, str, str]], size: Size) -> list[Line]:
    """The demo's badges, to be typed in."""
    if not badges:
        return []
    lines: list[Line] = [] if size.is_low else [BLANK]
    lines += wrapped(told(M("Demo: type a badge, Enter, its PIN, Enter")), size.width, Ink.FAINT)
    for name, badge, pin in badges:
        lines.append(ink(f"{badge}  {pin}  {name}" if not size.is_narrow else f"{badge} {pin}"))
    return lines
