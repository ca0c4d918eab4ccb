"""The asynchronous client of the second SDK: it sends even plain bytes chunked."""
import asyncio
import os

import alibabacloud_oss_v2 as oss
import alibabacloud_oss_v2.aio as aio
import pytest

import digests
import sdk_v2
from conftest import BUCKET, KEY_ID, SECRET
from sdk import Refusal


@pytest.fixture(params=[(signature, style) for signature in ("v1", "v4") for style in ("path", "virtual")], ids="-".join)
def run(request, signed):
    """Runs a coroutine function with a client."""
    def run(body):
        async def with_client():
            values = sdk_v2.configuration(signed.gateway.address, KEY_ID, SECRET, *request.param)
            async with aio.AsyncClient(values) as client:
                return await body(client)
        return asyncio.run(with_client())
    return run


async def refused(call):
    """The error that the SDK raises for an answer of the service."""
    try:
        await call
    except oss.exceptions.OperationError as error:
        refusal = Refusal()
        sdk_v2.describe(error.unwrap(), refusal)
        return refusal
    raise AssertionError("the SDK raised nothing")


async def produce(pieces):
    for piece in pieces:
        await asyncio.sleep(0)
        yield piece


@pytest.mark.parametrize("size", [0, 1, 65536, 65537, 3_000_000])
def test_put_and_get(run, stored, key, size):
    data = os.urandom(size)

    async def body(client):
        answer = await client.put_object(oss.PutObjectRequest(bucket=BUCKET, key=key, body=data))
        assert answer.hash_crc64 == digests.crc64(data)
        found = await client.get_object(oss.GetObjectRequest(bucket=BUCKET, key=key))
        # The SDK cannot read the body of an empty object a second time.
        assert (found.content_length, await found.body.read() if size else b"") == (size, data)
    run(body)
    assert stored.get_object(key).read() == data


def test_generated_body(run, stored, key):
    pieces = [os.urandom(count) for count in (1, 100_000, 17, 300_000)]

    async def body(client):
        await client.put_object(oss.PutObjectRequest(
            bucket=BUCKET, key=key, body=produce(pieces), content_md5=digests.content_md5(b"".join(pieces))))
    run(body)
    assert stored.get_object(key).read() == b"".join(pieces)


def test_range_and_condition(run, stored, key):
    stored.put_object(key, b"0123456789")

    async def body(client):
        part = await client.get_object(oss.GetObjectRequest(bucket=BUCKET, key=key, range_header="bytes=2-4"))
        assert (part.status_code, await part.body.read()) == (206, b"234")
        refusal = await refused(client.get_object(oss.GetObjectRequest(bucket=BUCKET, key=key, if_match='"0"')))
        assert (refusal.status, refusal.code) == (412, "PreconditionFailed")
    run(body)


def test_append_list_delete(run, stored, key):
    async def body(client):
        answer = await client.append_object(
            oss.AppendObjectRequest(bucket=BUCKET, key=f"{key}/中文", position=0, body=b"first "))
        await client.append_object(
            oss.AppendObjectRequest(bucket=BUCKET, key=f"{key}/中文", position=answer.next_position, body=b"second"))
        page = await client.list_objects_v2(oss.ListObjectsV2Request(bucket=BUCKET, prefix=key))
        assert [entry.key for entry in page.contents] == [f"{key}/中文"]
        assert stored.get_object(f"{key}/中文").read() == b"first second"
        await client.delete_object(oss.DeleteObjectRequest(bucket=BUCKET, key=f"{key}/中文"))
        refusal = await refused(client.head_object(oss.HeadObjectRequest(bucket=BUCKET, key=f"{key}/中文")))
        assert (refusal.status, refusal.code) == (404, "NoSuchKey")
    run(body)


def test_multipart(run, stored, key):
    pieces = [os.urandom(102_400), os.urandom(102_401), b"end"]

    async def body(client):
        upload = (await client.initiate_multipart_upload(
            oss.InitiateMultipartUploadRequest(bucket=BUCKET, key=key))).upload_id
        answers = await asyncio.gather(*[
            client.upload_part(oss.UploadPartRequest(
                bucket=BUCKET, key=key, upload_id=upload, part_number=number, body=piece))
            for number, piece in enumerate(pieces, 1)])
        await client.complete_multipart_upload(oss.CompleteMultipartUploadRequest(
            bucket=BUCKET, key=key, upload_id=upload, complete_multipart_upload=oss.CompleteMultipartUpload(parts=[
                oss.UploadPart(part_number=number, etag=answer.etag) for number, answer in enumerate(answers, 1)])))
    run(body)
    assert stored.get_object(key).read() == b"".join(pieces)


@pytest.mark.parametrize("size", [0, 10, 300_000])
@pytest.mark.parametrize("digest", ["md5", "crc64"])
def test_wrong_digests(run, stored, key, log, size, digest):
    fields = {"Content-MD5": digests.content_md5(b"intended")} if digest == "md5" else {"x-oss-hash-crc64ecma": "1"}
    data = os.urandom(size)
    marker = log.mark()

    async def body(client):
        return await refused(client.put_object(
            oss.PutObjectRequest(bucket=BUCKET, key=key, body=produce([data]), headers=fields)))
    refusal = run(body)
    assert (refusal.status, refusal.code) == (400, "InvalidDigest" if digest == "md5" else "InvalidCRC64")
    assert len(refusal.request_id) == 24
    [record] = log.since(marker)
    assert (record["ossgate.request_id"], record["ossgate.body.bytes_seen"]) == (refusal.request_id, size)
    assert not stored.object_exists(key)


def test_answer_while_much_is_being_sent(run, stored, key, log):
    """100 MiB with a field that is refused at once: the SDK gets the answer whole."""
    piece = bytes(1 << 20)
    marker = log.mark()

    async def body(client):
        return await refused(client.put_object(oss.PutObjectRequest(
            bucket=BUCKET, key=key, body=produce([piece] * 100), headers={"If-Match": '"0"'})))
    refusal = run(body)
    assert (refusal.status, refusal.code, refusal.ec) == (400, "NotImplemented", "0017-00000245")
    assert [record["ossgate.rule"] for record in log.since(marker)] == ["not-implemented-header"]
    assert not stored.object_exists(key)


def test_many_at_once(run, stored, key):
    """One client, many connections: answers belong to their requests."""
    async def body(client):
        await asyncio.gather(*[
            client.put_object(oss.PutObjectRequest(bucket=BUCKET, key=f"{key}/{number}", body=b"%d" % number))
            for number in range(100)])

        async def read(number):
            answer = await client.get_object(oss.GetObjectRequest(bucket=BUCKET, key=f"{key}/{number}"))
            return await answer.body.read()
        assert await asyncio.gather(*map(read, range(100))) == [b"%d" % number for number in range(100)]
    run(body)
