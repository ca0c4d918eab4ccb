"""Listings through the gateway, with names that need encoding."""
import pytest

from conftest import BUCKET

NAMES = sorted(
    ["a b", "a+b", "a%2Fb", "plain", "dir/one", "dir/two", "dir//double", "dots/../up", "中文/键.txt", "中文/文件",
     "<&>\"'", "q?x=1&y", "back\\slash", "line\u2028separator"],
    key=lambda name: name.encode())


@pytest.fixture(scope="module")
def listed(stored):
    """Keys under one prefix, put there past the gateway."""
    for name in NAMES:
        stored.put_object(f"listed/{name}", name.encode())
    return [f"listed/{name}" for name in NAMES]


def test_all_keys(sdk, listed):
    page = sdk.list(BUCKET, "listed/")
    assert page.keys == listed
    assert page.prefixes == []
    assert not page.is_truncated
    assert page.sizes == {f"listed/{name}": len(name.encode()) for name in NAMES}
    assert sdk.list_v2(BUCKET, "listed/").keys == listed


@pytest.mark.parametrize("call", ["list", "list_v2"])
def test_prefixes(sdk, listed, call):
    page = getattr(sdk, call)(BUCKET, "listed/", "/")
    assert page.keys == [key for key in listed if key.count("/") == 1]
    assert page.prefixes == ["listed/dir/", "listed/dots/", "listed/中文/"]
    assert getattr(sdk, call)(BUCKET, "listed/dir/", "/").prefixes == ["listed/dir//"]
    assert getattr(sdk, call)(BUCKET, "listed/中").keys == ["listed/中文/文件", "listed/中文/键.txt"]
    assert getattr(sdk, call)(BUCKET, "listed/a+").keys == ["listed/a+b"]
    assert getattr(sdk, call)(BUCKET, "listed/nothing").keys == []


@pytest.mark.parametrize("count", [1, 3, 5])
def test_pages(sdk, listed, count):
    keys, after = [], ""
    while True:
        page = sdk.list(BUCKET, "listed/", "", after, count)
        keys += page.keys
        if not page.is_truncated:
            break
        assert len(page.keys) == count
        after = page.next
    assert keys == listed


@pytest.mark.parametrize("count", [1, 3, 5])
def test_pages_v2(sdk, listed, count):
    keys, prefixes, token = [], [], ""
    while True:
        page = sdk.list_v2(BUCKET, "listed/", "/", token, "", count)
        keys += page.keys
        prefixes += page.prefixes
        if not page.is_truncated:
            break
        assert len(page.keys) + len(page.prefixes) == count
        token = page.next
    assert keys == [key for key in listed if key.count("/") == 1]
    assert prefixes == ["listed/dir/", "listed/dots/", "listed/中文/"]


def test_start_after(sdk, listed):
    assert sdk.list_v2(BUCKET, "listed/", "", "", listed[4]).keys == listed[5:]


def test_too_many_are_asked_for(sdk, log, listed):
    marker = log.mark()
    with sdk.refused() as refusal:
        sdk.list(BUCKET, "listed/", count=1001)
    assert (refusal.status, refusal.code) == (400, "InvalidArgument")
    assert [record["ossgate.rule"] for record in log.since(marker)] == ["max-keys"]
