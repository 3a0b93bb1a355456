"""Taking a photo as evidence: shows what the camera sees; Enter takes it, and it goes to the report below."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scantrail.domain.scans.reading import Reading
from scantrail.handheld.drawing.bars import Size
from scantrail.handheld.drawing.camera import Finder, draw_finder
from scantrail.handheld.drawing.lines import Line
from scantrail.handheld.drawing.paper import draw_paper
from scantrail.handheld.keys import Action
from scantrail.handheld.pages.base import Desk, Page, sentence
from scantrail.handheld.pages.camera import Cameras
from scantrail.handheld.text import told
from scantrail.scanning.camera.messages import Preview
from scantrail.scanning.camera.process import CameraTrouble
from scantrail.words import M, Message
from scantrail.workflows.base import Tone


class PhotoPage(Page):
    """Point it at what is wrong and press Enter. A scanner works here too: its scan goes to the screen below."""

    keys = (Action.CONFIRM, Action.BACK, Action.HELP)

    def __init__(self, desk: Desk, cameras: Cameras, taken: Callable[[bytes], None]) -> None:
        """`taken` gets the picture once this screen has gone."""
        super().__init__(desk)
        self._taken = taken
        self._is_open = True
        self._is_taking = False
        self._preview: Preview | None = None
        self._feed = cameras.open(self._news)
        desk.shell.start(self._feed.run())

    def _news(self) -> None:
        if not self._is_open:
            return
        view, before = self._feed.view, self._preview
        self._preview = (view.preview or before) if view is not None else None
        if self._preview is not before or self._feed.trouble:
            self.desk.shell.redraw()

    def take(self, reading: Reading) -> None:
        self.desk.shell.back_with(reading)

    def do(self, action: Action) -> bool:
        if action is not Action.CONFIRM:
            return super().do(action)
        if self._preview is not None and not self._is_taking:
            self._is_taking, self.shown = True, None
            self.desk.shell.start(self._take_picture())
        return True

    async def _take_picture(self) -> None:
        try:
            picture = await self._feed.photo()
        except CameraTrouble as error:
            self._is_taking = False
            if self._is_open:
                self.say(sentence(Tone.REFUSED, M("NO PHOTO"), str(error)))
        else:
            if self._is_open:
                self.desk.shell.close(self)
                self._taken(picture)
        self.desk.shell.redraw()

    def closed(self) -> None:
        self._is_open = False
        self._feed.close()

    def draw(self, size: Size) -> list[Line]:
        trouble = self._feed.trouble
        shown = sentence(Tone.REFUSED, M("NO PICTURE"), trouble) if trouble else self.shown
        if shown is not None:
            keys = (Action.BACK, Action.HELP) if trouble else self.keys
            return draw_paper(self.paper(self._title(), (), shown=shown, keys=keys), size)
        shell = self.desk.shell
        finder = Finder(
            told(self._title()),
            (),
            shell.bar,
            self._preview,
            shell.has_half_blocks,
            self.keys,
            shell.typed,
            has_box=False,
        )
        return draw_finder(finder, size)

    def _title(self) -> Message:
        if self._feed.trouble:
            return M("PHOTO")
        if self._preview is None:
            return M("CAMERA STARTS…")
        return M("HOLD STILL…") if self._is_taking else M("ENTER TAKES THE PHOTO")

    def help(self) -> Sequence[Message | str]:
        return (
            M("Show what is wrong, near enough to be seen, and press Enter. The photo is recorded with the reason."),
            M("It is kept on this device and sent to the server later; nothing waits for it."),
            M("Esc goes back without a photo."),
        )
