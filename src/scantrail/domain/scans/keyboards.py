"""Texts that a scanner has typed for one keyboard layout into a device that has another.

A scanner presses keys, and the device says which characters they are. Where the two differ, punctuation changes first,
then letters (A and Q, Y and Z), digits, or all letters' case (Caps Lock).
"""

from __future__ import annotations

from collections.abc import Iterator

from scantrail.domain.things.product import Product

_US = "`1234567890-=qwertyuiop[]asdfghjkl;'zxcvbnm,./" + '~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>?'
_LAYOUTS = (
    "^1234567890ß´qwertzuiopü+asdfghjklöäyxcvbnm,.-" + '°!"§$%&/()=?`QWERTZUIOPÜ*ASDFGHJKLÖÄYXCVBNM;:_',
    "²&é\"'(-è_çà)=azertyuiop^$qsdfghjklmùwxcvbn,;:!" + "~1234567890°+AZERTYUIOP¨£QSDFGHJKLM%WXCVBN?./§",
    "²&é\"'(§è!çà)-azertyuiop^$qsdfghjklmùwxcvbn,;:=" + "³1234567890°_AZERTYUIOP¨*QSDFGHJKLM%WXCVBN?./+",
    "\\1234567890'ìqwertyuiopè+asdfghjklòàzxcvbnm,.-" + '|!"£$%&/()=?^QWERTYUIOPé*ASDFGHJKLç°ZXCVBNM;:_',
    "º1234567890'¡qwertyuiop`+asdfghjklñ´zxcvbnm,.-" + 'ª!"·$%&/()=?¿QWERTYUIOP^*ASDFGHJKLÑ¨ZXCVBNM;:_',
    "§1234567890'^qwertzuiopüàasdfghjklöäyxcvbnm,.-" + '°+"*ç%&/()=?`QWERTZUIOPèöASDFGHJKLéàYXCVBNM;:_',
    "§1234567890+´qwertyuiopå¨asdfghjklöäzxcvbnm,.-" + '½!"#¤%&/()=?`QWERTYUIOPÅ^ASDFGHJKLÖÄZXCVBNM;:_',
)
"""What the keys of a US keyboard type under the German, French, Belgian, Italian, Spanish, Swiss and Nordic layouts."""
_TO_US = tuple(str.maketrans(layout, _US) for layout in _LAYOUTS)
_FROM_US = tuple(str.maketrans(_US, layout) for layout in _LAYOUTS)
_KEYS = len(_US) // 2
_SHIFTED = (str.maketrans(_US[_KEYS:], _US[:_KEYS]),)
"""What was meant where the device takes Shift for pressed."""
_SHORTEST = 3
"""Characters from which on a text is compared at all."""


def typed_otherwise(text: str) -> Iterator[str]:
    """What a text would be had the scanner and the device agreed on the keyboard, for each usual pair of layouts."""
    if len(text) < _SHORTEST:
        return
    meant = (*(text.translate(table) for table in (*_TO_US, *_FROM_US, *_SHIFTED)), text.swapcase())
    yield from dict.fromkeys(each for each in meant if each != text)


def meant_on_another_keyboard(text: str, product: Product) -> str:
    """The serial of a product's format that a text is but for what another keyboard layout changes; "" where it is not.

    >>> meant_on_another_keyboard("CM500'2025'0046", module)
    'CM500-2025-0046'
    """
    if not product.serial_format or product.serial_fault(text) is None:
        return ""
    fitting = (product.canonical(each) for each in typed_otherwise(text) if product.serial_fault(each) is None)
    return next(fitting, "") or _with_its_marks(product.canonical(text), product)


def _with_its_marks(text: str, product: Product) -> str:
    """The text with the format's own marks, if each came as one other character, the same wherever the mark stands."""
    template = product.serial_format
    marks = {mark for mark in template if not mark.isalnum()}
    if len(text) != len(template):
        return ""
    pairs = list(zip(template, text, strict=True))
    came = {mark: {character for each, character in pairs if each == mark} for mark in marks}
    are_marks = all(len(each) == 1 and not (min(each).isascii() and min(each).isalnum()) for each in came.values())
    mended = "".join(mark if mark in marks else character for mark, character in pairs)
    return mended if are_marks and product.serial_fault(mended) is None else ""
