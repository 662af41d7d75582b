"""S3 for tests: an object store started once a run, and a bucket of its own for each test."""

from __future__ import annotations

from refute.real.s3_server.bucket import Bucket, s3

__all__ = ["Bucket", "s3"]
