"""What the server answers to whom, as OpenAPI 3.1, from its own routes and the classes that they take and answer.

An operation stands with its endpoint (`described`); what all of its kind have in common is added here. A test sends
requests of every kind that this description allows, and of every kind that it forbids.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import APIRouter
from starlette.routing import Route

from scantrail import __version__
from scantrail.protocol.messages import Problem
from scantrail.server.http.schemas import Schema, Schemas

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

JSON = "application/json"
PROBLEM = "application/problem+json"


class Who(Enum):
    """Who may ask."""

    ANYONE = "anyone"
    DEVICE = "a device that is in use"
    SENDER = "a device, one that was revoked too: it sends what it has"


@dataclass(frozen=True, slots=True)
class Binary:
    """Bytes that are no message."""

    media_types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """What an endpoint takes and answers."""

    answers: Any
    """A type, or `Binary`."""
    takes: Any = None
    """The type of the body, or `Binary`; None for an operation without one."""
    who: Who = Who.DEVICE
    also: tuple[int, ...] = ()
    """Further statuses that it answers with the same."""
    refuses: tuple[int, ...] = ()
    """Statuses of problems of its own."""
    query: Mapping[str, Any] = field(default_factory=dict)
    """Types of what may stand in the query and is read by hand: a message as JSON, all else as text."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers that it reads, with the pattern of their values."""


_OPERATIONS: dict[Callable[..., Any], Operation] = {}


def described(operation: Operation) -> Callable[[Endpoint], Endpoint]:
    """Say what an endpoint takes and answers."""

    def note(endpoint: Endpoint) -> Endpoint:
        _OPERATIONS[endpoint] = operation
        return endpoint

    return note


def description_of(routers: Iterable[APIRouter]) -> Schema:
    """The description of all that these routers answer.

    Raises:
        KeyError: an endpoint says nothing of itself.
    """
    schemas = Schemas()
    paths: dict[str, Schema] = {}
    for route in (each for router in routers for each in router.routes if isinstance(each, Route)):
        told = _operation(schemas, route, _OPERATIONS[route.endpoint])
        for method in sorted((route.methods or set()) - {"HEAD"}):
            paths.setdefault(route.path, {})[method.lower()] = told
    token = {"type": "http", "scheme": "bearer", "description": "The token that enrolment gave a device."}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Scantrail", "version": __version__},
        "paths": paths,
        "components": {"schemas": schemas.components, "securitySchemes": {"device": token}},
    }


def _operation(schemas: Schemas, route: Route, what: Operation) -> Schema:
    told: Schema = {"summary": inspect.cleandoc(route.endpoint.__doc__ or "").partition("\n\n")[0]}
    if parameters := [*_parameters(schemas, route, what)]:
        told["parameters"] = parameters
    if what.takes is not None:
        told["requestBody"] = {"required": True, "content": _content(schemas, what.takes)}
    answered = {"description": "Done.", "content": _content(schemas, what.answers)}
    refused = {"description": "Refused; the detail says why.", "content": {PROBLEM: {"schema": schemas.of(Problem)}}}
    told["responses"] = {str(status): answered for status in (200, *what.also)} | {
        str(status): refused | {"description": HTTPStatus(status).phrase}
        for status in sorted(_refuses(what, has_parameters=bool(parameters)))
    }
    told["security"] = [] if what.who is Who.ANYONE else [{"device": []}]
    return told


def _refuses(what: Operation, *, has_parameters: bool) -> set[int]:
    """Every status of a problem that it may answer. 503: the database is away, or too many ask."""
    found = {503, *what.refuses}
    if what.who is not Who.ANYONE:
        found |= {401, 429}
    if what.who is Who.DEVICE:
        found.add(403)
    if what.takes is not None:
        found |= {400, 413, 422}
    if has_parameters:
        found.add(422)
    return found


def _content(schemas: Schemas, what: Any) -> Schema:
    if isinstance(what, Binary):
        return {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in what.media_types}
    return {JSON: {"schema": schemas.of(what)}}


def _parameters(schemas: Schemas, route: Route, what: Operation) -> Iterable[Schema]:
    """What stands in the path and in the query: by the endpoint's signature, and what it reads by hand."""
    hints = typing.get_type_hints(route.endpoint, include_extras=True)
    for name in inspect.signature(route.endpoint).parameters:
        if name == "request":
            continue
        if name in route.param_convertors:
            yield {"name": name, "in": "path", "required": True, "schema": schemas.of(hints[name]) | {"minLength": 1}}
        else:
            yield {"name": name, "in": "query", "required": True, "schema": schemas.of(hints[name])}
    for name, wanted in what.query.items():
        schema = schemas.of(wanted)
        told = {"content": {JSON: {"schema": schema}}} if "$ref" in schema else {"schema": schema}
        yield {"name": name, "in": "query", "required": False, **told}
    for name, pattern in what.headers.items():
        schema = {"type": "string", "pattern": f"^{pattern}$"}
        yield {"name": name, "in": "header", "required": False, "schema": schema}
