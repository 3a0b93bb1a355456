"""The guided jobs. A new one is a module or a folder here, and a line in `WORKFLOWS`."""

from __future__ import annotations

from scantrail.domain.documents.document import DocumentKind
from scantrail.workflows.base import Workflow
from scantrail.workflows.pick import PICK

WORKFLOWS: tuple[Workflow, ...] = (PICK,)
"""All of them, in the menu's order."""


def workflow_on(kind: DocumentKind) -> Workflow | None:
    """The workflow that works on documents of a kind; None where nobody works on them."""
    return next((each for each in WORKFLOWS if each.works_on == kind), None)
