"""Signed URLs, used by a client that knows no SDK."""
import os
from xml.etree import ElementTree

import pytest
import requests

import digests
from conftest import BUCKET

NAMES = ["plain", "中文/键 名+%.txt"]


@pytest.mark.parametrize("name", NAMES)
def test_get(sdk, stored, key, name):
    data = os.urandom(70_000)
    stored.put_object(f"{key}/{name}", data)
    url, fields = sdk.presign("GET", BUCKET, f"{key}/{name}", 60)
    answer = requests.get(url, headers=fields, timeout=60)
    assert (answer.status_code, answer.content) == (200, data)
    part = requests.get(url, headers={**fields, "Range": "bytes=0-9"}, timeout=60)
    assert (part.status_code, part.content) == (206, data[:10])


@pytest.mark.parametrize("name", NAMES)
def test_put(sdk, stored, key, name):
    data = os.urandom(70_000)
    url, fields = sdk.presign("PUT", BUCKET, f"{key}/{name}", 60, content_type="text/x-signed")
    answer = requests.put(url, data, headers=fields, timeout=60)
    assert answer.status_code == 200
    assert answer.headers["x-oss-hash-crc64ecma"] == digests.crc64(data)
    found = stored.get_object(f"{key}/{name}")
    assert (found.read(), found.headers["Content-Type"]) == (data, "text/x-signed")


def test_put_with_a_wrong_digest(sdk, stored, key, log):
    url, fields = sdk.presign("PUT", BUCKET, key, 60, content_md5=digests.content_md5(b"intended"))
    marker = log.mark()
    answer = requests.put(url, b"corrupt!", headers=fields, timeout=60)
    assert (answer.status_code, ElementTree.fromstring(answer.content).findtext("Code")) == (400, "InvalidDigest")
    assert not stored.object_exists(key)
    [record] = log.since(marker)
    assert (record["ossgate.rule"], record["oss.key"]) == ("content-md5", key)
    # The log shows the query, but not what would let a reader use it.
    signatures = [item for item in record["url.query"].split("&") if "signature=" in item.lower()]
    assert [item.partition("=")[2] for item in signatures] == ["REDACTED"]


def test_changed_url(sdk, stored, key):
    """The signature is the emulator's to judge, and its answer comes through."""
    stored.put_object(f"{key}/other", b"not for you")
    url, fields = sdk.presign("GET", BUCKET, f"{key}/mine", 60)
    answer = requests.get(url.replace("/mine", "/other").replace("%2Fmine", "%2Fother"), headers=fields, timeout=60)
    assert answer.status_code == 403
    assert ElementTree.fromstring(answer.content).findtext("Code") == "SignatureDoesNotMatch"


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_expired(sdk, stored, key, log, method):
    with sdk.clock(-3600):
        url, fields = sdk.presign(method, BUCKET, key, 60)
    marker = log.mark()
    answer = requests.request(method, url, data=b"late" if method == "PUT" else None, headers=fields, timeout=60)
    document = ElementTree.fromstring(answer.content)
    assert (answer.status_code, document.findtext("Code")) == (403, "AccessDenied")
    assert document.findtext("Message") == "Request has expired."
    assert document.findtext("RequestId") == answer.headers["x-oss-request-id"]
    assert not stored.object_exists(key)
    [record] = log.since(marker)
    assert (record["ossgate.rule"], record["oss.code"]) == ("query-expired", "AccessDenied")
    assert record["ossgate.request_id"] == answer.headers["x-oss-request-id"]
