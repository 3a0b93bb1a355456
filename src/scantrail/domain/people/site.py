"""A site: what it is, whatever it wants; see `settings` for that."""

from __future__ import annotations

from dataclasses import dataclass

from scantrail.domain.names.codes import CodePrefix
from scantrail.domain.names.identifiers import PlaceId, SiteId
from scantrail.domain.names.numbers import NumberFormat, Series, SsccSeries


@dataclass(frozen=True, slots=True)
class Site:
    """A warehouse with its own clock and log."""

    id: SiteId
    name: str
    time_zone: str
    """IANA name; business dates are plain dates in it (§7a)."""
    quarantine_place: PlaceId | None = None
    """Where a damaged unit is put down."""
    code_prefixes: tuple[CodePrefix, ...] = ()
    """What the site's own labels put before serials, bins, documents and badges."""
    company_prefix: str = ""
    """The GS1 Company Prefix that its carton numbers (SSCC) begin with; empty where none are made."""
    sscc_extension: int = 0
    """The digit before it: another one where another system numbers cartons too, or when numbers have run out."""
    number_series: tuple[NumberFormat, ...] = ()
    """What else its devices number offline: documents by kind, serials by product."""

    @property
    def sscc_series(self) -> SsccSeries | None:
        """What its devices number cartons from."""
        return SsccSeries(self.sscc_extension, self.company_prefix) if self.company_prefix else None

    def series_in(self, year: int) -> tuple[Series, ...]:
        """Every series that its devices get blocks of, in a year of its calendar."""
        written: list[Series] = [each.series(year) for each in self.number_series]
        return (self.sscc_series, *written) if self.sscc_series is not None else tuple(written)
