"""A handheld starts lean: no command loads what it does not use."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "textual",
    "sqlalchemy",
    "fastapi",
    "uvicorn",
    "alembic",
    "psycopg",
    "cv2",
    "reportlab",
    "numpy",
    "pyzbar",
    "zxingcpp",
    "httpx2",
)


def loaded_by(code: str) -> set[str]:
    """The top-level modules that running some code loads."""
    script = f"import sys\n{code}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    # The standard library keeps how it was built in a module that is named after the machine.
    return {name for name in done.stdout.splitlines()[-1].split() if not name.startswith("_sysconfigdata_")}


def test_the_command_line_alone_loads_no_heavy_library() -> None:
    assert loaded_by("import scantrail.cli").isdisjoint(HEAVY)


@pytest.mark.parametrize("package", ["domain", "workflows", "protocol"])
def test_the_pure_packages_load_the_standard_library_alone(package: str) -> None:
    code = f"""
import importlib, pkgutil, scantrail.{package} as package
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
"""
    loaded = {name for name in loaded_by(code) if not name.startswith("_sysconfigdata")}
    assert loaded <= {*sys.stdlib_module_names, "scantrail", "__main__", "__mp_main__"} | _site_modules()


def test_the_handheld_loads_neither_the_server_nor_the_camera() -> None:
    loaded = loaded_by("import scantrail.handheld.run")
    assert loaded.isdisjoint({"fastapi", "uvicorn", "alembic", "psycopg", "cv2", "numpy", "pyzbar", "zxingcpp"})


def test_an_administrators_command_loads_no_web_server() -> None:
    loaded = loaded_by("import scantrail.server.administration, scantrail.interchange.command")
    assert loaded.isdisjoint({"fastapi", "starlette", "uvicorn", "pydantic"})


def _site_modules() -> set[str]:
    """What this Python loads before any code of ours, such as the hooks of editable installs."""
    return loaded_by("pass")
