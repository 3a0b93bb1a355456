"""What a site wants: the policy that scans are judged by, a part for each family."""

from __future__ import annotations

from dataclasses import dataclass, field

from scantrail.domain.settings.picking import PickingSettings
from scantrail.domain.settings.quality import QualitySettings
from scantrail.domain.settings.scans import ScanSettings
from scantrail.domain.settings.waiting import WaitingSettings


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a site."""

    scans: ScanSettings = field(default_factory=ScanSettings)
    picking: PickingSettings = field(default_factory=PickingSettings)
    quality: QualitySettings = field(default_factory=QualitySettings)
    waiting: WaitingSettings = field(default_factory=WaitingSettings)
