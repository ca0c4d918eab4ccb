"""An emulator that is killed loses nothing that it acknowledged, and shows nothing torn."""
import pytest

from crashes import Crashes


def check(directory, kills, seed):
    crashes = Crashes(directory, seed)
    acknowledged = crashes.run(kills)
    print(f"\n{crashes.kills} kills, {sum(acknowledged.values())} requests acknowledged, "
          f"{crashes.under_way} cut by a kill: {dict(sorted(acknowledged.items()))}")
    assert acknowledged["put"] and acknowledged["append"] and acknowledged["put_version"]


def test_a_killed_emulator_keeps_what_it_acknowledged(tmp_path):
    check(tmp_path, 5, seed=1)


@pytest.mark.heavy
def test_an_emulator_that_is_killed_two_hundred_times_keeps_what_it_acknowledged(tmp_path):
    check(tmp_path, 200, seed=2)
