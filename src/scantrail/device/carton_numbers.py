"""Carton numbers (SSCC) for labels that are printed on this device."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scantrail.device.store import DeviceStore, StoreError, StoreInUse, StoreNotReady
from scantrail.words import M, Message, OperatorError


@dataclass(frozen=True, slots=True)
class CartonNumbers:
    """Numbers that nobody else has or will have."""

    site: str
    """Name of the site they were taken at."""
    sscc: tuple[str, ...]


def take_carton_numbers(folder: Path, count: int) -> CartonNumbers:
    """Take so many numbers from this device's for good.

    Raises:
        OperatorError: there are not so many, or none can be had; none was taken.
    """
    try:
        with DeviceStore.open(folder) as store:
            site = store.site_row
            if site is None:
                raise StoreNotReady
            if site.sscc_series is None:
                raise OperatorError(_no_prefix(site.id))
            return CartonNumbers(site.name, store.numbers.take(site.sscc_series, count))
    except StoreInUse as error:
        raise OperatorError(
            M("The handheld is open on this device, and its numbers with it. Close it, then print.")
        ) from error
    except StoreError as error:
        raise OperatorError(error.message) from error


def _no_prefix(site: str) -> Message:
    return M(
        "Cartons of {site} cannot be numbered: it has no GS1 Company Prefix. "
        "On the server, set its company_prefix: scantrail import sites.csv",
        site=site,
    )
