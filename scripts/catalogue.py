"""Writes the catalogue of translatable strings; with --check, says whether it is current."""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "scantrail"
CATALOGUE = SOURCE / "locale" / "scantrail.pot"
HEADER = "# Scantrail's translatable strings. Written by `make catalogue`."
CHANGING = ('"Report-Msgid-Bugs-To:', '"Project-Id-Version:', '"POT-Creation-Date:', '"Generated-By:')
KEYWORDS = {"M": None, "_": None, "N_": None}


def catalogue_text() -> str:
    """The whole catalogue: the same strings give the same text, on any day and machine."""
    catalogue = Catalog(project="Scantrail", charset="utf-8", header_comment=HEADER)
    found = extract_from_dir(SOURCE, [("**.py", "python")], keywords=KEYWORDS, comment_tags=("Translators:",))
    for filename, _line, message, comments, context in found:
        catalogue.add(
            message,
            locations=[(f"src/scantrail/{filename}", 0)],
            auto_comments=comments,
            context=context,
        )
    written = io.BytesIO()
    write_po(written, catalogue, sort_output=True, include_lineno=False, width=100)
    lines = written.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(CHANGING))


def main() -> int:
    """Write the catalogue, or check it."""
    text = catalogue_text()
    if "--check" not in sys.argv[1:]:
        CATALOGUE.parent.mkdir(exist_ok=True)
        CATALOGUE.write_text(text, encoding="utf-8")
        return 0
    if not CATALOGUE.exists() or CATALOGUE.read_text(encoding="utf-8") != text:
        print("The catalogue of translatable strings is stale: run `make catalogue` and commit it.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
