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

    def records(self):
        """All complete lines, parsed."""
        if not self.path.exists():
            return []
        text = self.path.read_text(encoding="utf-8")
        return [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines()]

    def mark(self):
        """The request id of a refused request, once its line is there."""
        answer = requests.get(f"http://{self.gateway.address}/-marker-/key", timeout=PATIENCE)
        assert answer.status_code == 400
        marker = answer.headers["x-oss-request-id"]
        end = time.monotonic() + PATIENCE
        while not any(record["ossgate.request_id"] == marker for record in self.records()):
            assert time.monotonic() < end, f"no line for {marker} in {self.path}"
            time.sleep(0.002)
        return marker

    def since(self, marker):
        """The records of all requests that were answered after the mark."""
        end = self.mark()
        ids = [record["ossgate.request_id"] for record in self.records()]
        return self.records()[ids.index(marker) + 1:ids.index(end)]
