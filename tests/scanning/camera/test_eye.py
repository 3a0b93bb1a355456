"""Reading made-up frames as they come from a camera."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from zxingcpp import BarcodeFormat

from scantrail.proving.bench import watch
from scantrail.scanning.acceptance import Rules
from scantrail.scanning.camera.eye import Eye
from scantrail.scanning.camera.gathering import PLAIN_KEPT
from scantrail.scanning.camera.scenes import LABELS, label, lying, table
from scantrail.scanning.decoders.ladder import LADDER
from scantrail.scanning.decoders.pictures import Grey
from scantrail.scanning.decoders.stills import HAS_ZBAR

ROUND = 2 * 2 * len(LADDER)
"""Frames after which every clean-up has been tried by both decoders."""
SMALL = (640, 360)


def accepted(eye: Eye, frames: Iterable[Grey]) -> list[set[str]]:
    """What is accepted after each frame."""
    return [{code.text for code in eye.look(frame) if code.accepted} for frame in frames]


@pytest.mark.skipif(not HAS_ZBAR, reason="without zbar some kinds wait for a second clean-up")
def test_moving_labels_of_every_kind_are_read_and_nothing_else() -> None:
    watched = watch(frames_each=2)
    assert (watched.labels, watched.accepted, watched.wrong) == (len(LABELS), len(LABELS), 0)
    assert watched.frames == 4 * len(LABELS)


def test_what_no_plain_look_reads_is_read_after_a_clean_up() -> None:
    scene = 255 - lying(label("7A21-0001"), table(size=SMALL), (100, 60))
    seen = accepted(Eye(Rules()), [scene] * ROUND)
    assert seen[0] == set()
    assert set().union(*seen) == {"7A21-0001"}


def test_a_code_is_out_of_view_soon_after_it_has_gone() -> None:
    scene, empty = lying(label("CM500-2025-0046", scale=2), table(size=SMALL), (40, 100)), table(1, SMALL)
    seen = accepted(Eye(Rules()), [scene] * 3 + [empty] * (PLAIN_KEPT + 1))
    assert seen[0] == {"CM500-2025-0046"}
    assert seen[-1] == set()


def test_another_scene_is_another_scene_at_once() -> None:
    one, other = (
        lying(label(text, BarcodeFormat.Code128, scale=2), ground, (60, 100))
        for text, ground in (("UNIT-1", table(size=SMALL)), ("UNIT-2", 255 - table(size=SMALL)))
    )
    assert accepted(Eye(Rules()), [one, one, other])[1:] == [{"UNIT-1"}, {"UNIT-2"}]


def test_how_light_it_is_makes_no_other_scene() -> None:
    eye, scene = Eye(Rules()), table(size=SMALL)
    eye.look(scene)
    assert not eye._has_changed(np.clip(scene.astype(np.int16) + 40, 0, 255).astype(np.uint8))


def test_nothing_is_accepted_where_there_is_nothing() -> None:
    noise = np.random.default_rng(5).integers(0, 256, (180, 320), dtype=np.uint8)
    assert accepted(Eye(Rules()), [noise, np.full((360, 640), 255, np.uint8)] * 6) == [set()] * 12
