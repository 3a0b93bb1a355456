"""What a session needs of a device's store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from scantrail.device.store import AttentionItem
from scantrail.domain.acts.act import Act, Draft, Times
from scantrail.domain.acts.needs import Needs
from scantrail.domain.acts.world import World
from scantrail.domain.documents.document import DocumentKind
from scantrail.domain.names.codes import CodePrefix
from scantrail.domain.names.identifiers import DocumentId, SiteId, WorkerId
from scantrail.domain.scans.reading import Candidates, Said
from scantrail.domain.things.photo import Photo
from scantrail.workflows.base import Book


class PhotoStore(Protocol):
    """Where a session keeps photos."""

    def keep(self, content: bytes, stem: str) -> Photo:
        """Write a photo down, durably."""


class SessionStore(Protocol):
    """A device's store, as far as a session needs it. What is recorded is durable when the call returns."""

    @property
    def device(self) -> str:
        """The device's id."""

    @property
    def site(self) -> SiteId:
        """The site the device works at."""

    @property
    def code_prefixes(self) -> tuple[CodePrefix, ...]:
        """What this site's labels put before the codes of things."""

    @property
    def ready(self) -> bool:
        """Whether everything the server keeps for this site is here, so that scans are judged rightly."""

    @property
    def photos(self) -> PhotoStore:
        """The photos kept beside the journal."""

    def record(
        self, drafts: Sequence[Draft], *, actor: WorkerId, site: SiteId, now: Times, versions: Mapping[str, int]
    ) -> tuple[Act, ...]:
        """Make drafts acts and write them down, all or none."""

    def document(self, number: DocumentId) -> Any:
        """A document that somebody works on, of any kind; None where it is not on record here."""

    def open_documents(self, kind: DocumentKind) -> tuple[Any, ...]:
        """The documents of a kind to choose from, the most urgent first."""

    def candidates(self, said: Said) -> Candidates:
        """Everything known here that a code may mean."""

    def load(self, needs: Needs) -> World:
        """The rows that something is judged by."""

    def book(self, document: Any) -> Book:
        """What is known around a document."""

    def versions(self, number: DocumentId) -> dict[str, int]:
        """The row versions that acts on a document are judged by."""

    def attention(self) -> tuple[AttentionItem, ...]:
        """What did not apply and nobody has settled."""
