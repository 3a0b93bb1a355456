"""The server's HTTP application."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.gzip import GZipMiddleware
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match, Route

from scantrail import __version__
from scantrail.server.database.engine import AWAY, Database, RowUnreadable, is_servers_trouble
from scantrail.server.database.instants import utc_now
from scantrail.server.devices.enrolment_codes import WrongCodes
from scantrail.server.devices.presence import Presence, noting
from scantrail.server.devices.tokens import Tokens
from scantrail.server.http.crowds import Crowd
from scantrail.server.http.digests import Digests
from scantrail.server.http.feed_reader import FeedReader
from scantrail.server.http.pace import Pace
from scantrail.server.http.rates import Rates
from scantrail.server.http.requests import LONGEST_ECHO, Refused, problem_answer, refused
from scantrail.server.http.routers import attention, enrolment, health, numbers, photos, snapshots, sync, tokens, units
from scantrail.server.http.turns import Turns
from scantrail.server.ledger.shared_feed import SharedFeed
from scantrail.server.ledger.snapshots import Snapshots
from scantrail.server.ledger.timer import looking
from scantrail.words import M

_LOGGER = logging.getLogger(__name__)

ROUTERS = tuple(each.router for each in (sync, attention, enrolment, units, photos, snapshots, numbers, tokens, health))
"""Most requests are for the first."""


def snapshot_folder() -> Path:
    """Where snapshots are kept: they can be made again, so among what the system calls caches."""
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "scantrail" / "snapshots"


def create_app(
    database: Database,
    clock: Callable[[], datetime] = utc_now,
    snapshot_store: Snapshots | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> FastAPI:
    """The application on a database that is at this version; `monotonic` tells how old is what it remembers."""

    presence = Presence()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with looking(database, clock), noting(database, presence):
            yield
        database.close()

    app = FastAPI(title="Scantrail", version=__version__, lifespan=lifespan, openapi_url=None)
    app.state.database = database
    app.state.clock = clock
    app.state.crowd = Crowd()
    app.state.presence = presence
    app.state.rates = Rates()
    app.state.pace = Pace(monotonic)
    app.state.tokens = Tokens(database, monotonic)
    app.state.feed_reader = FeedReader(SharedFeed(database, monotonic))
    app.state.turns = Turns()
    app.state.wrong_codes = WrongCodes()
    app.state.snapshots = snapshot_store or Snapshots(database, snapshot_folder())
    app.add_exception_handler(Refused, problem_answer)
    for failure in (*AWAY, RowUnreadable):
        app.add_exception_handler(failure, _database_failed)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(HTTPException, _unknown_request)
    app.add_exception_handler(RequestValidationError, _garbled_request)
    app.add_exception_handler(Exception, _broken)
    app.add_middleware(Digests)
    app.add_middleware(GZipMiddleware, compresslevel=3)
    for router in ROUTERS:
        app.include_router(router)
    return app


def _database_failed(request: Request, error: Exception) -> Response:
    """The database did not do what was asked. Where that is its own trouble, devices keep their acts and come again."""
    if not is_servers_trouble(error):
        _LOGGER.error("The database did not do what was asked", exc_info=error)
        return _broken(request, error)
    _LOGGER.warning("The database does not answer now: %s", error)
    detail = M("The server's database does not answer now. Try again soon.")
    return problem_answer(request, refused(503, "unavailable", detail, retry_after=2))


def _gone(_request: Request, _error: Exception) -> Response:
    """A device out of reach before its request was whole: it comes again, and nobody hears this answer."""
    return Response(status_code=400)


def _unknown_request(request: Request, error: Exception) -> Response:
    """A path or a method that there is not."""
    assert isinstance(error, HTTPException)
    detail = M("The server has no {method} {path}.", method=request.method, path=request.url.path[:LONGEST_ECHO])
    answered = problem_answer(request, refused(error.status_code, "unknown_request", detail))
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        answered.headers["Allow"] = ", ".join(sorted(_methods(request)))
    return answered


def _methods(request: Request) -> set[str]:
    """The methods of the path of a request: several routes may share it."""
    routes = [each for router in ROUTERS for each in router.routes if isinstance(each, Route)]
    path = next(each.path for each in routes if each.matches(request.scope)[0] is not Match.NONE)
    return {method for each in routes if each.path == path for method in each.methods or ()}


def _garbled_request(request: Request, error: Exception) -> Response:
    """A query that lacks a field, or has one of another type."""
    assert isinstance(error, RequestValidationError)
    why = "; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in error.errors())[:LONGEST_ECHO]
    return problem_answer(request, refused(422, "garbled", M("The request is not understood: {why}.", why=why)))


def _broken(request: Request, error: Exception) -> Response:
    """A fault of the server's own: told without its inside, which is in the server's log."""
    detail = M("The server could not do this; the reason is in its log. Try again, then call support.")
    return problem_answer(request, refused(500, "broken", detail))
