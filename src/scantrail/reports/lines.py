"""Lines for a terminal."""


def visible(line: str) -> str:
    """A line in which what a scan or a device brought in cannot steer the terminal."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in line)
