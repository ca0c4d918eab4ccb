"""The rejection log of a running gateway, read as its operator reads it."""
import json
import pathlib
import time

import requests

from ossgate import PATIENCE


class RejectionLog:
    """Lines are written behind the answers. A request that is known to be refused marks a place in the log: once its line is
    there, so are those of all requests that were answered before."""

    def __init__(self, path, gateway):
        self.path = pathlib.Path(path)
        self.gateway = gateway
        self._records = []
        self._read = 0

    def records(self):
        """All complete lines, parsed."""
        if self.path.exists():
            with self.path.open("rb") as file:
                file.seek(self._read)
                new = file.read()
            new = new[:new.rfind(b"\n") + 1]
            self._read += len(new)
            self._records += [json.loads(line) for line in new.splitlines()]
        return self._records

    def mark(self):
        """The place in the log after the line of a request that is refused for this."""
        answer = requests.get(f"http://{self.gateway.address}/-marker-/key", timeout=PATIENCE)
        assert answer.status_code == 400
        marker = answer.headers["x-oss-request-id"]
        end = time.monotonic() + PATIENCE
        place = len(self._records)
        while True:
            records = self.records()
            while place < len(records):
                place += 1
                if records[place - 1]["ossgate.request_id"] == marker:
                    return place
            assert time.monotonic() < end, f"no line for {marker} in {self.path}"
            time.sleep(0.001)

    def since(self, place):
        """The records of all requests that were answered after the mark."""
        return self.records()[place:self.mark() - 1]
