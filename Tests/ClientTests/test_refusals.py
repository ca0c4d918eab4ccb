"""What the gateway refuses: the SDK raises the documented code, the emulator hears nothing of it, and the log has one line."""
import os

import pytest

import digests
from conftest import BUCKET, KEY_ID, SECRET, WRONG_SECRET


class Expectation:
    """Carries a refused call out and checks everything that has to follow from it."""

    def __init__(self, sdk, log):
        self.sdk = sdk
        self.log = log

    def __call__(self, status, code, rule, call, ec="", phase="head"):
        marker = self.log.mark()
        before = self.sdk.wire.count
        with self.sdk.refused() as refusal:
            call()
        assert (refusal.status, refusal.code, refusal.ec) == (status, code, ec)
        assert len(refusal.request_id) == 24
        assert refusal.headers["x-oss-request-id"] == refusal.request_id
        assert refusal.headers["x-ossgate-rule"] == rule
        assert len(refusal.body) < 4096
        records = self.log.since(marker)
        # A permanent error must not make an SDK try again; there is one line for each time it was refused.
        assert len(records) == self.sdk.wire.count - before
        if code != "RequestTimeTooSkewed":
            assert len(records) == 1
        record = records[-1]
        assert record["ossgate.request_id"] == refusal.request_id
        assert (record["ossgate.rule"], record["oss.code"], record["error.type"]) == (rule, code, code)
        assert (record["http.response.status_code"], record["ossgate.phase"]) == (status, phase)
        assert record["ossgate.mode"] == "enforce"
        assert record.get("oss.ec", "") == ec
        assert record["user_agent.original"].startswith(("aliyun-sdk-python/", "alibabacloud-python-sdk-v2/"))
        self.refusal = refusal
        return record


@pytest.fixture
def expect(sdk, log):
    return Expectation(sdk, log)


BODIES = {
    "empty": b"", "small": b"some body", "large": os.urandom(300_000),
}


@pytest.mark.parametrize("size", BODIES)
@pytest.mark.parametrize("operation", ["put", "append", "part"])
@pytest.mark.parametrize("digest", ["content-md5", "crc64"])
def test_wrong_digests(sdk, stored, key, expect, size, operation, digest):
    data = BODIES[size]
    fields = {"content_md5": digests.content_md5(b"intended")}
    if digest == "crc64":
        fields = {"content_md5": digests.content_md5(data), "x_oss_hash_crc64ecma": digests.crc64(b"intended")}
    upload = stored.init_multipart_upload(key).upload_id if operation == "part" else None
    call = {
        "put": lambda: sdk.put(BUCKET, key, data, **fields),
        "append": lambda: sdk.append(BUCKET, key, 0, data, **fields),
        "part": lambda: sdk.upload_part(BUCKET, key, upload, 1, data, **fields),
    }[operation]
    code = "InvalidDigest" if digest == "content-md5" else "InvalidCRC64"
    record = expect(400, code, digest, call, phase="body")
    assert record["ossgate.body.bytes_seen"] == len(data)
    assert (record["oss.bucket"], record["oss.key"]) == (BUCKET, key)
    assert record["oss.operation"] == {"put": "PutObject", "append": "AppendObject", "part": "UploadPart"}[operation]
    assert record["ossgate.expected"] == fields["content_md5" if digest == "content-md5" else "x_oss_hash_crc64ecma"]
    assert record["ossgate.actual"] == (
        digests.content_md5(data) if digest == "content-md5" else digests.crc64(data))
    if operation == "part":
        assert stored.list_parts(key, upload).parts == []
        stored.abort_multipart_upload(key, upload)
    assert not stored.object_exists(key)


def test_wrong_digest_of_a_chunked_body(sdk, stored, key, expect):
    pieces = [os.urandom(100_000) for _ in range(3)]
    expect(
        400, "InvalidDigest", "content-md5",
        lambda: sdk.put(BUCKET, key, iter(pieces), content_md5=digests.content_md5(b"intended")), phase="body")
    assert not stored.object_exists(key)


def test_wrong_digest_leaves_what_was_there(sdk, stored, key, expect):
    stored.put_object(key, b"the first version")
    expect(
        400, "InvalidDigest", "content-md5",
        lambda: sdk.put(BUCKET, key, b"the second", content_md5=digests.content_md5(b"another")), phase="body")
    assert stored.get_object(key).read() == b"the first version"
    stored.delete_object(key)
    stored.append_object(key, 0, b"appended")
    expect(
        400, "InvalidCRC64", "crc64",
        lambda: sdk.append(BUCKET, key, 8, b"more", x_oss_hash_crc64ecma="1"), phase="body")
    assert stored.get_object(key).read() == b"appended"


@pytest.mark.parametrize("value", [
    "abc", "eB5eJF1ptWaXm4bijSPyx", "781e5e245d69b566979b86e28d23f2c7",
    "NzgxZTVlMjQ1ZDY5YjU2Njk3OWI4NmUyOGQyM2YyYzc=",
])
def test_malformed_content_md5(sdk, stored, key, expect, value):
    expect(
        400, "InvalidDigest", "content-md5-form",
        lambda: sdk.put(BUCKET, key, b"0123456789", content_md5=value))
    assert not stored.object_exists(key)


@pytest.mark.parametrize("value", ["-1", "0x1", "18446744073709551616", "12 3"])
def test_malformed_crc64(sdk, stored, key, expect, value):
    expect(
        400, "InvalidCRC64", "crc64-form",
        lambda: sdk.put(BUCKET, key, b"0123456789", x_oss_hash_crc64ecma=value))
    assert not stored.object_exists(key)


@pytest.mark.parametrize("bucket", ["ab", "under_score", "a" * 62 + "-", "-first", "a.b"])
def test_bucket_names(sdk, key, expect, bucket):
    record = expect(
        400, "InvalidBucketName", "invalid-bucket-name", lambda: sdk.put(bucket, key, b"x"),
        ec="0015-00000001")
    assert record["oss.bucket"] == bucket
    assert expect.refusal.details["BucketName"] == bucket


def test_bucket_name_in_a_head_request(sdk, key, expect):
    """No body can carry the error, so `x-oss-err` does."""
    with sdk.unchecked_names():
        expect(
            400, "InvalidBucketName", "invalid-bucket-name", lambda: sdk.head("under_score", key),
            ec="0015-00000001")


@pytest.mark.parametrize("name", ["\\first", "/first", "k" * 1024, "中" * 342])
def test_object_names(sdk, stored, expect, name):
    expect(400, "InvalidObjectName", "invalid-object-name", lambda: sdk.put(BUCKET, name, b"x"))


@pytest.mark.parametrize("field", ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"])
def test_conditions_on_a_put(sdk, stored, key, expect, field):
    value = '"0"' if field.endswith("Match") else "Fri, 13 Nov 2015 14:47:53 GMT"
    expect(
        400, "NotImplemented", "not-implemented-header",
        lambda: sdk.put(BUCKET, key, b"x", **{field.replace("-", "_"): value}), ec="0017-00000245")
    assert expect.refusal.details["Header"].lower() == field.lower()
    assert not stored.object_exists(key)


def without_date(request):
    for name in ("Date", "x-oss-date"):
        request.headers.pop(name, None)


def test_no_date(sdk, stored, key, expect):
    with sdk.wire.editing(without_date):
        expect(
            400, "InvalidArgument", "authentication-requires-valid-date", lambda: sdk.put(BUCKET, key, b"x"))
    assert expect.refusal.message == "OSS authentication requires a valid Date."
    assert not stored.object_exists(key)


def test_malformed_date(sdk, stored, key, expect):
    def edit(request):
        without_date(request)
        request.headers["Date"] = "yesterday"
    with sdk.wire.editing(edit):
        expect(
            400, "InvalidArgument", "authentication-requires-valid-date", lambda: sdk.put(BUCKET, key, b"x"))
    assert not stored.object_exists(key)


@pytest.mark.parametrize("seconds", [-1000, 1000])
def test_skewed_clock(sdk, stored, key, expect, seconds):
    with sdk.clock(seconds):
        record = expect(
            403, "RequestTimeTooSkewed", "request-time-too-skewed", lambda: sdk.put(BUCKET, key, b"x"),
            ec="0002-00000504")
    assert expect.refusal.details["MaxAllowedSkewMilliseconds"] == "900000"
    assert record["ossgate.actual"] == expect.refusal.details["RequestTime"]
    assert not stored.object_exists(key)


@pytest.mark.parametrize("seconds", [-800, 800])
def test_clock_within_the_allowance(sdk, stored, key, seconds):
    with sdk.clock(seconds):
        sdk.put(BUCKET, key, b"x")
    assert stored.object_exists(key)


@pytest.mark.parametrize("value,message,ec", [
    ("", "Authorization header value is empty.", ""),
    ("Bearer abc", "Authorization header is invalid.", ""),
    ("OSS", "Authorization header is invalid.", ""),
    (f"OSS {KEY_ID}", "Authorization header is invalid.", ""),
    (f"OSS {KEY_ID}:", "AccessKeyId or Signature is missing in Authorization header value.", ""),
    (f"OSS {KEY_ID}:a:b", "Authorization header is invalid, bad num of Items in Authorization header.",
     "0002-00000102"),
    (f"OSS4-HMAC-SHA256 Credential={KEY_ID}/20261123/cn-hangzhou/oss/aliyun_v4_request",
     "Authorization header is invalid, bad num of Items in Authorization header.", "0002-00000102"),
    ("OSS4-HMAC-SHA256 Credential=a, Signed=b", "Unknown parameter in Authorization header.", "0002-00000104"),
])
def test_malformed_authorization(sdk, stored, key, expect, value, message, ec):
    def edit(request):
        request.headers["Authorization"] = value
    with sdk.wire.editing(edit):
        expect(400, "InvalidArgument", "authorization-form", lambda: sdk.put(BUCKET, key, b"x"), ec=ec)
    assert expect.refusal.message == message
    assert not stored.object_exists(key)


def test_key_id_that_cannot_be_one(make_sdk, stored, key, log):
    sdk = make_sdk("not-a-key!", SECRET)
    Expectation(sdk, log)(
        403, "InvalidAccessKeyId", "access-key-characters", lambda: sdk.put(BUCKET, key, b"x"))
    assert not stored.object_exists(key)


def test_wrong_secret(make_sdk, stored, key, log):
    """Only the origin knows secrets: its answer comes through unchanged, and is nobody's rejection."""
    marker = log.mark()
    sdk = make_sdk(KEY_ID, WRONG_SECRET)
    with sdk.refused() as refusal:
        sdk.put(BUCKET, key, b"x")
    assert (refusal.status, refusal.code) == (403, "SignatureDoesNotMatch")
    assert "x-ossgate-rule" not in refusal.headers
    assert len(refusal.request_id) == 24
    assert log.since(marker) == []
    assert not stored.object_exists(key)


def test_unknown_key_id(make_sdk, stored, key, log):
    marker = log.mark()
    sdk = make_sdk("LTAIunknown", SECRET)
    with sdk.refused() as refusal:
        sdk.put(BUCKET, key, b"x")
    assert (refusal.status, refusal.code, refusal.ec) == (403, "InvalidAccessKeyId", "0002-00000902")
    assert log.since(marker) == []
    assert not stored.object_exists(key)


def test_signature_over_other_fields(sdk, stored, key, log):
    """Nothing that was signed may be changed on the way, and what is changed is noticed."""
    def edit(request):
        request.headers["x-oss-meta-added"] = "later"
    marker = log.mark()
    with sdk.wire.editing(edit), sdk.refused() as refusal:
        sdk.put(BUCKET, key, b"x")
    assert (refusal.status, refusal.code) == (403, "SignatureDoesNotMatch")
    assert log.since(marker) == []
    assert not stored.object_exists(key)


def test_unknown_host(sdk, stored, key, expect):
    def edit(request):
        request.headers["Host"] = "files.example.com"
    with sdk.wire.editing(edit):
        expect(403, "NonStandardHostForbidden", "non-standard-host", lambda: sdk.put(BUCKET, key, b"x"))
    assert not stored.object_exists(key)


def test_storage_class(sdk, stored, key, expect):
    expect(
        400, "InvalidArgument", "storage-class",
        lambda: sdk.put(BUCKET, key, b"x", x_oss_storage_class="Lukewarm"))
    assert not stored.object_exists(key)


def test_connection_is_good_after_a_refusal(sdk, stored, key):
    """One session, one connection: what follows a refusal on it is another request."""
    for number in range(3):
        with sdk.refused() as refusal:
            sdk.put(BUCKET, key, b"0123456789", content_md5="abc")
        assert refusal.code == "InvalidDigest"
        sdk.put(BUCKET, f"{key}/{number}", b"%d" % number)
        assert stored.get_object(f"{key}/{number}").read() == b"%d" % number
