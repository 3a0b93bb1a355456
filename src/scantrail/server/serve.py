"""`scantrail serve`: the application under uvicorn, in one process or several."""

from __future__ import annotations

import os
import socket

import uvicorn
from fastapi import FastAPI

from scantrail.server.database.engine import Database
from scantrail.server.http.app import create_app
from scantrail.server.http.connections import settings
from scantrail.server.http.quiet_log import begin_log
from scantrail.server.migrations import ready
from scantrail.words import M, OperatorError, say

DATABASE_VARIABLE = "SCANTRAIL_DATABASE_URL"
"""How worker processes learn which database to use."""


def application() -> FastAPI:
    """The application of a worker process."""
    begin_log()
    return create_app(Database(os.environ[DATABASE_VARIABLE]))


def serve(database_url: str, host: str, port: int, workers: int) -> int:
    """Bring the database to this version, then answer until told to stop.

    Raises:
        OperatorError: the database cannot be used, or the port is taken.
    """
    ready(database_url, create=True).close()
    listening = _listen(host, port)
    os.environ[DATABASE_VARIABLE] = database_url
    address = f"http://{host}:{listening.getsockname()[1]}"
    print(say(M("Scantrail server ready on {address}", address=address)), flush=True)
    config = uvicorn.Config("scantrail.server.serve:application", factory=True, workers=workers, **settings())
    if workers > 1:
        from uvicorn.supervisors import Multiprocess

        Multiprocess(config, [listening]).run()
    else:
        uvicorn.Server(config).run([listening])
    return 0


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        why = error.strerror or str(error)
        raise OperatorError(
            M(
                "The server cannot listen at {host}, port {port}: {why}. Name a free one with --port.",
                host=host,
                port=port,
                why=why,
            )
        ) from error
    listening.listen(128)
    listening.set_inheritable(True)
    return listening
