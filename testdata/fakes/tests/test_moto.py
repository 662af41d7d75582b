import boto3
import pytest
from moto import mock_aws
from shop import stores

KEYS = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "us-east-1"}


@pytest.fixture
def client():
    with mock_aws():
        client = boto3.client("s3", **KEYS)
        client.create_bucket(Bucket="orders")
        yield client


def test_moto(client):
    assert stores.keep(client, "one", "two tables") == "two tables"


def test_moto_refuses(client):
    client.delete_bucket(Bucket="orders")
    with pytest.raises(client.exceptions.NoSuchBucket):
        stores.keep(client, "one", "two tables")
