/// How much of everything the emulator takes before it refuses as the service does. The defaults are the service's;
/// tests reach them with smaller ones.
package struct EmulatorLimits: Sendable {
    /// Buckets of the account.
    package var buckets = 100
    /// Inventories of a bucket.
    package var inventories = 1000
    /// A bucket of so many objects cannot have a daily inventory.
    package var dailyInventoryObjects = 1_000_000_000
    /// And one of so many not even a weekly one.
    package var weeklyInventoryObjects = 10_000_000_000
    /// Custom domains of a bucket.
    package var cnames = 100
    /// Replication rules that leave a bucket, and that lead to one.
    package var replications = 100
    /// Bytes of an object that CopyObject takes.
    package var copyBytes: UInt64 = 5 << 30
    /// Bytes of one upload, append or part.
    package var uploadBytes: UInt64 = 5 << 30
    /// Bytes of all objects and parts together, those that are being written included. The service knows no such limit.
    package var totalBytes: UInt64 = 64 << 30
    /// All parts but the last must have so many bytes when an upload is completed.
    package var partBytes: UInt64 = 100 * 1024
    /// Bytes of a playlist that is processed.
    package var playlistBytes = 1 << 20
    /// Bytes of an image that is processed.
    package var imageBytes = 20 << 20
    /// Steps of one processing instruction.
    package var imagePipes = 20

    package init() {}
}

/// What the account of the emulator has and may, where the service's answers depend on it.
package struct EmulatorAccount: Sendable {
    /// Encryption with KMS can be asked for.
    package var hasKMS = true
    /// The key for KMS can be chosen.
    package var usesOwnKeys = true
    /// SM4 can be chosen.
    package var usesSM4 = true
    /// `response-content-type` is heeded.
    package var overridesContentType = true
    /// Redirects of a website to other hosts are made at the service's own endpoints.
    package var redirectsAtEndpoint = true
    /// Where replicas can go, such as `oss-cn-beijing`.
    package var replicationLocations = EmulatorRegion.all.map { "oss-" + $0 }
    /// The parts of objects whose keys begin so are gone when they are read; empty: of none.
    package var lostPrefix = ""

    package init() {}
}
