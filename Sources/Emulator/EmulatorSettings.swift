import Reactor

/// What an emulator is like.
package struct EmulatorSettings: Sendable {
    /// Suffixes under which what precedes in Host is the bucket, beside the vendor's endpoint forms.
    package var domains: [String] = []
    /// Custom domains and the buckets they stand for.
    package var cnames: [String: String] = [:]
    /// Who may sign; the same for all that share these settings.
    package var keys = KeyRing()
    /// Buckets that exist from the start.
    package var buckets: [String] = []
    /// A directory for durable data; nil keeps all in memory.
    package var dataDirectory: String?
    package var limits = EmulatorLimits()
    package var account = EmulatorAccount()
    package var callbacks = CallbackSettings()
    /// Without a directory: what all bodies together may take of memory. Beyond that they lie in files without names in
    /// the directory for temporary files, which end with the process like the rest.
    package var memoryBytesMax = 1 << 30
    /// What one body may take of it.
    package var memoryBodyBytesMax = 64 << 20
    /// What the emulator is asked to do wrong; the same for all that share these settings.
    package var faults = FaultTable()
    /// How long an archived object takes to be restored.
    package var restoreSeconds: Int64 = 1
    /// `Content-MD5` and `x-oss-hash-crc64ecma` of requests are verified. False takes every complete body, so that a
    /// test sees what something in front of the emulator let through.
    package var verifiesDigests = true
    /// Unix seconds.
    package var now: @Sendable () -> Int64 = { SystemTime.unixSeconds }

    package init() {}
}

/// The data directory cannot be used, or a body or record cannot be stored: what was attempted, and why not.
package struct StorageFailure: Error, Sendable, CustomStringConvertible {
    package let description: String
    /// There is no room left for what was to be stored.
    package let isFull: Bool

    package init(_ description: String, isFull: Bool = false) {
        self.description = description
        self.isFull = isFull
    }
}
