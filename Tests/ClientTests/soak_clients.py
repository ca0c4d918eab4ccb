"""Clients of the soak, one event loop for all: HTTP/1.1 over sockets as they are, HTTP/2 over the library h2."""
import asyncio
import socket
import struct

import h2.config
import h2.connection
import h2.events
import h2.exceptions

PIECE = 64 << 10
PATIENCE = 60


class Wrong(Exception):
    """The gateway did what it must not."""


class Answer:
    def __init__(self, status, fields, body=b""):
        self.status = status
        self.fields = fields
        self.body = body

    def __repr__(self):
        return f"{self.status} {self.fields.get('x-ossgate-rule', '')} {self.body[:300]!r}"


def reset(writer):
    """Ends the connection with a reset."""
    try:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    writer.transport.abort()


def paced(body, pace):
    """Pieces of a body; `pace` are the bytes of a piece and the seconds before each but the first."""
    size, seconds = pace or (PIECE, 0)
    for start in range(0, len(body), size):
        yield body[start:start + size], seconds if start else 0


class HTTP1:
    """One connection, plain or over TLS."""

    def __init__(self, address, tls=None):
        self.address = address
        self.tls = tls
        self.reader = self.writer = None

    async def open(self):
        host, _, port = self.address.rpartition(":")
        self.reader, self.writer = await asyncio.wait_for(asyncio.open_connection(
            host, int(port), limit=1 << 20, ssl=self.tls, server_hostname="localhost" if self.tls else None), PATIENCE)
        return self

    @property
    def is_open(self):
        return self.writer is not None and not self.writer.is_closing() and not self.reader.at_eof()

    async def send(self, data):
        """What cannot be sent any more is not an error: the answer says why."""
        try:
            self.writer.write(data)
            await asyncio.wait_for(self.writer.drain(), PATIENCE)
        except ConnectionError:
            pass

    async def exchange(self, method, target, fields=(), body=b"", chunked=False, pace=None, read_pace=None):
        if not self.is_open:
            await self.open()
        head = [f"{method} {target} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in fields)]
        if chunked:
            head.append("Transfer-Encoding: chunked")
        elif body or method in ("PUT", "POST"):
            head.append(f"Content-Length: {len(body)}")
        self.writer.write("\r\n".join([*head, "", ""]).encode())
        for piece, seconds in paced(body, pace):
            if seconds:
                await asyncio.sleep(seconds)
            await self.send(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
        if chunked:
            await self.send(b"0\r\n\r\n")
        return await self.answer(method, read_pace)

    async def answer(self, method="GET", pace=None):
        try:
            answer = await asyncio.wait_for(self._answer(method, pace), PATIENCE)
        except asyncio.IncompleteReadError as error:
            self.close()
            raise Wrong(f"{method}: the connection ended after {error.partial[:200]!r}") from None
        if answer.fields.get("connection") == "close":
            self.close()
        return answer

    async def _answer(self, method, pace):
        status = 100
        while status < 200:
            lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            status = int(lines[0].split()[1])
        fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
        answer = Answer(status, fields)
        if method == "HEAD" or status in (204, 304):
            return answer
        size, seconds = pace or (PIECE, 0)
        pieces, rest = [], int(fields["content-length"])
        while rest:
            pieces.append(await self.reader.readexactly(min(rest, size)))
            rest -= len(pieces[-1])
            if seconds:
                await asyncio.sleep(seconds)
        answer.body = b"".join(pieces)
        return answer

    def close(self):
        if self.writer is not None:
            self.writer.close()
            self.writer = None


class _Stream:
    def __init__(self):
        self.answer = None
        self.pieces = []
        self.ended = asyncio.Event()
        self.error = None


class HTTP2:
    """One connection for requests side by side; over TLS, or with prior knowledge."""

    def __init__(self, address, tls=None):
        self.address = address
        self.tls = tls
        self.writer = self._pump = None

    async def open(self):
        host, _, port = self.address.rpartition(":")
        self.reader, self.writer = await asyncio.wait_for(asyncio.open_connection(
            host, int(port), ssl=self.tls, server_hostname="localhost" if self.tls else None), PATIENCE)
        self.protocol = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=True, header_encoding="latin-1"))
        self.streams = {}
        self.moved = asyncio.Event()
        self.protocol.initiate_connection()
        self._flush()
        self._pump = asyncio.create_task(self._read())
        return self

    @property
    def is_open(self):
        return self.writer is not None and not self.writer.is_closing() and not self._pump.done()

    def _flush(self):
        data = self.protocol.data_to_send()
        if data and not self.writer.is_closing():
            self.writer.write(data)

    async def _read(self):
        error = "the connection ended"
        try:
            while data := await self.reader.read(PIECE):
                for event in self.protocol.receive_data(data):
                    self._take(event)
                self._flush()
                self._wake()
        except (OSError, h2.exceptions.ProtocolError) as failure:
            error = f"the connection ended: {failure!r}"
        for stream in self.streams.values():
            stream.error = stream.error or error
            stream.ended.set()
        self.writer.close()
        self._wake()

    def _wake(self):
        self.moved.set()
        self.moved = asyncio.Event()

    def _take(self, event):
        stream = self.streams.get(getattr(event, "stream_id", None))
        if isinstance(event, h2.events.DataReceived):
            self.protocol.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        if stream is None:
            return
        if isinstance(event, h2.events.ResponseReceived):
            fields = dict(event.headers)
            stream.answer = Answer(int(fields.pop(":status")), fields)
        elif isinstance(event, h2.events.DataReceived):
            stream.pieces.append(event.data)
        elif isinstance(event, h2.events.StreamEnded):
            stream.ended.set()
        elif isinstance(event, h2.events.StreamReset) and not stream.ended.is_set():
            stream.error = f"the stream was reset with {event.error_code}"
            stream.ended.set()

    async def begin(self, method, target, fields=(), ends=False):
        """A stream whose head has been sent."""
        if not self.is_open:
            await self.open()
        number = self.protocol.get_next_available_stream_id()
        self.streams[number] = _Stream()
        self.protocol.send_headers(number, [
            (":method", method), (":scheme", "https" if self.tls else "http"), (":authority", "localhost"),
            (":path", target), *((name.lower(), str(value)) for name, value in fields)], end_stream=ends)
        self._flush()
        return number

    async def send(self, number, data):
        """Waits for the window; stops when the stream has been answered."""
        while data and not self.streams[number].ended.is_set():
            count = min(self.protocol.local_flow_control_window(number), self.protocol.max_outbound_frame_size, len(data))
            if count:
                self.protocol.send_data(number, data[:count])
                self._flush()
                data = data[count:]
                await self.writer.drain()
            else:
                await asyncio.wait_for(self.moved.wait(), PATIENCE)

    def reset(self, number):
        self.protocol.reset_stream(number, 8)
        self._flush()
        self.streams.pop(number)

    async def exchange(self, method, target, fields=(), body=b"", chunked=False, pace=None, read_pace=None):
        if body and not chunked or not body and method in ("PUT", "POST"):
            fields = [*fields, ("content-length", len(body))]
        number = await self.begin(method, target, fields, ends=not body and not chunked)
        try:
            for piece, seconds in paced(body, pace):
                if seconds:
                    await asyncio.sleep(seconds)
                await self.send(number, piece)
            if (body or chunked) and not self.streams[number].ended.is_set():
                self.protocol.end_stream(number)
                self._flush()
        except (h2.exceptions.StreamClosedError, ConnectionError):
            pass  # Answered or reset meanwhile; which of both is seen below.
        return await self.answer(number)

    async def answer(self, number):
        stream = self.streams[number]
        await asyncio.wait_for(stream.ended.wait(), PATIENCE)
        del self.streams[number]
        if stream.error or stream.answer is None:
            raise Wrong(f"stream {number}: {stream.error}")
        stream.answer.body = b"".join(stream.pieces)
        return stream.answer

    def close(self):
        if self.writer is not None:
            self.writer.close()
            self._pump.cancel()
            self.writer = None
