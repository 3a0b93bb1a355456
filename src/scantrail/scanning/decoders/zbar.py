"""zbar, through pyzbar: linear codes and QR.

Each picture has a scanner of its own: zbar keeps halves of EAN codes, which would meet halves of the next picture.
It is made here, since pyzbar cannot set the density, and raises on a QR code that is one of several. DataBar, PDF417
and the rest are left to zxing-cpp: zbar gets them wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import c_void_p, cast, string_at
from typing import Any

import numpy as np
from pyzbar import wrapper

from scantrail.scanning.acceptance import Decoder, Symbology
from scantrail.scanning.decoders.pictures import Found, Grey

_KINDS = {
    wrapper.ZBarSymbol.EAN13: Symbology.EAN_13,
    wrapper.ZBarSymbol.EAN8: Symbology.EAN_8,
    wrapper.ZBarSymbol.UPCA: Symbology.UPC_A,
    wrapper.ZBarSymbol.UPCE: Symbology.UPC_E,
    wrapper.ZBarSymbol.CODE128: Symbology.CODE_128,
    wrapper.ZBarSymbol.CODE39: Symbology.CODE_39,
    wrapper.ZBarSymbol.CODE93: Symbology.CODE_93,
    wrapper.ZBarSymbol.CODABAR: Symbology.CODABAR,
    wrapper.ZBarSymbol.I25: Symbology.ITF,
    wrapper.ZBarSymbol.QRCODE: Symbology.QR,
}
_GREY_8_BIT = int.from_bytes(b"Y800", "little")
_EVERY_KIND = 0


def read_zbar(picture: Grey, *, density: int = 1, qr: bool = True) -> list[Found]:
    """Everything zbar reads in a picture; without `qr`, linear codes only.

    It looks along every `density`-th line: 1 for a still picture, more where time is short, at the cost of small codes.
    """
    with _scanner(density, qr=qr) as scanner:
        height, width = picture.shape
        pixels = np.ascontiguousarray(picture)  # must outlive the scan
        image = wrapper.zbar_image_create()
        try:
            wrapper.zbar_image_set_format(image, _GREY_8_BIT)
            wrapper.zbar_image_set_size(image, width, height)
            wrapper.zbar_image_set_data(image, cast(pixels.ctypes.data, c_void_p), pixels.size, None)
            wrapper.zbar_scan_image(scanner, image)
            return list(_found(image))
        finally:
            wrapper.zbar_image_destroy(image)


@contextmanager
def _scanner(density: int, *, qr: bool) -> Iterator[Any]:
    scanner = wrapper.zbar_image_scanner_create()
    try:
        settings = [(_EVERY_KIND, wrapper.ZBarConfig.CFG_ENABLE, 0)]
        settings += [(kind, wrapper.ZBarConfig.CFG_ENABLE, 1) for kind in _KINDS]
        settings += [(wrapper.ZBarSymbol.QRCODE, wrapper.ZBarConfig.CFG_ENABLE, int(qr))]
        settings += [(_EVERY_KIND, wrapper.ZBarConfig.CFG_X_DENSITY, density)]
        settings += [(_EVERY_KIND, wrapper.ZBarConfig.CFG_Y_DENSITY, density)]
        for kind, setting, value in settings:
            wrapper.zbar_image_scanner_set_config(scanner, kind, setting, value)
        yield scanner
    finally:
        wrapper.zbar_image_scanner_destroy(scanner)


def _found(image: Any) -> Iterator[Found]:
    symbol = wrapper.zbar_image_first_symbol(image)
    while symbol:
        kind = _KINDS.get(symbol.contents.type)
        corners = tuple(
            (float(wrapper.zbar_symbol_get_loc_x(symbol, at)), float(wrapper.zbar_symbol_get_loc_y(symbol, at)))
            for at in range(wrapper.zbar_symbol_get_loc_size(symbol))
        )
        if kind is not None and corners:
            data = string_at(wrapper.zbar_symbol_get_data(symbol), wrapper.zbar_symbol_get_data_length(symbol))
            yield Found(_text(data), data, kind, Decoder.ZBAR, corners)
        symbol = wrapper.zbar_symbol_next(symbol)


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")
