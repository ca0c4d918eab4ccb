"""Every known way to hide a request in another one: what the gateway answers, that the connection ends with it, and that the
origin never sees what was hidden, nor a request of another meaning."""
import re

import pytest

from origin import Origin
from ossgate import Ossgate
from wire import Wire

HIDDEN = b"GET /bucket-1/hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"
PUT = b"PUT /bucket-1/key HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = PUT + b"Transfer-Encoding: chunked\r\n\r\n"


def framed(*fields):
    return PUT + b"".join(field + b"\r\n" for field in fields) + b"\r\n0\r\n\r\n"


def got(*lines):
    return b"\r\n".join(lines) + b"\r\n\r\n"


GET = b"GET /bucket-1/key HTTP/1.1"
HOST = b"Host: localhost"

# Nothing of these may reach the origin. By class: what is sent before the hidden request, and the status.
REFUSED = {
    "cl-te": (framed(b"Content-Length: 5", b"Transfer-Encoding: chunked"), 400),
    "te-cl": (framed(b"Transfer-Encoding: chunked", b"Content-Length: 5"), 400),
    "te-te": (framed(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"), 400),
    "te-te-identity": (framed(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"), 400),
    "te-list": (framed(b"Transfer-Encoding: chunked, identity"), None),
    "te-gzip": (framed(b"Transfer-Encoding: gzip, chunked"), None),
    "te-twice": (framed(b"Transfer-Encoding: chunked, chunked"), None),
    "te-prefixed": (framed(b"Transfer-Encoding: xchunked"), None),
    "te-parameter": (framed(b"Transfer-Encoding: chunked;q=1"), None),
    "te-quoted": (framed(b'Transfer-Encoding: "chunked"'), None),
    "te-vertical-tab": (framed(b"Transfer-Encoding: \x0bchunked"), 400),
    "te-empty": (framed(b"Transfer-Encoding:"), None),
    "te-space-before-colon": (framed(b"Transfer-Encoding : chunked"), 400),
    "te-folded": (framed(b"Transfer-Encoding:\r\n chunked"), 400),
    "te-nul": (framed(b"Transfer-Encoding: chunked\0"), 400),
    "te-bare-cr": (framed(b"Transfer-Encoding: chunked\rX: y"), 400),
    "te-bare-lf": (framed(b"X: y\nTransfer-Encoding: chunked"), 400),
    "te-http-1.0": (b"PUT /bucket-1/key HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "cl-twice": (framed(b"Content-Length: 5", b"Content-Length: 6"), 400),
    "cl-twice-equal": (framed(b"Content-Length: 5", b"Content-Length: 5"), 400),
    "cl-list": (framed(b"Content-Length: 5, 5"), 400),
    "cl-plus": (framed(b"Content-Length: +5"), 400),
    "cl-minus": (framed(b"Content-Length: -0"), 400),
    "cl-hexadecimal": (framed(b"Content-Length: 0x5"), 400),
    "cl-space-inside": (framed(b"Content-Length: 5 0"), 400),
    "cl-decimal-point": (framed(b"Content-Length: 5.0"), 400),
    "cl-empty": (framed(b"Content-Length:"), 400),
    "cl-overflow": (framed(b"Content-Length: 18446744073709551621"), None),
    "cl-nul": (framed(b"Content-Length: 5\0"), 400),
    "cl-space-before-colon": (framed(b"Content-Length : 5"), 400),
    "bare-lf-head": (b"GET /bucket-1/key HTTP/1.1\nHost: localhost\n\n", 400),
    "bare-lf-line": (b"GET /bucket-1/key HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n", 400),
    "bare-cr": (got(GET, HOST, b"X: y\rZ: z"), 400),
    "obs-fold": (got(GET, HOST, b"X: y", b" z"), 400),
    "nul-in-name": (got(GET, HOST, b"X\0: y"), 400),
    "nul-in-value": (got(GET, HOST, b"X: y\0"), 400),
    "space-in-name": (got(GET, HOST, b"X y: z"), 400),
    "no-colon": (got(GET, HOST, b"X"), 400),
    "no-name": (got(GET, HOST, b": x"), 400),
    "underscores-for-hyphens": (framed(b"Transfer_Encoding: chunked"), 400),
    "underscores-in-x-oss": (got(GET, HOST, b"x_oss_acl: public-read"), 400),
    "no-host": (got(GET), 400),
    "two-hosts": (got(GET, HOST, b"Host: other"), 400),
    "space-before-host": (got(GET, b" Host: localhost"), 400),
    "absolute-other-host": (got(b"GET http://other/bucket-1/key HTTP/1.1", HOST), 400),
    "upgrade-in-target": (got(b"GET /bucket-1/key HTTP/1.1 HTTP/1.1", HOST), 400),
    "http-0.9": (b"GET /bucket-1/key\r\n\r\n", 400),
    "http-1.2": (got(b"GET /bucket-1/key HTTP/1.2", HOST), 505),
    "http-2-preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    "connect": (got(b"CONNECT localhost:80 HTTP/1.1", b"Host: localhost:80"), 501),
    "method-with-nul": (got(b"GE\0T /bucket-1/key HTTP/1.1", HOST), 400),
    "target-with-control": (got(b"GET /bucket-1/k\x01 HTTP/1.1", HOST), 400),
    "target-with-fragment": (got(b"GET /bucket-1/k#x HTTP/1.1", HOST), 400),
}

# Refused while the body is read: none of it may be there whole.
BROKEN = {
    "chunk-size-prefix": CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n",
    "chunk-size-plus": CHUNKED + b"+5\r\nhello\r\n0\r\n\r\n",
    "chunk-size-minus": CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n",
    "chunk-size-underscore": CHUNKED + b"1_0\r\nhello\r\n0\r\n\r\n",
    "chunk-size-empty": CHUNKED + b"\r\nhello\r\n0\r\n\r\n",
    "chunk-size-space-before": CHUNKED + b" 5\r\nhello\r\n0\r\n\r\n",
    "chunk-size-overflow": CHUNKED + b"10000000000000005\r\nhello\r\n0\r\n\r\n",
    "chunk-size-bare-lf": CHUNKED + b"5\nhello\r\n0\r\n\r\n",
    "chunk-size-bare-cr": CHUNKED + b"5\rhello\r\n0\r\n\r\n",
    "chunk-extension-bare-lf": CHUNKED + b"5;x\nhello\r\n0\r\n\r\n",
    "chunk-end-missing": CHUNKED + b"5\r\nhello0\r\n\r\n",
    "chunk-end-bare-lf": CHUNKED + b"5\r\nhello\n0\r\n\r\n",
    "chunk-end-too-late": CHUNKED + b"5\r\nhelloworld\r\n0\r\n\r\n",
    "trailer-bare-lf": CHUNKED + b"5\r\nhello\r\n0\r\nX: y\n\r\n\r\n",
    "trailer-folded": CHUNKED + b"5\r\nhello\r\n0\r\nX: y\r\n z\r\n\r\n",
}


@pytest.fixture(scope="module")
def origin():
    with Origin() as made:
        yield made


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, origin):
    with Ossgate.serve(tmp_path_factory.mktemp("smuggling"), {
            "origin": {"endpoint": f"http://{origin.address}"}, "log": {"rejections": "off"}}) as running:
        yield running


def check_refused(gateway, message, status):
    """One answer in the service's form, and then the end."""
    with Wire(gateway.address) as wire:
        wire.send(message + HIDDEN)
        answer = wire.answer()
        assert answer.status in ([status] if status else [400, 501]), answer.body
        assert re.search(rb"<Code>\w+</Code>", answer.body)
        assert wire.stream.read() == b"", "the connection goes on"


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_of_it_reaches_the_origin(gateway, origin, name):
    before = len(origin.requests)
    check_refused(gateway, *REFUSED[name])
    assert [received.line for received in origin.requests[before:]] == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_body_is_never_whole(gateway, origin, name):
    before = len(origin.requests)
    check_refused(gateway, BROKEN[name], 400)
    for received in origin.requests[before:]:
        assert received.line.startswith(b"PUT /bucket-1/key ") and not received.is_whole


@pytest.mark.parametrize("message, body", [
    (CHUNKED + b"5;name=value\r\nhello\r\n0\r\n\r\n", b"hello"),
    (CHUNKED + b"0005\r\nhello\r\n000\r\n\r\n", b"hello"),
    (PUT + b"Content-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN, HIDDEN),
    (CHUNKED + b"%x\r\n%s\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN), HIDDEN),
    (CHUNKED + b"5\r\nhello\r\n0\r\nHost: other\r\nContent-Length: 9\r\n\r\n", None),
], ids=["extension", "zeros", "request-in-a-body", "request-in-a-chunk", "framing-in-trailers"])
def test_what_is_good_keeps_its_meaning(gateway, origin, message, body):
    """The request behind it is the second one here, and none inside a body is one at all."""
    before = len(origin.requests)
    with Wire(gateway.address) as wire:
        wire.send(message + b"GET /bucket-1/second HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        first = wire.answer()
        if body is None:
            # Refused or taken, what follows the last chunk never frames anything.
            assert first.status in (200, 400)
        else:
            assert (first.status, wire.answer().status) == (200, 200)
        wire.stream.read()
    found = origin.requests[before:]
    if body is not None:
        assert [received.line.split()[1] for received in found] == [b"/bucket-1/key", b"/bucket-1/second"]
        assert found[0].body == body and found[0].is_whole
    assert all(received.field(b"Host") == b"localhost" for received in found)
    assert all(b"hidden" not in received.line for received in found)


@pytest.mark.parametrize("fields", [
    [b"Connection: authorization"], [b"Connection: x-oss-acl"], [b"Connection: close, x-oss-security-token"],
    [b"Connection: Upgrade", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__"],
    [b"Connection: Upgrade", b"Upgrade: websocket"]], ids=lambda fields: fields[-1].decode())
def test_hop_by_hop_fields_strip_nothing_and_switch_nothing(gateway, origin, fields):
    """Whether refused or passed on: no field of the client's is lost at its wish, and no protocol is switched."""
    before = len(origin.requests)
    with Wire(gateway.address) as wire:
        wire.send(got(GET, HOST, b"x-oss-acl: private", b"x-oss-security-token: token", *fields))
        assert wire.answer().status in (200, 400, 501)
    for received in origin.requests[before:]:
        assert received.field(b"x-oss-acl") == b"private" and received.field(b"x-oss-security-token") == b"token"
        assert received.field(b"Upgrade") is None and received.field(b"HTTP2-Settings") is None
