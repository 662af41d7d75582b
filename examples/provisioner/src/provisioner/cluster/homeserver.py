"""The accounts and rooms of instances on a Synapse, by its admin API."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx2

from provisioner.cluster.port import Refused, Unreachable


class Homeserver:
    """Raises Unreachable or Refused; every call may be repeated. May be shared by threads."""

    def __init__(self, url: str, token: str, timeout: float = 10.0) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx2.Client(base_url=url, headers=headers, timeout=timeout)
        self._domain = ""

    def admit(self, name: str, password: str) -> None:
        """See that there is an account of this name and password."""
        given = {"password": password, "logout_devices": False}
        self._ask("PUT", f"/_synapse/admin/v2/users/{self._whole(name)}", given)

    def forgotten(self, name: str) -> bool:
        """Purge the room of this alias with all that was said, and end the account of this name.

        Whether both are gone; if not yet, ask again later.
        """
        room = self._room(name)
        if room is not None:
            self._purge(room)
            if self._room(name) is not None:
                return False
        path = f"/_synapse/admin/v1/deactivate/{self._whole(name)}"
        self._ask("POST", path, {"erase": True}, missing=True)
        return True

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _whole(self, name: str) -> str:
        if not self._domain:
            said = self._ask("GET", "/_matrix/client/v3/account/whoami")
            self._domain = str((said or {})["user_id"]).partition(":")[2]
        return f"@{name}:{self._domain}"

    def _room(self, name: str) -> str | None:
        alias = quote(f"#{self._whole(name)[1:]}", safe="")
        said = self._ask("GET", f"/_matrix/client/v3/directory/room/{alias}", missing=True)
        return None if said is None else str(said["room_id"])

    def _purge(self, room: str) -> None:
        path = quote(room, safe="")
        said = self._ask("GET", f"/_synapse/admin/v2/rooms/{path}/delete_status", missing=True)
        running = [one["status"] for one in (said or {}).get("results", [])]
        # A second one is refused while the first one works; one that failed is begun again.
        if not {"shutting_down", "purging", "scheduled", "active"} & set(running):
            given = {"purge": True, "block": False, "force_purge": True}
            self._ask("DELETE", f"/_synapse/admin/v2/rooms/{path}", given, missing=True)

    def _ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, missing: bool = False
    ) -> dict[str, Any] | None:
        """The answer; None for what is not there, if it may be missing."""
        try:
            answer = self._http.request(method, path, json=body)
            said = answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise Unreachable(f"Synapse: {error or type(error).__name__}") from error
        if missing and answer.status_code == 404:
            return None
        if answer.status_code < 300:
            assert isinstance(said, dict)
            return said
        words = f"Synapse: {method} {path}: {answer.status_code} {said.get('error', '')}"
        # A token that has ended is replaced by people: that is waited for.
        if answer.status_code in (401, 403, 408, 429) or answer.status_code >= 500:
            raise Unreachable(words)
        raise Refused(words)
