"""Clean-ups: what may be done to a picture before it is read again, mildest and most fruitful first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scantrail.scanning.acceptance import ENDLESS, Decoder, Place, Sighting, Symbology
from scantrail.scanning.decoders.pictures import Found, Grey
from scantrail.scanning.decoders.whole import is_whole

Matrix = npt.NDArray[np.float64]
Corners = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A picture after a clean-up, and the way back to where its pixels were."""

    picture: Grey
    back: Matrix
    """2 x 3, from its pixels to those of the picture it was made from."""

    def corners(self, corners: Corners) -> Corners:
        """Where some corners are in the picture it was made from."""
        points = np.hstack([np.array(corners), np.ones((len(corners), 1))]) @ self.back.T
        return tuple((float(x), float(y)) for x, y in points)


@dataclass(frozen=True, slots=True)
class Step:
    """One clean-up."""

    name: str
    clean: Callable[[Grey], Cleaned]


_MODULES = {Symbology.ITF: 7, Symbology.CODE_39: 13, Symbology.CODABAR: 10}
"""Length of one character, about, in widths of the narrowest bar; the two ends are together no longer than two more."""


def sighting(found: Found, step: Step, cleaned: Cleaned, picture: Grey) -> Sighting:
    """What was found in `picture` after a clean-up, at its place in it."""
    corners = cleaned.corners(found.corners)
    across, down = zip(*corners, strict=True)
    place = Place(min(across), min(down), max(across), max(down))
    whole = found.symbology not in ENDLESS or (
        found.decoder is Decoder.ZXING and is_whole(picture, corners, _MODULES[found.symbology] * (len(found.text) + 2))
    )
    return Sighting(found.text, found.data, found.symbology, found.decoder, step.name, place, found.aim, whole)


_LONGEST = 1600
"""Pixels on the longer side: for the clean-ups, a larger picture is first made so small."""
_SHORT = 900
"""Pixels on the longer side of a picture whose bars may be too thin to be told apart."""


def _same(change: Callable[[Grey], Grey]) -> Callable[[Grey], Cleaned]:
    """A clean-up that leaves every pixel where it is, done on a picture of workable size."""

    def clean(picture: Grey) -> Cleaned:
        fitted = _fitted(picture)
        return Cleaned(change(fitted.picture), fitted.back)

    return clean


def _fitted(picture: Grey) -> Cleaned:
    longer = max(picture.shape)
    return _scaled(picture, _LONGEST / longer) if longer > _LONGEST else Cleaned(picture, np.eye(2, 3))


def _scaled(picture: Grey, by: float) -> Cleaned:
    kind = cv2.INTER_AREA if by < 1 else cv2.INTER_CUBIC
    height, width = (max(1, round(side * by)) for side in picture.shape)
    scaled = cv2.resize(picture, (width, height), interpolation=kind)
    return Cleaned(np.asarray(scaled, np.uint8), np.eye(2, 3) / by)


def _unchanged(picture: Grey) -> Cleaned:
    return Cleaned(picture, np.eye(2, 3))


def _larger(picture: Grey) -> Cleaned:
    longer = max(picture.shape)
    return _bordered(_scaled(picture, 3 if longer < _SHORT / 2 else 2 if longer < _SHORT else _LONGEST / longer))


def _smaller(picture: Grey) -> Cleaned:
    fitted = _fitted(picture)
    half = _scaled(fitted.picture, 0.5)
    return _bordered(Cleaned(half.picture, half.back * fitted.back[0, 0]))


def _bordered(cleaned: Cleaned) -> Cleaned:
    """With a white edge: the blank zone around the code may have been cut off."""
    edge = max(10, max(cleaned.picture.shape) // 20)
    picture = cv2.copyMakeBorder(cleaned.picture, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=255.0)
    back = cleaned.back.copy()
    back[:, 2] -= edge * cleaned.back[0, 0]
    return Cleaned(np.asarray(picture, np.uint8), back)


def _turned(degrees: float) -> Callable[[Grey], Cleaned]:
    def clean(picture: Grey) -> Cleaned:
        fitted = _fitted(picture)
        height, width = fitted.picture.shape
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
        new_width = int(height * abs(turn[0, 1]) + width * abs(turn[0, 0])) + 1
        new_height = int(height * abs(turn[0, 0]) + width * abs(turn[0, 1])) + 1
        turn[:, 2] += ((new_width - width) / 2, (new_height - height) / 2)
        turned = cv2.warpAffine(
            fitted.picture, turn, (new_width, new_height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        back = cv2.invertAffineTransform(turn) * fitted.back[0, 0]
        return Cleaned(np.asarray(turned, np.uint8), np.asarray(back, np.float64))

    return clean


def _even(picture: Grey) -> Grey:
    """Contrast evened out, part by part."""
    return np.asarray(cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(picture), np.uint8)


def _sharper(picture: Grey) -> Grey:
    soft = cv2.GaussianBlur(picture, (0, 0), 2.0)
    return np.asarray(cv2.addWeighted(picture, 2.5, soft, -1.5, 0), np.uint8)


def _softer(picture: Grey) -> Grey:
    return np.asarray(cv2.GaussianBlur(picture, (5, 5), 0), np.uint8)


def _black_and_white(picture: Grey) -> Grey:
    """Each pixel against its neighbourhood, which takes out shadows and slopes of light."""
    around = max(3, min(picture.shape) // 12 | 1)
    mean, method = 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C
    return np.asarray(cv2.adaptiveThreshold(picture, mean, method, cv2.THRESH_BINARY, around, 5), np.uint8)


def _one_threshold(picture: Grey) -> Grey:
    """Each pixel against one threshold for the whole picture, which withstands noise and texture."""
    soft = cv2.GaussianBlur(picture, (3, 3), 0)
    return np.asarray(cv2.threshold(soft, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1], np.uint8)


def _joined(picture: Grey) -> Grey:
    """Dark dots grown until they touch: for codes that are pecked, dotted or badly inked."""
    return np.asarray(cv2.erode(picture, np.ones((3, 3), np.uint8)), np.uint8)


def _inverted(picture: Grey) -> Grey:
    return np.asarray(cv2.bitwise_not(picture), np.uint8)


LADDER = (
    Step("as it is", _unchanged),
    Step("larger", _larger),
    Step("even contrast", _same(_even)),
    Step("smaller", _smaller),
    Step("sharper", _same(_sharper)),
    Step("softer", _same(_softer)),
    Step("black and white", _same(_black_and_white)),
    Step("one threshold", _same(_one_threshold)),
    Step("turned by 45°", _turned(45)),
    Step("turned by 20°", _turned(20)),
    Step("turned by -20°", _turned(-20)),
    Step("dots joined", _same(_joined)),
    Step("inverted", _same(_inverted)),
)
"""All clean-ups, in the order in which they are tried."""
