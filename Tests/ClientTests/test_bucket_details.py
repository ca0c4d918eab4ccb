"""What a bucket and its account tell of themselves, and the switches and quotas that they have, with both SDKs."""
import alibabacloud_oss_v2 as oss
import oss2
import oss2.models
from alibabacloud_oss_v2 import models

from conftest import BUCKET, FIRST, SECOND


def test_where_it_lies_and_what_it_holds(sdk, named):
    sdk.put(named, "a", b"12345")
    upload = sdk.initiate(named, "b")
    if sdk.is_first:
        assert sdk.bucket(named).get_bucket_location().location == "oss-cn-hangzhou"
        found = sdk.bucket(named).get_bucket_stat()
        assert (found.storage_size_in_bytes, found.object_count, found.multi_part_upload_count) == (5, 1, 1)
    else:
        assert sdk.client.get_bucket_location(oss.GetBucketLocationRequest(bucket=named)).location == "oss-cn-hangzhou"
        found = sdk.client.get_bucket_stat(oss.GetBucketStatRequest(bucket=named))
        assert (found.storage, found.object_count, found.multi_part_upload_count) == (5, 1, 1)
        assert sdk.client.is_bucket_exist(named)
        assert not sdk.client.is_bucket_exist(named + "-absent")
    sdk.abort(named, "b", upload)
    sdk.delete(named, "a")


def test_regions(sdk):
    if sdk.is_first:
        assert len(sdk.service.describe_regions().regions) > 20
        found, = sdk.service.describe_regions("oss-cn-beijing").regions
    else:
        assert len(sdk.client.describe_regions(oss.DescribeRegionsRequest()).region_info) > 20
        found, = sdk.client.describe_regions(oss.DescribeRegionsRequest(regions="oss-cn-beijing")).region_info
        assert sdk.client.list_cloud_boxes(oss.ListCloudBoxesRequest()).cloud_boxes in (None, [])
    assert (found.region, found.internet_endpoint) == ("oss-cn-beijing", "oss-cn-beijing.aliyuncs.com")
    with sdk.refused() as refusal:
        if sdk.is_first:
            sdk.service.describe_regions("oss-nowhere")
        else:
            sdk.client.describe_regions(oss.DescribeRegionsRequest(regions="oss-nowhere"))
    assert (refusal.status, refusal.code) == (404, "NoSuchRegion")


def test_switches(sdk, named):
    if sdk.is_first:
        bucket = sdk.bucket(named)
        bucket.put_bucket_access_monitor("Enabled")
        assert bucket.get_bucket_access_monitor().access_monitor.status == "Enabled"
        bucket.put_bucket_archive_direct_read(True)
        assert bucket.get_bucket_archive_direct_read().enabled in (True, "true")
        bucket.put_bucket_resource_group("rg-aekz")
        assert bucket.get_bucket_resource_group().resource_group_id == "rg-aekz"
        bucket.put_bucket_https_config(oss2.models.BucketTlsVersion(True, ["TLSv1.2", "TLSv1.3"]))
        found = bucket.get_bucket_https_config()
        assert (found.tls_enabled in (True, "true"), found.tls_version) == (True, ["TLSv1.2", "TLSv1.3"])
        return
    client = sdk.client
    client.put_bucket_access_monitor(oss.PutBucketAccessMonitorRequest(
        bucket=named, access_monitor_configuration=oss.AccessMonitorConfiguration(status="Enabled")))
    found = client.get_bucket_access_monitor(oss.GetBucketAccessMonitorRequest(bucket=named))
    assert found.access_monitor_configuration.status == "Enabled"
    client.put_bucket_archive_direct_read(oss.PutBucketArchiveDirectReadRequest(
        bucket=named, archive_direct_read_configuration=oss.ArchiveDirectReadConfiguration(enabled=True)))
    found = client.get_bucket_archive_direct_read(oss.GetBucketArchiveDirectReadRequest(bucket=named))
    assert found.archive_direct_read_configuration.enabled is True
    client.put_bucket_resource_group(oss.PutBucketResourceGroupRequest(
        bucket=named,
        bucket_resource_group_configuration=oss.BucketResourceGroupConfiguration(resource_group_id="rg-aekz")))
    found = client.get_bucket_resource_group(oss.GetBucketResourceGroupRequest(bucket=named))
    assert found.bucket_resource_group_configuration.resource_group_id == "rg-aekz"
    client.put_bucket_https_config(oss.PutBucketHttpsConfigRequest(
        bucket=named, https_configuration=oss.HttpsConfiguration(
            tls=oss.TLS(enable=True, tls_versions=["TLSv1.2", "TLSv1.3"]))))
    found = client.get_bucket_https_config(oss.GetBucketHttpsConfigRequest(bucket=named)).https_configuration
    assert (found.tls.enable, found.tls.tls_versions) == (True, ["TLSv1.2", "TLSv1.3"])


@FIRST
def test_what_requests_may_cost(sdk, named):
    bucket = sdk.bucket(named)
    bucket.set_bucket_storage_capacity(oss2.models.BucketUserQos(5))
    assert bucket.get_bucket_storage_capacity().storage_capacity == 5
    numbers = {"total_upload_bw": 10, "total_download_bw": 9, "total_qps": 8, **dict.fromkeys(
        ["intranet_upload_bw", "extranet_upload_bw", "intranet_download_bw", "extranet_download_bw",
         "intranet_qps", "extranet_qps"], -1)}

    def values(found):
        return {name: getattr(found, name) for name in numbers}
    bucket.put_bucket_qos_info(oss2.models.BucketQosInfo(**numbers))
    assert values(bucket.get_bucket_qos_info()) == numbers
    bucket.delete_bucket_qos_info()
    assert set(values(bucket.get_bucket_qos_info()).values()) == {-1}
    assert sdk.service.get_user_qos_info().total_qps == -1
    for requester in ("1001", "1002"):
        bucket.put_bucket_requester_qos_info(requester, oss2.models.QoSConfiguration(**numbers))
    found = bucket.get_bucket_requester_qos_info("1001")
    assert (found.requester, values(found.qos_configuration)) == ("1001", numbers)
    page = bucket.list_bucket_requester_qos_infos(max_keys=1)
    assert ([entry.requester for entry in page.requester_qos_info], page.is_truncated) == (["1001"], True)
    page = bucket.list_bucket_requester_qos_infos(page.next_continuation_token, 1)
    assert ([entry.requester for entry in page.requester_qos_info], page.is_truncated) == (["1002"], False)
    bucket.delete_bucket_requester_qos_info("1001")
    with sdk.refused() as refusal:
        bucket.get_bucket_requester_qos_info("1001")
    assert refusal.status == 404


@FIRST
def test_resource_pools(sdk):
    """An account that has none."""
    found = sdk.service.list_resource_pools()
    assert (found.resource_pool, found.is_truncated) == ([], False)
    numbers = oss2.models.QoSConfiguration(1, 1, 1, 1, 1, 1, 1, 1, 1)
    for call in (
            lambda: sdk.service.get_resource_pool_info("pool"), lambda: sdk.service.list_resource_pool_buckets("pool"),
            lambda: sdk.service.list_resource_pool_requester_qos_infos("pool"),
            lambda: sdk.service.get_resource_pool_requester_qos_info("1", "pool"),
            lambda: sdk.service.put_resource_pool_requester_qos_info("1", "pool", numbers),
            lambda: sdk.service.delete_resource_pool_requester_qos_info("1", "pool")):
        with sdk.refused() as refusal:
            call()
        assert refusal.status == 404


@SECOND
def test_what_may_be_overwritten_logged_and_stored(sdk, named):
    client = sdk.client
    client.put_bucket_overwrite_config(oss.PutBucketOverwriteConfigRequest(
        bucket=named, overwrite_configuration=models.OverwriteConfiguration(rules=[
            models.OverwriteRule(id="r", action="forbid", prefix="logs/")])))
    rule, = client.get_bucket_overwrite_config(
        oss.GetBucketOverwriteConfigRequest(bucket=named)).overwrite_configuration.rules
    assert (rule.id, rule.action, rule.prefix) == ("r", "forbid", "logs/")
    client.delete_bucket_overwrite_config(oss.DeleteBucketOverwriteConfigRequest(bucket=named))
    fields = models.UserDefinedLogFieldsConfiguration(
        header_set=models.LoggingHeaderSet(headers=["h1"]), param_set=models.LoggingParamSet(parameters=["p1"]))
    client.put_user_defined_log_fields_config(oss.PutUserDefinedLogFieldsConfigRequest(
        bucket=named, user_defined_log_fields_configuration=fields))
    found = client.get_user_defined_log_fields_config(
        oss.GetUserDefinedLogFieldsConfigRequest(bucket=named)).user_defined_log_fields_configuration
    assert (found.header_set.headers, found.param_set.parameters) == (["h1"], ["p1"])
    client.delete_user_defined_log_fields_config(oss.DeleteUserDefinedLogFieldsConfigRequest(bucket=named))
    client.put_bucket_storage_quota(oss.PutBucketStorageQuotaRequest(
        bucket=named, quota_configuration=models.QuotaConfiguration(storage_quota=1000, mode="Strict")))
    found = client.get_bucket_storage_quota(
        oss.GetBucketStorageQuotaRequest(bucket=named)).quota_configuration
    assert (found.storage_quota, found.mode) == (1000, "Strict")
    client.delete_bucket_storage_quota(oss.DeleteBucketStorageQuotaRequest(bucket=named))
    for call in (
            lambda: client.get_user_defined_log_fields_config(
                oss.GetUserDefinedLogFieldsConfigRequest(bucket=named)),
            lambda: client.get_bucket_storage_quota(oss.GetBucketStorageQuotaRequest(bucket=named))):
        with sdk.refused() as refusal:
            call()
        assert refusal.status == 404


def test_whether_it_may_be_public(sdk, named):
    if sdk.is_first:
        places = [
            (sdk.service.put_public_access_block, sdk.service.get_public_access_block,
             sdk.service.delete_public_access_block),
            (sdk.bucket(named).put_bucket_public_access_block, sdk.bucket(named).get_bucket_public_access_block,
             sdk.bucket(named).delete_bucket_public_access_block)]
        for put, get, delete in places:
            put(True)
            assert get().block_public_access is True
            delete()
            assert get().block_public_access is False
        return
    client, block = sdk.client, oss.PublicAccessBlockConfiguration(block_public_access=True)
    client.put_public_access_block(oss.PutPublicAccessBlockRequest(public_access_block_configuration=block))
    client.put_bucket_public_access_block(
        oss.PutBucketPublicAccessBlockRequest(bucket=named, public_access_block_configuration=block))

    def states():
        return [
            client.get_public_access_block(
                oss.GetPublicAccessBlockRequest()).public_access_block_configuration.block_public_access,
            client.get_bucket_public_access_block(oss.GetBucketPublicAccessBlockRequest(
                bucket=named)).public_access_block_configuration.block_public_access]
    assert states() == [True, True]
    client.delete_public_access_block(oss.DeletePublicAccessBlockRequest())
    client.delete_bucket_public_access_block(oss.DeleteBucketPublicAccessBlockRequest(bucket=named))
    assert states() == [False, False]


@SECOND
def test_whether_a_policy_makes_it_public(sdk, named):
    def is_public():
        return sdk.client.get_bucket_policy_status(
            oss.GetBucketPolicyStatusRequest(bucket=named)).policy_status.is_public
    assert is_public() is False
    sdk.client.put_bucket_policy(oss.PutBucketPolicyRequest(
        bucket=named, body='{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:GetObject"],'
        '"Principal":["*"],"Resource":["*"]}]}'))
    assert is_public() is True
    sdk.client.delete_bucket_policy(oss.DeleteBucketPolicyRequest(bucket=named))


@FIRST
def test_callback_policies(sdk, named):
    bucket = sdk.bucket(named)
    with sdk.refused() as refusal:
        bucket.get_bucket_callback_policy()
    assert refusal.status == 404
    bucket.put_bucket_policy('{"Version":"1","Statement":[{"Effect":"Deny","Principal":["1"]}]}')
    bucket.put_bucket_callback_policy([oss2.models.CallbackPolicyInfo("p1", "e30=", "e30=")])
    found, = bucket.get_bucket_callback_policy().callback_policies
    assert (found.policy_name, found.callback, found.callback_var) == ("p1", "e30=", "e30=")
    bucket.delete_bucket_callback_policy()
    # The policy of access is another document.
    assert b"Deny" in oss2.to_bytes(bucket.get_bucket_policy().policy)
    bucket.delete_bucket_policy()


@SECOND
def test_tables_of_metadata(sdk, named):
    client = sdk.client

    def get():
        return client.get_bucket_metadata_configuration(
            oss.GetBucketMetadataConfigurationRequest(bucket=named)).metadata_configuration_result
    with sdk.refused() as refusal:
        get()
    assert refusal.status == 404
    client.create_bucket_metadata_configuration(oss.CreateBucketMetadataConfigurationRequest(
        bucket=named, metadata_configuration=models.MetadataConfiguration(
            journal_table_configuration=models.JournalTableConfiguration(
                record_expiration=models.MetadataTableRecordExpiration(expiration="DISABLED")),
            inventory_table_configuration=models.InventoryTableConfiguration(configuration_state="ENABLED"))))
    assert get().inventory_table_configuration_result.configuration_state == "ENABLED"
    client.update_bucket_metadata_inventory_table_configuration(
        oss.UpdateBucketMetadataInventoryTableConfigurationRequest(
            bucket=named, inventory_table_configuration=models.InventoryTableConfiguration(
                configuration_state="DISABLED")))
    client.update_bucket_metadata_journal_table_configuration(
        oss.UpdateBucketMetadataJournalTableConfigurationRequest(
            bucket=named, journal_table_configuration=models.JournalTableConfiguration(
                record_expiration=models.MetadataTableRecordExpiration(expiration="ENABLED", days=30))))
    found = get()
    assert found.inventory_table_configuration_result.configuration_state == "DISABLED"
    assert found.journal_table_configuration_result.record_expiration.days == 30
    client.delete_bucket_metadata_configuration(oss.DeleteBucketMetadataConfigurationRequest(bucket=named))
    with sdk.refused() as refusal:
        get()
    assert refusal.status == 404
