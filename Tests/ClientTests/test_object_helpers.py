"""What the SDKs do with objects beyond single requests: files, signed URLs, pages, restored and retained objects."""
import datetime
import os

import alibabacloud_oss_v2 as oss
import oss2
import oss2.models
import pytest

import digests
from conftest import BUCKET, FIRST, SECOND



@pytest.fixture
def file(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(os.urandom(200_003))
    return path


def test_a_file_is_put(sdk, stored, key, file):
    if sdk.is_first:
        sdk.bucket(BUCKET).put_object_from_file(key, str(file))
    else:
        answer = sdk.client.put_object_from_file(oss.PutObjectRequest(bucket=BUCKET, key=key), str(file))
        assert answer.hash_crc64 == digests.crc64(file.read_bytes())
    assert stored.get_object(key).read() == file.read_bytes()


@FIRST
def test_signed_urls_in_the_hands_of_the_sdk(sdk, stored, key, file, tmp_path):
    bucket, target = sdk.bucket(BUCKET), tmp_path / "target"
    assert bucket.put_object_with_url(bucket.sign_url("PUT", key, 60), b"by URL").status == 200
    assert bucket.get_object_with_url(bucket.sign_url("GET", key, 60)).read() == b"by URL"
    bucket.put_object_with_url_from_file(bucket.sign_url("PUT", key, 60), str(file))
    assert stored.get_object(key).read() == file.read_bytes()
    bucket.get_object_with_url_to_file(bucket.sign_url("GET", key, 60), str(target))
    assert target.read_bytes() == file.read_bytes()


def test_metadata_is_replaced(sdk, stored, key):
    stored.put_object(key, b"kept", headers={"x-oss-meta-a": "1", "Content-Type": "text/a"})
    if sdk.is_first:
        sdk.bucket(BUCKET).update_object_meta(key, {"x-oss-meta-b": "2", "Content-Type": "text/b"})
    else:
        sdk.client.copy_object(oss.CopyObjectRequest(
            bucket=BUCKET, key=key, source_bucket=BUCKET, source_key=key, metadata_directive="REPLACE",
            metadata={"b": "2"}, content_type="text/b"))
    fields = stored.head_object(key).headers
    assert (fields.get("x-oss-meta-a"), fields["x-oss-meta-b"], fields["Content-Type"]) == (None, "2", "text/b")
    assert stored.get_object(key).read() == b"kept"


def test_the_short_form_of_a_head(sdk, stored, key):
    etag = stored.put_object(key, b"12345").etag
    if sdk.is_first:
        answer = sdk.bucket(BUCKET).get_object_meta(key)
        assert (answer.content_length, answer.etag) == (5, etag)
    else:
        answer = sdk.client.get_object_meta(oss.GetObjectMetaRequest(bucket=BUCKET, key=key))
        assert (answer.content_length, answer.etag.strip('"')) == (5, etag)
    with sdk.refused() as refusal:
        if sdk.is_first:
            sdk.bucket(BUCKET).get_object_meta(key + "-absent")
        else:
            sdk.client.get_object_meta(oss.GetObjectMetaRequest(bucket=BUCKET, key=key + "-absent"))
    assert (refusal.status, refusal.code) == (404, "NoSuchKey")


@SECOND
def test_a_file_that_is_read_where_it_lies(sdk, stored, key):
    data = os.urandom(300_000)
    stored.put_object(key, data)
    with sdk.client.open_file(BUCKET, key) as file:
        assert file.read(10) == data[:10]
        file.seek(250_000)
        assert file.read(20) == data[250_000:250_020]
        file.seek(-7, os.SEEK_END)
        assert file.read() == data[-7:]
    with sdk.client.open_file(BUCKET, key, enable_prefetch=True) as file:
        assert file.read() == data


def test_an_archived_object_is_restored(sdk, stored, key):
    stored.put_object(key, b"deep below", headers={"x-oss-storage-class": "ColdArchive"})
    with sdk.refused() as refusal:
        sdk.get(BUCKET, key)
    assert (refusal.status, refusal.code) == (403, "InvalidObjectState")

    def restore():
        if sdk.is_first:
            return sdk.bucket(BUCKET).restore_object(key, input=oss2.models.RestoreConfiguration(
                2, oss2.models.RestoreJobParameters("Expedited"))).status
        return sdk.client.restore_object(oss.RestoreObjectRequest(
            bucket=BUCKET, key=key, restore_request=oss.RestoreRequest(
                days=2, job_parameters=oss.JobParameters(tier="Expedited")))).status_code
    assert restore() == 202
    assert sdk.head(BUCKET, key)["x-oss-restore"] == 'ongoing-request="true"'
    with sdk.refused() as refusal:
        restore()
    assert (refusal.status, refusal.code) == (409, "RestoreAlreadyInProgress")


def test_what_cannot_be_restored(sdk, stored, key):
    stored.put_object(key, b"at hand")
    with sdk.refused() as refusal:
        if sdk.is_first:
            sdk.bucket(BUCKET).restore_object(key)
        else:
            sdk.client.restore_object(oss.RestoreObjectRequest(bucket=BUCKET, key=key))
    assert (refusal.status, refusal.code) == (400, "OperationNotSupported")


@SECOND
def test_a_restored_object_is_put_back(sdk, stored, key):
    stored.put_object(key, b"at hand")
    with sdk.refused() as refusal:
        sdk.client.clean_restored_object(oss.CleanRestoredObjectRequest(bucket=BUCKET, key=key))
    assert (refusal.status, refusal.code) == (400, "OperationNotSupported")


NAMES = [f"{number:02} ü+%" for number in range(7)]


def test_pages_are_joined(sdk, stored, key):
    wanted = [f"{key}/{name}" for name in NAMES]
    for name in wanted:
        stored.put_object(name, b"x")
    if sdk.is_first:
        bucket = sdk.bucket(BUCKET)
        found = [
            oss2.ObjectIterator(bucket, prefix=key + "/", max_keys=3),
            oss2.ObjectIteratorV2(bucket, prefix=key + "/", max_keys=3)]
        assert [[entry.key for entry in pages] for pages in found] == [wanted, wanted]
        assert BUCKET in [entry.name for entry in oss2.BucketIterator(sdk.service, max_keys=1)]
        return
    client = sdk.client
    found = [
        client.list_objects_paginator().iter_page(
            oss.ListObjectsRequest(bucket=BUCKET, prefix=key + "/", max_keys=3)),
        client.list_objects_v2_paginator(limit=3).iter_page(
            oss.ListObjectsV2Request(bucket=BUCKET, prefix=key + "/"))]
    assert [[entry.key for page in pages for entry in page.contents] for pages in found] == [wanted, wanted]
    versions = client.list_object_versions_paginator(limit=3).iter_page(
        oss.ListObjectVersionsRequest(bucket=BUCKET, prefix=key + "/"))
    assert [entry.key for page in versions for entry in page.version] == wanted
    buckets = client.list_buckets_paginator(limit=1).iter_page(oss.ListBucketsRequest())
    assert BUCKET in [entry.name for page in buckets for entry in page.buckets]


def test_pages_of_uploads_and_parts(sdk, stored, key):
    uploads = {f"{key}/{name}": stored.init_multipart_upload(f"{key}/{name}").upload_id for name in NAMES[:4]}
    name, upload = next(iter(uploads.items()))
    for number in range(1, 6):
        stored.upload_part(name, upload, number, b"part")
    try:
        if sdk.is_first:
            bucket = sdk.bucket(BUCKET)
            found = oss2.MultipartUploadIterator(bucket, prefix=key + "/", max_uploads=3)
            assert {entry.key: entry.upload_id for entry in found} == uploads
            assert [entry.upload_id for entry in oss2.ObjectUploadIterator(bucket, name, max_uploads=1)] == [upload]
            parts = oss2.PartIterator(bucket, name, upload, max_parts=2)
            assert [part.part_number for part in parts] == [1, 2, 3, 4, 5]
            return
        pages = sdk.client.list_multipart_uploads_paginator(limit=3).iter_page(
            oss.ListMultipartUploadsRequest(bucket=BUCKET, prefix=key + "/"))
        assert {entry.key: entry.upload_id for page in pages for entry in page.uploads} == uploads
        pages = sdk.client.list_parts_paginator(limit=2).iter_page(
            oss.ListPartsRequest(bucket=BUCKET, key=name, upload_id=upload))
        assert [part.part_number for page in pages for part in page.parts] == [1, 2, 3, 4, 5]
    finally:
        for name, upload in uploads.items():
            stored.abort_multipart_upload(name, upload)


@SECOND
def test_a_preflight(sdk, stored, key):
    stored.put_bucket_cors(oss2.models.BucketCors([oss2.models.CorsRule(["http://a.example"], ["PUT"], ["*"], [], 9)]))
    try:
        def ask(origin):
            return sdk.client.option_object(oss.OptionObjectRequest(
                bucket=BUCKET, key=key, origin=origin, access_control_request_method="PUT",
                access_control_request_headers="x-oss-meta-a"))
        assert ask("http://a.example").access_control_allow_origin == "http://a.example"
        with sdk.refused() as refusal:
            ask("http://b.example")
        assert (refusal.status, refusal.code) == (403, "AccessForbidden")
    finally:
        stored.delete_bucket_cors()


@SECOND
def test_an_operation_that_is_named(sdk, stored, key):
    stored.put_object(key, b"x", headers={"x-oss-meta-a": "1"})
    answer = sdk.client.invoke_operation(oss.OperationInput(
        op_name="HeadObject", method="HEAD", bucket=BUCKET, key=key, headers={}, parameters={}))
    assert (answer.status_code, answer.headers["x-oss-meta-a"]) == (200, "1")


@SECOND
def test_retained_and_held_objects(sdk, key):
    name = f"retained-{sdk.name}"
    sdk.create_bucket(name)
    client = sdk.client
    try:
        with sdk.refused() as refusal:
            client.get_bucket_object_worm_configuration(oss.GetBucketObjectWormConfigurationRequest(bucket=name))
        assert (refusal.status, refusal.code) == (404, "NoSuchWORMConfiguration")
        client.put_bucket_object_worm_configuration(oss.PutBucketObjectWormConfigurationRequest(
            bucket=name, object_worm_configuration=oss.models.ObjectWormConfiguration(
                object_worm_enabled="Enabled", rule=oss.models.ObjectWormConfigurationRule(
                    default_retention=oss.models.ObjectWormConfigurationRuleDefaultRetention(
                        mode="GOVERNANCE", days=1)))))
        found = client.get_bucket_object_worm_configuration(
            oss.GetBucketObjectWormConfigurationRequest(bucket=name)).object_worm_configuration
        assert (found.object_worm_enabled, found.rule.default_retention.days) == ("Enabled", 1)
        sdk.put(name, key, b"kept")
        until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
        until = until.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        client.put_object_retention(oss.PutObjectRetentionRequest(
            bucket=name, key=key, retention=oss.models.Retention(mode="GOVERNANCE", retain_until_date=until)))
        kept = client.get_object_retention(oss.GetObjectRetentionRequest(bucket=name, key=key)).retention
        assert kept.mode == "GOVERNANCE"
        refuses_to_delete(sdk, name, key)
        client.put_object_retention(oss.PutObjectRetentionRequest(
            bucket=name, key=key, bypass_governance_retention=True,
            retention=oss.models.Retention(mode="GOVERNANCE", retain_until_date="2020-01-01T00:00:00.000Z")))
        for status in ("ON", "OFF"):
            client.put_object_legal_hold(oss.PutObjectLegalHoldRequest(
                bucket=name, key=key, legal_hold=oss.models.LegalHold(status=status)))
            held = client.get_object_legal_hold(oss.GetObjectLegalHoldRequest(bucket=name, key=key)).legal_hold
            assert held.status == status
            if status == "ON":
                refuses_to_delete(sdk, name, key)
        sdk.delete(name, key)
    finally:
        sdk.delete_bucket(name)


def refuses_to_delete(sdk, bucket, key):
    with sdk.refused() as refusal:
        sdk.delete(bucket, key)
    assert (refusal.status, refusal.code) == (409, "FileImmutable")
    assert sdk.exists(bucket, key)
