"""A refusal reaches the client whole while it is still sending: no broken pipe, no reset, no cut document."""
import os
import re
import subprocess
from xml.etree import ElementTree

import pytest

import digests
from conftest import BUCKET
from ossgate import PATIENCE
from wire import Wire

SIZE = 100 << 20

FAULTS = {
    "head": (("Content-MD5", "not a digest"), "InvalidDigest", "content-md5-form"),
    "condition": (("If-Match", '"0"'), "NotImplemented", "not-implemented-header"),
    "md5": (("Content-MD5", digests.content_md5(b"intended")), "InvalidDigest", "content-md5"),
    "crc64": (("x-oss-hash-crc64ecma", digests.crc64(b"intended")), "InvalidCRC64", "crc64"),
}


@pytest.fixture(scope="session")
def large(tmp_path_factory):
    """A file of 100 MiB that takes no room on the disk."""
    path = tmp_path_factory.mktemp("large") / "large"
    with path.open("wb") as file:
        file.truncate(SIZE)
    return path


def whole_document(body, code):
    document = ElementTree.fromstring(body)
    assert document.findtext("Code") == code
    assert re.fullmatch("[0-9A-F]{24}", document.findtext("RequestId"))
    return document


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("expects", [True, False], ids=["expect", "no-expect"])
@pytest.mark.parametrize("source", ["file", "chunked"])
def test_curl(open_pair, large, key, fault, expects, source):
    gateway, log = open_pair
    (name, value), code, rule = FAULTS[fault]
    marker = log.mark()
    command = ["curl", "-sS", "-H", f"{name}: {value}", "-w", "\\n%{http_code} %{size_upload}"]
    # Without the field curl sends the body at once; with it, curl waits for a second at most.
    command += ["-H", "Expect: 100-continue" if expects else "Expect:"]
    command += ["-T", str(large) if source == "file" else "-", f"http://{gateway.address}/{BUCKET}/{key}"]
    with large.open("rb") as data:
        done = subprocess.run(command, stdin=data, capture_output=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    body, _, rest = done.stdout.rpartition(b"\n")
    status, sent = map(int, rest.split())
    assert status == 400
    document = whole_document(body, code)
    if expects and rule in ("content-md5-form", "not-implemented-header"):
        assert sent == 0, "curl was let send what had been refused"
    [record] = log.since(marker)
    assert record["ossgate.request_id"] == document.findtext("RequestId")
    assert (record["ossgate.rule"], record["oss.code"]) == (rule, code)
    with Wire(gateway.emulator_address) as wire:
        wire.send(f"HEAD /{BUCKET}/{key} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert wire.answer(b"HEAD").status == 404


@pytest.mark.parametrize("fault", ["head", "md5", "crc64"])
def test_sdk(sdk, stored, large, key, log, fault):
    (name, value), code, rule = FAULTS[fault]
    marker = log.mark()
    with large.open("rb") as data, sdk.refused() as refusal:
        sdk.put(BUCKET, key, data, **{name: value})
    assert (refusal.status, refusal.code) == (400, code)
    whole_document(refusal.body, code)
    assert [record["ossgate.rule"] for record in log.since(marker)] == [rule]
    assert not stored.object_exists(key)


def test_origin_that_answers_early(sdk, large, key):
    """The emulator refuses before the body; its own document arrives as well."""
    with large.open("rb") as data, sdk.refused() as refusal:
        sdk.put("absent-bucket", key, data)
    assert (refusal.status, refusal.code) == (404, "NoSuchBucket")


def test_one_interim_answer_and_none_before_the_verdict(open_pair, key):
    gateway, _ = open_pair
    head = f"PUT /{BUCKET}/{key} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n"
    with Wire(gateway.address) as wire:
        wire.send(head.encode(), b"\r\n")
        assert wire.head().startswith(b"HTTP/1.1 100 ")
        wire.send(b"abc")
        assert wire.head().startswith(b"HTTP/1.1 200 ")
    with Wire(gateway.address) as wire:
        wire.send(head.encode(), b"If-Match: x\r\n\r\n")
        assert wire.head().startswith(b"HTTP/1.1 400 ")
    with Wire(gateway.address) as wire:
        wire.send(head.replace("HTTP/1.1", "HTTP/1.0").encode(), b"\r\n", b"abc")
        assert b" 200 " in wire.head().split(b"\r\n")[0]


def test_rest_of_a_refused_body_is_no_request(open_pair, key):
    """What follows on a connection whose body was refused is never read as a request."""
    gateway, log = open_pair
    marker = log.mark()
    smuggled = f"PUT /{BUCKET}/{key}-smuggled HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx".encode()
    with Wire(gateway.address) as wire:
        wire.send(
            f"PUT /{BUCKET}/{key} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(smuggled)}\r\n"
            "Content-MD5: x\r\n\r\n".encode(), smuggled)
        assert wire.answer().status == 400
        # The body was small, so the connection is kept and good for the next one.
        wire.send(f"HEAD /{BUCKET}/{key}-smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert wire.answer(b"HEAD").status == 404
    assert [record["ossgate.rule"] for record in log.since(marker)] == ["content-md5-form"]


def test_client_that_breaks_off(open_pair, key):
    """IncompleteBody if it can still be answered; in no case an object."""
    gateway, log = open_pair
    for size in (10, 200_000):
        marker = log.mark()
        with Wire(gateway.address) as wire:
            wire.send(
                f"PUT /{BUCKET}/{key} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size + 1}\r\n\r\n".encode(),
                os.urandom(size))
            wire.socket.shutdown(1)
            answer = wire.answer()
        assert answer.status == 400
        whole_document(answer.body, "IncompleteBody")
        assert [record["ossgate.rule"] for record in log.since(marker)] == ["incomplete-body"]
        with Wire(gateway.emulator_address) as wire:
            wire.send(f"HEAD /{BUCKET}/{key} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert wire.answer(b"HEAD").status == 404
