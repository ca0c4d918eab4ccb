"""Buckets through the gateway."""
import oss2
import pytest

from conftest import BUCKET


@pytest.fixture
def bucket(sdk, stored):
    """A name for a bucket of this test, gone in the end."""
    name = f"made-by-{sdk.name}"
    yield name
    remains = oss2.Bucket(stored.auth, stored.endpoint, name)
    try:
        for entry in oss2.ObjectIterator(remains):
            remains.delete_object(entry.key)
        remains.delete_bucket()
    except oss2.exceptions.NoSuchBucket:
        pass


def test_a_bucket_from_its_birth_to_its_end(sdk, bucket):
    sdk.create_bucket(bucket)
    info = sdk.bucket_info(bucket)
    assert info["name"] == bucket
    assert info["storage_class"] == "Standard"
    assert bucket in sdk.buckets()
    assert sdk.buckets(prefix=bucket) == [bucket]
    sdk.put(bucket, "inside", b"x")
    with sdk.refused() as refusal:
        sdk.delete_bucket(bucket)
    assert (refusal.status, refusal.code) == (409, "BucketNotEmpty")
    sdk.delete(bucket, "inside")
    sdk.delete_bucket(bucket)
    assert bucket not in sdk.buckets()


def test_a_bucket_that_is_not_there(sdk):
    for call in (
            lambda: sdk.put("absent-bucket", "key", b"x"), lambda: sdk.get("absent-bucket", "key"),
            lambda: sdk.list("absent-bucket"), lambda: sdk.bucket_info("absent-bucket")):
        with sdk.refused() as refusal:
            call()
        assert (refusal.status, refusal.code) == (404, "NoSuchBucket")
        assert len(refusal.request_id) == 24


def test_all_see_the_same_bucket(sdk):
    assert BUCKET in sdk.buckets()
