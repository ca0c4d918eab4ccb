"""Access points, replication, redundancy and the like, with both SDKs: kept and answered by the emulator."""
import alibabacloud_oss_v2 as oss
import oss2
import oss2.models
import pytest
from alibabacloud_oss_v2 import models

from conftest import BUCKET, FIRST, SECOND

POLICY = '{"Version":"1","Statement":[{"Effect":"Deny","Action":["oss:PutObject"],"Principal":["1"],"Resource":["*"]}]}'


def test_access_points_of_the_first(sdk, named):
    if not sdk.is_first:
        return access_points_of_the_second(sdk, named)
    bucket = sdk.bucket(named)
    made = bucket.create_access_point(oss2.models.CreateAccessPointRequest("point-1", "internet"))
    assert made.alias.endswith("-ossalias")
    assert bucket.get_access_point("point-1").alias == made.alias
    listed = bucket.list_bucket_access_points(max_keys=10)
    assert [entry.access_point_name for entry in listed.access_points] == ["point-1"]
    assert "point-1" in [entry.access_point_name for entry in sdk.service.list_access_points().access_points]
    bucket.put_access_point_policy("point-1", POLICY)
    assert oss2.to_bytes(bucket.get_access_point_policy("point-1").policy) == POLICY.encode()
    bucket.delete_access_point_policy("point-1")
    bucket.put_access_point_public_access_block("point-1", True)
    assert bucket.get_access_point_public_access_block("point-1").block_public_access is True
    assert bucket.get_bucket_public_access_block().block_public_access is False, "that of the bucket is another"
    bucket.delete_access_point_public_access_block("point-1")
    assert bucket.get_access_point_public_access_block("point-1").block_public_access is False
    bucket.delete_access_point("point-1")
    for call in (bucket.get_access_point, bucket.get_access_point_public_access_block):
        with sdk.refused() as refusal:
            call("point-1")
        assert (refusal.status, refusal.code) == (404, "NoSuchAccessPoint")


def access_points_of_the_second(sdk, named):
    client, point = sdk.client, {"bucket": named, "access_point_name": "point-1"}
    made = client.create_access_point(oss.CreateAccessPointRequest(
        bucket=named, create_access_point_configuration=models.CreateAccessPointConfiguration(
            access_point_name="point-1", network_origin="internet")))
    assert made.alias.endswith("-ossalias")
    assert client.get_access_point(oss.GetAccessPointRequest(**point)).alias == made.alias
    listed = client.list_access_points(oss.ListAccessPointsRequest(bucket=named))
    assert [entry.access_point_name for entry in listed.access_points] == ["point-1"]
    client.put_access_point_policy(oss.PutAccessPointPolicyRequest(**point, body=POLICY))
    assert client.get_access_point_policy(oss.GetAccessPointPolicyRequest(**point)).body in (POLICY, POLICY.encode())
    client.delete_access_point_policy(oss.DeleteAccessPointPolicyRequest(**point))
    client.put_access_point_public_access_block(oss.PutAccessPointPublicAccessBlockRequest(
        **point, public_access_block_configuration=oss.PublicAccessBlockConfiguration(block_public_access=True)))

    def is_blocked():
        return client.get_access_point_public_access_block(oss.GetAccessPointPublicAccessBlockRequest(
            **point)).public_access_block_configuration.block_public_access
    assert is_blocked() is True
    client.delete_access_point_public_access_block(oss.DeleteAccessPointPublicAccessBlockRequest(**point))
    assert is_blocked() is False
    client.delete_access_point(oss.DeleteAccessPointRequest(**point))
    with sdk.refused() as refusal:
        client.get_access_point(oss.GetAccessPointRequest(**point))
    assert (refusal.status, refusal.code) == (404, "NoSuchAccessPoint")


@pytest.fixture
def target(sdk, signed):
    """A bucket in another region."""
    name = f"replica-{sdk.name}"
    host = f"http://oss-cn-beijing.aliyuncs.com:{signed.gateway.emulator_address.rpartition(':')[2]}"
    bucket = oss2.Bucket(oss2.Auth(sdk.key_id, sdk.secret), host, name)
    bucket.create_bucket()
    yield name
    bucket.delete_bucket()


def test_replication(sdk, named, target):
    if sdk.is_first:
        bucket = sdk.bucket(named)
        bucket.put_bucket_replication(oss2.models.ReplicationRule(
            rule_id="r1", prefix_list=["a/"], action_list=["PUT"], target_bucket_name=target,
            target_bucket_location="oss-cn-beijing"))
        rule, = bucket.get_bucket_replication().rule_list
        assert (rule.rule_id, rule.prefix_list, rule.target_bucket_name) == ("r1", ["a/"], target)
        locations = bucket.get_bucket_replication_location()
        assert "oss-cn-beijing" in locations.location_list
        assert bucket.get_bucket_replication_progress("r1").progress.rule_id == "r1"
        bucket.delete_bucket_replication("r1")
        with sdk.refused() as refusal:
            bucket.get_bucket_replication()
    else:
        client = sdk.client
        client.put_bucket_replication(oss.PutBucketReplicationRequest(
            bucket=named, replication_configuration=models.ReplicationConfiguration(rules=[models.ReplicationRule(
                id="r1", prefix_set=models.ReplicationPrefixSet(prefixs=["a/"]), action="PUT",
                destination=models.ReplicationDestination(bucket=target, location="oss-cn-beijing"))])))
        client.put_bucket_rtc(oss.PutBucketRtcRequest(bucket=named, rtc_configuration=models.RtcConfiguration(
            id="r1", rtc=models.ReplicationTimeControl(status="enabled"))))
        rule, = client.get_bucket_replication(
            oss.GetBucketReplicationRequest(bucket=named)).replication_configuration.rules
        assert (rule.id, rule.prefix_set.prefixs, rule.rtc.status) == ("r1", ["a/"], "enabled")
        found = client.get_bucket_replication_location(oss.GetBucketReplicationLocationRequest(bucket=named))
        assert "oss-cn-beijing" in found.replication_location.locations
        found = client.get_bucket_replication_progress(
            oss.GetBucketReplicationProgressRequest(bucket=named, rule_id="r1"))
        assert [rule.id for rule in found.replication_progress.rules] == ["r1"]
        client.delete_bucket_replication(oss.DeleteBucketReplicationRequest(
            bucket=named, replication_rules=models.ReplicationRules(ids=["r1"])))
        with sdk.refused() as refusal:
            client.get_bucket_replication(oss.GetBucketReplicationRequest(bucket=named))
    assert (refusal.status, refusal.code) == (404, "NoSuchReplicationConfiguration")


def test_more_redundancy(sdk, named):
    if sdk.is_first:
        bucket = sdk.bucket(named)
        task = bucket.create_bucket_data_redundancy_transition("ZRS").task_id
        assert bucket.get_bucket_data_redundancy_transition(task).task_id == task
        listed = bucket.list_bucket_data_redundancy_transition().data_redundancy_transitions
        assert [entry.task_id for entry in listed] == [task]
        listed = sdk.service.list_user_data_redundancy_transition().data_redundancy_transitions
        assert task in [entry.task_id for entry in listed]
        bucket.delete_bucket_data_redundancy_transition(task)
        with sdk.refused() as refusal:
            bucket.get_bucket_data_redundancy_transition(task)
    else:
        client = sdk.client
        task = client.create_bucket_data_redundancy_transition(oss.CreateBucketDataRedundancyTransitionRequest(
            bucket=named, target_redundancy_type="ZRS")).bucket_data_redundancy_transition.task_id
        one = {"bucket": named, "redundancy_transition_taskid": task}
        found = client.get_bucket_data_redundancy_transition(oss.GetBucketDataRedundancyTransitionRequest(**one))
        assert found.bucket_data_redundancy_transition.task_id == task
        listed = client.list_bucket_data_redundancy_transition(
            oss.ListBucketDataRedundancyTransitionRequest(bucket=named)).list_bucket_data_redundancy_transition
        assert [entry.task_id for entry in listed.bucket_data_redundancy_transition] == [task]
        listed = client.list_user_data_redundancy_transition(
            oss.ListUserDataRedundancyTransitionRequest()).list_bucket_data_redundancy_transition
        assert task in [entry.task_id for entry in listed.bucket_data_redundancy_transition]
        client.delete_bucket_data_redundancy_transition(
            oss.DeleteBucketDataRedundancyTransitionRequest(**one))
        with sdk.refused() as refusal:
            client.get_bucket_data_redundancy_transition(oss.GetBucketDataRedundancyTransitionRequest(**one))
    assert refusal.status == 404


def test_a_retention_policy_that_is_given_up(sdk, named):
    if sdk.is_first:
        bucket = sdk.bucket(named)
        bucket.init_bucket_worm(1)
        bucket.abort_bucket_worm()
        with sdk.refused() as refusal:
            bucket.get_bucket_worm()
    else:
        sdk.client.initiate_bucket_worm(oss.InitiateBucketWormRequest(
            bucket=named, initiate_worm_configuration=oss.InitiateWormConfiguration(retention_period_in_days=1)))
        sdk.client.abort_bucket_worm(oss.AbortBucketWormRequest(bucket=named))
        with sdk.refused() as refusal:
            sdk.client.get_bucket_worm(oss.GetBucketWormRequest(bucket=named))
    assert (refusal.status, refusal.code) == (404, "NoSuchWORMConfiguration")


@SECOND
def test_settings_that_are_listed_and_taken_away(sdk, named):
    client = sdk.client
    client.put_style(oss.PutStyleRequest(
        bucket=named, style_name="small", style=oss.StyleContent(content="image/resize,w_100")))
    listed = client.list_style(oss.ListStyleRequest(bucket=named)).style_list
    assert [style.name for style in listed.styles] == ["small"]
    client.delete_style(oss.DeleteStyleRequest(bucket=named, style_name="small"))
    listed = client.list_bucket_inventory(oss.ListBucketInventoryRequest(bucket=named))
    assert not listed.list_inventory_configurations_result.inventory_configurations
    client.put_bucket_encryption(oss.PutBucketEncryptionRequest(
        bucket=named, server_side_encryption_rule=oss.ServerSideEncryptionRule(
            apply_server_side_encryption_by_default=oss.ApplyServerSideEncryptionByDefault(sse_algorithm="AES256"))))
    client.delete_bucket_encryption(oss.DeleteBucketEncryptionRequest(bucket=named))
    with sdk.refused() as refusal:
        client.get_bucket_encryption(oss.GetBucketEncryptionRequest(bucket=named))
    assert refusal.code == "NoSuchServerSideEncryptionRule"
    client.put_bucket_website(oss.PutBucketWebsiteRequest(
        bucket=named, website_configuration=oss.WebsiteConfiguration(
            index_document=oss.IndexDocument(suffix="index.html"))))
    client.delete_bucket_website(oss.DeleteBucketWebsiteRequest(bucket=named))
    with sdk.refused() as refusal:
        client.get_bucket_website(oss.GetBucketWebsiteRequest(bucket=named))
    assert refusal.code == "NoSuchWebsiteConfiguration"


@FIRST
def test_playlists_of_live_channels(sdk, key):
    name = key[-60:].strip("-")
    bucket = sdk.bucket(BUCKET)
    bucket.create_live_channel(name, oss2.models.LiveChannelInfo(
        target=oss2.models.LiveChannelInfoTarget(playlist_name="list.m3u8")))
    url = bucket.sign_rtmp_url(name, "list.m3u8", 60)
    assert url.startswith("rtmp://") and f"/live/{name}?" in url
    # Nothing was ever streamed to the channel, so that there is nothing for a list.
    for call in (
            lambda: bucket.post_vod_playlist(name, "vod.m3u8", 1_500_000_000, 1_500_003_600),
            lambda: bucket.get_vod_playlist(name, 1_500_000_000, 1_500_003_600)):
        with sdk.refused() as refusal:
            call()
        assert (refusal.status, refusal.code) == (404, "NoSuchKey") or refusal.status == 400
    bucket.delete_live_channel(name)
