"""Every public method of the SDKs was called by some test of the run and answered by the service."""
import collections
import pathlib

import pytest

import sdk_methods

# The first that fits names the category of a method: words of which one is in its name.
CATEGORIES = [
    ("multipart", "multipart upload_part list_parts uploader downloader copier"),
    ("presign", "presign sign_ with_url"),
    ("symlink", "symlink"),
    ("versioning", "version"),
    ("append", "append"),
    ("tagging", "tagging _tags"),
    ("CORS", "cors option_object"),
    ("access", "acl policy access_point public_access"),
    ("retention", "worm retention legal_hold"),
    ("replication and redundancy", "replication redundancy rtc"),
    ("live channels", "live_channel vod_playlist"),
    ("limits", "qos quota capacity resource_pool"),
    ("processing", "process select async_fetch meta_query data_pipeline write_get"),
    ("metadata tables", "metadata"),
    ("listing", "list_objects list_buckets"),
    ("bucket", "bucket style cname inventory cloud_boxes regions overwrite log_fields"),
    ("object", "object file"),
    ("client", "invoke close"),
]

# What no test calls, and why.
NOT_CALLED = {}


def category(method):
    return next((name for name, words in CATEGORIES if any(word in method for word in words.split())), None)


def is_whole(config):
    """Whether all client tests of the usual run are in this one, as `deploy/test` runs them."""
    here = pathlib.Path(__file__).parent
    return {path.name for path in here.glob("test_*.py")} == config.collected and not config.option.keyword


def test_every_method_has_a_category():
    for kind in sdk_methods.CLASSES.values():
        assert [name for name in sorted(sdk_methods.public_methods(kind)) if not category(name)] == []


@pytest.mark.last
@pytest.mark.parametrize("name", sdk_methods.CLASSES)
def test_every_method_was_called(name, request):
    called = sdk_methods.answered[name]
    methods = sdk_methods.public_methods(sdk_methods.CLASSES[name])
    counts = collections.Counter(category(method) for method in methods)
    good = collections.Counter(category(method) for method in methods & called)
    print(f"\n{name}: {len(methods & called)} of {len(methods)} methods called: " + ", ".join(
        f"{kind} {good[kind]}/{count}" for kind, count in sorted(counts.items())))
    if not is_whole(request.config):
        pytest.skip("this is not a run of all client tests")
    assert sorted(methods - called - set(NOT_CALLED.get(name, {}))) == []
    assert sorted(set(NOT_CALLED.get(name, {})) & called) == []
