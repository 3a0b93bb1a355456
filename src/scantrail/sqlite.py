"""The SQLite that everything here uses: one that comes in a wheel where there is one, else Python's own.

SQLite before 3.51.3 can damage a database in WAL mode when two connections write or checkpoint at once. One process
must not use two of them on the same file either, since closing one drops the other's locks: so nobody imports another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
else:
    try:
        from pysqlite3 import dbapi2 as sqlite3
    except ImportError:
        import sqlite3

__all__ = ["FIXED", "sqlite3"]

FIXED = (3, 51, 3)
"""The first version that is safe with several connections."""
