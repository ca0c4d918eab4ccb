/// What is set for the emulator.
extension Configuration {
    package struct Emulator: Sendable, Equatable {
        /// An address of its own; nil where the process chooses.
        package var bind: ListenAddress?
        /// The directory of durable data; nil keeps all in memory.
        package var data: String?
        /// For bodies without a directory.
        package var memoryBytes: Int
        /// How long it takes to restore an archived object.
        package var restoreSeconds: Int
        package var credentials: [Credential]
        package var buckets: [String]
        package var limits: EmulatorLimits
        package var account: EmulatorAccount
        package var callback: EmulatorCallback
        /// Where faults can be changed; nil where they cannot.
        package var admin: ListenAddress?
        package var faults: [Fault]
    }

    /// Beyond which the emulator refuses as the service does.
    package struct EmulatorLimits: Sendable, Equatable {
        package var buckets: Int
        package var inventories: Int
        package var dailyInventoryObjects: Int
        package var weeklyInventoryObjects: Int
        package var cnames: Int
        package var replications: Int
        package var copyBytes: Int
        package var uploadBytes: Int
        package var totalBytes: Int
        package var partBytes: Int
        package var playlistBytes: Int
        package var imageBytes: Int
        package var imagePipes: Int
    }

    /// What the account of the emulator has and may.
    package struct EmulatorAccount: Sendable, Equatable {
        package var kms: Bool
        package var kmsKeyID: Bool
        package var sm4: Bool
        package var overrideContentType: Bool
        package var redirectAtEndpoint: Bool
        /// nil: every region.
        package var replicationLocations: [String]?
        package var lostPrefix: String
    }

    package struct EmulatorCallback: Sendable, Equatable {
        package var allowed: Bool
        /// Addresses by name, in lower case.
        package var hosts: [String: ListenAddress]
        package var timeout: Duration
    }
}

extension ConfigurationKey {
    static let emulator: [ConfigurationKey] =
        [
            ConfigurationKey("emulator.bind", .text, nil, "an address of its own for the emulator"),
            ConfigurationKey(
                "emulator.data", .text, nil, "its directory, in one that exists; else in memory"),
            ConfigurationKey(
                "emulator.memory", .size(large), "1GiB",
                "for the bytes of objects without a directory; more goes to temporary files"),
            ConfigurationKey(
                "emulator.restoreTime", .duration(0...86_400_000), "1s",
                "until an archived object is restored, in whole seconds"),
            ConfigurationKey(
                "emulator.credentials[].accessKeyId", .text, nil,
                "a key pair; with none, signatures are not checked"),
            ConfigurationKey("emulator.credentials[].accessKeySecret", .text, nil, "its secret"),
            ConfigurationKey(
                "emulator.credentials[].accessKeySecretFile", .text, nil, "a file with its secret instead"),
            ConfigurationKey(
                "emulator.credentials[].securityToken", .text, nil,
                "makes the key a temporary one, which has to come with this token"),
            ConfigurationKey("emulator.buckets[]", .text, nil, "buckets that are made at the start"),
            ConfigurationKey(
                "emulator.admin", .text, nil, "an address at which its faults are changed with `PUT /faults`"),
        ] + limits + account + callback + faults

    private static let many = 1...Int(Int32.max)
    private static let large = 0...(1 << 50)

    private static let limits: [ConfigurationKey] = [
        ConfigurationKey("emulator.limits.buckets", .count(many), "100", "then `TooManyBuckets`"),
        ConfigurationKey(
            "emulator.limits.inventories", .count(many), "1000", "of a bucket; then `InventoryExceedLimit`"),
        ConfigurationKey(
            "emulator.limits.dailyInventoryObjects", .count(large), "1000000000",
            "a bucket of so many has no daily inventory"),
        ConfigurationKey(
            "emulator.limits.weeklyInventoryObjects", .count(large), "10000000000", "and no weekly one"),
        ConfigurationKey(
            "emulator.limits.cnames", .count(many), "100", "domains of a bucket; then `TooManyCname`"),
        ConfigurationKey(
            "emulator.limits.replications", .count(many), "100", "rules that leave a bucket, or lead to one"),
        ConfigurationKey("emulator.limits.copy", .size(large), "5GiB", "an object that is copied at once"),
        ConfigurationKey("emulator.limits.upload", .size(large), "5GiB", "one upload, append or part"),
        ConfigurationKey(
            "emulator.limits.total", .size(large), "64GiB",
            "all objects and parts together; then 507 `InsufficientStorage`"),
        ConfigurationKey(
            "emulator.limits.part", .size(large), "100KiB", "the least size of all parts but the last"),
        ConfigurationKey("emulator.limits.playlist", .size(large), "1MiB", "a playlist that is processed"),
        ConfigurationKey("emulator.limits.image", .size(large), "20MiB", "an image that is processed"),
        ConfigurationKey("emulator.limits.imagePipes", .count(many), "20", "steps of one processing"),
    ]

    private static let account: [ConfigurationKey] = [
        ConfigurationKey("emulator.account.kms", .boolean, "true", "else `KmsServiceNotEnabled`"),
        ConfigurationKey("emulator.account.kmsKeyId", .boolean, "true", "the key of KMS may be chosen"),
        ConfigurationKey("emulator.account.sm4", .boolean, "true", "SM4 may be chosen"),
        ConfigurationKey(
            "emulator.account.overrideContentType", .boolean, "true", "`response-content-type` is heeded"),
        ConfigurationKey(
            "emulator.account.redirectAtEndpoint", .boolean, "true",
            "websites redirect also at the service's own endpoints"),
        ConfigurationKey(
            "emulator.account.replicationLocations[]", .text, nil,
            "where replicas can go, such as `oss-cn-beijing`; every region unless given"),
        ConfigurationKey(
            "emulator.account.lostPrefix", .text, nil,
            "objects whose keys begin so have lost their parts"),
    ]

    private static let callback: [ConfigurationKey] = [
        ConfigurationKey(
            "emulator.callback.allowed", .boolean, "false",
            "callbacks are made, to this machine's loopback; else each fails with 203"),
        ConfigurationKey(
            "emulator.callback.hosts.*", .text, nil,
            "address by host name: `host:port` that callbacks to this name go to"),
        ConfigurationKey(
            "emulator.callback.timeout", .duration(1...600_000), "5s", "for a callback in all"),
    ]
}

extension ConfigurationDecoder {
    func emulator(_ reader: ObjectReader) -> Configuration.Emulator {
        var buckets: [String] = []
        for (path, name) in reader.texts("buckets") ?? [] where checkBucket(name, at: path) {
            if buckets.contains(name) { problems.add(path, "the bucket \"\(name)\" is named twice") }
            buckets.append(name)
        }
        let data = reader.text("data")
        if let data, data.text.isEmpty || data.text.utf8.contains(0) {
            problems.add(data.path, "must name a directory")
        }
        return Configuration.Emulator(
            bind: bind(reader)?.bind, data: data?.text, memoryBytes: number(reader, "memory"),
            restoreSeconds: number(reader, "restoreTime") / 1_000,
            credentials: credentials(reader), buckets: buckets,
            limits: limits(ofEmulator: reader.object("limits")), account: account(reader.object("account")),
            callback: callback(reader.object("callback")), admin: bind(reader, "admin")?.bind,
            faults: faults(reader))
    }

    private func limits(ofEmulator reader: ObjectReader) -> Configuration.EmulatorLimits {
        Configuration.EmulatorLimits(
            buckets: number(reader, "buckets"), inventories: number(reader, "inventories"),
            dailyInventoryObjects: number(reader, "dailyInventoryObjects"),
            weeklyInventoryObjects: number(reader, "weeklyInventoryObjects"),
            cnames: number(reader, "cnames"), replications: number(reader, "replications"),
            copyBytes: number(reader, "copy"), uploadBytes: number(reader, "upload"),
            totalBytes: number(reader, "total"),
            partBytes: number(reader, "part"), playlistBytes: number(reader, "playlist"),
            imageBytes: number(reader, "image"), imagePipes: number(reader, "imagePipes"))
    }

    private func account(_ reader: ObjectReader) -> Configuration.EmulatorAccount {
        Configuration.EmulatorAccount(
            kms: reader.boolean("kms"), kmsKeyID: reader.boolean("kmsKeyId"), sm4: reader.boolean("sm4"),
            overrideContentType: reader.boolean("overrideContentType"),
            redirectAtEndpoint: reader.boolean("redirectAtEndpoint"),
            replicationLocations: reader.texts("replicationLocations")?.map(\.text),
            lostPrefix: reader.text("lostPrefix")?.text ?? "")
    }

    private func callback(_ reader: ObjectReader) -> Configuration.EmulatorCallback {
        var hosts: [String: ListenAddress] = [:]
        for (path, name, text) in reader.object("hosts").map() {
            if !HostPort.isName(name) { problems.add(path, "\"\(name)\" is not a host name") }
            do throws(ListenAddress.Malformed) {
                hosts[name.lowercased()] = try ListenAddress(text)
            } catch {
                problems.add(path, error.message)
            }
        }
        return Configuration.EmulatorCallback(
            allowed: reader.boolean("allowed"), hosts: hosts,
            timeout: .milliseconds(number(reader, "timeout")))
    }
}
