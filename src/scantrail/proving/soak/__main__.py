"""`python -m scantrail.proving.soak`: the soak of `make prove`, on SQLite and on PostgreSQL where its programs are."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence

from scantrail.proving.postgres import cluster, fresh_database, installed
from scantrail.proving.soak.soak import Plan, soak
from scantrail.proving.soak.table import print_result


def main(arguments: Sequence[str]) -> int:
    """Run it on each engine, print what came of it, and give the exit code."""
    parser = ArgumentParser(prog="python -m scantrail.proving.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    chosen = parser.parse_args(arguments)
    plan = Plan(seconds=60 * chosen.minutes)
    results = []
    if chosen.engine != "postgresql":
        results.append(print_result("SQLite", soak(plan)))
    programs = installed()
    if chosen.engine != "sqlite" and programs is not None:
        with cluster(programs) as started:
            started.start()
            with fresh_database(started.url, "soak") as url:
                results.append(print_result("PostgreSQL", soak(plan, url)))
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
