"""What a scanner finds on printed pages."""

from __future__ import annotations

import numpy as np
import pypdfium2

from scantrail.scanning.acceptance import Code
from scantrail.scanning.decoders.pictures import Grey
from scantrail.scanning.decoders.stills import Stills

SCALE = 203 / 72
"""The dots of the coarsest printer."""


def pages(pdf: bytes) -> list[Grey]:
    """The pages of a PDF as pictures in grey."""
    document = pypdfium2.PdfDocument(pdf)
    return [np.asarray(page.render(scale=SCALE, grayscale=True).to_numpy()).squeeze() for page in document]


def codes_on(page: Grey) -> list[Code]:
    """Everything read from a page, believed or not."""
    return list(Stills().read(page))


def found_on(page: Grey) -> list[str]:
    """The texts read from a page, all of which have to be believed."""
    codes = codes_on(page)
    assert all(code.accepted for code in codes), codes
    return [code.data.decode() for code in codes]


def words_on(pdf: bytes) -> str:
    """What people and programs can read on it as text."""
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
