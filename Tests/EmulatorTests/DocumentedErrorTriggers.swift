import Bytes
import Emulator
import HTTPModel
import OSSModel
import TestSupport
import Testing

/// Requests that are wrong in the way of one row of the catalogue, made of one that is right.
enum DocumentedErrorTriggers {
    /// A request that is being made wrong.
    struct Ask {
        var method: String
        var target: String
        var fields: [(String, String)]
        var body: [UInt8]?
        var chunked = false
        var host = "localhost:9000"
        var form: FormBody?
    }

    /// Makes it wrong; false where this operation cannot be wrong so.
    typealias Change = @Sendable (inout Ask, OSSOperation) -> Bool

    struct Trigger: Sendable {
        var settings: @Sendable (inout EmulatorSettings) -> Void = { _ in }
        let change: Change
    }

    /// What comes of it; nil when the emulator knows no such error of this operation by itself.
    static func reply(_ operation: OSSOperation, _ row: String) throws -> Reply? {
        guard let trigger = triggers[row] else { return nil }
        let emulator = try Harness { settings in
            settings.buckets = ["bucket", "other"]
            trigger.settings(&settings)
        }
        let isSigned = signed.contains(row)
        if !isSigned { prepare(emulator) }
        guard var ask = base(operation, isSigned ? nil : emulator) else { return nil }
        guard trigger.change(&ask, operation) else { return nil }
        if let form = ask.form {
            ask.fields.append(("Content-Type", form.contentType))
            ask.body = form.bytes()
        }
        return emulator.send(
            ask.method, ask.target, ask.fields, body: ask.body, chunked: ask.chunked, host: ask.host)
    }

    static func prepare(_ emulator: Harness) {
        guard emulator.send("HEAD", "/bucket").status == 200 else { return }
        _ = emulator.send("PUT", "/bucket/key", body: Array("text".utf8))
        _ = emulator.send("PUT", "/bucket/link?symlink", [("x-oss-symlink-target", "key")])
        _ = emulator.send("POST", "/bucket/log?append&position=0", body: Array("text".utf8))
    }

    /// One that is right, but for what `OperationTests` sends where that is enough. Without an emulator nothing that it
    /// holds is named.
    static func base(_ operation: OSSOperation, _ emulator: Harness?) -> Ask? {
        guard let item = OperationTests.all.first(where: { $0.operation == operation }) else { return nil }
        var ask = Ask(
            method: item.method, target: item.path, fields: item.fields,
            body: item.body.map { Array($0.utf8) })
        switch operation {
        case .appendObject: ask.target = "/bucket/new?append&position=0"
        case .postObject:
            var form = FormBody()
            form.field("key", "k")
            form.file(Array("text".utf8))
            ask.form = form
        case .uploadPart, .uploadPartCopy, .completeMultipartUpload:
            guard let emulator else { break }
            let begun = emulator.send("POST", "/bucket/key?uploads")
            guard begun.status == 200, let id = begun.xml.text("UploadId") else { break }
            let part = emulator.send(
                "PUT", "/bucket/key?partNumber=1&uploadId=\(id)", body: Array("text".utf8))
            ask.target =
                operation == .completeMultipartUpload
                ? "/bucket/key?uploadId=\(id)" : "/bucket/key?partNumber=1&uploadId=\(id)"
            if operation == .completeMultipartUpload {
                ask.body = Array(parts([(1, part.field("ETag") ?? "")]).utf8)
            }
        default: break
        }
        return ask
    }

    static func parts(_ list: [(Int, String)]) -> String {
        let items = list.map { "<Part><PartNumber>\($0.0)</PartNumber><ETag>\($0.1)</ETag></Part>" }
        return "<CompleteMultipartUpload>\(items.joined())</CompleteMultipartUpload>"
    }

    // MARK: Kinds of changes

    static func field(_ name: String, _ value: String) -> Change {
        { ask, operation in
            guard operation != .postObject else {
                ask.form = formWith([(name, value)])
                return true
            }
            ask.fields.removeAll { $0.0.lowercased() == name.lowercased() }
            ask.fields.append((name, value))
            return true
        }
    }

    static func formWith(_ fields: [(String, String)], key: String? = "k", files: Int = 1) -> FormBody {
        var form = FormBody()
        if let key { form.field("key", key) }
        for (name, value) in fields { form.field(name, value) }
        for _ in 0..<files { form.file(Array("text".utf8)) }
        return form
    }

    static func only(_ operations: Set<OSSOperation>, _ change: @escaping Change) -> Change {
        { ask, operation in operations.contains(operation) && change(&ask, operation) }
    }

    static func body(_ text: String) -> Change {
        { ask, _ in
            ask.body = Array(text.utf8)
            return true
        }
    }

    static func form(_ fields: [(String, String)], key: String? = "k", files: Int = 1) -> Change {
        { ask, operation in
            guard operation == .postObject else { return false }
            ask.form = formWith(fields, key: key, files: files)
            return true
        }
    }

    static func policy(_ json: String) -> Change {
        form([
            ("OSSAccessKeyId", "id"), ("policy", String(decoding: Base64.encode(json.utf8), as: UTF8.self)),
            ("Signature", "c2lnbmF0dXJl"),
        ])
    }

    static func conditions(_ list: String, expiration: String = "2030-01-01T00:00:00.000Z") -> Change {
        policy("{\"expiration\":\"\(expiration)\",\"conditions\":[\(list)]}")
    }

    static func callback(_ json: String) -> Change {
        let text = String(decoding: Base64.encode(json.utf8), as: UTF8.self)
        return { ask, operation in
            field(operation == .postObject ? "callback" : "x-oss-callback", text)(&ask, operation)
        }
    }

    /// A target with a key, or the key of a form.
    static func key(_ key: String) -> Change {
        { ask, operation in
            if operation == .postObject {
                ask.form = formWith(
                    [],
                    key: PercentEncoding.decode(Array(key.utf8)[...]).map {
                        String(decoding: $0, as: UTF8.self)
                    })
                return true
            }
            guard ask.target.hasPrefix("/bucket/") else { return false }
            let query = ask.target.firstIndex(of: "?").map { String(ask.target[$0...]) } ?? ""
            ask.target = "/bucket/\(key)\(query)"
            return true
        }
    }

    static func query(_ text: String) -> Change {
        { ask, _ in
            ask.target += (ask.target.contains("?") ? "&" : "?") + text
            return true
        }
    }

    static func bucket(_ name: String) -> Change {
        { ask, _ in
            guard ask.target.hasPrefix("/bucket") else { return false }
            ask.target = "/" + name + ask.target.dropFirst(7)
            return true
        }
    }

    // MARK: Signatures

    /// Rows that need credentials: forms and preflights are not signed by fields.
    static let signed: Set<String> = [
        "authorization-invalid", "authorization-bad-item-count", "authorization-missing-key-or-signature",
        "authorization-value-empty", "authorization-unknown-parameter", "authentication-requires-valid-date",
        "access-key-unknown", "access-key-characters", "signature-does-not-match", "request-time-too-skewed",
        "query-auth-incomplete", "query-expires-invalid", "query-expired", "security-token-in-query",
    ]

    static func signature(_ value: String, date: String? = "Tue, 14 Nov 2023 22:13:20 GMT") -> Trigger {
        guarded { ask, _ in
            ask.fields.append(("Authorization", value))
            if let date { ask.fields.append(("Date", date)) }
            return true
        }
    }

    static func signedURL(_ text: String) -> Trigger { guarded(query(text)) }

    static func guarded(_ change: @escaping Change) -> Trigger {
        Trigger(settings: { $0.keys = KeyRing([EmulatorKey(id: "testid", secret: "testsecret")]) }) {
            ask, operation in
            operation != .optionObject && operation != .postObject && change(&ask, operation)
        }
    }

    static let noDate = "OSS testid:c2lnbmF0dXJl"

    // MARK: The rows

    static let reads: Set<OSSOperation> = [.getObject, .headObject]
    static let data: Set<OSSOperation> = [.putObject, .appendObject, .uploadPart]

    static let triggers: [String: Trigger] = rows.merging(signatureRows) { first, _ in first }
        .merging(formRows) { first, _ in first }

    static func plain(_ change: @escaping Change) -> Trigger { Trigger(change: change) }

    static let signatureRows: [String: Trigger] = [
        "authorization-invalid": signature("BASIC testid:c2lnbmF0dXJl"),
        "authorization-bad-item-count": signature("OSS2 AccessKeyId:testid"),
        "authorization-missing-key-or-signature": signature("OSS testid:"),
        "authorization-value-empty": signature(""),
        "authorization-unknown-parameter": signature("OSS2 AccessKeyId:testid,Signatur:c2lnbmF0dXJl"),
        "authentication-requires-valid-date": signature(noDate, date: nil),
        "access-key-unknown": signature("OSS nobody:c2lnbmF0dXJl"),
        "access-key-characters": signature("OSS test*id:c2lnbmF0dXJl"),
        "signature-does-not-match": signature(noDate),
        "request-time-too-skewed": signature(noDate, date: "Tue, 14 Nov 2023 21:13:20 GMT"),
        "query-auth-incomplete": signedURL("OSSAccessKeyId=testid&Signature=a"),
        "query-expires-invalid": signedURL("OSSAccessKeyId=testid&Signature=a&Expires=soon"),
        "query-expired": signedURL("OSSAccessKeyId=testid&Signature=a&Expires=1141889120"),
        "security-token-in-query": guarded { ask, operation in
            ask.fields.append(("x-oss-security-token", "token"))
            return query("OSSAccessKeyId=testid&Signature=a&Expires=1900000000")(&ask, operation)
        },
    ]

    static let formRows: [String: Trigger] = [
        "request-is-not-multipart": plain { ask, _ in
            (ask.form, ask.body) = (nil, [0])
            ask.fields.append(("Content-Type", "text/plain"))
            return true
        },
        "post-missing-field": plain(form([], key: nil)),
        "malformed-post-request": plain(form([], files: 0)),
        "post-file-count": plain(form([], files: 2)),
        "field-item-too-long": plain(form([(String(repeating: "a", count: 8193), "b")])),
        "post-access-key-id-empty": plain(
            form([("OSSAccessKeyId", ""), ("policy", "e30="), ("Signature", "c2ln")])),
        "post-signature-empty": plain(
            form([("OSSAccessKeyId", "id"), ("policy", "e30="), ("Signature", "")])),
        "entity-too-small": plain(conditions("[\"content-length-range\",5,9]")),
        "entity-too-large-post": plain(conditions("[\"content-length-range\",1,3]")),
        "policy-expired": plain(conditions("", expiration: "2020-01-01T00:00:00.000Z")),
        "policy-simple-condition": plain(conditions("{\"a\":\"b\",\"c\":\"d\"}")),
        "x-policy-expiration": plain(policy("{\"conditions\":[]}")),
        "x-policy-condition-form": plain(conditions("1")),
        "callback-not-base64": plain { ask, operation in
            field(operation == .postObject ? "callback" : "x-oss-callback", "***")(&ask, operation)
        },
        "callback-not-json": plain(callback("text")),
        "callback-url-invalid": plain(callback("{\"callbackBody\":\"a\"}")),
        "callback-too-many-urls": plain(
            callback("{\"callbackUrl\":\"a.com;b.com;c.com;d.com;e.com;f.com\",\"callbackBody\":\"a\"}")),
        "callback-body-empty": plain(callback("{\"callbackUrl\":\"a.com\",\"callbackBody\":\"\"}")),
        "callback-body-type-unsupported": plain(
            callback("{\"callbackUrl\":\"a.com\",\"callbackBody\":\"a\",\"callbackBodyType\":\"text/plain\"}")
        ),
        "callback-body-type-config": plain(
            callback("{\"callbackUrl\":\"a.com\",\"callbackBody\":\"a\",\"callbackBodyType\":1}")),
        "callback-host-invalid": plain(
            callback("{\"callbackUrl\":\"a.com\",\"callbackBody\":\"a\",\"callbackHost\":1}")),
        "callback-body-invalid": plain(callback("{\"callbackUrl\":\"a.com\",\"callbackBody\":1}")),
        "callback-signature-version": plain(
            callback("{\"callbackUrl\":\"a.com\",\"callbackBody\":\"a\",\"signatureVersion\":\"3.0\"}")),
        "callback-too-long": plain(
            callback(
                "{\"callbackUrl\":\"a.com\",\"callbackBody\":\"\(String(repeating: "a", count: 5000))\"}")),
        "cb203-connect": plain(callback("{\"callbackUrl\":\"a.com\",\"callbackBody\":\"a\"}")),
    ]

    static let channels: Set<OSSOperation> = [
        .putLiveChannel, .putLiveChannelStatus, .getLiveChannelInfo, .getLiveChannelStat,
        .getLiveChannelHistory, .deleteLiveChannel, .postVodPlaylist, .getVodPlaylist,
    ]
    static let lacking: Set<OSSOperation> = OperationTests.lacking
    static let versioned: Set<OSSOperation> = [
        .getObject, .headObject, .deleteObject, .getObjectACL, .getObjectTagging,
    ]
    static let readsKeys: Set<OSSOperation> = [
        .getObject, .headObject, .getObjectMeta, .getObjectACL, .getObjectTagging, .putObjectACL, .getSymlink,
        .restoreObject, .deleteObjectTagging,
    ]
    static let malformed: Set<OSSOperation> = [
        .deleteMultipleObjects, .completeMultipartUpload, .putBucketLogging, .putBucketWebsite,
        .putBucketLifecycle, .putBucketReferer, .putBucketCors, .putBucket, .putBucketTransferAcceleration,
        .restoreObject,
    ]
    static let notWellFormed: Set<OSSOperation> = [
        .putBucketTags, .putObjectTagging, .putBucketEncryption, .putBucketVersioning, .initiateBucketWorm,
        .extendBucketWorm, .putBucketInventory, .putBucketReplication, .putLiveChannel,
        .putBucketRequestPayment,
    ]
    /// Operations whose bucket has to be there.
    static let hasBucket: Set<OSSOperation> = Set(
        (OperationTests.buckets + OperationTests.settings + OperationTests.objects).filter {
            !OperationTests.lacking.contains($0.operation)
        }.map(\.operation))
}
