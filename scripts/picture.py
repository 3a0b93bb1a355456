"""Writes docs/guided.svg: the guided screen at 40 × 24, drawn by the program itself."""

from __future__ import annotations

import asyncio
import re
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.handheld.benches import DAY, LIST, bench  # noqa: E402 - reason: the tests are not installed
from tests.support.worlds import module, promised  # noqa: E402 - reason: likewise

STRANGER = replace(promised(50), document="PL-2025-0088", order="SO-2025-1280")


async def draw() -> str:
    """The screen after a right unit, and then one that is on another list."""
    listed = replace(LIST, instructions=("Double-box each unit",))
    with TemporaryDirectory() as folder:
        async with bench(Path(folder), *DAY[:3], STRANGER, module(60), listed) as handheld:
            await handheld.open_list()
            await handheld.scan("A-15-03")
            await handheld.scan("CM-500-STD")
            await handheld.scan("CM500-2025-0046")
            await handheld.press("enter")
            await handheld.scan("CM500-2025-0050")
            drawn = handheld.app.export_screenshot(title="Scantrail")
    return re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)


if __name__ == "__main__":
    (ROOT / "docs" / "guided.svg").write_text(asyncio.run(draw()), encoding="utf-8")
