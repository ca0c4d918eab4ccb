"""Objects through the gateway: stored as they were sent, returned as they were stored."""
import os

import alibabacloud_oss_v2 as oss
import oss2
import pytest

import digests
from conftest import BUCKET

SIZES = [0, 1, 65536, 65537, 3_000_000]

# Names that are spelled differently on their way, and that a gateway must not touch.
NAMES = [
    "中文/键 名.txt", "a b", "a+b", "100%25", "slash%2Fed", "q?x=1&y=2#z", "<&>\"'", "double//slash",
    "...hidden", "tail/", "emoji-\U0001f600", "tilde~_-.", "colon:semi;comma,",
]


@pytest.mark.parametrize("size", SIZES)
def test_what_is_put_is_stored_and_returned(sdk, stored, key, size):
    data = os.urandom(size)
    answer = sdk.put(BUCKET, key, data)
    assert answer["ETag"] == f'"{digests.etag(data)}"'
    assert answer["x-oss-hash-crc64ecma"] == digests.crc64(data)
    assert len(answer["x-oss-request-id"]) == 24
    assert stored.get_object(key).read() == data
    body, fields = sdk.get(BUCKET, key)
    assert body == data
    assert fields["x-oss-hash-crc64ecma"] == digests.crc64(data)


@pytest.mark.parametrize("size", [0, 65537])
def test_right_digests_are_accepted(sdk, stored, key, size):
    data = os.urandom(size)
    sdk.put(BUCKET, key, data, content_md5=digests.content_md5(data), x_oss_hash_crc64ecma=digests.crc64(data))
    assert stored.get_object(key).read() == data


def test_body_of_unknown_length_is_chunked(sdk, stored, key):
    pieces = [os.urandom(count) for count in (1, 70_000, 300, 200_000)]
    sdk.put(BUCKET, key, iter(pieces))
    assert "Content-Length" not in sdk.wire.last.request.headers
    assert stored.get_object(key).read() == b"".join(pieces)


def test_fields_and_metadata_are_kept(sdk, stored, key):
    sdk.put(
        BUCKET, key, b"text", content_type="text/x-test; charset=utf-8", cache_control="no-cache",
        content_disposition='attachment; filename="a b.txt"', x_oss_meta_color="blue and green")
    for fields in (sdk.head(BUCKET, key), stored.head_object(key).headers):
        assert fields["Content-Type"] == "text/x-test; charset=utf-8"
        assert fields["Cache-Control"] == "no-cache"
        assert fields["Content-Disposition"] == 'attachment; filename="a b.txt"'
        assert fields["x-oss-meta-color"] == "blue and green"
        assert fields["Content-Length"] == "4"


@pytest.mark.parametrize("name", NAMES)
def test_names_arrive_as_they_are(sdk, stored, key, name):
    name = f"{key[:40]}/{name}"
    sdk.put(BUCKET, name, b"named")
    assert name in [entry.key for entry in stored.list_objects(prefix=key[:40] + "/", max_keys=1000).object_list]
    assert sdk.get(BUCKET, name)[0] == b"named"
    sdk.delete(BUCKET, name)
    assert not stored.object_exists(name)


def test_dots_in_a_name_are_no_steps(sdk, stored, key):
    # The second SDK folds these itself before it sends, and then signs what it has not sent.
    if not sdk.name.startswith("oss2"):
        with sdk.refused() as refusal:
            sdk.put(BUCKET, f"{key}/down/../up", b"dots")
        assert refusal.code == "SignatureDoesNotMatch"
        return
    sdk.put(BUCKET, f"{key}/down/../up", b"dots")
    assert stored.get_object(f"{key}/down/../up").read() == b"dots"
    assert sdk.get(BUCKET, f"{key}/down/../up")[0] == b"dots"


@pytest.mark.parametrize("span,expected", [
    ((0, 9), slice(0, 10)), ((5, None), slice(5, None)), ((None, 7), slice(-7, None)),
    ((99_990, 200_000), slice(99_990, None)),
])
def test_ranges(sdk, stored, key, span, expected):
    data = os.urandom(100_000)
    stored.put_object(key, data)
    # An end behind the object is right only in the standard behaviour.
    body, fields = sdk.get(BUCKET, key, span, x_oss_range_behavior="standard")
    assert body == data[expected]
    assert sdk.wire.last.status_code == 206
    start = range(100_000)[expected][0]
    assert fields["Content-Range"] == f"bytes {start}-{start + len(body) - 1}/100000"
    # The CRC is that of the whole object, which must not disturb anyone.
    assert fields["x-oss-hash-crc64ecma"] == digests.crc64(data)


def test_range_behind_the_end(sdk, stored, key):
    stored.put_object(key, b"short")
    with sdk.refused() as refusal:
        sdk.get(BUCKET, key, (10, 20), x_oss_range_behavior="standard")
    assert (refusal.status, refusal.code) == (416, "InvalidRange")


def test_conditions(sdk, stored, key):
    stored.put_object(key, b"conditional")
    etag = digests.etag(b"conditional")
    assert sdk.get(BUCKET, key, if_match=f'"{etag}"')[0] == b"conditional"
    assert sdk.get(BUCKET, key, if_none_match='"0"')[0] == b"conditional"
    with sdk.refused() as refusal:
        sdk.get(BUCKET, key, if_match='"0"')
    assert (refusal.status, refusal.code) == (412, "PreconditionFailed")
    with sdk.refused() as refusal:
        sdk.get(BUCKET, key, if_none_match=f'"{etag}"')
    assert refusal.status == 304
    with sdk.refused() as refusal:
        sdk.get(BUCKET, key, if_modified_since="Fri, 01 Jan 2100 00:00:00 GMT")
    assert refusal.status == 304
    with sdk.refused() as refusal:
        sdk.get(BUCKET, key, if_unmodified_since="Fri, 02 Jan 1998 00:00:00 GMT")
    assert refusal.status == 412


def test_head_of_nothing(sdk, key):
    with sdk.refused() as refusal:
        sdk.head(BUCKET, key)
    assert (refusal.status, refusal.code) == (404, "NoSuchKey")
    assert len(refusal.request_id) == 24
    assert not sdk.exists(BUCKET, key)


def test_delete(sdk, stored, key):
    stored.put_object(key, b"gone soon")
    assert sdk.exists(BUCKET, key)
    sdk.delete(BUCKET, key)
    assert not stored.object_exists(key)
    # Deleting nothing is no error.
    sdk.delete(BUCKET, key)


def test_many_are_deleted_at_once(sdk, stored, key):
    names = [f"{key}/{name}" for name in ("one", "中文", "a b+c", "<&>")]
    for name in names + [f"{key}/stays"]:
        stored.put_object(name, b"x")
    assert sorted(sdk.delete_many(BUCKET, names)) == sorted(names)
    assert [entry.key for entry in oss2.ObjectIterator(stored, prefix=key + "/")] == [f"{key}/stays"]


def test_append(sdk, stored, key):
    first, second = os.urandom(70_000), os.urandom(5)
    assert sdk.append(BUCKET, key, 0, first) == 70_000
    assert sdk.append(
        BUCKET, key, 70_000, second, content_md5=digests.content_md5(second),
        x_oss_hash_crc64ecma=digests.crc64(second)) == 70_005
    answer = stored.get_object(key)
    assert answer.read() == first + second
    assert answer.headers["x-oss-object-type"] == "Appendable"
    assert answer.headers["x-oss-hash-crc64ecma"] == digests.crc64(first + second)


def test_append_at_a_wrong_position(sdk, stored, key):
    sdk.append(BUCKET, key, 0, b"12345")
    with sdk.refused() as refusal:
        sdk.append(BUCKET, key, 4, b"x")
    assert (refusal.status, refusal.code) == (409, "PositionNotEqualToLength")
    assert refusal.headers["x-oss-next-append-position"] == "5"
    assert stored.get_object(key).read() == b"12345"


def test_append_to_what_was_put(sdk, stored, key):
    stored.put_object(key, b"12345")
    with sdk.refused() as refusal:
        sdk.append(BUCKET, key, 5, b"x")
    assert (refusal.status, refusal.code) == (409, "ObjectNotAppendable")
    assert stored.get_object(key).read() == b"12345"


def test_copy(sdk, stored, key):
    data = os.urandom(1000)
    stored.put_object(f"{key}/源 +%", data, headers={"x-oss-meta-kept": "yes"})
    assert sdk.copy(BUCKET, f"{key}/copy", f"{key}/源 +%") == digests.etag(data)
    answer = stored.get_object(f"{key}/copy")
    assert answer.read() == data
    assert answer.headers["x-oss-meta-kept"] == "yes"


def test_copy_of_nothing(sdk, key):
    with sdk.refused() as refusal:
        sdk.copy(BUCKET, key, f"{key}/absent")
    assert (refusal.status, refusal.code) == (404, "NoSuchKey")


def test_text_that_the_second_sdk_counts_in_characters(sdk, stored, key):
    """It declares two bytes and sends six. The other four are no request, and the next call is not harmed."""
    if sdk.name.startswith("oss2"):
        sdk.put(BUCKET, key, "你好")
        assert stored.get_object(key).read() == "你好".encode()
        return
    # The SDK compares the CRC of what it meant with that of what it declared.
    with pytest.raises(oss.exceptions.OperationError) as raised:
        sdk.put(BUCKET, key, "你好")
    assert isinstance(raised.value.unwrap(), oss.exceptions.InconsistentError)
    assert stored.get_object(key).read() == "你好".encode()[:2]
    sdk.put(BUCKET, f"{key}-next", b"unharmed")
    assert stored.get_object(f"{key}-next").read() == b"unharmed"
