"""Versions of objects, through both SDKs with both signatures."""
import alibabacloud_oss_v2 as oss
import oss2
import oss2.models
import pytest

from conftest import KEY_ID, SECRET
from sdk_oss2 import REGION


class First:
    """What oss2 says of versions."""

    def __init__(self, sdk, name):
        self.bucket = sdk.bucket(name)

    def configure(self, status):
        self.bucket.put_bucket_versioning(oss2.models.BucketVersioningConfig(status))

    def status(self):
        return self.bucket.get_bucket_versioning().status

    def put(self, key, data):
        return self.bucket.put_object(key, data).versionid

    def get(self, key, version=None):
        answer = self.bucket.get_object(key, params={"versionId": version} if version else None)
        return answer.read(), answer.versionid

    def delete(self, key, version=None):
        answer = self.bucket.delete_object(key, params={"versionId": version} if version else None)
        return answer.versionid, bool(answer.delete_marker)

    def delete_many(self, pairs):
        wanted = oss2.models.BatchDeleteObjectVersionList(
            [oss2.models.BatchDeleteObjectVersion(key, version) for key, version in pairs])
        return [
            (entry.key, entry.versionid or None, bool(entry.delete_marker), entry.delete_marker_versionid or None)
            for entry in self.bucket.delete_object_versions(wanted).delete_versions]

    def copy(self, key, version, target):
        return self.bucket.copy_object(self.bucket.bucket_name, key, target, params={"versionId": version}).versionid

    def tag(self, key, version, tags):
        tagging = oss2.models.Tagging(oss2.models.TaggingRule())
        for name, value in tags.items():
            tagging.tag_set.add(name, value)
        self.bucket.put_object_tagging(key, tagging, params={"versionId": version})

    def tags(self, key, version):
        return self.bucket.get_object_tagging(key, params={"versionId": version}).tag_set.tagging_rule

    def pages(self, count=100, prefix="", delimiter=""):
        """Versions, delete markers and common prefixes of all pages."""
        entries, prefixes, key, version = [], [], "", ""
        while True:
            page = self.bucket.list_object_versions(
                prefix=prefix, delimiter=delimiter, key_marker=key, versionid_marker=version, max_keys=count)
            assert len(page.versions) + len(page.delete_marker) + len(page.common_prefix) <= count
            entries += [(entry.key, entry.versionid, entry.is_latest, False) for entry in page.versions]
            entries += [(entry.key, entry.versionid, entry.is_latest, True) for entry in page.delete_marker]
            prefixes += page.common_prefix
            if not page.is_truncated:
                return entries, prefixes
            key, version = page.next_key_marker, page.next_versionid_marker


class Second:
    """What alibabacloud-oss-v2 says of versions."""

    def __init__(self, sdk, name):
        self.client = sdk.client
        self.name = name

    def configure(self, status):
        self.client.put_bucket_versioning(oss.PutBucketVersioningRequest(
            bucket=self.name, versioning_configuration=oss.VersioningConfiguration(status=status)))

    def status(self):
        return self.client.get_bucket_versioning(oss.GetBucketVersioningRequest(bucket=self.name)).version_status

    def put(self, key, data):
        return self.client.put_object(oss.PutObjectRequest(bucket=self.name, key=key, body=data)).version_id

    def get(self, key, version=None):
        answer = self.client.get_object(oss.GetObjectRequest(bucket=self.name, key=key, version_id=version))
        return answer.body.read(), answer.version_id

    def delete(self, key, version=None):
        answer = self.client.delete_object(oss.DeleteObjectRequest(bucket=self.name, key=key, version_id=version))
        return answer.version_id, bool(answer.delete_marker)

    def delete_many(self, pairs):
        answer = self.client.delete_multiple_objects(oss.DeleteMultipleObjectsRequest(
            bucket=self.name, objects=[oss.DeleteObject(key=key, version_id=version) for key, version in pairs]))
        return [
            (entry.key, entry.version_id, bool(entry.delete_marker), entry.delete_marker_version_id)
            for entry in answer.deleted_objects]

    def copy(self, key, version, target):
        return self.client.copy_object(oss.CopyObjectRequest(
            bucket=self.name, key=target, source_bucket=self.name, source_key=key,
            source_version_id=version)).version_id

    def tag(self, key, version, tags):
        self.client.put_object_tagging(oss.PutObjectTaggingRequest(
            bucket=self.name, key=key, version_id=version, tagging=oss.Tagging(tag_set=oss.TagSet(
                tags=[oss.Tag(key=name, value=value) for name, value in tags.items()]))))

    def tags(self, key, version):
        answer = self.client.get_object_tagging(
            oss.GetObjectTaggingRequest(bucket=self.name, key=key, version_id=version))
        return {tag.key: tag.value for tag in answer.tag_set.tags or []}

    def pages(self, count=100, prefix="", delimiter=""):
        entries, prefixes, key, version = [], [], None, None
        while True:
            page = self.client.list_object_versions(oss.ListObjectVersionsRequest(
                bucket=self.name, prefix=prefix, delimiter=delimiter, key_marker=key, version_id_marker=version,
                max_keys=count, encoding_type="url"))
            found, marked, common = page.version or [], page.delete_marker or [], page.common_prefixes or []
            assert len(found) + len(marked) + len(common) <= count
            entries += [(entry.key, entry.version_id, entry.is_latest, False) for entry in found]
            entries += [(entry.key, entry.version_id, entry.is_latest, True) for entry in marked]
            prefixes += [entry.prefix for entry in common]
            if not page.is_truncated:
                return entries, prefixes
            key, version = page.next_key_marker, page.next_version_id_marker


@pytest.fixture
def versioned(sdk, signed):
    """A bucket that keeps versions, named after the shape of the SDK."""
    name = "versions-" + sdk.name
    sdk.create_bucket(name)
    bucket = (First if sdk.name.startswith("oss2") else Second)(sdk, name)
    assert bucket.status() in (None, "")
    bucket.configure("Enabled")
    assert bucket.status() == "Enabled"
    yield bucket
    # Past the gateway, whatever the test left there.
    direct = oss2.Bucket(
        oss2.Auth(KEY_ID, SECRET), f"http://{signed.gateway.emulator_address}", name, region=REGION)
    while True:
        page = direct.list_object_versions()
        for entry in page.versions + page.delete_marker:
            direct.delete_object(entry.key, params={"versionId": entry.versionid})
        if not page.is_truncated:
            break
    sdk.delete_bucket(name)


def test_uploads_make_versions(sdk, versioned):
    first = versioned.put("key", b"one")
    second = versioned.put("key", b"two")
    assert first != second
    assert versioned.get("key") == (b"two", second)
    assert versioned.get("key", first) == (b"one", first)
    assert versioned.pages()[0] == [("key", second, True, False), ("key", first, False, False)]
    with sdk.refused() as refusal:
        versioned.get("key", "CAEQabsent")
    assert (refusal.status, refusal.code) == (404, "NoSuchVersion")


def test_deletions_hide_and_can_be_undone(sdk, versioned):
    version = versioned.put("key", b"one")
    marker, is_marker = versioned.delete("key")
    assert is_marker and marker != version
    with sdk.refused() as refusal:
        versioned.get("key")
    assert (refusal.status, refusal.code) == (404, "NoSuchKey")
    assert refusal.headers["x-oss-delete-marker"] == "true"
    with sdk.refused() as refusal:
        versioned.get("key", marker)
    assert (refusal.status, refusal.code) == (405, "MethodNotAllowed")
    assert versioned.delete("key", marker) == (marker, True)
    assert versioned.get("key") == (b"one", version)
    assert versioned.delete("key", version) == (version, False)
    assert versioned.pages() == ([], [])


def test_suspended_versioning(versioned):
    kept = versioned.put("key", b"kept")
    versioned.configure("Suspended")
    assert versioned.status() == "Suspended"
    assert versioned.put("key", b"one") == "null"
    assert versioned.put("key", b"two") == "null"
    assert versioned.get("key", "null") == (b"two", "null")
    assert versioned.delete("key") == ("null", True)
    assert versioned.pages()[0] == [("key", kept, False, False), ("key", "null", True, True)]
    assert versioned.get("key", kept) == (b"kept", kept)


def test_tags_and_copies_of_a_version(versioned):
    first = versioned.put("key", b"one")
    second = versioned.put("key", b"two")
    versioned.tag("key", first, {"color": "blue"})
    assert versioned.tags("key", first) == {"color": "blue"}
    assert versioned.tags("key", second) == {}
    copied = versioned.copy("key", first, "copy é")
    assert versioned.get("copy é") == (b"one", copied)


def test_many_deletions_by_version(versioned):
    first = versioned.put("a", b"1")
    versioned.put("a", b"2")
    marker, _ = versioned.delete("b")
    answer = versioned.delete_many([("a", first), ("b", marker)])
    assert answer == [("a", first, False, None), ("b", marker, True, marker)]
    assert [entry[0] for entry in versioned.pages()[0]] == ["a"]


def test_listings_of_versions_are_paged(versioned):
    for key in ("a", "a", "dir/1", "dir/ü", "z z"):
        versioned.put(key, b"x")
    versioned.delete("a")
    versioned.delete("dir/1")
    whole, _ = versioned.pages()
    assert len(whole) == 7
    for count in (1, 2, 3, 7):
        assert sorted(versioned.pages(count)[0]) == sorted(whole)
        assert sorted(versioned.pages(count, prefix="dir/")[0]) == sorted(
            entry for entry in whole if entry[0].startswith("dir/"))
        entries, prefixes = versioned.pages(count, delimiter="/")
        assert prefixes == ["dir/"]
        assert sorted(entries) == sorted(entry for entry in whole if not entry[0].startswith("dir/"))


def test_a_bucket_with_versions_is_not_empty(sdk, versioned):
    versioned.put("key", b"one")
    versioned.delete("key")
    with sdk.refused() as refusal:
        sdk.delete_bucket("versions-" + sdk.name)
    assert (refusal.status, refusal.code) == (409, "BucketNotEmpty")
