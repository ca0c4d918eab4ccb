"""An origin that remembers what it was sent, and answers as a test says. One thread for each connection."""
import dataclasses
import hashlib
import socket
import threading

from ossgate import PATIENCE


@dataclasses.dataclass
class Received:
    """One request as it arrived: the head byte for byte, and what the body was without its framing."""
    head: bytes = b""
    body: bytes = b""
    body_length: int = 0
    body_sha256: str = ""
    is_whole: bool = False

    @property
    def line(self):
        return self.head.split(b"\r\n", 1)[0]

    @property
    def fields(self):
        lines = self.head.split(b"\r\n")[1:-2]
        return [tuple(line.split(b": ", 1)) for line in lines]

    def field(self, name):
        return next((value for found, value in self.fields if found.lower() == name.lower()), None)


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nx-oss-request-id: 0123456789ABCDEF01234567\r\n\r\n"


class Origin:
    """`answer` makes the bytes of a response, or pieces of them, from a request. `read` is called before each piece of a body
    is read and may block. Bodies above `keep` bytes are only counted and hashed, or only counted without `hashes`."""

    def __init__(self, answer=lambda received: OK, read=lambda received: None, keep=1 << 20, hashes=True):
        self.answer = answer
        self.read = read
        self.keep = keep
        self.hashes = hashes
        self.requests = []
        self.connections = 0
        self._changed = threading.Condition()
        self._open = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.address = "127.0.0.1:%d" % self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, connection.makefile("rb", 1 << 16) as stream:
            try:
                while self._exchange(connection, stream):
                    pass
            except OSError:
                pass
        self._open.discard(connection)

    def _exchange(self, connection, stream):
        received = Received()
        while not received.head.endswith(b"\r\n\r\n"):
            line = stream.readline()
            if not line:
                return False
            received.head += line
        with self._changed:
            self.requests.append(received)
            self._changed.notify_all()
        digest = hashlib.sha256()
        for piece in self._body(received, stream):
            with self._changed:
                received.body_length += len(piece)
                if received.body_length <= self.keep:
                    received.body += piece
                self._changed.notify_all()
            if self.hashes:
                digest.update(piece)
        received.body_sha256 = digest.hexdigest()
        with self._changed:
            self._changed.notify_all()
        if not received.is_whole:
            return False
        answer = self.answer(received)
        for piece in [answer] if isinstance(answer, bytes) else answer:
            connection.sendall(piece)
        return True

    def _body(self, received, stream):
        """Pieces of the body; `is_whole` is set when its end has come."""
        if (received.field(b"Transfer-Encoding") or b"").lower() == b"chunked":
            while True:
                self.read(received)
                size = stream.readline()
                if not size.endswith(b"\r\n"):
                    return
                count = int(size.split(b";")[0], 16)
                if count == 0:
                    while stream.readline() not in (b"\r\n", b""):
                        pass
                    received.is_whole = True
                    return
                data = stream.read(count)
                if len(data) < count or stream.read(2) != b"\r\n":
                    return
                yield data
        rest = int(received.field(b"Content-Length") or 0)
        buffer = bytearray(1 << 18)
        while rest:
            self.read(received)
            count = stream.readinto1(memoryview(buffer)[:min(rest, len(buffer))])
            if not count:
                return
            rest -= count
            yield memoryview(buffer)[:count] if received.body_length + count > self.keep else bytes(buffer[:count])
        received.is_whole = True

    def wait(self, condition):
        """Until the condition on the list of requests holds."""
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self.requests), PATIENCE), "the origin waited in vain"

    def close(self):
        self._listener.close()
        for connection in list(self._open):
            connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
