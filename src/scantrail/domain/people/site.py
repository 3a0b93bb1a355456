"""A site and its settings: the policy that scans are judged by."""

from __future__ import annotations

from dataclasses import dataclass

from scantrail.domain.names.codes import CodePrefix
from scantrail.domain.names.identifiers import PlaceId, SiteId
from scantrail.domain.names.numbers import SsccSeries
from scantrail.domain.settings import Settings
from scantrail.domain.settings.picking import PickCondition, PickingSettings
from scantrail.domain.settings.quality import QualitySettings
from scantrail.domain.settings.scans import ScanSettings
from scantrail.domain.settings.waiting import WaitingSettings


@dataclass(frozen=True, slots=True)
class Site:
    """A warehouse with its own clock, log and policy."""

    id: SiteId
    name: str
    time_zone: str
    """IANA name; business dates are plain dates in it (§7a)."""
    typed_serials: bool = False
    """Whether a serial may be typed by hand (R11)."""
    quarantine_place: PlaceId | None = None
    """Where a damaged unit is put down."""
    short_reasons: tuple[str, ...] = ("not found", "too few in bin", "blocked")
    damage_reasons: tuple[str, ...] = ("packaging", "housing", "label", "water")
    label_reasons: tuple[str, ...] = ("torn", "dirty or faded", "badly printed", "missing")
    """Why a label cannot be read (R43)."""
    pick_checklist: tuple[str, ...] = ("All units are in the cart", "Every label can be read")
    """Asked, on one page, before a pick list is ended (R15)."""
    check_reasons: tuple[str, ...] = ("a supervisor knows", "put right at packing")
    """Why a list may end although an item of the checklist is not so."""
    pick_condition: PickCondition = PickCondition.NEXT
    waiting_hours: int = 24
    """How long the server keeps an act that lacks an earlier step, before it becomes a trouble to settle."""
    code_prefixes: tuple[CodePrefix, ...] = ()
    """What the site's own labels put before serials, bins, documents and badges."""
    company_prefix: str = ""
    """The GS1 Company Prefix that its carton numbers (SSCC) begin with; empty where none are made."""
    sscc_extension: int = 0
    """The digit before it: another one where another system numbers cartons too, or when numbers have run out."""

    @property
    def sscc_series(self) -> SsccSeries | None:
        """What its devices number cartons from."""
        return SsccSeries(self.sscc_extension, self.company_prefix) if self.company_prefix else None

    @property
    def settings(self) -> Settings:
        """What it wants."""
        return Settings(
            ScanSettings(self.typed_serials),
            PickingSettings(self.pick_condition, self.short_reasons, self.pick_checklist, self.check_reasons),
            QualitySettings(self.damage_reasons, self.label_reasons),
            WaitingSettings(self.waiting_hours),
        )
