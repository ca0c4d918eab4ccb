"""Bodies of any size take a bounded amount of the gateway's memory, whoever is slow."""
import base64
import json
import socket
import threading
import time

import pytest

import digests
from origin import Origin
from ossgate import PATIENCE, Ossgate
from wire import Wire

MIB = 1 << 20
GROWTH_MAX = 32 * MIB
PIECE = bytes(MIB)


class Meter:
    """Peak memory of the gateway while something is done, above what it takes for a small exchange."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.growth = None

    def __enter__(self):
        with Wire(self.gateway.address) as wire:
            wire.send(b"PUT /bucket-1/small HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048576\r\n\r\n", PIECE)
            assert wire.answer().status == 200
        self.gateway.forget_peak()
        self.before = self.gateway.memory()
        self.started = time.monotonic()
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.growth = self.gateway.memory("VmHWM") - self.before
            print(
                f"\nresident memory {self.before / MIB:.1f} MiB, grew by {self.growth / MIB:.1f} MiB at most"
                f" in {time.monotonic() - self.started:.1f} s", end=" ")
            assert self.growth <= GROWTH_MAX


def running(directory, origin):
    return Ossgate.serve(directory, {
        "origin": {"endpoint": f"http://{origin.address}"}, "log": {"access": "off", "rejections": "off"},
        # A peer that does nothing on purpose is not what is measured.
        "timeouts": {"drainDelay": "0s", "bodyIdle": "10m", "upstreamFirstByte": "10m"}})


def put_head(size, md5, crc, chunked=False):
    framing = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"
    return (
        f"PUT /bucket-1/large HTTP/1.1\r\nHost: localhost\r\n{framing}\r\nContent-MD5: {md5}\r\n"
        f"x-oss-hash-crc64ecma: {crc}\r\n\r\n").encode()


def pieces(size, chunked=False):
    for start in range(0, size, MIB):
        piece = PIECE[:size - start]
        yield b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece
    if chunked:
        yield b"0\r\n\r\n"


def zeros(size):
    return digests.of_pieces(PIECE[:size - start] for start in range(0, size, MIB))


class Pace:
    """At most so many bytes a second; called before each step of so many bytes."""

    def __init__(self, bytes_per_second):
        self.bytes_per_second = bytes_per_second
        self.started = time.monotonic()
        self.allowed = 0

    def __call__(self, count):
        self.allowed += count
        time.sleep(max(0, self.started + self.allowed / self.bytes_per_second - time.monotonic()))


def upload(gateway, size, chunked=False, pace=None):
    md5, crc = zeros(size)
    with Wire(gateway.address) as wire:
        wire.socket.settimeout(None)
        wire.send(put_head(size, md5, crc, chunked))
        for piece in pieces(size, chunked):
            if pace:
                pace(len(piece))
            wire.send(piece)
        assert wire.answer().status == 200


def test_upload_with_both_digests(tmp_path):
    size = 256 * MIB
    with Origin(keep=0, hashes=False) as origin, running(tmp_path, origin) as gateway:
        for chunked in (False, True):
            with Meter(gateway):
                upload(gateway, size, chunked)
            assert (origin.requests[-1].body_length, origin.requests[-1].is_whole) == (size, True)


def upload_form(gateway, size, chunked=False, declared=None):
    """A form with a file of zeros, whose policy allows `declared` bytes; the answer."""
    policy = base64.b64encode(json.dumps({
        "expiration": "2099-12-31T12:00:00Z", "conditions": [["content-length-range", 0, declared or size]],
    }).encode()).decode()
    fields = {"key": "large", "OSSAccessKeyId": "LTAI5tExampleKeyId00", "policy": policy, "Signature": "c2ln"}
    opening = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
    opening = (opening + '--b\r\nContent-Disposition: form-data; name="file"; filename="z"\r\n\r\n').encode()
    closing = b"\r\n--b--\r\n"
    whole = len(opening) + size + len(closing)
    _, crc = zeros(size)
    framing = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {whole}"
    with Wire(gateway.address) as wire:
        wire.socket.settimeout(None)
        wire.send((
            f"POST /bucket-1/ HTTP/1.1\r\nHost: localhost\r\n{framing}\r\nx-oss-hash-crc64ecma: {crc}\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n\r\n").encode())
        wire.send(b"%x\r\n%s\r\n" % (len(opening), opening) if chunked else opening)
        try:
            for piece in pieces(size):
                wire.send(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
            wire.send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(closing), closing) if chunked else closing)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return wire.answer(), whole


def form_takes_little_memory(tmp_path, size):
    with Origin(keep=0, hashes=False) as origin, running(tmp_path, origin) as gateway:
        for chunked in (False, True):
            with Meter(gateway):
                answer, whole = upload_form(gateway, size, chunked)
                assert answer.status == 200
            assert (origin.requests[-1].body_length, origin.requests[-1].is_whole) == (whole, True)
        with Meter(gateway):
            answer, _ = upload_form(gateway, size, declared=size - 1)
            assert (answer.status, b"EntityTooLarge" in answer.body) == (400, True)
        assert not origin.requests[-1].is_whole


def test_form(tmp_path):
    form_takes_little_memory(tmp_path, 256 * MIB)


@pytest.mark.heavy
def test_heavy_form(tmp_path):
    form_takes_little_memory(tmp_path, 1024 * MIB)


def blocks(connection, data, seconds=1):
    """Sends until nothing has been taken for a while; the bytes that were taken."""
    connection.settimeout(seconds)
    sent = 0
    while sent < len(data):
        try:
            sent += connection.send(data[sent:sent + MIB])
        except TimeoutError:
            break
    connection.settimeout(PATIENCE)
    return sent


def test_origin_that_stands_still(tmp_path):
    """The client is held back by backpressure, not by memory; then all of it arrives."""
    size = 256 * MIB
    gate = threading.Event()
    md5, crc = zeros(size)

    def read(received):
        if received.line.startswith(b"PUT /bucket-1/large"):
            gate.wait(PATIENCE)

    with Origin(read=read, keep=0, hashes=False) as origin, running(tmp_path, origin) as gateway:
        with Meter(gateway), Wire(gateway.address) as wire:
            wire.send(put_head(size, md5, crc))
            data = bytes(size)
            sent = blocks(wire.socket, data)
            assert sent < size // 2, "nothing held the client back"
            gate.set()
            wire.socket.sendall(memoryview(data)[sent:])
            assert wire.answer().status == 200
        assert origin.requests[-1].body_length == size


def download_answer(size):
    _, crc = zeros(size)

    def answer(received):
        if not received.line.startswith(b"GET"):
            return b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\nx-oss-hash-crc64ecma: {crc}\r\n\r\n"
        return iter([head.encode(), *[PIECE] * (size // MIB)])
    return answer


def read_all(wire, size, pace=None):
    assert wire.head().startswith(b"HTTP/1.1 200 ")
    got = 0
    while got < size:
        piece = wire.stream.read1(MIB)
        assert piece, f"the download ended after {got} bytes"
        got += len(piece)
        if pace:
            pace(len(piece))


def test_client_that_stands_still(tmp_path):
    """A download waits at the origin while its client reads nothing."""
    size = 256 * MIB
    with Origin(answer=download_answer(size)) as origin, running(tmp_path, origin) as gateway:
        with Meter(gateway), Wire(gateway.address) as wire:
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 10)
            wire.send(b"GET /bucket-1/large HTTP/1.1\r\nHost: localhost\r\n\r\n")
            origin.wait(lambda requests: requests[-1].is_whole and requests[-1].line.startswith(b"GET"))
            # Time for it to fill up with what it should not take.
            time.sleep(1)
            read_all(wire, size)


def test_many_uploads_at_once(tmp_path):
    """32 uploads in flight, all held at the origin: what each may hold is small."""
    count, size = 32, 16 * MIB
    gate = threading.Event()
    md5, crc = zeros(size)

    def read(received):
        if received.line.startswith(b"PUT /bucket-1/large"):
            gate.wait(PATIENCE)

    with Origin(read=read, keep=0, hashes=False) as origin, running(tmp_path, origin) as gateway:
        with Meter(gateway):
            wires = [Wire(gateway.address) for _ in range(count)]
            data = bytes(size)
            sent = []
            for wire in wires:
                wire.send(put_head(size, md5, crc))
                sent.append(blocks(wire.socket, data, 0.02))
            gate.set()
            for wire, place in zip(wires, sent):
                wire.socket.sendall(memoryview(data)[place:])
            for wire in wires:
                assert wire.answer().status == 200
                wire.__exit__()


@pytest.mark.heavy
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_heavy_upload(tmp_path, chunked):
    """5 GiB with both digests: the largest that the service takes."""
    size = 5 << 30
    with Origin(keep=0, hashes=False) as origin, running(tmp_path, origin) as gateway, Meter(gateway):
        upload(gateway, size, chunked)
        assert (origin.requests[-1].body_length, origin.requests[-1].is_whole) == (size, True)


@pytest.mark.heavy
def test_heavy_slow_origin(tmp_path):
    """The origin takes 1 MB/s of a fast client's 5 GiB, for a minute; then as fast as it can."""
    size = 5 << 30
    pace = Pace(1_000_000)
    slow_until = time.monotonic() + 60

    def read(received):
        if received.line.startswith(b"PUT /bucket-1/large") and time.monotonic() < slow_until:
            pace(1 << 18)

    with Origin(read=read, keep=0, hashes=False) as origin, running(tmp_path, origin) as gateway, Meter(gateway):
        upload(gateway, size)
        assert origin.requests[-1].body_length == size


@pytest.mark.heavy
def test_heavy_slow_client(tmp_path):
    """A client that sends, and one that reads, 1 MB/s for a minute."""
    size = 60 * MIB
    with Origin(answer=download_answer(size), keep=0, hashes=False) as origin, \
            running(tmp_path, origin) as gateway, Meter(gateway):
        upload(gateway, size, pace=Pace(1_000_000))
        assert origin.requests[-1].body_length == size
        with Wire(gateway.address) as wire:
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 10)
            wire.send(b"GET /bucket-1/large HTTP/1.1\r\nHost: localhost\r\n\r\n")
            read_all(wire, size, Pace(1_000_000))
