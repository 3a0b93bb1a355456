"""JSON schemas of messages, from the classes that they are decoded to and encoded from (`domain/plain`)."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any

from scantrail.protocol.fields import Hash, Items, Number, Text

Schema = dict[str, Any]

PRINTABLE = "printable"
"""The format of text without control characters, line breaks and what no letter or sign is assigned to."""

_BARE: Mapping[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    Any: {},
}


class Schemas:
    """The schemas of classes, each once; others point to it."""

    def __init__(self) -> None:
        self.components: dict[str, Schema] = {}
        """By the name of the class."""
        self._classes: dict[str, Any] = {}

    def of(self, wanted: Any) -> Schema:
        """The schema of a type.

        Raises:
            TypeError: plain data has no form for it, or another class has its name.
        """
        if wanted in _BARE:
            return dict(_BARE[wanted])
        origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
        if origin is Annotated:
            limits = [_limit(each) for each in arguments[1:]]
            return {name: value for each in (self.of(arguments[0]), *limits) for name, value in each.items()}
        if origin in (typing.Union, types.UnionType):
            inner = next(each for each in arguments if each is not types.NoneType)
            return {"anyOf": [self.of(inner), {"type": "null"}]}
        if origin in (tuple, list, frozenset):
            return {"type": "array", "items": self.of(arguments[0])}
        if origin in (dict, Mapping):
            names, items = map(self.of, arguments)
            return {"type": "object", "propertyNames": names, "additionalProperties": items}
        if is_dataclass(wanted):
            return self._named(wanted)
        return _named_text(wanted)

    def _named(self, cls: Any) -> Schema:
        name = cls.__name__
        if self._classes.setdefault(name, cls) is not cls:
            raise TypeError(f"{cls} and {self._classes[name]} have one name.")
        if name not in self.components:
            self.components[name] = {}  # for one that has itself among its fields
            self.components[name] = self._object(cls)
        return {"$ref": f"#/components/schemas/{name}"}

    def _object(self, cls: Any) -> Schema:
        hints = typing.get_type_hints(cls, include_extras=True)
        required = [each.name for each in fields(cls) if each.default is MISSING and each.default_factory is MISSING]
        return {
            "type": "object",
            "description": inspect.cleandoc(cls.__doc__ or "").partition("\n\n")[0],
            "properties": {each.name: self.of(hints[each.name]) for each in fields(cls)},
        } | ({"required": required} if required else {})


def _named_text(wanted: Any) -> Schema:
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return {"type": "string", "enum": [each.value for each in wanted]}
    if isinstance(wanted, type) and issubclass(wanted, str):
        return {"type": "string"}
    raise TypeError(f"{wanted} has no form in plain data.")


def _limit(limit: Any) -> Schema:
    match limit:
        case Text(longest):
            return {"format": PRINTABLE, "maxLength": longest}
        case Number(least, most):
            return {"minimum": least, "maximum": most}
        case Hash():
            return {"pattern": "^[0-9a-f]{64}$"}
        case Items(least, most):
            return {"minItems": least, "maxItems": most}
        case _:
            return {}
