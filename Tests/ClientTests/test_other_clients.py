"""Clients that others have written, doing a round of writing, reading, listing and deleting through the gateway."""
import asyncio
import os
import subprocess
import sys

import aiooss2
import oss2
import ossfs
import pytest

from conftest import BUCKET, KEY_ID, REGION, SECRET


@pytest.fixture
def endpoint(signed):
    return f"http://{signed.gateway.address}"


def opendal_does(gateway, step):
    """One step in a process of its own, to which the gateway is the proxy that leads to the host of the bucket: path-style
    listings are signed by opendal as no page says, and it resolves names by itself."""
    script = f"""
import opendal
client = opendal.Operator(
    "oss", bucket={BUCKET!r}, endpoint="http://oss-{REGION}.aliyuncs.com", access_key_id={KEY_ID!r},
    access_key_secret={SECRET!r}, root="/")
print({step})
"""
    run = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "http_proxy": f"http://{gateway.address}"},
        capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_opendal(signed, stored, key):
    opendal_does(signed.gateway, f"client.write('{key}/a', b'the content')")
    assert stored.get_object(f"{key}/a").read() == b"the content"
    assert opendal_does(signed.gateway, f"client.read('{key}/a')") == "b'the content'"
    assert opendal_does(signed.gateway, f"client.stat('{key}/a').content_length") == "11"
    assert opendal_does(signed.gateway, f"[entry.path for entry in client.list('{key}/')]") == f"['{key}/a']"
    opendal_does(signed.gateway, f"client.delete('{key}/a')")
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
