"""Every action and how it is asked for, on all screens: a key, a digit and Enter, or a command barcode."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from scantrail.domain.scans.reading import Command
from scantrail.words import N_, _


class Action(Enum):
    """What a key asks for."""

    CONFIRM = auto()
    BACK = auto()
    HELP = auto()
    LOOK_UP = auto()
    LIST = auto()
    EXCEPTION = auto()
    UNDO = auto()
    CAMERA = auto()
    PHOTO = auto()
    SYNC = auto()
    MENU = auto()
    UP = auto()
    DOWN = auto()
    PAGE_UP = auto()
    PAGE_DOWN = auto()
    LEAVE = auto()


@dataclass(frozen=True, slots=True)
class Binding:
    """How an action is asked for, and what it is called."""

    action: Action
    keys: tuple[str, ...]
    """Textual's names."""
    shown: str
    """The key's name on the glass."""
    label: str
    short: str
    """The label where there is little room; empty where the key says enough."""
    twin: str = ""
    """A digit that does the same with Enter, since some terminals eat function keys."""
    command: Command | None = None


BINDINGS = (
    Binding(Action.CONFIRM, ("enter",), "Enter", N_("confirm"), "", "", Command.CONFIRM),
    Binding(Action.HELP, ("f1",), "F1", N_("help"), N_("help"), "1", Command.HELP),
    Binding(Action.LOOK_UP, ("f2",), "F2", N_("look up"), N_("look"), "2", Command.LOOK_UP),
    Binding(Action.LIST, ("f3",), "F3", N_("list"), N_("list"), "3", Command.LIST),
    Binding(Action.EXCEPTION, ("f4",), "F4", N_("exception"), N_("exc"), "4", Command.EXCEPTION),
    Binding(Action.UNDO, ("f5",), "F5", N_("undo"), N_("undo"), "5", Command.UNDO),
    Binding(Action.CAMERA, ("f6",), "F6", N_("camera"), N_("cam"), "6", Command.CAMERA),
    Binding(Action.PHOTO, ("f7",), "F7", N_("photo"), N_("photo"), "7", Command.PHOTO),
    Binding(Action.SYNC, ("f8",), "F8", N_("sync now"), N_("sync"), "8", Command.SYNC),
    Binding(Action.MENU, ("f10",), "F10", N_("menu"), N_("menu"), "0", Command.MENU),
    Binding(Action.BACK, ("escape",), "Esc", N_("back"), N_("back"), "", Command.BACK),
    Binding(Action.UP, ("up",), "↑", N_("up"), "", "", Command.UP),
    Binding(Action.DOWN, ("down",), "↓", N_("down"), "", "", Command.DOWN),
    Binding(Action.PAGE_UP, ("pageup",), "PgUp", N_("page up"), "", "", Command.PAGE_UP),
    Binding(Action.PAGE_DOWN, ("pagedown",), "PgDn", N_("page down"), "", "", Command.PAGE_DOWN),
    Binding(Action.LEAVE, ("ctrl+q", "ctrl+c"), "Ctrl+Q", N_("leave"), N_("leave")),
)
"""In the order they are shown."""

BY_KEY = {key: binding.action for binding in BINDINGS for key in binding.keys}
BY_TWIN = {binding.twin: binding.action for binding in BINDINGS if binding.twin}
BY_COMMAND = {binding.command: binding.action for binding in BINDINGS if binding.command}


def bindings_of(actions: Iterable[Action]) -> list[Binding]:
    """The bindings of some actions, in the order they are shown."""
    wanted = set(actions)
    return [binding for binding in BINDINGS if binding.action in wanted]


def long_name(binding: Binding) -> str:
    """`F4 exception`."""
    return f"{binding.shown} {_(binding.label)}"


def short_name(binding: Binding) -> str:
    """`F4exc`, for little room."""
    return f"{binding.shown}{_(binding.short)}" if binding.twin else f"{binding.shown} {_(binding.short)}".rstrip()


def name_of(action: Action) -> str:
    """What is printed on an action's key: `F4`."""
    return next(binding.shown for binding in BINDINGS if binding.action is action)
