"""The device's own database: its journal of acts and the rows mirrored from the server."""

from scantrail.device.store.attention import AttentionItem
from scantrail.device.store.errors import (
    NumbersUsedUp,
    StoreDamaged,
    StoreError,
    StoreExists,
    StoreFull,
    StoreInUse,
    StoreMissing,
    StoreNotReady,
)
from scantrail.device.store.journal import Identity
from scantrail.device.store.keeping import Failures, History, Verifier
from scantrail.device.store.look import JournalLook, look
from scantrail.device.store.numbers import NumbersLeft
from scantrail.device.store.photos import PhotoCounts
from scantrail.device.store.rows_file import RowsUnusable, prepare_rows
from scantrail.device.store.store import Counts, DeviceStore

__all__ = [
    "AttentionItem",
    "Counts",
    "DeviceStore",
    "Failures",
    "History",
    "Identity",
    "JournalLook",
    "NumbersLeft",
    "NumbersUsedUp",
    "PhotoCounts",
    "RowsUnusable",
    "StoreDamaged",
    "StoreError",
    "StoreExists",
    "StoreFull",
    "StoreInUse",
    "StoreMissing",
    "StoreNotReady",
    "Verifier",
    "look",
    "prepare_rows",
]
