"""A bucket of a test's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from refute.real.client import Lease, lease


@dataclass(frozen=True, slots=True)
class Bucket:
    """An empty bucket; removed with all that is in it when the test is over.

    The keys are those of the whole server: buckets that a test makes beside this one stay until
    the end of the run.
    """

    lease: Lease

    @property
    def name(self) -> str:
        """The bucket's name."""
        return str(self.lease.part["bucket"])

    @property
    def endpoint_url(self) -> str:
        """Where the server is."""
        return str(self.lease.facts["endpoint_url"])

    @property
    def access_key(self) -> str:
        """The id of the key."""
        return str(self.lease.facts["access_key"])

    @property
    def secret_key(self) -> str:
        """The secret of the key."""
        return str(self.lease.facts["secret_key"])

    @property
    def region(self) -> str:
        """The region that requests are signed for."""
        return str(self.lease.facts["region"])

    @property
    def is_real(self) -> bool:
        """Whether this is an object store, and not a stand-in for one."""
        return bool(self.lease.started["real"])

    @property
    def boto3(self) -> dict[str, str]:
        """What boto3 is told: ``boto3.client("s3", **bucket.boto3)``."""
        return {
            "endpoint_url": self.endpoint_url,
            "aws_access_key_id": self.access_key,
            "aws_secret_access_key": self.secret_key,
            "region_name": self.region,
        }

    @property
    def environment(self) -> dict[str, str]:
        """The same as variables, for the AWS tools and SDKs of other languages."""
        return {
            "AWS_ENDPOINT_URL_S3": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
        }


@contextmanager
def s3(*, route: str | None = None) -> Iterator[Bucket]:
    """A bucket of one's own on an S3 server, which is started once a run.

    MinIO where it can be had, else moto, a stand-in; `Bucket.is_real` tells. ``route`` insists
    on one of the ways to get a server.

    Raises RefuteError ``real-unavailable``, ``real-refused`` or ``real-start-failed``.
    """
    with lease("s3", route=route) as taken:
        yield Bucket(taken)
