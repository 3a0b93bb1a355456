"""zxing-cpp: reads every kind, and gives the true bytes."""

from __future__ import annotations

import zxingcpp

from scantrail.scanning.acceptance import Decoder, Symbology
from scantrail.scanning.decoders.pictures import Found, Grey

_KINDS = {
    zxingcpp.BarcodeFormat.QRCodeModel1: Symbology.QR,
    zxingcpp.BarcodeFormat.QRCodeModel2: Symbology.QR,
    zxingcpp.BarcodeFormat.QRCode: Symbology.QR,
    zxingcpp.BarcodeFormat.DataMatrix: Symbology.DATA_MATRIX,
    zxingcpp.BarcodeFormat.PDF417: Symbology.PDF417,
    zxingcpp.BarcodeFormat.EAN13: Symbology.EAN_13,
    zxingcpp.BarcodeFormat.ISBN: Symbology.EAN_13,
    zxingcpp.BarcodeFormat.EAN8: Symbology.EAN_8,
    zxingcpp.BarcodeFormat.UPCA: Symbology.UPC_A,
    zxingcpp.BarcodeFormat.UPCE: Symbology.UPC_E,
    zxingcpp.BarcodeFormat.DataBarExp: Symbology.DATABAR_EXPANDED,
    zxingcpp.BarcodeFormat.DataBarExpStk: Symbology.DATABAR_EXPANDED,
}
_FAMILIES = {
    zxingcpp.BarcodeFormat.Code128: Symbology.CODE_128,
    zxingcpp.BarcodeFormat.ITF: Symbology.ITF,
    zxingcpp.BarcodeFormat.Code39: Symbology.CODE_39,
    zxingcpp.BarcodeFormat.Code93: Symbology.CODE_93,
    zxingcpp.BarcodeFormat.Codabar: Symbology.CODABAR,
    zxingcpp.BarcodeFormat.DataBar: Symbology.DATABAR,
    zxingcpp.BarcodeFormat.Aztec: Symbology.AZTEC,
}


def read_zxing(picture: Grey, *, inverted: bool = True) -> list[Found]:
    """Everything zxing-cpp reads in a picture; light codes on a dark ground only with `inverted`, which costs time."""
    found: list[Found] = []
    for code in zxingcpp.read_barcodes(picture, text_mode=zxingcpp.TextMode.Plain, try_invert=inverted):
        symbology = _KINDS.get(code.format) or _FAMILIES.get(code.symbology, Symbology.OTHER)
        text, data = code.text, code.bytes
        if symbology is Symbology.UPC_E and isinstance(code.extra, dict) and "UPCE" in code.extra:
            text = str(code.extra["UPCE"])
            data = text.encode()
        at = code.position
        corners = tuple(
            (float(each.x), float(each.y)) for each in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
        )
        found.append(Found(text, data, symbology, Decoder.ZXING, corners, code.symbology_identifier))
    return found
