"""The server's HTTP application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import OperationalError

from scantrail import __version__
from scantrail.protocol.messages import PROTOCOL, Problem
from scantrail.server.database import Database
from scantrail.server.feed import server_epoch
from scantrail.server.requests import Refused, answer, database_of, problem_answer
from scantrail.server.routers import enrolment, sync, units


def utc_now() -> datetime:
    """The server's clock."""
    return datetime.now(UTC)


def create_app(database: Database, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """The application on a database that is at this version."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        database.close()

    app = FastAPI(title="Scantrail", version=__version__, lifespan=lifespan)
    app.state.database = database
    app.state.clock = clock
    app.add_exception_handler(Refused, problem_answer)
    app.add_exception_handler(OperationalError, _unavailable)
    for router in (enrolment.router, sync.router, units.router):
        app.include_router(router)

    @app.get("/v1/health")
    def health(request: Request) -> Response:
        """Whether the server can work, and which it is."""
        with database_of(request).reading() as connection:
            epoch = server_epoch(connection)
        return answer({"status": "ok", "version": __version__, "protocol": PROTOCOL, "server_epoch": epoch})

    return app


def _unavailable(request: Request, _error: Exception) -> Response:
    """The database is away or too busy: devices keep their acts and come again."""
    problem = Problem("Unavailable", 503, "The server's database does not answer now. Try again soon.", "unavailable")
    return problem_answer(request, Refused(problem, retry_after=2))
