"""An OpenAPI document: its operations, its references, its schemas as JSON Schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from refute.errors import fail

Json = dict[str, Any]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class OpenApi:
    """One document, of OpenAPI 3.0 or 3.1."""

    content: Json

    @cached_property
    def servers(self) -> tuple[tuple[str, str], ...]:
        """Host (empty: any) and path of each server."""
        found = []
        for server in self.content.get("servers") or [{"url": "/"}]:
            url = str(server.get("url", "/"))
            for name, about in (server.get("variables") or {}).items():
                url = url.replace(f"{{{name}}}", str(about.get("default", "")))
            parts = urlsplit(url)
            found.append((parts.netloc, parts.path.rstrip("/")))
        return tuple(found)

    @cached_property
    def paths(self) -> tuple[tuple[str, re.Pattern[str], Json], ...]:
        """Each path as it is written, as a pattern, and what it has; the plainest first."""
        found = []
        for path, item in (self.content.get("paths") or {}).items():
            pattern = re.sub(r"\\\{(\w[\w.-]*?)\\\}|\{[^}]*\}", "([^/]+)", re.escape(path))
            found.append((path, re.compile(pattern), self.resolved(item)))
        return tuple(sorted(found, key=lambda one: (one[0].count("{"), one[0])))

    def operations(self) -> Iterator[tuple[str, str, Json]]:
        """Path, method and operation, one after the other."""
        for path, _, item in self.paths:
            for method in METHODS:
                if method in item:
                    yield path, method, item[method]

    def resolved(self, value: Any) -> Json:
        """What a reference within the document leads to.

        Raises RefuteError ``bad-openapi`` for one that leads nowhere, or out of the document.
        """
        for _ in range(20):
            if not isinstance(value, Mapping) or "$ref" not in value:
                return dict(value) if isinstance(value, Mapping) else {}
            value = self._followed(str(value["$ref"]))
        fail("bad-openapi", "References of the document go round in a circle.")

    def _followed(self, reference: str) -> Any:
        found: Any = self.content
        for part in reference.removeprefix("#/").split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            if not reference.startswith("#/") or not isinstance(found, Mapping) or key not in found:
                fail("bad-openapi", f"The reference {reference} leads nowhere in the document.")
            found = found[key]
        return found

    def schema(self, schema: Any) -> Json:
        """A schema of the document as JSON Schema, with what it may refer to."""
        found: Json = self._plain(schema)
        return {**found, "components": self._components}

    @cached_property
    def _components(self) -> Json:
        found: Json = self._plain(self.content.get("components") or {})
        return found

    def _plain(self, value: Any) -> Any:
        """OpenAPI 3.0's own words in those of JSON Schema; 3.1 is JSON Schema already."""
        if isinstance(value, list):
            return [self._plain(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        found = {key: self._plain(item) for key, item in value.items()}
        if str(self.content.get("openapi", "")).startswith("3.0"):
            _modernise(found)
        return found


def _modernise(schema: Json) -> None:
    if schema.pop("nullable", None) is True:
        if isinstance(schema.get("type"), str):
            schema["type"] = [schema["type"], "null"]
        if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
    for bound in ("minimum", "maximum"):
        exclusive = f"exclusive{bound.capitalize()}"
        if isinstance(schema.get(exclusive), bool):
            if schema.pop(exclusive) and bound in schema:
                schema[exclusive] = schema.pop(bound)


def load_openapi(source: str | Path | Mapping[str, Any]) -> OpenApi:
    """Read an OpenAPI document: a file of JSON or YAML, or what is in one.

    Raises RefuteError ``bad-openapi`` when it is none, and ``contracts-extra`` when it is YAML
    and PyYAML is not installed.
    """
    if isinstance(source, Mapping):
        content: Any = dict(source)
        name = "the document"
    else:
        path = Path(source)
        name = str(path)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            fail("bad-openapi", f"{path} can't be read: {error}", cause=error)
        content = _parsed(path, text)
    if not isinstance(content, dict) or not str(content.get("openapi", "")).startswith("3."):
        fail("bad-openapi", f"{name} is no document of OpenAPI 3.0 or 3.1.")
    return OpenApi(content)


def _parsed(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        import yaml
    except ImportError:
        fail("contracts-extra", f"Reading {path.name} needs PyYAML, which is not installed here.")
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        fail("bad-openapi", f"{path} is neither JSON nor YAML.", cause=error)
