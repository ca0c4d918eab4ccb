import Testing

@testable import Config

/// What is set for the emulator alone.
@Suite struct EmulatorConfigurationTests {
    @Test func defaults() throws {
        let emulator = try load("{}").emulator
        #expect(emulator.limits.buckets == 100)
        #expect(emulator.limits.weeklyInventoryObjects == 10_000_000_000)
        #expect(emulator.limits.partBytes == 100 << 10)
        #expect(emulator.account.kms)
        #expect(emulator.account.replicationLocations == nil)
        #expect(emulator.account.lostPrefix == "")
        #expect(!emulator.callback.allowed)
        #expect(emulator.callback.timeout == .seconds(5))
    }

    @Test func everyKey() throws {
        let configuration = try load(
            """
            { "emulator": {
                "limits": { "buckets": 1, "inventories": 2, "dailyInventoryObjects": 3, "weeklyInventoryObjects": 4,
                  "cnames": 5, "replications": 6, "copy": "7KiB", "upload": "8KiB", "total": "13KiB", "part": "9KiB", "playlist": "10KiB",
                  "image": "11KiB", "imagePipes": 12 },
                "account": { "kms": false, "kmsKeyId": false, "sm4": false, "overrideContentType": false,
                  "redirectAtEndpoint": false, "replicationLocations": ["oss-cn-beijing"], "lostPrefix": "lost/" },
                "callback": { "allowed": true, "timeout": "2s", "hosts": { "App.Example.com": "127.0.0.1:8000" } } } }
            """)
        let emulator = configuration.emulator
        #expect(
            emulator.limits
                == .init(
                    buckets: 1, inventories: 2, dailyInventoryObjects: 3, weeklyInventoryObjects: 4,
                    cnames: 5,
                    replications: 6, copyBytes: 7168, uploadBytes: 8192, totalBytes: 13_312,
                    partBytes: 9216,
                    playlistBytes: 10_240, imageBytes: 11_264, imagePipes: 12))
        #expect(
            emulator.account
                == .init(
                    kms: false, kmsKeyID: false, sm4: false, overrideContentType: false,
                    redirectAtEndpoint: false, replicationLocations: ["oss-cn-beijing"], lostPrefix: "lost/"))
        #expect(emulator.callback.allowed)
        #expect(emulator.callback.hosts == ["app.example.com": .tcp(host: "127.0.0.1", port: 8000)])
        #expect(emulator.callback.timeout == .seconds(2))
    }
}
