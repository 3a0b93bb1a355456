"""Talking to the server over HTTP. Every failure is `Offline` or `Refused`; nothing of the library leaks out."""

from scantrail.device.transport.failures import Offline, Refused
from scantrail.device.transport.server import Health, Server, Transport

__all__ = ["Health", "Offline", "Refused", "Server", "Transport"]
