package import Bytes
import Digest
package import HTTPModel

/// The first signature of OSS (pages "add signatures to headers" and "add signatures to URLs"): HMAC-SHA1 over a
/// string drawn from the request. Pure functions; `bucket` and `key` are decoded, `bucket` is nil at service level
/// and `key` empty at bucket level.
package enum SignatureV1 {
    /// What is signed when the signature is in the `Authorization` field. The date is `x-oss-date` if present, which
    /// then is signed twice, else `Date`.
    package static func stringToSign(_ head: RequestHead, bucket: ByteSlice?, key: ByteSlice) -> [UInt8] {
        let date = head.fields.first("x-oss-date") ?? head.fields.first("date") ?? []
        return stringToSign(head, bucket: bucket, key: key, date: Array(date.trimmingBlanks()))
    }

    /// What is signed when the signature is in the URL: `Expires` takes the place of the date.
    package static func stringToSign(
        _ head: RequestHead, bucket: ByteSlice?, key: ByteSlice, expires: [UInt8]
    ) -> [UInt8] {
        stringToSign(head, bucket: bucket, key: key, date: expires)
    }

    /// Base64 of the HMAC-SHA1; also the signature of the policy of a form.
    package static func signature(of stringToSign: [UInt8], secret: [UInt8]) -> [UInt8] {
        Base64.encode(HMAC.sha1(key: secret.span, message: stringToSign.span))
    }

    /// `/bucket/key`, and the signed parameters sorted by name, decoded; a value that is empty goes without `=`.
    /// Of a repeated parameter the first counts.
    package static func canonicalResource(bucket: ByteSlice?, key: ByteSlice, query: QueryParameters)
        -> [UInt8]
    {
        var out = SignatureText.resource(bucket: bucket, key: key)
        var values: [[UInt8]: [UInt8]] = [:]
        for parameter in query {
            let name = parameter.decodedName
            if signedParameters.contains(name), values[name] == nil { values[name] = parameter.decodedValue }
        }
        var separator = ASCII.question
        for (name, value) in values.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            out.append(separator)
            separator = ASCII.ampersand
            SignatureText.appendParameter(name, value, to: &out)
        }
        return out
    }

    private static func stringToSign(
        _ head: RequestHead, bucket: ByteSlice?, key: ByteSlice, date: [UInt8]
    ) -> [UInt8] {
        var out: [UInt8] = []
        head.method.append(to: &out)
        out.append(ASCII.lineFeed)
        out += (head.fields.first("content-md5") ?? []).trimmingBlanks()
        out.append(ASCII.lineFeed)
        out += (head.fields.first("content-type") ?? []).trimmingBlanks()
        out.append(ASCII.lineFeed)
        out += date
        out.append(ASCII.lineFeed)
        SignatureText.appendFields(head.fields, to: &out) { $0[...].hasPrefix("x-oss-") }
        out += canonicalResource(bucket: bucket, key: key, query: QueryParameters(head.query))
        return out
    }

    /// The sub-resources and overrides that are signed; all other parameters, such as `prefix`, are not.
    private static let signedParameters: Set<[UInt8]> = Set(
        """
        accessPoint accessPointPolicy acl append asyncFetch bucketArchiveDirectRead bucketInfo callback
        callback-var cleanRestoredObject cloudboxes cname comp continuation-token cors dataPipeline delete
        encryption endTime group httpsConfig img inventory inventoryId legalHold lifecycle link live
        location logging MetaQuery metadataConfiguration metadataInventoryTable metadataJournalTable
        metaQuery objectInfo objectMeta objectWorm overwriteConfig partNumber policy
        policyStatus position publicAccessBlock qos qosInfo qosRequester quota redundancyTransition referer
        regionList replication replicationLocation replicationProgress requesterQosInfo requestPayment
        resourceGroup resourcePool resourcePoolBuckets resourcePoolInfo response-cache-control
        response-content-disposition response-content-encoding response-content-language
        response-content-type response-expires restore retention rtc seal security-token sequential
        startTime stat status style styleName symlink tagging transferAcceleration uploadId uploads
        userDefinedLogFieldsConfig versionId versioning versions vod website worm wormExtend wormId
        x-oss-ac-forward-allow x-oss-ac-source-ip x-oss-ac-subnet-mask x-oss-ac-vpc-id
        x-oss-access-point-name x-oss-async-process x-oss-process x-oss-redundancy-transition-taskid
        x-oss-request-payer x-oss-target-redundancy-type x-oss-traffic-limit x-oss-write-get-object-response
        """.utf8.split { $0 == ASCII.space || $0 == ASCII.lineFeed }.map { Array($0) })
}

/// What both signatures write alike.
enum SignatureText {
    /// `/` at service level, `/bucket/` at bucket level, else `/bucket/key`.
    static func resource(bucket: ByteSlice?, key: ByteSlice) -> [UInt8] {
        guard let bucket else { return [ASCII.slash] }
        return [ASCII.slash] + bucket + [ASCII.slash] + key
    }

    /// `name=value`, or `name` when the value is empty.
    static func appendParameter(_ name: [UInt8], _ value: [UInt8], to out: inout [UInt8]) {
        out += name
        if !value.isEmpty {
            out.append(ASCII.equals)
            out += value
        }
    }

    /// A line `name:value` for each field whose lower-case name is chosen, sorted by name; repeated ones stay in
    /// order.
    static func appendFields(_ fields: Fields, to out: inout [UInt8], where isChosen: ([UInt8]) -> Bool) {
        let chosen = (0..<fields.count).map { (name: fields.name(at: $0).map(ASCII.lowercased), index: $0) }
            .filter { isChosen($0.name) }
            .sorted {
                $0.name == $1.name ? $0.index < $1.index : $0.name.lexicographicallyPrecedes($1.name)
            }
        for (name, index) in chosen {
            out += name
            out.append(ASCII.colon)
            out += fields.value(at: index).trimmingBlanks()
            out.append(ASCII.lineFeed)
        }
    }
}
