"""Run the server: `python -m server`, with its settings in the environment. README.md lists them."""

import sqlite3
import sys

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from . import db, settings

# At most. A request has a thread as soon as its head is there, and a sender may be slow with the body. How many
# are let in to Flask at once is another number: admission.py.
THREADS = 256

# After SIGTERM, requests under way have this many seconds. A machine that stops us waits ten.
PATIENCE = 5


def main():
    try:
        port = settings.port()
        database = settings.database_path()
        settings.optional()
        workers = settings.workers()
        # Here, before any process answers requests, so that they needn't agree on who does it.
        db.migrate(database)
    except ValueError as error:
        sys.exit(str(error))
    except sqlite3.Error as error:
        sys.exit(f'The database "{database}" cannot be used: {error}.')

    Granian(
        "server.worker:app",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=workers,
        blocking_threads=THREADS,
        workers_kill_timeout=PATIENCE,
        respawn_failed_workers=True,
        log_level=LogLevels.error,
    ).serve()


if __name__ == "__main__":
    main()
