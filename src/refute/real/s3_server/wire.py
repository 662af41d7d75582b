"""As much of S3 as the broker needs: buckets made and removed, by requests signed as SigV4 asks."""

from __future__ import annotations

import hashlib
import hmac
import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

from refute.errors import fail

REGION = "us-east-1"
_EMPTY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Store:
    """A server, and the key to it. Raises RefuteError with its words, OSError if it's away."""

    endpoint_url: str
    access_key: str
    secret_key: str
    region: str = REGION

    def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """One request without a body; the answer's body."""
        parts = urlsplit(self.endpoint_url)
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        asked = "&".join(
            f"{quote(key, safe='')}={quote(value, safe='')}"
            for key, value in sorted((query or {}).items())
        )
        path = quote(path)
        signed = self._sign(method, parts.netloc.rpartition("@")[2], path, asked, headers or {})
        connection = kind(parts.hostname or "", parts.port, timeout=20)
        try:
            connection.request(method, f"{path}?{asked}" if asked else path, headers=signed)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            fail(
                "real-start-failed",
                f"S3 answered {answer.status} to {method} {path}",
                detail=[body.decode(errors="replace")[:500]],
                remedy="",
            )
        return body

    def _sign(
        self, method: str, host: str, path: str, query: str, headers: Mapping[str, str]
    ) -> dict[str, str]:
        now = datetime.now(UTC)
        stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
        all_headers = {
            **{key.lower(): value for key, value in headers.items()},
            "host": host,
            "x-amz-content-sha256": _EMPTY,
            "x-amz-date": stamp,
        }
        names = ";".join(sorted(all_headers))
        lines = "".join(f"{key}:{all_headers[key]}\n" for key in sorted(all_headers))
        request = f"{method}\n{path}\n{query}\n{lines}\n{names}\n{_EMPTY}"
        scope = f"{day}/{self.region}/s3/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        key = f"AWS4{self.secret_key}".encode()
        for part in (day, self.region, "s3", "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.new(key, text.encode(), "sha256").hexdigest()
        all_headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self.access_key}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        return all_headers

    def make(self, bucket: str) -> None:
        """Make a bucket."""
        self.ask("PUT", f"/{bucket}")

    def remove(self, bucket: str) -> None:
        """Remove a bucket and all versions of all that is in it."""
        while True:
            found = ElementTree.fromstring(self.ask("GET", f"/{bucket}", {"versions": ""}))
            entries = [
                one for one in found if one.tag.rpartition("}")[2] in ("Version", "DeleteMarker")
            ]
            if not entries:
                break
            for entry in entries:
                words = {child.tag.rpartition("}")[2]: child.text or "" for child in entry}
                self.ask("DELETE", f"/{bucket}/{words['Key']}", {"versionId": words["VersionId"]})
        self.ask("DELETE", f"/{bucket}")
