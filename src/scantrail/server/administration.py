"""What an administrator does from the shell, on the server's database."""

from __future__ import annotations

from scantrail.server.app import utc_now
from scantrail.server.database import Database, DatabaseError
from scantrail.server.devices import UnknownSite, add_device
from scantrail.server.migrations import migrate
from scantrail.words import M, Message, say


class AdministrationError(Exception):
    """It was not done; the message says why."""

    def __init__(self, message: Message | str) -> None:
        super().__init__(say(message))


def enrolment_code(database_url: str, device: str, site: str) -> str:
    """Make a device known and give the code that enrols it.

    Raises:
        AdministrationError: the database cannot be used, or the site is not on record.
    """
    try:
        database = Database(database_url)
        migrate(database)
    except DatabaseError as error:
        raise AdministrationError(str(error)) from error
    try:
        with database.writing() as connection:
            return add_device(connection, device, site, utc_now())
    except UnknownSite as error:
        raise AdministrationError(
            M("Site {site} is not on record. Import it first: scantrail import FILE", site=site)
        ) from error
    finally:
        database.close()
