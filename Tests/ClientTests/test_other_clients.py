"""Clients that others have written, doing a round of writing, reading, listing and deleting through the gateway."""
import asyncio

import aiooss2
import opendal
import oss2
import ossfs
import pytest

from conftest import BUCKET, KEY_ID, SECRET


@pytest.fixture
def endpoint(signed):
    return f"http://{signed.gateway.address}"


def test_opendal(open_pair, key):
    """Path-style listings are signed by it as no page says, so the emulator of this one checks no signatures."""
    stored = oss2.Bucket(oss2.AnonymousAuth(), f"http://{open_pair.gateway.emulator_address}", BUCKET)
    client = opendal.Operator(
        "oss", bucket=BUCKET, endpoint=f"http://{open_pair.gateway.address}", access_key_id=KEY_ID,
        access_key_secret=SECRET, addressing_style="path", root="/")
    client.write(f"{key}/a", b"the content")
    assert stored.get_object(f"{key}/a").read() == b"the content"
    assert client.read(f"{key}/a") == b"the content"
    assert client.stat(f"{key}/a").content_length == 11
    assert f"{key}/a" in [entry.path for entry in client.list(f"{key}/")]
    client.delete(f"{key}/a")
    assert not stored.object_exists(f"{key}/a")


def test_aiooss2(endpoint, stored, key, monkeypatch):
    # aiohttp of today wants a method of every payload that nothing calls here and aiooss2 does not have.
    monkeypatch.setattr(aiooss2.adapter.AsyncPayload, "__abstractmethods__", frozenset())

    async def round_trip():
        async with aiooss2.AioBucket(oss2.Auth(KEY_ID, SECRET), endpoint, BUCKET) as bucket:
            assert (await bucket.put_object(key, b"the content")).status == 200
            async with await bucket.get_object(key) as found:
                assert await found.read() == b"the content"
            listed = await bucket.list_objects(prefix=key)
            assert [entry.key for entry in listed.object_list] == [key]
            await bucket.delete_object(key)
    asyncio.run(round_trip())
    assert not stored.object_exists(key)


def test_ossfs(endpoint, stored, key):
    files = ossfs.OSSFileSystem(endpoint=endpoint, key=KEY_ID, secret=SECRET, skip_instance_cache=True)
    with files.open(f"/{BUCKET}/{key}/a", "wb") as file:
        file.write(b"the content")
    assert stored.get_object(f"{key}/a").read() == b"the content"
    with files.open(f"/{BUCKET}/{key}/a", "rb") as file:
        assert file.read() == b"the content"
    assert f"{BUCKET}/{key}/a" in [name.lstrip("/") for name in files.ls(f"/{BUCKET}/{key}", detail=False)]
    files.rm(f"/{BUCKET}/{key}/a")
    assert not stored.object_exists(f"{key}/a")
