"""The line between a device and the server: it loses, cuts, doubles and holds up whatever goes over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from scantrail.domain.plain import PlainError
from scantrail.protocol.exchange import Ask, Reply, Send
from scantrail.proving.simulator.clocks import Schedule
from scantrail.proving.simulator.fate import Weather
from scantrail.proving.simulator.trace import Trace

TIMEOUT_MS = 10_000
"""After so long without an answer a device gives up."""

Answered = Callable[[Reply], None]
Failed = Callable[[Exception], None]


class NoAnswer(Exception):
    """Nothing came back."""


class Busy(Exception):
    """The server said that it cannot serve now."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request on its way, and what becomes of its answer."""

    device: str
    step: Send | Ask
    answered: Answered
    failed: Failed


class Network:
    """Everybody's line to the server."""

    def __init__(
        self, schedule: Schedule, chance: Random, weather: Weather, trace: Trace, arrive: Callable[[Request], None]
    ) -> None:
        self._schedule = schedule
        self._chance = chance
        self._trace = trace
        self._arrive = arrive
        self.weather = weather
        self.is_cut: dict[str, bool] = {}
        """Devices that have no network at all now."""

    def send(self, request: Request) -> None:
        """A request sets out."""
        weather, roll = self.weather, self._chance.random()
        if self.is_cut.get(request.device) or roll < weather.lost:
            self._lose(request, "the request")
            return
        if roll < weather.lost + weather.cut:
            self._cut(request, "the request")
            return
        self._schedule.after(self._latency(), lambda: self._arrive(request))
        if self._chance.random() < weather.twice:
            again = Request(request.device, request.step, _nobody, _nobody)
            self._schedule.after(self._chance.randrange(100, 60_000), lambda: self._arrive(again))

    def answer(self, request: Request, reply: Reply) -> None:
        """An answer sets out."""
        if request.answered is _nobody:
            return
        weather, roll = self.weather, self._chance.random()
        if self.is_cut.get(request.device) or roll < weather.lost:
            self._lose(request, "the answer")
        elif roll < weather.lost + weather.cut:
            self._cut(request, "the answer")
        else:
            self._schedule.after(self._latency(), lambda: request.answered(reply))

    def refuse(self, request: Request, error: Exception) -> None:
        """The server cannot be reached, or cannot serve now."""
        if request.failed is not _nobody:
            self._schedule.after(self._latency(), lambda: request.failed(error))

    def lose(self, request: Request) -> None:
        """The server died over a request: no answer comes."""
        if request.failed is not _nobody:
            self._schedule.after(TIMEOUT_MS, lambda: request.failed(NoAnswer()))

    def _lose(self, request: Request, what: str) -> None:
        self._trace.add(self._schedule.now_ms, "network", "loses {} of {}", what, request.device)
        self.lose(request)

    def _cut(self, request: Request, what: str) -> None:
        self._trace.add(self._schedule.now_ms, "network", "cuts off {} of {}", what, request.device)
        self.refuse(request, PlainError("the message ends in the middle"))

    def _latency(self) -> int:
        if self._chance.random() < self.weather.slow:
            return self._chance.randrange(300, TIMEOUT_MS - 1000)
        return self._chance.randrange(3, 300)


def _nobody(_reply: Any) -> None:
    """The sender of a doubled request waits for one answer only."""
