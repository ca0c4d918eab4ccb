"""All that the asynchronous client can do, in rounds by category; what it sends differently is in `test_async`."""
import datetime
import os

import alibabacloud_oss_v2 as oss
import pytest
import requests
from alibabacloud_oss_v2 import models

from conftest import BUCKET
from test_async import produce, refused, run  # noqa: F401, the fixture


@pytest.fixture
def named(request, stored):
    """A name for a bucket of this test."""
    shape = request.node.callspec.id
    return f"{request.node.originalname.replace('_', '-').removeprefix('test-')[:30]}-async-{shape}"


def test_objects(run, stored, key):
    data = os.urandom(100_000)

    async def body(client):
        place = {"bucket": BUCKET, "key": key}
        await client.put_object(oss.PutObjectRequest(**place, body=data))
        assert await client.is_object_exist(BUCKET, key)
        assert not await client.is_object_exist(BUCKET, key + "-absent")
        assert (await client.head_object(oss.HeadObjectRequest(**place))).content_length == len(data)
        assert (await client.get_object_meta(oss.GetObjectMetaRequest(**place))).content_length == len(data)
        found = await client.get_object_as_stream(oss.GetObjectRequest(**place))
        async with found.body as stream:
            assert b"".join([piece async for piece in await stream.iter_bytes()]) == data
        copied = await client.copy_object(
            oss.CopyObjectRequest(bucket=BUCKET, key=key + "-copy", source_key=key, source_bucket=BUCKET))
        assert copied.status_code == 200
        assert stored.get_object(key + "-copy").read() == data
        deleted = await client.delete_multiple_objects(oss.DeleteMultipleObjectsRequest(
            bucket=BUCKET, objects=[oss.DeleteObject(key=key), oss.DeleteObject(key=key + "-copy")]))
        assert [entry.key for entry in deleted.deleted_objects] == [key, key + "-copy"]
        refusal = await refused(client.get_object_meta(oss.GetObjectMetaRequest(**place)))
        assert (refusal.status, refusal.code) == (404, "NoSuchKey")
    run(body)


def test_what_is_kept_beside_an_object(run, stored, key):
    stored.put_object(key, b"x")

    async def body(client):
        place = {"bucket": BUCKET, "key": key}
        await client.put_object_acl(oss.PutObjectAclRequest(**place, acl="public-read"))
        assert (await client.get_object_acl(oss.GetObjectAclRequest(**place))).acl == "public-read"
        await client.put_object_tagging(oss.PutObjectTaggingRequest(
            **place, tagging=oss.Tagging(tag_set=oss.TagSet(tags=[oss.Tag(key="a", value="1")]))))
        found = await client.get_object_tagging(oss.GetObjectTaggingRequest(**place))
        assert [(tag.key, tag.value) for tag in found.tag_set.tags] == [("a", "1")]
        await client.delete_object_tagging(oss.DeleteObjectTaggingRequest(**place))
        assert not (await client.get_object_tagging(oss.GetObjectTaggingRequest(**place))).tag_set.tags
        await client.put_symlink(oss.PutSymlinkRequest(bucket=BUCKET, key=key + "-link", symlink_target=key))
        link = await client.get_symlink(oss.GetSymlinkRequest(bucket=BUCKET, key=key + "-link"))
        assert link.target == key
        refusal = await refused(client.restore_object(oss.RestoreObjectRequest(**place)))
        assert (refusal.status, refusal.code) == (400, "OperationNotSupported")
    run(body)


def test_retention(run, named, key):
    async def body(client):
        place = {"bucket": named, "key": key}
        await client.put_bucket(oss.PutBucketRequest(bucket=named))
        await client.put_bucket_object_worm_configuration(oss.PutBucketObjectWormConfigurationRequest(
            bucket=named, object_worm_configuration=models.ObjectWormConfiguration(object_worm_enabled="Enabled")))
        found = await client.get_bucket_object_worm_configuration(
            oss.GetBucketObjectWormConfigurationRequest(bucket=named))
        assert found.object_worm_configuration.object_worm_enabled == "Enabled"
        await client.append_object(oss.AppendObjectRequest(**place, position=0, body=b"1234"))
        await client.seal_append_object(oss.SealAppendObjectRequest(**place, position=4))
        await client.put_object_retention(oss.PutObjectRetentionRequest(
            **place, retention=models.Retention(mode="GOVERNANCE", retain_until_date="2020-01-01T00:00:00.000Z")))
        found = await client.get_object_retention(oss.GetObjectRetentionRequest(**place))
        assert found.retention.mode == "GOVERNANCE"
        for status in ("ON", "OFF"):
            await client.put_object_legal_hold(
                oss.PutObjectLegalHoldRequest(**place, legal_hold=models.LegalHold(status=status)))
            held = await client.get_object_legal_hold(oss.GetObjectLegalHoldRequest(**place))
            assert held.legal_hold.status == status
        await client.delete_object(oss.DeleteObjectRequest(**place))
        await client.delete_bucket(oss.DeleteBucketRequest(bucket=named))
    run(body)


def test_buckets(run, named):
    async def body(client):
        await client.put_bucket(oss.PutBucketRequest(bucket=named))
        place = {"bucket": named}
        assert await client.is_bucket_exist(named)
        await client.put_bucket_acl(oss.PutBucketAclRequest(**place, acl="public-read"))
        assert (await client.get_bucket_acl(oss.GetBucketAclRequest(**place))).acl == "public-read"
        assert (await client.get_bucket_info(oss.GetBucketInfoRequest(**place))).bucket_info.name == named
        assert (await client.get_bucket_location(oss.GetBucketLocationRequest(**place))).location == "oss-cn-hangzhou"
        assert (await client.get_bucket_stat(oss.GetBucketStatRequest(**place))).object_count == 0
        assert named in [entry.name for entry in (await client.list_buckets(oss.ListBucketsRequest())).buckets]
        pages = client.list_buckets_paginator(limit=1).iter_page(oss.ListBucketsRequest())
        assert named in [entry.name async for page in pages for entry in page.buckets]
        regions = await client.describe_regions(oss.DescribeRegionsRequest())
        assert "oss-cn-beijing" in [entry.region for entry in regions.region_info]
        await client.delete_bucket(oss.DeleteBucketRequest(**place))
        assert not await client.is_bucket_exist(named)
    run(body)


def test_versions(run, named):
    async def body(client):
        await client.put_bucket(oss.PutBucketRequest(bucket=named))
        await client.put_bucket_versioning(oss.PutBucketVersioningRequest(
            bucket=named, versioning_configuration=oss.VersioningConfiguration(status="Enabled")))
        found = await client.get_bucket_versioning(oss.GetBucketVersioningRequest(bucket=named))
        assert found.version_status == "Enabled"
        made = [
            (await client.put_object(oss.PutObjectRequest(bucket=named, key="a", body=b"%d" % number))).version_id
            for number in range(3)]
        page = await client.list_object_versions(oss.ListObjectVersionsRequest(bucket=named))
        assert [entry.version_id for entry in page.version] == made[::-1]
        pages = client.list_object_versions_paginator(limit=2).iter_page(oss.ListObjectVersionsRequest(bucket=named))
        assert [entry.version_id async for page in pages for entry in page.version] == made[::-1]
        for version in made:
            await client.delete_object(oss.DeleteObjectRequest(bucket=named, key="a", version_id=version))
        await client.delete_bucket(oss.DeleteBucketRequest(bucket=named))
    run(body)


def test_listings(run, stored, key):
    wanted = [f"{key}/{number}" for number in range(5)]
    for name in wanted:
        stored.put_object(name, b"x")

    async def body(client):
        page = await client.list_objects(oss.ListObjectsRequest(bucket=BUCKET, prefix=key + "/", max_keys=2))
        assert [entry.key for entry in page.contents] == wanted[:2]
        pages = client.list_objects_paginator(limit=2).iter_page(oss.ListObjectsRequest(bucket=BUCKET, prefix=key))
        assert [entry.key async for page in pages for entry in page.contents] == wanted
        pages = client.list_objects_v2_paginator(limit=2).iter_page(
            oss.ListObjectsV2Request(bucket=BUCKET, prefix=key))
        assert [entry.key async for page in pages for entry in page.contents] == wanted
    run(body)


def test_multipart(run, stored, key):
    stored.put_object(key + "-source", os.urandom(300_000))

    async def body(client):
        place = {"bucket": BUCKET, "key": key}
        upload = (await client.initiate_multipart_upload(oss.InitiateMultipartUploadRequest(**place))).upload_id
        part = await client.upload_part_copy(oss.UploadPartCopyRequest(
            **place, upload_id=upload, part_number=1, source_bucket=BUCKET, source_key=key + "-source",
            source_range="bytes=0-99999"))
        page = await client.list_multipart_uploads(oss.ListMultipartUploadsRequest(bucket=BUCKET, prefix=key))
        assert [entry.upload_id for entry in page.uploads] == [upload]
        pages = client.list_multipart_uploads_paginator().iter_page(
            oss.ListMultipartUploadsRequest(bucket=BUCKET, prefix=key))
        assert [entry.upload_id async for page in pages for entry in page.uploads] == [upload]
        page = await client.list_parts(oss.ListPartsRequest(**place, upload_id=upload))
        assert [(entry.part_number, entry.etag) for entry in page.parts] == [(1, part.etag)]
        pages = client.list_parts_paginator().iter_page(oss.ListPartsRequest(**place, upload_id=upload))
        assert [entry.size async for page in pages for entry in page.parts] == [100_000]
        await client.abort_multipart_upload(oss.AbortMultipartUploadRequest(**place, upload_id=upload))
        refusal = await refused(client.list_parts(oss.ListPartsRequest(**place, upload_id=upload)))
        assert (refusal.status, refusal.code) == (404, "NoSuchUpload")
    run(body)


def test_signed_urls(run, stored, key):
    stored.put_object(key, b"by URL")

    async def body(client):
        signed = await client.presign(
            oss.GetObjectRequest(bucket=BUCKET, key=key), expires=datetime.timedelta(seconds=60))
        answer = await client.invoke_operation(oss.OperationInput(
            op_name="HeadObject", method="HEAD", bucket=BUCKET, key=key, headers={}, parameters={}))
        assert answer.status_code == 200
        return signed
    signed = run(body)
    assert requests.get(signed.url, headers=dict(signed.signed_headers), timeout=60).content == b"by URL"


def test_tables_of_metadata(run, named):
    async def body(client):
        await client.put_bucket(oss.PutBucketRequest(bucket=named))
        await client.create_bucket_metadata_configuration(oss.CreateBucketMetadataConfigurationRequest(
            bucket=named, metadata_configuration=models.MetadataConfiguration(
                journal_table_configuration=models.JournalTableConfiguration(
                    record_expiration=models.MetadataTableRecordExpiration(expiration="DISABLED")))))
        await client.update_bucket_metadata_inventory_table_configuration(
            oss.UpdateBucketMetadataInventoryTableConfigurationRequest(
                bucket=named, inventory_table_configuration=models.InventoryTableConfiguration(
                    configuration_state="ENABLED")))
        await client.update_bucket_metadata_journal_table_configuration(
            oss.UpdateBucketMetadataJournalTableConfigurationRequest(
                bucket=named, journal_table_configuration=models.JournalTableConfiguration(
                    record_expiration=models.MetadataTableRecordExpiration(expiration="ENABLED", days=9))))
        found = (await client.get_bucket_metadata_configuration(
            oss.GetBucketMetadataConfigurationRequest(bucket=named))).metadata_configuration_result
        assert found.inventory_table_configuration_result.configuration_state == "ENABLED"
        assert found.journal_table_configuration_result.record_expiration.days == 9
        await client.delete_bucket_metadata_configuration(
            oss.DeleteBucketMetadataConfigurationRequest(bucket=named))
        await client.delete_bucket(oss.DeleteBucketRequest(bucket=named))
    run(body)


def test_what_is_not_emulated(run, stored, key):
    stored.put_object(key, b"x")

    async def body(client):
        for call in (
                client.do_meta_query_action(oss.DoMetaQueryActionRequest(bucket=BUCKET, action="createDataset")),
                client.do_data_pipeline_action(
                    oss.DoDataPipelineActionRequest(action="listDataPipelines", body=b"{}"))):
            refusal = await refused(call)
            assert (refusal.status, refusal.code) == (501, "NotImplemented")
        for call in (
                client.process_object(oss.ProcessObjectRequest(
                    bucket=BUCKET, key=key, process="image/resize,w_100|sys/saveas,o_dGVzdA")),
                client.async_process_object(oss.AsyncProcessObjectRequest(
                    bucket=BUCKET, key=key, process="video/convert,f_avi"))):
            # The first signature of this SDK leaves out the parameter.
            assert (await refused(call)).code in ("NotImplemented", "SignatureDoesNotMatch")
    run(body)
