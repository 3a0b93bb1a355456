"""Other labels on a box are known by their own shape and check digits."""

from __future__ import annotations

import pytest

from scantrail.domain.names.labels import LabelKind, label_kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("9780201379624", LabelKind.ARTICLE),
        ("012345678905", LabelKind.ARTICLE),
        ("19521234543210", LabelKind.ARTICLE),
        ("00:1A:2B:3C:4D:5E", LabelKind.MAC),
        ("00-1a-2b-3c-4d-5e", LabelKind.MAC),
        ("001A.2B3C.4D5E", LabelKind.MAC),
        ("001A2B3C4D5E", LabelKind.MAC),
        ("490154203237518", LabelKind.IMEI),
    ],
)
def test_a_label_that_is_no_serials_is_known(text: str, kind: LabelKind) -> None:
    assert label_kind(text) is kind


@pytest.mark.parametrize(
    "text",
    [
        "9780201379625",
        "490154203237519",
        "00:1A:2B-3C:4D:5E",
        "00:1A:2B:3C:4D",
        "001122334456",
        "CM500-2025-0046",
        "٤90154203237518",
        "",
    ],
)
def test_a_text_that_only_resembles_one_is_not(text: str) -> None:
    assert label_kind(text) is None
