"""Feature flags by OpenFeature, from a file that may change while the service runs.

    {"new-instances": {"on": true, "for": {"<account's id>": false}}}

What the file does not name, or what can't be read, is as the code says: on.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from openfeature import api
from openfeature.evaluation_context import EvaluationContext
from openfeature.flag_evaluation import FlagResolutionDetails, FlagValueType, Reason
from openfeature.provider import AbstractProvider, Metadata

from provisioner.domain.problems import Problem

_log = logging.getLogger(__name__)
_Value = TypeVar("_Value")

SIGN_UP, NEW_INSTANCES, PAID_TIERS = "sign-up", "new-instances", "paid-tiers"
_OFF = {
    SIGN_UP: "Nobody can sign up at the moment.",
    NEW_INSTANCES: "No new instances can be made at the moment.",
    PAID_TIERS: "Only the free tier can be had at the moment.",
}


class FileProvider(AbstractProvider):
    """Reads its file again when that has changed."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._kept: dict[str, Any] = {}

    def get_metadata(self) -> Metadata:
        """See OpenFeature."""
        return Metadata(name="file")

    def resolve_boolean_details(
        self,
        flag_key: str,
        default_value: bool,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[bool]:
        """A flag, for an account if the file has a word of its own for it."""
        flag = self._flags().get(flag_key)
        if not isinstance(flag, dict) or not isinstance(flag.get("on"), bool):
            return FlagResolutionDetails(value=default_value, reason=Reason.DEFAULT)
        who = (evaluation_context.targeting_key if evaluation_context else None) or ""
        own = (flag.get("for") or {}).get(who)
        if isinstance(own, bool):
            return FlagResolutionDetails(value=own, reason=Reason.TARGETING_MATCH)
        return FlagResolutionDetails(value=flag["on"], reason=Reason.STATIC)

    def resolve_string_details(
        self, flag_key: str, default_value: str, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[str]:
        """There are only flags that are on or off."""
        return _default(default_value)

    def resolve_integer_details(
        self, flag_key: str, default_value: int, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[int]:
        """There are only flags that are on or off."""
        return _default(default_value)

    def resolve_float_details(
        self,
        flag_key: str,
        default_value: float,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[float]:
        """There are only flags that are on or off."""
        return _default(default_value)

    def resolve_object_details(
        self,
        flag_key: str,
        default_value: Sequence[FlagValueType] | Mapping[str, FlagValueType],
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[Sequence[FlagValueType] | Mapping[str, FlagValueType]]:
        """There are only flags that are on or off."""
        return _default(default_value)

    def _flags(self) -> dict[str, Any]:
        """What the file says; what it said before, while it is being written or is broken."""
        try:
            found = self._path.stat()
            seen = (found.st_mtime_ns, found.st_size)
            if seen != self._seen:
                said = json.loads(self._path.read_text())
                if not isinstance(said, dict):
                    raise ValueError("it is no object")
                self._kept, self._seen = said, seen
        except (OSError, ValueError) as error:
            _log.warning("flags can't be read: %s: %s", self._path, error)
        return self._kept


def _default(value: _Value) -> FlagResolutionDetails[_Value]:
    return FlagResolutionDetails(value=value, reason=Reason.DEFAULT)


class Flags:
    """What is switched on; without a file, everything."""

    def __init__(self, path: Path | None = None) -> None:
        # A domain of its own: OpenFeature's providers are the whole process's.
        domain = f"provisioner-{uuid4().hex}"
        if path is not None:
            api.set_provider(FileProvider(path), domain)
        self._client = api.get_client(domain)

    def on(self, flag: str, account: UUID | None = None) -> bool:
        """Whether a flag is on, for an account if there is one."""
        about = EvaluationContext(targeting_key=str(account) if account else None)
        return bool(self._client.get_boolean_value(flag, True, about))

    def want(self, flag: str, account: UUID | None = None) -> None:
        """Raises Problem ``switched-off``."""
        if not self.on(flag, account):
            raise Problem("switched-off", 503, _OFF[flag], {"Retry-After": "300"})
