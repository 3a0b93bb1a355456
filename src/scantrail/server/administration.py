"""What an administrator does from the shell, on the server's database."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from scantrail.server.app import utc_now
from scantrail.server.devices import NotAdded, add_device
from scantrail.server.migrations import ready
from scantrail.words import M, OperatorError


def enrolment_code(database_url: str, device: str, site: str) -> str:
    """Make a device known and give the code that enrols it.

    Raises:
        OperatorError: the database cannot be used, or the device cannot be added.
    """
    database = ready(database_url)
    try:
        with database.writing() as connection:
            return add_device(connection, device, site, utc_now())
    except NotAdded as error:
        raise OperatorError(error.reason) from error
    except DBAPIError as error:
        raise OperatorError(M("The database failed. {error}", error=error.orig)) from error
    finally:
        database.close()
