"""Sub-resources of buckets through the gateway, with both SDKs: set, read back, deleted, and refused as the service does."""
import alibabacloud_oss_v2 as oss
import oss2
import oss2.models

from conftest import BUCKET, FIRST, SECOND


def test_rules_for_other_origins(sdk):
    if sdk.is_first:
        bucket = sdk.bucket(BUCKET)
        rule = oss2.models.CorsRule(["http://*.example.com"], ["GET", "PUT"], ["x-oss-*"], ["ETag"], 60)
        bucket.put_bucket_cors(oss2.models.BucketCors([rule]))
        found = bucket.get_bucket_cors().rules[0]
        assert (found.allowed_origins, found.allowed_methods) == (["http://*.example.com"], ["GET", "PUT"])
        assert found.max_age_seconds == 60
    else:
        sdk.client.put_bucket_cors(oss.PutBucketCorsRequest(bucket=BUCKET, cors_configuration=oss.CORSConfiguration(
            cors_rules=[oss.CORSRule(
                allowed_origins=["http://*.example.com"], allowed_methods=["GET", "PUT"],
                allowed_headers=["x-oss-*"], expose_headers=["ETag"], max_age_seconds=60)])))
        found = sdk.client.get_bucket_cors(oss.GetBucketCorsRequest(bucket=BUCKET)).cors_configuration.cors_rules[0]
        assert (found.allowed_origins, found.allowed_methods) == (["http://*.example.com"], ["GET", "PUT"])
        assert found.max_age_seconds == 60
    url, _ = sdk.presign("GET", BUCKET, "any", 60)
    preflight = sdk.send("OPTIONS", url.partition("?")[0], headers={
        "Origin": "http://www.example.com", "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "x-oss-meta-a"})
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Origin"] == "http://www.example.com"
    refused = sdk.send("OPTIONS", url.partition("?")[0], headers={
        "Origin": "http://other.test", "Access-Control-Request-Method": "PUT"})
    assert refused.status_code == 403
    assert "AccessForbidden" in refused.text
    if sdk.is_first:
        sdk.bucket(BUCKET).delete_bucket_cors()
    else:
        sdk.client.delete_bucket_cors(oss.DeleteBucketCorsRequest(bucket=BUCKET))
    with sdk.refused() as refusal:
        if sdk.is_first:
            sdk.bucket(BUCKET).get_bucket_cors()
        else:
            sdk.client.get_bucket_cors(oss.GetBucketCorsRequest(bucket=BUCKET))
    assert (refusal.status, refusal.code) == (404, "NoSuchCORSConfiguration")


def test_lifecycle(sdk):
    if sdk.is_first:
        bucket = sdk.bucket(BUCKET)
        bucket.put_bucket_lifecycle(oss2.models.BucketLifecycle([
            oss2.models.LifecycleRule("r1", "logs/", expiration=oss2.models.LifecycleExpiration(days=9))]))
        rule = bucket.get_bucket_lifecycle().rules[0]
        assert (rule.id, rule.prefix, rule.status, rule.expiration.days) == ("r1", "logs/", "Enabled", 9)
        bucket.delete_bucket_lifecycle()
    else:
        sdk.client.put_bucket_lifecycle(oss.PutBucketLifecycleRequest(
            bucket=BUCKET, lifecycle_configuration=oss.LifecycleConfiguration(rules=[oss.LifecycleRule(
                id="r1", prefix="logs/", status="Enabled", expiration=oss.LifecycleRuleExpiration(days=9))])))
        answer = sdk.client.get_bucket_lifecycle(oss.GetBucketLifecycleRequest(bucket=BUCKET))
        rule = answer.lifecycle_configuration.rules[0]
        assert (rule.id, rule.prefix, rule.status, rule.expiration.days) == ("r1", "logs/", "Enabled", 9)
        sdk.client.delete_bucket_lifecycle(oss.DeleteBucketLifecycleRequest(bucket=BUCKET))
    with sdk.refused() as refusal:
        if sdk.is_first:
            sdk.bucket(BUCKET).get_bucket_lifecycle()
        else:
            sdk.client.get_bucket_lifecycle(oss.GetBucketLifecycleRequest(bucket=BUCKET))
    assert (refusal.status, refusal.code) == (404, "NoSuchLifecycle")


def test_logging(sdk):
    if sdk.is_first:
        bucket = sdk.bucket(BUCKET)
        bucket.put_bucket_logging(oss2.models.BucketLogging(BUCKET, "log/"))
        found = bucket.get_bucket_logging()
        assert (found.target_bucket, found.target_prefix) == (BUCKET, "log/")
        bucket.delete_bucket_logging()
        assert not bucket.get_bucket_logging().target_bucket
        with sdk.refused() as refusal:
            bucket.put_bucket_logging(oss2.models.BucketLogging("absent-bucket", "log/"))
    else:
        def put(target):
            sdk.client.put_bucket_logging(oss.PutBucketLoggingRequest(
                bucket=BUCKET, bucket_logging_status=oss.BucketLoggingStatus(
                    logging_enabled=oss.LoggingEnabled(target_bucket=target, target_prefix="log/"))))
        put(BUCKET)
        found = sdk.client.get_bucket_logging(oss.GetBucketLoggingRequest(bucket=BUCKET)).bucket_logging_status
        assert (found.logging_enabled.target_bucket, found.logging_enabled.target_prefix) == (BUCKET, "log/")
        sdk.client.delete_bucket_logging(oss.DeleteBucketLoggingRequest(bucket=BUCKET))
        with sdk.refused() as refusal:
            put("absent-bucket")
    assert (refusal.status, refusal.code) == (400, "InvalidTargetBucketForLogging")


def test_websites(sdk, stored, key):
    stored.put_object(f"{key}/index.html", b"the page")
    stored.put_object(f"{key}/error.html", b"no page")
    for name in ("index", "error"):
        stored.put_object_acl(f"{key}/{name}.html", "public-read")
    stored.put_bucket_acl("public-read")
    try:
        if sdk.is_first:
            sdk.bucket(BUCKET).put_bucket_website(
                oss2.models.BucketWebsite(f"{key}/index.html", f"{key}/error.html"))
            found = sdk.bucket(BUCKET).get_bucket_website()
            assert (found.index_file, found.error_file) == (f"{key}/index.html", f"{key}/error.html")
        else:
            sdk.client.put_bucket_website(oss.PutBucketWebsiteRequest(
                bucket=BUCKET, website_configuration=oss.WebsiteConfiguration(
                    index_document=oss.IndexDocument(suffix=f"{key}/index.html"),
                    error_document=oss.ErrorDocument(key=f"{key}/error.html", http_status=404))))
            found = sdk.client.get_bucket_website(oss.GetBucketWebsiteRequest(bucket=BUCKET)).website_configuration
            assert found.index_document.suffix == f"{key}/index.html"
        url, _ = sdk.presign("GET", BUCKET, "none", 60)
        root = url.partition("?")[0].removesuffix("none")
        page = sdk.send("GET", root)
        assert (page.status_code, page.content) == (200, b"the page")
        missing = sdk.send("GET", root + "no-such-page")
        assert (missing.status_code, missing.content) == (404, b"no page")
        with sdk.refused() as refusal:
            sdk.get(BUCKET, "no-such-page")
        assert refusal.code == "NoSuchKey", "who signs sees no website"
    finally:
        stored.delete_bucket_website()
        stored.put_bucket_acl("private")


def test_referers(sdk, stored, key):
    stored.put_object(key, b"picture")
    try:
        if sdk.is_first:
            sdk.bucket(BUCKET).put_bucket_referer(oss2.models.BucketReferer(False, ["http://*.example.com"]))
            found = sdk.bucket(BUCKET).get_bucket_referer()
            assert (found.allow_empty_referer, found.referers) == (False, ["http://*.example.com"])
        else:
            sdk.client.put_bucket_referer(oss.PutBucketRefererRequest(
                bucket=BUCKET, referer_configuration=oss.RefererConfiguration(
                    allow_empty_referer=False, referer_list=oss.RefererList(referers=["http://*.example.com"]))))
            found = sdk.client.get_bucket_referer(oss.GetBucketRefererRequest(bucket=BUCKET)).referer_configuration
            assert found.allow_empty_referer is False
            assert found.referer_list.referers == ["http://*.example.com"]
        url, headers = sdk.presign("GET", BUCKET, key, 60)
        assert sdk.send("GET", url, headers={**headers, "Referer": "http://www.example.com"}).content == b"picture"
        for referer in ({}, {"Referer": "http://other.test"}):
            refused = sdk.send("GET", url, headers={**headers, **referer})
            assert refused.status_code == 403
            assert "denied by bucket referer policy" in refused.text
        assert sdk.get(BUCKET, key)[0] == b"picture", "signed in the head"
    finally:
        stored.put_bucket_referer(oss2.models.BucketReferer(True, []))


def test_tags_of_a_bucket(sdk):
    tags = {"color": "blue", "size": "1=2"}
    if sdk.is_first:
        rule = oss2.models.TaggingRule()
        for name, value in tags.items():
            rule.add(name, value)
        sdk.bucket(BUCKET).put_bucket_tagging(oss2.models.Tagging(rule))
        assert dict(sdk.bucket(BUCKET).get_bucket_tagging().tag_set.tagging_rule) == tags
        sdk.bucket(BUCKET).delete_bucket_tagging()
        assert dict(sdk.bucket(BUCKET).get_bucket_tagging().tag_set.tagging_rule) == {}
    else:
        sdk.client.put_bucket_tags(oss.PutBucketTagsRequest(bucket=BUCKET, tagging=oss.Tagging(
            tag_set=oss.TagSet(tags=[oss.Tag(key=name, value=value) for name, value in tags.items()]))))
        found = sdk.client.get_bucket_tags(oss.GetBucketTagsRequest(bucket=BUCKET)).tagging.tag_set.tags
        assert {tag.key: tag.value for tag in found} == tags
        sdk.client.delete_bucket_tags(oss.DeleteBucketTagsRequest(bucket=BUCKET))


def test_encryption_by_default(sdk, stored, key):
    if sdk.is_first:
        rule = oss2.models.ServerSideEncryptionRule()
        rule.sse_algorithm = "AES256"
        sdk.bucket(BUCKET).put_bucket_encryption(rule)
        assert sdk.bucket(BUCKET).get_bucket_encryption().sse_algorithm == "AES256"
    else:
        sdk.client.put_bucket_encryption(oss.PutBucketEncryptionRequest(
            bucket=BUCKET, server_side_encryption_rule=oss.ServerSideEncryptionRule(
                apply_server_side_encryption_by_default=oss.ApplyServerSideEncryptionByDefault(
                    sse_algorithm="AES256"))))
        found = sdk.client.get_bucket_encryption(oss.GetBucketEncryptionRequest(bucket=BUCKET))
        rule = found.server_side_encryption_rule.apply_server_side_encryption_by_default
        assert rule.sse_algorithm == "AES256"
    try:
        sdk.put(BUCKET, key, b"x")
        assert sdk.head(BUCKET, key)["x-oss-server-side-encryption"] == "AES256"
    finally:
        stored.delete_bucket_encryption()
    with sdk.refused() as refusal:
        if sdk.is_first:
            sdk.bucket(BUCKET).get_bucket_encryption()
        else:
            sdk.client.get_bucket_encryption(oss.GetBucketEncryptionRequest(bucket=BUCKET))
    assert (refusal.status, refusal.code) == (404, "NoSuchServerSideEncryptionRule")


def test_inventories(sdk, key):
    name = key[-60:].strip("-")
    if sdk.is_first:
        bucket = sdk.bucket(BUCKET)
        bucket.put_bucket_inventory_configuration(oss2.models.InventoryConfiguration(
            inventory_id=name, is_enabled=True, included_object_versions="All",
            inventory_schedule=oss2.models.InventorySchedule("Daily"),
            inventory_destination=oss2.models.InventoryDestination(oss2.models.InventoryBucketDestination(
                account_id="100000000000000", role_arn="acs:ram::100000000000000:role/r", bucket=BUCKET,
                inventory_format="CSV", prefix="inventory"))))
        assert bucket.get_bucket_inventory_configuration(name).inventory_schedule.frequency == "Daily"
        listed = bucket.list_bucket_inventory_configurations().inventory_configurations
        assert name in [entry.inventory_id for entry in listed]
        bucket.delete_bucket_inventory_configuration(name)
    else:
        sdk.client.put_bucket_inventory(oss.PutBucketInventoryRequest(
            bucket=BUCKET, inventory_id=name, inventory_configuration=oss.InventoryConfiguration(
                id=name, is_enabled=True, included_object_versions="All",
                schedule=oss.InventorySchedule(frequency="Daily"),
                destination=oss.InventoryDestination(oss_bucket_destination=oss.InventoryOSSBucketDestination(
                    format="CSV", account_id="100000000000000", role_arn="acs:ram::100000000000000:role/r",
                    bucket=f"acs:oss:::{BUCKET}")))))
        found = sdk.client.get_bucket_inventory(oss.GetBucketInventoryRequest(bucket=BUCKET, inventory_id=name))
        assert found.inventory_configuration.schedule.frequency == "Daily"
        sdk.client.delete_bucket_inventory(oss.DeleteBucketInventoryRequest(bucket=BUCKET, inventory_id=name))
    with sdk.refused() as refusal:
        if sdk.is_first:
            sdk.bucket(BUCKET).get_bucket_inventory_configuration(name)
        else:
            sdk.client.get_bucket_inventory(oss.GetBucketInventoryRequest(bucket=BUCKET, inventory_id=name))
    assert (refusal.status, refusal.code) == (404, "NoSuchInventory")


def test_retention_policies(sdk):
    name = f"worm-{sdk.name}"
    sdk.create_bucket(name)
    try:
        if sdk.is_first:
            bucket = sdk.bucket(name)
            worm = bucket.init_bucket_worm(1).worm_id
            with sdk.refused() as refusal:
                bucket.init_bucket_worm(1)
            assert (refusal.status, refusal.code) == (409, "WORMConfigurationAlreadyExists")
            bucket.complete_bucket_worm(worm)
            bucket.extend_bucket_worm(worm, 2)
            found = bucket.get_bucket_worm()
            assert (found.worm_id, found.state, found.retention_period_days) == (worm, "Locked", 2)
        else:
            worm = sdk.client.initiate_bucket_worm(oss.InitiateBucketWormRequest(
                bucket=name, initiate_worm_configuration=oss.InitiateWormConfiguration(
                    retention_period_in_days=1))).worm_id
            sdk.client.complete_bucket_worm(oss.CompleteBucketWormRequest(bucket=name, worm_id=worm))
            sdk.client.extend_bucket_worm(oss.ExtendBucketWormRequest(
                bucket=name, worm_id=worm, extend_worm_configuration=oss.ExtendWormConfiguration(
                    retention_period_in_days=2)))
            found = sdk.client.get_bucket_worm(oss.GetBucketWormRequest(bucket=name)).worm_configuration
            assert (found.worm_id, found.state, found.retention_period_in_days) == (worm, "Locked", 2)
    finally:
        sdk.delete_bucket(name)


def test_policies(sdk):
    policy = '{"Version":"1","Statement":[{"Effect":"Deny","Action":["oss:PutObject"],"Principal":["1"],"Resource":["*"]}]}'
    if sdk.is_first:
        sdk.bucket(BUCKET).put_bucket_policy(policy)
        assert sdk.bucket(BUCKET).get_bucket_policy().policy in (policy, policy.encode())
        sdk.bucket(BUCKET).delete_bucket_policy()
        with sdk.refused() as refusal:
            sdk.bucket(BUCKET).get_bucket_policy()
    else:
        sdk.client.put_bucket_policy(oss.PutBucketPolicyRequest(bucket=BUCKET, body=policy))
        found = sdk.client.get_bucket_policy(oss.GetBucketPolicyRequest(bucket=BUCKET)).body
        assert found in (policy, policy.encode())
        sdk.client.delete_bucket_policy(oss.DeleteBucketPolicyRequest(bucket=BUCKET))
        with sdk.refused() as refusal:
            sdk.client.get_bucket_policy(oss.GetBucketPolicyRequest(bucket=BUCKET))
    assert (refusal.status, refusal.code) == (404, "NoSuchBucketPolicy")


@FIRST
def test_live_channels(sdk, key):
    name = key[-60:].strip("-")
    bucket = sdk.bucket(BUCKET)
    made = bucket.create_live_channel(name, oss2.models.LiveChannelInfo(
        target=oss2.models.LiveChannelInfoTarget(playlist_name="list.m3u8"), description="d"))
    assert made.publish_url.startswith("rtmp://")
    assert made.play_url.endswith(f"/{name}/list.m3u8")
    assert bucket.get_live_channel(name).status == "enabled"
    bucket.put_live_channel_status(name, "disabled")
    assert bucket.get_live_channel_stat(name).status == "Disabled"
    assert name in [entry.name for entry in bucket.list_live_channel(prefix=name).channels]
    assert bucket.get_live_channel_history(name).records == []
    bucket.delete_live_channel(name)
    with sdk.refused() as refusal:
        bucket.get_live_channel(name)
    assert (refusal.status, refusal.code) == (404, "NoSuchLiveChannel")


def test_styles(sdk):
    if sdk.is_first:
        bucket = sdk.bucket(BUCKET)
        bucket.put_bucket_style("small", "image/resize,w_100")
        assert bucket.get_bucket_style("small").content == "image/resize,w_100"
        assert "small" in [style.name for style in bucket.list_bucket_style().styles]
        bucket.delete_bucket_style("small")
        with sdk.refused() as refusal:
            bucket.get_bucket_style("small")
    else:
        sdk.client.put_style(oss.PutStyleRequest(
            bucket=BUCKET, style_name="small", style=oss.StyleContent(content="image/resize,w_100")))
        found = sdk.client.get_style(oss.GetStyleRequest(bucket=BUCKET, style_name="small")).style
        assert found.content == "image/resize,w_100"
        sdk.client.delete_style(oss.DeleteStyleRequest(bucket=BUCKET, style_name="small"))
        with sdk.refused() as refusal:
            sdk.client.get_style(oss.GetStyleRequest(bucket=BUCKET, style_name="small"))
    assert (refusal.status, refusal.code) == (404, "NoSuchStyle")


def test_transfer_acceleration_and_payment(sdk):
    if sdk.is_first:
        bucket = sdk.bucket(BUCKET)
        bucket.put_bucket_transfer_acceleration("true")
        assert bucket.get_bucket_transfer_acceleration().enabled in (True, "true")
        bucket.put_bucket_request_payment(oss2.models.PAYER_REQUESTER)
        assert bucket.get_bucket_request_payment().payer == "Requester"
        bucket.put_bucket_request_payment(oss2.models.PAYER_BUCKETOWNER)
    else:
        sdk.client.put_bucket_transfer_acceleration(oss.PutBucketTransferAccelerationRequest(
            bucket=BUCKET, transfer_acceleration_configuration=oss.TransferAccelerationConfiguration(enabled=True)))
        found = sdk.client.get_bucket_transfer_acceleration(
            oss.GetBucketTransferAccelerationRequest(bucket=BUCKET)).transfer_acceleration_configuration
        assert found.enabled is True
        for payer in ("Requester", "BucketOwner"):
            sdk.client.put_bucket_request_payment(oss.PutBucketRequestPaymentRequest(
                bucket=BUCKET, request_payment_configuration=oss.RequestPaymentConfiguration(payer=payer)))
            found = sdk.client.get_bucket_request_payment(oss.GetBucketRequestPaymentRequest(bucket=BUCKET))
            assert found.request_payment_configuration.payer == payer


def test_domains(sdk):
    domain = f"{sdk.name}.example.com"
    if sdk.is_first:
        bucket = sdk.bucket(BUCKET)
        token = bucket.create_bucket_cname_token(domain).token
        assert bucket.get_bucket_cname_token(domain).token == token
        bucket.put_bucket_cname(oss2.models.PutBucketCnameRequest(domain))
        assert domain in [entry.domain for entry in bucket.list_bucket_cname().cname]
        bucket.delete_bucket_cname(domain)
        assert domain not in [entry.domain for entry in bucket.list_bucket_cname().cname]
    else:
        named = oss.BucketCnameConfiguration(cname=oss.Cname(domain=domain))
        made = sdk.client.create_cname_token(
            oss.CreateCnameTokenRequest(bucket=BUCKET, bucket_cname_configuration=named))
        found = sdk.client.get_cname_token(oss.GetCnameTokenRequest(bucket=BUCKET, cname=domain))
        assert found.cname_token.token == made.cname_token.token
        sdk.client.put_cname(oss.PutCnameRequest(bucket=BUCKET, bucket_cname_configuration=named))
        listed = sdk.client.list_cname(oss.ListCnameRequest(bucket=BUCKET)).cnames
        assert domain in [entry.domain for entry in listed]
        sdk.client.delete_cname(oss.DeleteCnameRequest(bucket=BUCKET, bucket_cname_configuration=named))


@SECOND
def test_sealed_objects(sdk, key):
    sdk.append(BUCKET, key, 0, b"1234")
    sdk.client.seal_append_object(oss.SealAppendObjectRequest(bucket=BUCKET, key=key, position=4))
    with sdk.refused() as refusal:
        sdk.append(BUCKET, key, 4, b"5")
    assert (refusal.status, refusal.code) == (400, "AppendSealedObjectNotAllowed")
