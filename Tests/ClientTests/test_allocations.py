"""What one request costs in allocations and reference counts, against Tests/Thresholds/allocations.json: of a release build, as deploy/heavy makes it."""
import os
import pathlib
import subprocess

import pytest


@pytest.mark.heavy
def test_what_a_request_costs_stays_below_its_thresholds():
    program = pathlib.Path(os.environ["OSSGATE_BINARY"]).with_name("Benchmarks")
    thresholds = pathlib.Path(__file__).parent.parent / "Thresholds" / "allocations.json"
    ended = subprocess.run(
        [program, "allocations", thresholds], capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.count(" allocations a request") == 4
    assert " 0 reference counts" not in ended.stdout
    print(ended.stdout)
