"""The instance's image, without a container engine: this Python, and what the page needs of it."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from refute.real.kubernetes import build
from refute.real.kubernetes.images import Image

_WANTED = ("starlette", "uvicorn", "httpx2", "jinja2", "python-multipart")
_SOURCES = Path(__file__).resolve().parents[1] / "src" / "provisioner_instance"
_LEFT_OUT = {
    *("test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3"),
    *("__pycache__", "site-packages", "dist-packages", "config"),
}
_LIBRARY = re.compile(r"(?:=> )?(/\S+) \(0x")


def image() -> Image:
    """For a node of this machine's kind."""
    python = Path(sys.executable).resolve()
    files = {python, *_standard()}
    packages = dict(_packages())
    native = [python, *(one for one in (*files, *packages.values()) if ".so" in one.suffixes)]
    layer = {str(one): one.read_bytes() for one in (*files, *_libraries(native))}
    layer |= {f"/app/{name}": one.read_bytes() for name, one in packages.items()}
    layer |= {
        f"/app/provisioner_instance/{one.relative_to(_SOURCES)}": one.read_bytes()
        for one in _SOURCES.rglob("*")
        if one.is_file() and "__pycache__" not in one.parts
    }
    environment = {
        "PYTHONPATH": "/app",
        "PYTHONHOME": sys.base_prefix,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return build(layer, [str(python), "-m", "provisioner_instance"], env=environment, user="10001")


def _standard() -> list[Path]:
    """The standard library, without its tests."""
    root = Path(sysconfig.get_path("stdlib"))
    return [
        one
        for one in root.rglob("*")
        if one.is_file()
        and not _LEFT_OUT & set(one.relative_to(root).parts)
        and not one.relative_to(root).parts[0].startswith("config-")
        and one.suffix in (".py", ".so")
    ]


def _packages() -> list[tuple[str, Path]]:
    """Files of the packages and of all that they need, by their names from the path on."""
    wanted, seen = list(_WANTED), set[str]()
    found: list[tuple[str, Path]] = []
    for name in wanted:
        if name.lower() in seen:
            continue
        seen.add(name.lower())
        one = distribution(name)
        wanted += _needs(one)
        for file in one.files or []:
            place = Path(str(file.locate()))
            if ".." not in file.parts and "__pycache__" not in file.parts and place.is_file():
                found.append((str(file), place))
    return found


def _needs(one: Distribution) -> list[str]:
    """Names of what it can't do without; not of extras, nor for other machines."""
    wanted = [Requirement(line) for line in one.requires or []]
    return [each.name for each in wanted if not each.marker or each.marker.evaluate({"extra": ""})]


def _libraries(native: list[Path]) -> set[Path]:
    """Shared libraries that they are linked with, and the loader, by the names in there."""
    done = subprocess.run(["ldd", *map(str, native)], capture_output=True, text=True, check=False)
    return {Path(found) for found in _LIBRARY.findall(done.stdout)}
