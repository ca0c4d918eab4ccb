"""What would be another service behind the emulator is refused clearly, through both SDKs."""
import alibabacloud_oss_v2 as oss
import oss2
import oss2.models
import pytest
from alibabacloud_oss_v2 import models

from conftest import BUCKET


def calls_of_the_first(sdk, key):
    bucket = sdk.bucket(BUCKET)
    return [
        lambda: bucket.select_object(key, "select * from ossobject"),
        lambda: bucket.select_object_to_file(key, "/dev/null", "select * from ossobject"),
        lambda: bucket.create_select_object_meta(key),
        lambda: bucket.process_object(key, "image/resize,w_100|sys/saveas,o_dGVzdA"),
        lambda: bucket.async_process_object(key, "video/convert,f_avi"),
        lambda: bucket.put_async_fetch_task(
            oss2.models.AsyncFetchTaskConfiguration("http://www.example.com/a", "a")),
        lambda: bucket.get_async_fetch_task("1"),
        lambda: bucket.do_bucket_meta_query(oss2.models.MetaQuery(max_results=1, query="{}")),
        lambda: sdk.service.write_get_object_response("route", "token", "200", b"x"),
    ]


def calls_of_the_second(sdk, key):
    client = sdk.client
    return [
        lambda: client.select_object(oss.SelectObjectRequest(
            bucket=BUCKET, key=key, process="csv/select", select_request=models.SelectRequest(
                expression="c2VsZWN0ICogZnJvbSBvc3NvYmplY3Q="))),
        lambda: client.create_select_object_meta(oss.CreateSelectObjectMetaRequest(
            bucket=BUCKET, key=key, process="csv/meta", select_meta_request=models.CSVMetaRequest())),
        lambda: client.process_object(
            oss.ProcessObjectRequest(bucket=BUCKET, key=key, process="image/resize,w_100|sys/saveas,o_dGVzdA")),
        lambda: client.async_process_object(
            oss.AsyncProcessObjectRequest(bucket=BUCKET, key=key, process="video/convert,f_avi")),
        lambda: client.do_meta_query(oss.DoMetaQueryRequest(
            bucket=BUCKET, meta_query=models.MetaQuery(max_results=1, query="{}"))),
        lambda: client.do_meta_query_action(oss.DoMetaQueryActionRequest(bucket=BUCKET, action="createDataset")),
        lambda: client.do_data_pipeline_action(
            oss.DoDataPipelineActionRequest(action="listDataPipelines", body=b"{}")),
    ]


def test_what_is_not_there_is_said_to_be_missing(sdk, stored, key):
    stored.put_object(key, b"a,b\n1,2\n")
    calls = calls_of_the_first if sdk.name.startswith("oss2") else calls_of_the_second
    for call in calls(sdk, key):
        with sdk.refused() as refusal:
            call()
        if sdk.name.startswith("v2-v1") and "process=" in sdk.wire.last.request.url:
            # The first signature of this SDK leaves out what the service signs.
            assert refusal.code == "SignatureDoesNotMatch"
            continue
        assert (refusal.status, refusal.code) == (501, "NotImplemented"), sdk.wire.last.request.url
        assert "The emulator does not implement" in refusal.message


def test_the_index_of_metadata_is_opened_and_closed(sdk):
    name = f"indexed-{sdk.name}"
    sdk.create_bucket(name)
    try:
        if sdk.name.startswith("oss2"):
            bucket = sdk.bucket(name)
            bucket.open_bucket_meta_query()
            assert bucket.get_bucket_meta_query_status().state == "Running"
            bucket.close_bucket_meta_query()
            with sdk.refused() as refusal:
                bucket.get_bucket_meta_query_status()
        else:
            client = sdk.client
            client.open_meta_query(oss.OpenMetaQueryRequest(bucket=name))
            found = client.get_meta_query_status(oss.GetMetaQueryStatusRequest(bucket=name))
            assert found.meta_query_status.state == "Running"
            client.close_meta_query(oss.CloseMetaQueryRequest(bucket=name))
            with sdk.refused() as refusal:
                client.get_meta_query_status(oss.GetMetaQueryStatusRequest(bucket=name))
        assert refusal.status == 404
    finally:
        sdk.delete_bucket(name)
