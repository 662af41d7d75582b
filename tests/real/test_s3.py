"""S3: a bucket of its own for each test, on MinIO and on the stand-in alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from benches.real_kills import kill_once
from tests.real.places import needs
from tests.real.runs import run_tests

from refute.errors import RefuteError
from refute.real import Bucket, s3
from refute.real.client import disconnect
from refute.real.registry import provider
from refute.real.s3_server.wire import Store

pytestmark = needs("s3")

ROUTES = [route.name for route in provider("s3").routes({}) if route.works]


@pytest.fixture(autouse=True)
def _line() -> Iterator[None]:
    yield
    disconnect()


def store(bucket: Bucket) -> Store:
    return Store(bucket.endpoint_url, bucket.access_key, bucket.secret_key, bucket.region)


def client(bucket: Bucket) -> Any:
    """The official client."""
    return pytest.importorskip("boto3").client("s3", **bucket.boto3)


@pytest.mark.parametrize("route", ROUTES)
def test_two_tests_see_their_own_objects_alone(route: str) -> None:
    with s3(route=route) as one, s3(route=route) as other:
        mine = client(one)
        mine.put_object(Bucket=one.name, Key="a/b c.txt", Body=b"hello", Metadata={"by": "ada"})
        found = mine.get_object(Bucket=one.name, Key="a/b c.txt")
        assert (found["Body"].read(), found["Metadata"]) == (b"hello", {"by": "ada"})
        assert client(other).list_objects_v2(Bucket=other.name)["KeyCount"] == 0


@pytest.mark.parametrize("route", ROUTES)
def test_bucket_is_removed_with_all_versions_of_what_it_holds(route: str) -> None:
    with s3(route=route) as kept:
        with s3(route=route) as bucket:
            library = client(bucket)
            library.put_bucket_versioning(
                Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"}
            )
            for body in (b"one", b"two"):
                library.put_object(Bucket=bucket.name, Key="x & y", Body=body)
            library.delete_object(Bucket=bucket.name, Key="x & y")
            # What the broker does in its own time, done here.
            store(kept).remove(bucket.name)
        with pytest.raises(RefuteError, match="404"):
            store(kept).ask("GET", f"/{bucket.name}")


def test_only_the_real_one_refuses_a_wrong_key() -> None:
    with s3() as bucket:
        wrong = Store(bucket.endpoint_url, bucket.access_key, "wrong-secret")
        if not bucket.is_real:
            pytest.skip("the stand-in checks no signatures, and says so")
        with pytest.raises(RefuteError, match="403"):
            wrong.ask("GET", f"/{bucket.name}")


def test_address_of_the_user_is_taken_and_left_as_it_was(tmp_path: Path) -> None:
    with s3() as ours:
        done = run_tests(
            tmp_path,
            "from refute.real.s3_server.wire import Store\n"
            "def test_it(s3_bucket):\n"
            "    store = Store(s3_bucket.endpoint_url, s3_bucket.access_key, "
            "s3_bucket.secret_key)\n"
            "    store.ask('PUT', f'/{s3_bucket.name}/thing')\n",
            REFUTE_S3=ours.endpoint_url.replace("//", f"//{ours.access_key}:{ours.secret_key}@"),
        )
        assert "1 passed" in done.stdout, done.stdout
        assert "by the route `address`" in done.stdout
        assert store(ours).ask("GET", "/").decode().count("<Bucket>") == 1


def test_stand_in_says_that_it_is_one(tmp_path: Path) -> None:
    name = next((one for one in ROUTES if one.startswith("moto-")), None)
    if name is None:
        pytest.skip("no moto here: `refute real install moto`")
    done = run_tests(
        tmp_path,
        "from refute.real import s3\n"
        "def test_it():\n"
        f"    with s3(route='{name}') as bucket:\n"
        "        assert not bucket.is_real\n",
    )
    assert "1 passed" in done.stdout, done.stdout
    assert "s3 (a stand-in): moto" in done.stdout


@pytest.mark.parametrize("after", [0.6, 2.5])
def test_kill_leaves_nothing(after: float) -> None:
    assert kill_once("s3", after).left == ()
