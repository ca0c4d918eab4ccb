"""What both SDKs send through: requests, with a hand on what goes out."""
import contextlib
import socket

import requests.adapters

_getaddrinfo = socket.getaddrinfo

# Names of the service and of tests that no resolver has to know.
LOOPBACK_SUFFIXES = ("localhost", ".aliyuncs.com")


def resolve_on_loopback(host, *arguments, **options):
    """`socket.getaddrinfo` in which the names under test are this machine, so that no hosts file has to be edited."""
    name = host.decode() if isinstance(host, bytes) else host
    if isinstance(name, str) and name.lower().endswith(LOOPBACK_SUFFIXES):
        host = "127.0.0.1"
    return _getaddrinfo(host, *arguments, **options)


class Wire(requests.adapters.HTTPAdapter):
    """Counts requests, keeps the last answer, and changes signed requests when a test asks for it."""

    def __init__(self):
        super().__init__(max_retries=0)
        self.edits = []
        self.count = 0
        self.last = None

    def send(self, request, **options):
        for edit in self.edits:
            edit(request)
        self.count += 1
        self.last = super().send(request, **options)
        return self.last

    @contextlib.contextmanager
    def editing(self, edit):
        """Within this, every request passes through `edit` after it was signed."""
        self.edits.append(edit)
        try:
            yield
        finally:
            self.edits.remove(edit)
