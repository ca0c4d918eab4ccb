import Bytes
import OSSModel
import TestSupport

extension DocumentedErrorTriggers {
    /// All but those about signatures, forms and callbacks.
    static let rows: [String: Trigger] = [
        "invalid-bucket-name": plain(bucket("Bucket")),
        "e404-nosuchbucket": plain { ask, operation in
            let makes: Set<OSSOperation> = [.putBucket, .optionObject]
            return !makes.contains(operation) && hasBucket.contains(operation)
                && bucket("nobucket")(&ask, operation)
        },
        "invalid-object-name-empty": plain { ask, operation in
            if operation == .postObject { return key("")(&ask, operation) }
            let wants: Set<OSSOperation> = [
                .initiateMultipartUpload, .appendObject, .putSymlink, .restoreObject, .uploadPart,
            ]
            return wants.contains(operation) && key("")(&ask, operation)
        },
        "invalid-object-name-length": plain(
            { ask, operation in
                !channels.contains(operation)
                    && key(String(repeating: "a", count: 1024))(&ask, operation)
            }),
        "invalid-object-name-invalid": plain(
            { ask, operation in
                !channels.contains(operation) && operation != .postObject && key("%FF")(&ask, operation)
            }),
        "channel-name-length": plain(key(String(repeating: "a", count: 64))),
        "channel-name-empty": plain(only([], key(""))),
        "too-many-buckets": Trigger(settings: { $0.limits.buckets = 2 }, change: bucket("third")),
        "not-implemented-header": plain(field("If-Match", "a")),
        "missing-argument": plain { ask, _ in
            ask.target = "/bucket/new?append"
            return true
        },
        "copy-source-format": plain(field("x-oss-copy-source", "bucket")),
        "invalid-host-put-bucket": plain { ask, _ in
            (ask.target, ask.host) = ("/", "www.example.com")
            return true
        },
        "non-standard-host": plain { ask, operation in
            guard operation != .putBucket else { return false }
            ask.host = "www.example.com"
            // With nothing behind the slash it would be the making of a bucket.
            return ask.method != "PUT" || ask.target.hasPrefix("/bucket/")
        },
        "bucket-storage-class": plain(
            body("<CreateBucketConfiguration><StorageClass>Cold</StorageClass></CreateBucketConfiguration>")),
        "version-id-empty": plain(only(versioned, query("versionId="))),
        "persistent-header-format": plain(field("x-oss-persistent-headers", "name")),
        "persistent-header-not-base64": plain(field("x-oss-persistent-headers", "name:***")),
        "persistent-header-not-token": plain(field("x-oss-persistent-headers", "na me:YQ==")),
        "persistent-header-not-utf8": plain(field("x-oss-persistent-headers", "name:/w==")),
        "persistent-header-crlf": plain(field("x-oss-persistent-headers", "name:YQ0K")),
        "persistent-header-reserved": plain(field("x-oss-persistent-headers", "Connection:YQ==")),
        "persistent-header-conflict": plain { ask, operation in
            _ = field("x-oss-persistent-headers", "Cache-Control:YQ==")(&ask, operation)
            if operation == .postObject {
                ask.form = formWith([
                    ("Cache-Control", "b"), ("x-oss-persistent-headers", "Cache-Control:YQ=="),
                ])
                return true
            }
            return field("Cache-Control", "b")(&ask, operation)
        },
        "tagging-header-format": plain(field("x-oss-tagging", "a=%zz")),
        "tagging-key-invalid": plain { ask, operation in
            operation == .putObjectTagging
                ? body("<Tagging><TagSet><Tag><Key>a!</Key><Value>b</Value></Tag></TagSet></Tagging>")(
                    &ask, operation)
                : field("x-oss-tagging", "a%21=b")(&ask, operation)
        },
        "repeated-tags": plain(
            body(
                "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"
            )),
        "traffic-limit-range": plain(field("x-oss-traffic-limit", "819199")),
        "traffic-limit-both-places": plain { ask, operation in
            guard operation != .postObject else { return false }
            _ = field("x-oss-traffic-limit", "819200")(&ask, operation)
            return query("x-oss-traffic-limit=819200")(&ask, operation)
        },
        "sse-algorithm-invalid": plain(field("x-oss-server-side-encryption", "RC4")),
        "sse-algorithm-invalid-2": plain(field("x-oss-server-side-encryption", "RC4")),
        "sse-data-encryption-invalid": plain { ask, operation in
            if operation == .putBucketEncryption {
                return body(
                    "<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>KMS</SSEAlgorithm><KMSDataEncryption>RC4</KMSDataEncryption></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>"
                )(&ask, operation)
            }
            if operation == .postObject {
                ask.form = formWith([
                    ("x-oss-server-side-encryption", "KMS"), ("x-oss-server-side-data-encryption", "RC4"),
                ])
                return true
            }
            _ = field("x-oss-server-side-encryption", "KMS")(&ask, operation)
            return field("x-oss-server-side-data-encryption", "RC4")(&ask, operation)
        },
        "kms-service-not-enabled": Trigger(
            settings: { $0.account.hasKMS = false }, change: field("x-oss-server-side-encryption", "KMS")),
        "kms-key-id-invalid": plain { ask, operation in
            if operation == .postObject {
                ask.form = formWith([
                    ("x-oss-server-side-encryption", "KMS"), ("x-oss-server-side-encryption-key-id", "a b"),
                ])
                return true
            }
            _ = field("x-oss-server-side-encryption", "KMS")(&ask, operation)
            return field("x-oss-server-side-encryption-key-id", "a b")(&ask, operation)
        },
        "options-origin-missing": plain { ask, _ in
            ask.fields = [("Access-Control-Request-Method", "GET")]
            return true
        },
        "options-method-missing": plain { ask, _ in
            ask.fields = [("Origin", "http://example.com")]
            return true
        },
        "cors-not-allowed": plain { ask, _ in
            ask.fields = [("Origin", "http://example.com"), ("Access-Control-Request-Method", "GET")]
            return true
        },
        "missing-content-length": plain { ask, operation in
            (ask.form, ask.body) = (nil, nil)
            if operation == .postObject {
                ask.fields.append(("Content-Type", FormBody().contentType))
            }
            return true
        },
        "inline-data-too-large": Trigger(settings: { $0.limits.uploadBytes = 3 }) { ask, operation in
            // No part can have been uploaded beforehand.
            operation != .uploadPart && data.contains(operation)
        },
        "content-md5-invalid": plain { ask, operation in
            guard ask.body != nil || ask.form != nil, !lacking.contains(operation) else { return false }
            // The form is judged apart from its fields.
            ask.fields.append(("Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA=="))
            return true
        },
        "crc64-mismatch": plain { ask, _ in
            ask.fields.append(("x-oss-hash-crc64ecma", "1"))
            return true
        },
        "malformed-xml": plain(only(malformed, body("<Wrong/>"))),
        "invalid-xml-format": plain { ask, operation in
            notWellFormed.contains(operation) && body("<a")(&ask, operation)
        },
        "no-replication-rule": plain { ask, operation in
            body(operation == .putBucketReplication ? "<ReplicationConfiguration/>" : "<ReplicationRules/>")(
                &ask, operation)
        },
        "cors-rule-beyond-limit": plain { ask, operation in
            let rule =
                "<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>"
            return body(
                "<CORSConfiguration>\(String(repeating: rule, count: 11))</CORSConfiguration>")(
                    &ask, operation)
        },
        "user-key-must-be-specified": plain(body("<Delete><Object><Key></Key></Object></Delete>")),
        "part-order": plain(body(parts([(2, "\"a\""), (1, "\"a\"")]))),
        "part-order-2": plain(body(parts([(2, "\"a\""), (1, "\"a\"")]))),
        "part-number-range": plain(body(parts([(10_001, "\"a\"")]))),
        "part-number-range-2": plain(body(parts([(0, "\"a\"")]))),
        "invalid-part": plain(body(parts([(1, "\"a\"")]))),
        "x-part-number-query": plain { ask, _ in
            ask.target = ask.target.replacing("partNumber=1", with: "partNumber=0")
            return true
        },
        "x-encoding-type": plain { ask, operation in
            query("encoding-type=hex")(&ask, operation)
        },
        "position-not-equal-to-length": plain { ask, _ in
            ask.target = "/bucket/log?append&position=3"
            return true
        },
        "object-not-appendable": plain { ask, _ in
            ask.target = "/bucket/key?append&position=4"
            return true
        },
        "not-symlink": plain { ask, _ in
            ask.target = "/bucket/key?symlink"
            return true
        },
        "operation-not-supported": plain(only([.restoreObject]) { _, _ in true }),
        "entity-too-large-copy": Trigger(settings: { $0.limits.copyBytes = 3 }) { _, _ in true },
        "precondition-failed": plain { ask, operation in
            reads.contains(operation)
                ? field("If-Match", "\"a\"")(&ask, operation)
                : field("x-oss-copy-source-if-match", "\"a\"")(&ask, operation)
        },
        "not-modified": plain { ask, operation in
            reads.contains(operation)
                ? field("If-Modified-Since", "Tue, 14 Nov 2023 22:13:20 GMT")(&ask, operation)
                : field("x-oss-copy-source-if-modified-since", "Tue, 14 Nov 2023 22:13:20 GMT")(
                    &ask, operation)
        },
        "invalid-range": plain { ask, operation in
            ask.fields.append(("x-oss-range-behavior", "standard"))
            return field("Range", "bytes=9-")(&ask, operation)
        },
        "e404-nosuchkey": plain(only(readsKeys, key("none"))),
        "e404-nosuchupload": plain(
            only([.uploadPart, .listParts, .abortMultipartUpload]) { ask, _ in
                let start = ask.target.firstRange(of: "uploadId=")
                ask.target = start.map { String(ask.target[..<$0.upperBound]) + "none" } ?? ask.target
                return true
            }),
        "e409-filealreadyexists": plain(
            only([.putObject, .copyObject]) { ask, operation in
                _ = field("x-oss-forbid-overwrite", "true")(&ask, operation)
                ask.target = "/bucket/key"
                return true
            }),
        "e409-bucketnotempty": plain(only([.deleteBucket]) { _, _ in true }),
        "e404-nosuchwebsiteconfiguration": plain(only([.getBucketWebsite]) { _, _ in true }),
        "e404-nosuchcorsconfiguration": plain(only([.getBucketCors]) { _, _ in true }),
        "e404-nosuchlifecycle": plain(only([.getBucketLifecycle]) { _, _ in true }),
        "e404-nosuchbucketpolicy": plain(only([.getBucketPolicy]) { _, _ in true }),
        "e404-nosuchwormconfiguration": plain(only([.getBucketWorm]) { _, _ in true }),
        "e404-nosuchinventory": plain(only([.getBucketInventory]) { _, _ in true }),
        "e404-nosuchserversideencryptionrule": plain(only([.getBucketEncryption]) { _, _ in true }),
        "e404-nosuchreplicationconfiguration": plain(only([.getBucketReplication]) { _, _ in true }),
        "e404-nosuchreplicationrule": plain(only([.getBucketReplicationProgress]) { _, _ in true }),
        "e404-nosuchtransferaccelerationconfiguration": plain(
            only([.getBucketTransferAcceleration]) { _, _ in true }),
        "e404-nosuchstyle": plain(only([.getStyle]) { _, _ in true }),
        "e404-nosuchlivechannel": plain(
            only([.getLiveChannelInfo, .getLiveChannelStat, .putLiveChannelStatus]) { _, _ in true }),
        "method-not-allowed": plain { ask, operation in
            ask.method = "BREW"
            return operation != .optionObject
        },
        "cse-missing-parameters": plain(field("x-oss-meta-client-side-encryption-key", "a")),
    ]
}
