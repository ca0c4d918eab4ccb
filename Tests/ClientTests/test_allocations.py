"""What one request costs in allocations, against Tests/Thresholds/allocations.json: of a release build, as deploy/heavy makes it."""
import os
import pathlib
import subprocess

import pytest


@pytest.mark.heavy
def test_allocations_of_a_request_stay_below_their_thresholds():
    program = pathlib.Path(os.environ["OSSGATE_BINARY"]).with_name("Benchmarks")
    thresholds = pathlib.Path(__file__).parent.parent / "Thresholds" / "allocations.json"
    ended = subprocess.run(
        [program, "allocations", thresholds], capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.count(" allocations a request") == 4
    print(ended.stdout)
