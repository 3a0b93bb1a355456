"""A supervisor allows something on the spot: badge and PIN, also without network, and back to the same step."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scantrail.device.identity.sign_in import SignedIn
from scantrail.domain.acts.act import Grant
from scantrail.domain.people.worker import Right
from scantrail.handheld.keys import Action
from scantrail.handheld.pages.base import Desk, sentence
from scantrail.handheld.pages.sign_in import SignInPage
from scantrail.words import M, Message
from scantrail.workflows.base import Tone


class GrantPage(SignInPage):
    """Who allows it? Nobody is signed in or out by it, and nothing of the PIN is kept."""

    keys = (Action.BACK, Action.HELP)

    def __init__(self, desk: Desk, about: Message | str, granted: Callable[[Grant], None]) -> None:
        super().__init__(desk)
        self._about = about
        self._granted = granted

    def _title(self) -> Message:
        if self.checking or self.asks_pin:
            return super()._title()
        return M("SUPERVISOR: SCAN YOUR BADGE")

    def _question(self) -> Message | str:
        return self._about

    def _welcome(self, signed_in: SignedIn) -> None:
        self.badge = ""
        if not signed_in.worker.may(Right.GRANT):
            refusal = M("{worker} may not allow this. Have a supervisor scan a badge.", worker=signed_in.worker.name)
            self.say(sentence(Tone.REFUSED, M("NOT ALLOWED"), refusal))
            return
        self.desk.shell.close(self)
        self._granted(Grant(signed_in.worker.id, signed_in.offline))

    def do(self, action: Action) -> bool:
        if action is not Action.BACK or self.asks_pin or self.checking:
            return super().do(action)
        self.desk.shell.back()
        return True

    def help(self) -> Sequence[Message | str]:
        return (
            self._about,
            M("A supervisor scans a badge and types the PIN; it is recorded who allowed what, and why."),
            M("Without network it works for supervisors who have signed in on this device in this shift."),
            M("Esc goes back to the task; nothing is taken."),
        )
