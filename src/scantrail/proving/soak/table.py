"""What came of a soak, as a table."""

from __future__ import annotations

from scantrail.proving.soak.soak import Result


def print_result(engine: str, result: Result) -> bool:
    """Print it; says whether all is as it must be."""
    told, done = result.told, result.done
    again = ", ".join(f"{count} × {status or 'closed'}" for status, count in sorted(told.again.items())) or "none"
    print(f"soak, {engine}: {result.plan.seconds / 60:.1f} min, {result.plan.honest} handhelds, {result.waves} attacks")
    print(f"  honest      {told.pushes} pushes, {told.polls} polls, {result.acts} acts; told to come again: {again}")
    print(f"  late        {told.late}; the longest took {told.longest_s:.1f} s")
    print(f"  memory      {result.early_mb:.0f} MB after a tenth, {result.end_mb:.0f} MB at the end")
    print(f"  log         {result.log_lines} lines")
    for kind, sent in done.sent.items():
        statuses = sorted((status, count) for (of, status), count in done.answers.items() if of == kind)
        answers = [f"{count} × {status or 'closed'}" for status, count in statuses]
        print(f"  {kind:<12}{sent:>7} sent   {', '.join(answers)}")
    for fault in result.faults:
        print(f"  FAULT: {fault}")
    return not result.faults
