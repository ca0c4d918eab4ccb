"""A client that sends exactly the bytes it is given."""
import socket

from ossgate import PATIENCE


class Answer:
    def __init__(self, head, body):
        self.head = head
        self.body = body
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1])
        self.fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}


class Wire:
    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), PATIENCE)
        self.stream = self.socket.makefile("rb")

    def send(self, *pieces):
        for piece in pieces:
            self.socket.sendall(piece)

    def head(self):
        """One head, without its empty line; empty at the end of the connection."""
        lines = []
        while True:
            line = self.stream.readline()
            if line in (b"", b"\r\n"):
                return b"".join(lines).rstrip(b"\r\n")
            lines.append(line)

    def answer(self, method=b"GET"):
        """The final answer, whole; interim ones are passed over."""
        while True:
            head = self.head()
            assert head, "the connection ended without an answer"
            answer = Answer(head, b"")
            if answer.status >= 200:
                break
        if method != b"HEAD" and answer.status not in (204, 304):
            count = int(answer.fields["content-length"])
            answer.body = self.stream.read(count)
            assert len(answer.body) == count, "the answer is cut short"
        return answer

    def is_closed(self):
        return self.stream.read(1) == b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()
