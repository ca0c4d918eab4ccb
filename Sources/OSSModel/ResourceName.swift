package import Bytes

/// Where an operation works.
package enum ResourceLevel: String, Sendable, Hashable, CaseIterable {
    case service = "Service"
    case bucket = "Bucket"
    case object = "Object"
}

/// How a request names its bucket.
package enum AddressingStyle: Sendable, Hashable {
    /// `{bucket}.{endpoint}`, the path is the key.
    case virtualHosted
    /// The first segment of the path; also the service itself, where there is none.
    case path
    /// A custom domain of the CNAME table, the path is the key.
    case cname
    /// A domain that nothing knows: the path is the key, the bucket is not known.
    case unknownHost
}

/// What a request is about, as its authority and path name it. Nothing here is checked: names may be invalid.
package struct ResourceName: Sendable {
    package let style: AddressingStyle
    package let level: ResourceLevel
    /// As received from the authority; decoded when it came from the path. nil at service level and for
    /// unknown hosts.
    package let bucket: ByteSlice?
    /// The percent-decoded key, `+` kept; empty at bucket and service level. It shares the bytes of the target
    /// when there is nothing to decode.
    package let key: ByteSlice
    /// The key as it stands in the target.
    package let rawKey: ByteSlice

    package init(style: AddressingStyle, level: ResourceLevel, bucket: ByteSlice?, rawKey: ByteSlice) {
        self.style = style
        self.level = level
        self.bucket = bucket
        self.rawKey = rawKey
        key = Self.decoded(rawKey)
    }

    /// Percent-decoded; without a copy when there is no escape.
    static func decoded(_ text: ByteSlice) -> ByteSlice {
        guard text.contains(ASCII.percent), let bytes = PercentEncoding.decode(text) else { return text }
        return bytes[...]
    }
}
