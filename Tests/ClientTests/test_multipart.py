"""Multipart uploads through the gateway, by hand and by the helpers of the SDKs."""
import os

import alibabacloud_oss_v2 as oss
import oss2
import oss2.resumable
import pytest

import digests
from conftest import BUCKET
from sdk import Part

PART = 102_400


def test_an_upload_in_parts(sdk, stored, key):
    pieces = [os.urandom(PART), os.urandom(PART + 1), b"the last may be small"]
    upload = sdk.initiate(BUCKET, key)
    assert sdk.uploads(BUCKET, key) == {key: upload}
    # Not in order, and one of them twice: the last word counts.
    sdk.upload_part(BUCKET, key, upload, 2, b"to be replaced")
    parts = [sdk.upload_part(BUCKET, key, upload, number, pieces[number - 1]) for number in (3, 1)]
    parts.append(sdk.upload_part(
        BUCKET, key, upload, 2, pieces[1], content_md5=digests.content_md5(pieces[1]),
        x_oss_hash_crc64ecma=digests.crc64(pieces[1])))
    parts.sort(key=lambda part: part.number)
    assert [part.etag for part in parts] == [digests.etag(piece) for piece in pieces]
    assert sdk.parts(BUCKET, key, upload) == [
        Part(number, digests.etag(piece), len(piece)) for number, piece in enumerate(pieces, 1)]
    assert not stored.object_exists(key)
    answer = sdk.complete(BUCKET, key, upload, parts)
    whole = b"".join(pieces)
    assert answer["x-oss-hash-crc64ecma"] == digests.crc64(whole)
    found = stored.get_object(key)
    assert found.read() == whole
    assert found.headers["x-oss-object-type"] == "Multipart"
    assert sdk.uploads(BUCKET, key) == {}


def test_an_upload_that_is_given_up(sdk, stored, key):
    upload = sdk.initiate(BUCKET, key)
    part = sdk.upload_part(BUCKET, key, upload, 1, b"part")
    sdk.abort(BUCKET, key, upload)
    for call in (
            lambda: sdk.upload_part(BUCKET, key, upload, 2, b"late"),
            lambda: sdk.parts(BUCKET, key, upload), lambda: sdk.complete(BUCKET, key, upload, [part])):
        with sdk.refused() as refusal:
            call()
        assert (refusal.status, refusal.code) == (404, "NoSuchUpload")
    assert not stored.object_exists(key)


def test_parts_that_do_not_fit(sdk, stored, key):
    upload = sdk.initiate(BUCKET, key)
    parts = [sdk.upload_part(BUCKET, key, upload, number, b"small") for number in (1, 2)]
    with sdk.refused() as refusal:
        sdk.complete(BUCKET, key, upload, [Part(1, digests.etag(b"other")), parts[1]])
    assert (refusal.status, refusal.code) == (400, "InvalidPart")
    with sdk.refused() as refusal:
        sdk.complete(BUCKET, key, upload, parts)
    assert (refusal.status, refusal.code) == (400, "EntityTooSmall")
    assert not stored.object_exists(key)
    sdk.abort(BUCKET, key, upload)


def test_a_part_number_out_of_range(sdk, key, log):
    upload = sdk.initiate(BUCKET, key)
    marker = log.mark()
    with sdk.refused() as refusal:
        sdk.upload_part(BUCKET, key, upload, 10_001, b"x")
    assert (refusal.status, refusal.code) == (400, "InvalidArgument")
    assert [record["ossgate.rule"] for record in log.since(marker)] == ["part-number"]
    sdk.abort(BUCKET, key, upload)


def test_parts_copied_from_an_object(sdk, stored, key):
    source = os.urandom(3 * PART)
    stored.put_object(f"{key}/source", source)
    upload = sdk.initiate(BUCKET, key)
    parts = [
        sdk.copy_part(BUCKET, key, upload, 1, f"{key}/source", 0, PART - 1),
        sdk.copy_part(BUCKET, key, upload, 2, f"{key}/source", 2 * PART, 3 * PART - 1),
    ]
    sdk.complete(BUCKET, key, upload, parts)
    assert stored.get_object(key).read() == source[:PART] + source[2 * PART:]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(os.urandom(1_000_003))
    return path


@pytest.mark.parametrize("threads", [1, 4])
def test_helpers_for_uploads(sdk, stored, key, file, tmp_path, threads):
    data = file.read_bytes()
    if sdk.name.startswith("oss2"):
        oss2.resumable_upload(
            sdk.bucket(BUCKET), key, str(file), store=oss2.ResumableStore(root=str(tmp_path)),
            multipart_threshold=PART, part_size=PART, num_threads=threads)
    else:
        answer = sdk.client.uploader(
            part_size=PART, parallel_num=threads, enable_checkpoint=True, checkpoint_dir=str(tmp_path)
        ).upload_file(oss.PutObjectRequest(bucket=BUCKET, key=key), str(file))
        assert answer.hash_crc64 == digests.crc64(data)
    assert stored.get_object(key).read() == data


def test_helpers_for_downloads(sdk, stored, key, file, tmp_path):
    stored.put_object_from_file(key, str(file))
    target = tmp_path / "target"
    if sdk.name.startswith("oss2"):
        oss2.resumable_download(
            sdk.bucket(BUCKET), key, str(target), store=oss2.ResumableDownloadStore(root=str(tmp_path)),
            multiget_threshold=PART, part_size=PART, num_threads=2)
    else:
        sdk.client.downloader(part_size=PART, parallel_num=2).download_file(
            oss.GetObjectRequest(bucket=BUCKET, key=key), str(target))
    assert target.read_bytes() == file.read_bytes()


def test_whole_downloads_are_checked(sdk, stored, key, file, tmp_path):
    stored.put_object_from_file(key, str(file))
    target = tmp_path / "target"
    if sdk.name.startswith("oss2"):
        sdk.bucket(BUCKET).get_object_to_file(key, str(target))
    else:
        sdk.client.get_object_to_file(oss.GetObjectRequest(bucket=BUCKET, key=key), str(target))
    assert target.read_bytes() == file.read_bytes()


def test_a_file_to_append_to(sdk, stored, key):
    lines = [b"one\n", b"two\n", b"three\n"]
    if sdk.name.startswith("oss2"):
        position, crc = 0, 0
        for line in lines:
            # The SDK compares the CRC of all that was appended with the answer.
            answer = sdk.bucket(BUCKET).append_object(key, position, line, init_crc=crc)
            position, crc = answer.next_position, answer.crc
    else:
        with sdk.client.append_file(BUCKET, key) as file:
            for line in lines:
                assert file.write(line) == len(line)
    assert stored.get_object(key).read() == b"".join(lines)


def test_the_copier(sdk, stored, key):
    if sdk.name.startswith("oss2"):
        return test_parts_copied_from_an_object(sdk, stored, key)
    data = os.urandom(3 * PART)
    stored.put_object(f"{key}/source", data)
    sdk.client.copier(part_size=PART, multipart_copy_threshold=PART, disable_shallow_copy=True).copy(
        oss.CopyObjectRequest(bucket=BUCKET, key=key, source_bucket=BUCKET, source_key=f"{key}/source"))
    assert stored.get_object(key).read() == data
    assert stored.head_object(key).headers["x-oss-object-type"] == "Multipart"
