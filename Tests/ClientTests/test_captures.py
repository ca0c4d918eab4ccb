"""Requests recorded from real clients pass the gateway byte for byte: target, fields and body."""
import base64
import hashlib
import json
import pathlib
import random

import pytest

from origin import OK, Origin
from ossgate import Ossgate
from wire import Wire

CAPTURES = json.loads((pathlib.Path(__file__).parents[1] / "Vectors/captures.json").read_text("utf-8"))["requests"]

# What a connection's own fields are (RFC 9110, section 7.6.1). Expect is answered by the gateway itself.
HOP_BY_HOP = {
    b"connection", b"keep-alive", b"proxy-connection", b"te", b"transfer-encoding", b"upgrade", b"http2-settings",
    b"expect",
}


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """A gateway in front of an origin that remembers. The recorded dates are past, which is not looked at here."""
    with Origin(keep=16 << 20) as origin:
        with Ossgate.serve(tmp_path_factory.mktemp("captures"), {
                "origin": {"endpoint": f"http://{origin.address}"}, "log": {"access": "off", "rejections": "off"},
                "rules": {"request-time-too-skewed": "off", "query-expired": "off"}}) as gateway:
            yield gateway, origin


def fields(head):
    return [tuple(line.split(b": ", 1)) for line in head.split(b"\r\n")[1:] if line]


def forwarded(all_fields):
    """Without those of the connection, and those that Connection names."""
    dropped = set(HOP_BY_HOP)
    for name, value in all_fields:
        if name.lower() == b"connection":
            dropped |= {item.strip().lower() for item in value.split(b",")}
    return [(name, value) for name, value in all_fields if name.lower() not in dropped]


def recorded_body(capture):
    """As it was on the wire. Long ones are cut in the recording: what is missing is what they consist of, or, where that
    cannot be told, any bytes."""
    body = base64.b64decode(capture["body_base64"]) if "body_base64" in capture else capture["body"].encode("latin-1")
    if capture["framing"] == "none":
        return b""
    missing = capture["body_length"] - len(body)
    if capture["framing"] == "length" and missing > 0:
        whole = body + body[-1:] * missing
        if hashlib.sha256(whole).hexdigest() == capture["body_sha256"]:
            return whole
        return random.Random(capture["id"]).randbytes(capture["body_length"])
    return body


def decoded(capture, body):
    """The body without chunked coding. One that is cut is a form, whose file goes on as it began until the form ends."""
    if capture["framing"] != "chunked":
        return body
    data, rest = b"", body
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        count = int(size, 16)
        data, rest = data + rest[:count], rest[count + 2:]
    missing = capture["body_length"] - len(data)
    if missing:
        end = b"\r\n" + data.partition(b"\r\n")[0] + b"--\r\n"
        data += data[-1:] * (missing - len(end)) + end
    assert hashlib.sha256(data).hexdigest() == capture["body_sha256"]
    return data


def chunked(data, size):
    chunks = [data[start:start + size] for start in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in [*chunks, b""])


def name(capture):
    return f"{capture['id']}-{capture['client']}-{capture['step']}".replace(" ", "-")


@pytest.mark.parametrize("capture", CAPTURES, ids=name)
def test_capture(pair, capture):
    gateway, origin = pair
    head = capture["head"].encode("latin-1")
    body = recorded_body(capture)
    data = decoded(capture, body)
    if capture["framing"] == "chunked" and len(body) < len(data):
        body = chunked(data, int(body.partition(b"\r\n")[0], 16))
    before = len(origin.requests)
    with Wire(gateway.address) as wire:
        wire.send(head, body)
        answer = wire.answer(head.split(b" ", 1)[0])
    if capture["answer"] == "400 InvalidDigest":
        # A client that declares fewer bytes than it sends: its digest is that of all of them.
        assert (answer.status, len(origin.requests)) == (400, before)
        assert b"<Code>InvalidDigest</Code>" in answer.body
        return
    assert answer.status == 200, answer.body
    assert answer.fields["x-oss-request-id"] == OK.split(b"x-oss-request-id: ")[1][:24].decode()
    [received] = origin.requests[before:]
    assert received.line == head.partition(b"\r\n")[0]
    assert forwarded(received.fields) == forwarded(fields(head))
    assert received.is_whole
    assert hashlib.sha256(received.body).digest() == hashlib.sha256(data).digest()
    framing = {
        "length": capture["framing"] == "length", "chunked": capture["framing"] == "chunked"}
    assert (received.field(b"Content-Length") is not None) == framing["length"]
    assert (received.field(b"Transfer-Encoding") == b"chunked") == framing["chunked"]


def test_surplus_bytes_are_no_request(pair):
    """A client that counted characters sends more than it declared; the rest must not be read as the next request."""
    gateway, origin = pair
    before = len(origin.requests)
    with Wire(gateway.address) as wire:
        wire.send(
            b"PUT /cap-bucket/surplus HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n"
            + "你好".encode())
        assert wire.answer().status == 200
        assert wire.answer().status == 400
        assert wire.is_closed()
    [received] = origin.requests[before:]
    assert received.body == "你好".encode()[:2]
