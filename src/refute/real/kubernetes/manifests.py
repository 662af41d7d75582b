"""Manifests as people give them: text of YAML or JSON, files, folders, mappings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from refute.errors import fail

__all__ = ["Manifests", "objects"]

Manifests = str | Path | Mapping[str, Any] | Iterable["Manifests"]
"""Text, a file or folder, one object, or several of these."""


def objects(given: Manifests) -> list[Mapping[str, Any]]:
    """The single objects, lists taken apart. Raises RefuteError ``real-unavailable``."""
    if isinstance(given, Mapping):
        if str(given.get("kind", "")).endswith("List") and "items" in given:
            return objects(given["items"])
        return [given]
    if isinstance(given, Path):
        files = sorted(given.rglob("*")) if given.is_dir() else [given]
        texts = [one.read_text() for one in files if one.suffix in (".yaml", ".yml", ".json")]
        return [each for text in texts for each in objects(text)]
    if isinstance(given, str):
        return [each for document in _documents(given) for each in objects(document)]
    return [each for one in given for each in objects(one)]


def _documents(text: str) -> list[Mapping[str, Any]]:
    if text.lstrip().startswith("{"):
        return [json.loads(text)]
    try:
        import yaml
    except ImportError as error:
        fail(
            "real-unavailable",
            "reading YAML needs PyYAML, which is not installed beside your tests",
            remedy="Run `pip install 'refute[kubernetes]'`, or give mappings or JSON.",
            cause=error,
        )
    return [document for document in yaml.safe_load_all(text) if document]
