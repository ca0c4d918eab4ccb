"""What is kept beside an object: access control, tags, symbolic links."""
import alibabacloud_oss_v2 as oss
import oss2
import oss2.models
import pytest

from conftest import BUCKET


def test_access_control_of_an_object(sdk, stored, key):
    stored.put_object(key, b"x")
    if sdk.is_first:
        sdk.bucket(BUCKET).put_object_acl(key, oss2.OBJECT_ACL_PUBLIC_READ)
        assert sdk.bucket(BUCKET).get_object_acl(key).acl == "public-read"
    else:
        sdk.client.put_object_acl(oss.PutObjectAclRequest(bucket=BUCKET, key=key, acl="public-read"))
        assert sdk.client.get_object_acl(oss.GetObjectAclRequest(bucket=BUCKET, key=key)).acl == "public-read"
    assert stored.get_object_acl(key).acl == "public-read"


def test_access_control_that_there_is_not(sdk, stored, key, log):
    stored.put_object(key, b"x")
    marker = log.mark()
    with sdk.refused() as refusal:
        if sdk.is_first:
            sdk.bucket(BUCKET).put_object_acl(key, "public")
        else:
            sdk.client.put_object_acl(oss.PutObjectAclRequest(bucket=BUCKET, key=key, acl="public"))
    assert (refusal.status, refusal.code) == (400, "InvalidArgument")
    assert [record["ossgate.rule"] for record in log.since(marker)] == ["object-acl"]
    assert stored.get_object_acl(key).acl == "default"


def test_access_control_of_a_bucket(sdk, stored):
    for acl in ("public-read", "private"):
        if sdk.is_first:
            sdk.bucket(BUCKET).put_bucket_acl(acl)
            assert sdk.bucket(BUCKET).get_bucket_acl().acl == acl
        else:
            sdk.client.put_bucket_acl(oss.PutBucketAclRequest(bucket=BUCKET, acl=acl))
            assert sdk.client.get_bucket_acl(oss.GetBucketAclRequest(bucket=BUCKET)).acl == acl
        assert stored.get_bucket_acl().acl == acl


TAGS = {"color": "blue green", "size+": "1=2", "empty": ""}


def tags_of(sdk, key):
    if sdk.is_first:
        return dict(sdk.bucket(BUCKET).get_object_tagging(key).tag_set.tagging_rule)
    answer = sdk.client.get_object_tagging(oss.GetObjectTaggingRequest(bucket=BUCKET, key=key))
    return {tag.key: tag.value or "" for tag in answer.tag_set.tags or []}


def test_tags(sdk, stored, key):
    stored.put_object(key, b"x")
    if sdk.is_first:
        rule = oss2.models.TaggingRule()
        for name, value in TAGS.items():
            rule.add(name, value)
        sdk.bucket(BUCKET).put_object_tagging(key, oss2.models.Tagging(rule))
    else:
        sdk.client.put_object_tagging(oss.PutObjectTaggingRequest(
            bucket=BUCKET, key=key, tagging=oss.Tagging(tag_set=oss.TagSet(
                tags=[oss.Tag(key=name, value=value) for name, value in TAGS.items()]))))
    assert tags_of(sdk, key) == TAGS
    assert sdk.head(BUCKET, key)["x-oss-tagging-count"] == "3"
    if sdk.is_first:
        sdk.bucket(BUCKET).delete_object_tagging(key)
    else:
        sdk.client.delete_object_tagging(oss.DeleteObjectTaggingRequest(bucket=BUCKET, key=key))
    assert tags_of(sdk, key) == {}


def test_tags_given_with_the_object(sdk, stored, key):
    sdk.put(BUCKET, key, b"x", x_oss_tagging="color=blue%20green&size%2B=1%3D2&empty=")
    assert tags_of(sdk, key) == TAGS


@pytest.mark.parametrize("name", ["plain", "中文 a+b%.txt"])
def test_symbolic_links(sdk, stored, key, name):
    stored.put_object(f"{key}/{name}", b"what the link leads to")
    if sdk.is_first:
        sdk.bucket(BUCKET).put_symlink(f"{key}/{name}", f"{key}/link")
        assert sdk.bucket(BUCKET).get_symlink(f"{key}/link").target_key == f"{key}/{name}"
    else:
        sdk.client.put_symlink(oss.PutSymlinkRequest(
            bucket=BUCKET, key=f"{key}/link", symlink_target=oss2.compat.urlquote(f"{key}/{name}", "")))
        answer = sdk.client.get_symlink(oss.GetSymlinkRequest(bucket=BUCKET, key=f"{key}/link"))
        assert oss2.compat.urlunquote(answer.target) == f"{key}/{name}"
    assert sdk.get(BUCKET, f"{key}/link")[0] == b"what the link leads to"


def test_a_link_to_nothing(sdk, stored, key):
    stored.put_symlink(f"{key}/absent", f"{key}/link")
    with sdk.refused() as refusal:
        sdk.get(BUCKET, f"{key}/link")
    assert (refusal.status, refusal.code) == (404, "SymlinkTargetNotExist")
    with sdk.refused() as refusal:
        sdk.head(BUCKET, f"{key}/link")
    assert (refusal.status, refusal.code) == (404, "SymlinkTargetNotExist")
