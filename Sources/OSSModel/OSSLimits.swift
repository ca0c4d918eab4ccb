/// The service's own numbers ("Limits" and the pages of the operations). Bytes unless the name says otherwise.
package enum OSSLimits {
    package static let bucketNameBytes = 3...63
    /// A decoded key.
    package static let keyBytesMax = 1023
    /// A decoded channel name.
    package static let channelNameBytesMax = 63
    /// The body of PutObject, AppendObject (with what is already there), UploadPart and PostObject.
    package static let uploadBytesMax: UInt64 = 5_368_709_120
    package static let partNumbers: ClosedRange<UInt64> = 1...10_000
    /// An XML or JSON body.
    package static let documentBytesMax: UInt64 = 2_097_152
    /// The body of PutBucketCors.
    package static let corsBytesMax: UInt64 = 16_384
    /// `prefix`, `marker` and the like.
    package static let listParameterBytesMax = 1023
    package static let listedKeysMax: UInt64 = 1_000
    /// `x-oss-traffic-limit`, in bits per second.
    package static let trafficLimitBitsPerSecond: ClosedRange<UInt64> = 819_200...838_860_800
    /// How far the time of a header-signed request may be off.
    package static let clockSkewSecondsMax: Int64 = 900
    package static let kmsKeyIDBytesMax = 256
    package static let playlistNameBytes = 6...128
    /// The Base64 text of a callback, and that of its variables.
    package static let callbackTextBytesMax = 5120
    package static let callbackURLsMax = 5
    package static let callbackHostBytesMax = 255
    package static let objectTagsMax = 10
    /// Decoded.
    package static let objectTagKeyBytes = 1...128
    /// Decoded.
    package static let objectTagValueBytesMax = 256
    /// The parts of an upload under client-side encryption are a multiple of this.
    package static let encryptedPartBytesMultiple: UInt64 = 16
}
