"""What the clients of the soak do, and what they must be answered. Every lane has keys of its own and knows what is in them."""
import asyncio
import collections
import contextlib
import random
import re
import time

import digests
from soak_clients import HTTP1, HTTP2, Wrong, reset

BUCKET = "soak"
SIZES = (0, 1, 1000, 20_000, 65_535, 65_536, 65_537, 300_000, 1_500_000)
KEYS_PER_LANE = 40
PART_BYTES_MIN = 100 << 10
APPENDED_BYTES_MAX = 2_000_000
BOUNDARY = "soak-boundary"


# What an answer that is not as it must be ends in. Anything else is a mistake of the soak itself.
FAULTS = (Wrong, OSError, EOFError, TimeoutError, asyncio.TimeoutError, asyncio.LimitOverrunError, KeyError, ValueError,
          TypeError)


class Tally:
    """How often each kind was done, how long it took, and what went wrong."""

    def __init__(self):
        self.counts = collections.Counter()
        self.seconds = collections.defaultdict(list)
        self.wrong = []

    def wrong_answer(self, kind, what):
        if len(self.wrong) < 1000:
            self.wrong.append(f"{time.strftime('%H:%M:%S')} {kind}: {what}")

    @contextlib.contextmanager
    def doing(self, kind):
        begun = time.monotonic()
        try:
            yield
        except FAULTS as error:
            self.wrong_answer(kind, f"{type(error).__name__} {error}")
            raise
        self.counts[kind] += 1
        kept = self.seconds[kind]
        if len(kept) < 20_000:
            kept.append(time.monotonic() - begun)
        else:
            kept[random.randrange(len(kept))] = time.monotonic() - begun


def expect(answer, status, code=None):
    if answer.status != status or code and f"<Code>{code}</Code>".encode() not in answer.body:
        raise Wrong(f"{status} {code or ''} expected: {answer}")
    return answer


def put_head(key, length):
    return f"PUT /{BUCKET}/{key} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n".encode()


def form(key, data, closed=True):
    """A form with a file, and the field of its media type."""
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="key"\r\n\r\n{key}\r\n'.encode(),
             f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'.encode(), data,
             f"\r\n--{BOUNDARY}--\r\n".encode() if closed else b""]
    return b"".join(parts), [("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")]


class Lane:
    """One client that does one thing after another. `objects` is what it was told is stored: None for nothing."""

    def __init__(self, name, carriers, seed):
        self.name = name
        self.carriers = carriers
        self.random = random.Random(seed)
        self.objects = {f"{name}/{number}": None for number in range(KEYS_PER_LANE)}
        # Only appended to.
        self.log = f"{name}/log"
        self.serial = 0
        self.client = None

    async def run(self, tally, kinds, rate, over):
        """Until `over` is set, about so many times a second."""
        names, weights = zip(*((kind, weight) for kind, weight in kinds))
        while not over.is_set():
            kind = self.random.choices(names, weights)[0]
            try:
                with tally.doing(kind.__name__):
                    await asyncio.wait_for(kind(self), 180)
            except FAULTS:
                self.leave()
            if self.random.random() < 0.05:
                self.leave()
            await asyncio.sleep(self.random.expovariate(rate))
        self.leave()

    def leave(self):
        if self.client:
            self.client.close()
            self.client = None

    @property
    def wire(self):
        if self.client is None:
            self.client = self.fresh()
        return self.client

    def fresh(self, kinds=(HTTP1, HTTP2), plain=False):
        """A client of its own, by any carrier that is of these kinds."""
        kind, address, tls = self.random.choice([
            carrier for carrier in self.carriers if carrier[0] in kinds and not (plain and carrier[2])])
        return kind(address, tls)

    def key(self, is_there=None):
        keys = [key for key, data in self.objects.items()
                if key != self.log and (is_there is None or (data is not None) == is_there)]
        return self.random.choice(keys) if keys else None

    def bad_key(self):
        """A key under which nothing may ever be stored."""
        self.serial += 1
        return f"bad/{self.name}-{self.serial}"

    def data(self, sizes=SIZES):
        return self.random.randbytes(self.random.choice(sizes))

    def sealed(self, data):
        """None, one or both of the digests."""
        fields = [("Content-MD5", digests.content_md5(data)), ("x-oss-hash-crc64ecma", digests.crc64(data))]
        return [field for field in fields if self.random.random() < 0.6]


def check_stored(answer, data):
    if answer.fields.get("x-oss-hash-crc64ecma") not in (None, digests.crc64(data)):
        raise Wrong(f"another CRC-64 than that of what was sent: {answer}")


# Good: the answer is right to the byte.

async def put(lane, pace=None, client=None, sizes=SIZES):
    key, data = lane.key(), lane.data(sizes)
    chunked = lane.random.random() < 0.4
    answer = expect(await (client or lane.wire).exchange(
        "PUT", f"/{BUCKET}/{key}", lane.sealed(data), data, chunked=chunked, pace=pace), 200)
    check_stored(answer, data)
    lane.objects[key] = data


async def get(lane, client=None, read_pace=None):
    key = lane.key()
    data = lane.objects[key]
    answer = await (client or lane.wire).exchange("GET", f"/{BUCKET}/{key}", read_pace=read_pace)
    if data is None:
        expect(answer, 404, "NoSuchKey")
    elif expect(answer, 200).body != data or answer.fields["x-oss-hash-crc64ecma"] != digests.crc64(data):
        raise Wrong(f"{key}: {len(answer.body)} bytes that are not the {len(data)} that were stored")


async def get_range(lane):
    key = lane.key(is_there=True)
    if key is None or not lane.objects[key]:
        return
    data = lane.objects[key]
    first = lane.random.randrange(len(data))
    last = lane.random.randrange(first, len(data))
    answer = await lane.wire.exchange("GET", f"/{BUCKET}/{key}", [("Range", f"bytes={first}-{last}")])
    if expect(answer, 206).body != data[first:last + 1]:
        raise Wrong(f"{key}: other bytes than {first} to {last}")


async def head(lane):
    key = lane.key()
    data = lane.objects[key]
    answer = expect(await lane.wire.exchange("HEAD", f"/{BUCKET}/{key}"), 404 if data is None else 200)
    if data is not None and int(answer.fields["content-length"]) != len(data):
        raise Wrong(f"{key}: {answer.fields}")


async def delete(lane):
    key = lane.key()
    expect(await lane.wire.exchange("DELETE", f"/{BUCKET}/{key}"), 204)
    lane.objects[key] = None


async def delete_many(lane):
    keys = {lane.key() for _ in range(3)}
    items = "".join(f"<Object><Key>{key}</Key></Object>" for key in keys)
    body = f"<Delete><Quiet>false</Quiet>{items}</Delete>".encode()
    answer = await lane.wire.exchange(
        "POST", f"/{BUCKET}?delete", [("Content-MD5", digests.content_md5(body))], body)
    if set(re.findall(rb"<Key>([^<]+)</Key>", expect(answer, 200).body)) != {key.encode() for key in keys}:
        raise Wrong(f"other keys were deleted: {answer}")
    lane.objects.update(dict.fromkeys(keys))


async def append(lane):
    key, data = lane.log, lane.data(SIZES[:-1])
    before = lane.objects.get(key) or b""
    if len(before) > APPENDED_BYTES_MAX:
        expect(await lane.wire.exchange("DELETE", f"/{BUCKET}/{key}"), 204)
        before, lane.objects[key] = b"", None
    answer = expect(await lane.wire.exchange(
        "POST", f"/{BUCKET}/{key}?append&position={len(before)}", lane.sealed(data), data), 200)
    if answer.fields["x-oss-next-append-position"] != str(len(before + data)):
        raise Wrong(f"{key}: {answer.fields}")
    lane.objects[key] = before + data


async def post_form(lane):
    key, data = lane.key(), lane.data()
    body, fields = form(key, data)
    expect(await lane.wire.exchange("POST", f"/{BUCKET}", fields, body, chunked=lane.random.random() < 0.3), 204)
    lane.objects[key] = data


async def multipart(lane):
    key = lane.key()
    target = f"/{BUCKET}/{key}"
    begun = expect(await lane.wire.exchange("POST", target + "?uploads"), 200)
    upload = re.search(rb"<UploadId>(\w+)</UploadId>", begun.body)[1].decode()
    parts = [lane.random.randbytes(PART_BYTES_MIN + lane.random.randrange(100_000)), lane.data()]
    if lane.random.random() < 0.2:
        expect(await lane.wire.exchange("PUT", f"{target}?partNumber=1&uploadId={upload}", body=parts[0]), 200)
        expect(await lane.wire.exchange("DELETE", f"{target}?uploadId={upload}"), 204)
        return
    # Parts side by side where the protocol lets them.
    sends = [lane.wire.exchange(
        "PUT", f"{target}?partNumber={number}&uploadId={upload}", lane.sealed(part), part)
        for number, part in enumerate(parts, 1)]
    answers = await asyncio.gather(*sends) if isinstance(lane.wire, HTTP2) else [await send for send in sends]
    items = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>{expect(answer, 200).fields['etag']}</ETag></Part>"
        for number, answer in enumerate(answers, 1))
    expect(await lane.wire.exchange(
        "POST", f"{target}?uploadId={upload}",
        body=f"<CompleteMultipartUpload>{items}</CompleteMultipartUpload>".encode()), 200)
    lane.objects[key] = b"".join(parts)


async def listing(lane):
    answer = expect(await lane.wire.exchange("GET", f"/{BUCKET}?list-type=2&max-keys=1000&prefix={lane.name}/"), 200)
    found = {key.decode() for key in re.findall(rb"<Key>([^<]+)</Key>", answer.body)}
    known = {key for key, data in lane.objects.items() if data is not None}
    if found != known:
        raise Wrong(f"a list that differs in {found ^ known}")


async def side_by_side(lane):
    """Many downloads and uploads on one connection of HTTP/2."""
    client = lane.fresh((HTTP2,))
    try:
        await client.open()
        await asyncio.gather(*(get(lane, client) for _ in range(8)))
    finally:
        client.close()


# Bad: refused, with the service's error, and nothing is stored.

async def bad_digest(lane):
    data = lane.data(SIZES[1:])
    wrong = bytes([data[0] ^ 1]) + data[1:]
    field, code = lane.random.choice([
        (("Content-MD5", digests.content_md5(wrong)), "InvalidDigest"),
        (("x-oss-hash-crc64ecma", digests.crc64(wrong)), "InvalidCRC64"),
        (("Content-MD5", "tooshort"), "InvalidDigest")])
    target = lane.random.choice(["", "?append&position=0"])
    answer = await lane.wire.exchange(
        "POST" if target else "PUT", f"/{BUCKET}/{lane.bad_key()}{target}", [field], data,
        chunked=lane.random.random() < 0.5)
    expect(answer, 400, code)


async def bad_request(lane):
    """Refused on its head, or for its document."""
    method, target, fields, body, status, code = lane.random.choice([
        ("PUT", "/Not-A-Bucket/key", [], lane.data(), 400, "InvalidBucketName"),
        ("PUT", f"/{BUCKET}/{'k' * 1100}", [], lane.data(), 400, "InvalidObjectName"),
        ("GET", f"/{BUCKET}/{'k' * 9000}", [], b"", 414, "RequestURITooLong"),
        ("GET", f"/{BUCKET}/key", [(f"x-field-{number}", "v" * 4000) for number in range(9)], b"", 431, None),
        ("POST", f"/{BUCKET}?delete", [], b"<Delete><Object>", 400, "MalformedXML"),
        ("PUT", f"/{BUCKET}/{lane.bad_key()}", [("x-oss-object-acl", "anything")], lane.data(), 400, None),
        ("PUT", f"/{BUCKET}/refused/{lane.serial}", [], lane.data(), 403, "AccessDenied"),
        ("POST", f"/{BUCKET}", form(lane.bad_key(), b"data", closed=False)[1], form("bad/k", b"data", closed=False)[0],
         400, None),
    ])
    expect(await lane.wire.exchange(method, target, fields, body), status, code)


MALFORMED = [
    b"GET /soak/key HTTP/1.1\nHost: localhost\n\n",
    b"GET /soak/key HTTP/1.1\r\n\r\n",
    b"GET /soak/key HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
    b"GET /soak/key HTTP/1.1\r\nHost: localhost\r\nA : b\r\n\r\n",
    b"GET /soak/key HTTP/1.1\r\nHost: localhost\r\nA: b\r\n c\r\n\r\n",
    b"PUT /soak/bad/m HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"PUT /soak/bad/m HTTP/1.1\r\nHost: localhost\r\nContent-Length: +1\r\n\r\na",
    b"PUT /soak/bad/m HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
    b"PUT /soak/bad/m HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"PUT /soak/bad/m HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
]


async def malformed(lane):
    """No HTTP: refused, and the connection ends."""
    client = await lane.fresh((HTTP1,)).open()
    try:
        await client.send(lane.random.choice(MALFORMED))
        answer = await client.answer()
        if answer.status not in (400, 501, 505) or client.writer is not None:
            raise Wrong(f"refused with an end of the connection expected: {answer}")
    finally:
        client.close()


async def cut_short(lane):
    """The client ends before its body does."""
    client = await lane.fresh((HTTP1,), plain=True).open()
    try:
        data = lane.data(SIZES[2:])
        await client.send(put_head(lane.bad_key(), len(data)) + data[:-1])
        client.writer.write_eof()
        expect(await client.answer("PUT"), 400, "IncompleteBody")
    finally:
        client.close()


async def wrong_length(lane):
    """HTTP/2: fewer bytes than the head has promised."""
    client = await lane.fresh((HTTP2,)).open()
    try:
        data = lane.data(SIZES[2:7])
        number = await client.begin("PUT", f"/{BUCKET}/{lane.bad_key()}", [("content-length", len(data) + 1)])
        await client.send(number, data)
        client.protocol.end_stream(number)
        client._flush()
        try:
            expect(await client.answer(number), 400)
        except Wrong as error:
            if "reset with" not in str(error):
                raise
    finally:
        client.close()


# Slow: served as long as something comes.

async def slow_upload(lane):
    client = lane.fresh()
    try:
        await put(lane, (lane.random.choice([200, 3000]), lane.random.uniform(0.1, 0.8)), client, (1000, 20_000))
    finally:
        client.close()


async def slow_download(lane):
    client = lane.fresh((HTTP1,))
    try:
        await get(lane, client, (50_000, 0.3))
    finally:
        client.close()


async def slow_head(lane):
    """A byte a second is too slow for a head: 408, once its time is over."""
    client = await lane.fresh((HTTP1,)).open()
    try:
        for byte in b"GET /soak/key HTTP/1.1\r\nHost: localhost\r\n\r\n":
            if client.reader.at_eof() or client.reader._buffer:
                break
            await client.send(bytes([byte]))
            await asyncio.sleep(1)
        expect(await client.answer(), 408, "RequestTimeout")
    finally:
        client.close()


async def stalled_body(lane):
    client = await lane.fresh((HTTP1,)).open()
    try:
        await client.send(put_head(lane.bad_key(), 9) + b"a")
        expect(await client.answer("PUT"), 400, "RequestTimeout")
    finally:
        client.close()


# Gone: the client leaves without a word. What it left must not be stored.

async def reset_head(lane):
    client = await lane.fresh((HTTP1,)).open()
    await client.send(b"GET /soak/key HTTP/1.1\r\nHost: loc"[:lane.random.randrange(40)])
    reset(client.writer)


async def reset_upload(lane):
    client = await lane.fresh((HTTP1,)).open()
    data = lane.data(SIZES[2:])
    await client.send(put_head(lane.bad_key(), len(data)))
    await client.send(data[:lane.random.randrange(len(data))])
    reset(client.writer)


async def reset_download(lane):
    client = await lane.fresh((HTTP1,)).open()
    key = lane.key()
    await client.send(f"GET /{BUCKET}/{key} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    if lane.random.random() < 0.7:
        await asyncio.wait_for(client.reader.read(1), 60)
    reset(client.writer)


async def reset_streams(lane):
    """HTTP/2: some streams are reset in the middle; others of the connection go on."""
    client = await lane.fresh((HTTP2,)).open()
    try:
        data = lane.data(SIZES[2:])
        for _ in range(5):
            number = await client.begin("PUT", f"/{BUCKET}/{lane.bad_key()}", [("content-length", len(data))])
            await client.send(number, data[:lane.random.randrange(len(data))])
            client.reset(number)
        await get(lane, client)
        if lane.random.random() < 0.5:
            await client.begin("PUT", f"/{BUCKET}/{lane.bad_key()}", [("content-length", 5)])
            reset(client.writer)
    finally:
        client.close()


async def half_a_handshake(lane):
    """What a scanner sends to a listener of TLS."""
    address = lane.random.choice([carrier[1] for carrier in lane.carriers if carrier[2]])
    client = await HTTP1(address).open()
    await client.send(lane.random.choice([
        b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03" + lane.random.randbytes(60), b"GET / HTTP/1.1\r\n\r\n",
        b"\x80\x2e\x01"]))
    if lane.random.random() < 0.5:
        with contextlib.suppress(ConnectionResetError):
            await asyncio.wait_for(client.reader.read(), 60)
    reset(client.writer)


GOOD = [(put, 8), (get, 10), (get_range, 4), (head, 3), (delete, 2), (delete_many, 1), (append, 3), (post_form, 3),
        (multipart, 2), (listing, 1), (side_by_side, 1)]
HOSTILE = [(bad_digest, 5), (bad_request, 6), (malformed, 5), (cut_short, 3), (wrong_length, 3), (reset_head, 3),
           (reset_upload, 5), (reset_download, 5), (reset_streams, 3), (half_a_handshake, 3)]
SLOW = [(slow_upload, 5), (slow_download, 3), (slow_head, 1), (stalled_body, 1)]
