"""A source file as it was when a run looked at it."""

from __future__ import annotations

import hashlib
import io
import tokenize
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """A judged file as it was, so that reports need no working tree."""

    #: A name for ``str.encode``; ``utf-8-sig`` for a file that begins with a byte order mark.
    encoding: str
    #: The decoded text with its own line ends.
    text: str

    @classmethod
    def decode(cls, data: bytes) -> Source:
        """Read a file's bytes as Python does, but for the line ends, which stay.

        Raises SyntaxError for an unknown encoding, UnicodeDecodeError for wrong bytes.
        """
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return cls(encoding, data.decode(encoding))

    @property
    def data(self) -> bytes:
        """The bytes of the file."""
        return self.text.encode(self.encoding)

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()
