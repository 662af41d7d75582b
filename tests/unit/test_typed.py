"""What users import from refute is typed for their type checkers as well."""

from __future__ import annotations

from importlib.resources import files


def test_types_are_for_users_too() -> None:
    assert files("refute").joinpath("py.typed").is_file()
