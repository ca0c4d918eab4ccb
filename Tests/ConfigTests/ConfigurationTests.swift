import Foundation
import Network
import Testing

@testable import Config

/// Loads texts with a fixed set of rule names and no environment unless given.
func load(
    _ text: String, environment: [String: String] = [:]
) throws(ConfigurationFailure) -> Configuration {
    try ConfigurationLoader(
        ruleNames: ["content-md5-form", "bucket-name"], operationNames: ["PutObject", "GetObject"],
        environment: environment
    )
    .load(bytes: Array(text.utf8), file: "config.json")
}

/// The problems of a text, as they are printed but for the file name.
func problems(_ text: String, environment: [String: String] = [:]) -> [String] {
    do throws(ConfigurationFailure) {
        _ = try load(text, environment: environment)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

@Suite struct ConfigurationTests {
    static let minimal = """
        {
          "listeners": [ { "bind": "127.0.0.1:8080" } ],
          "admin":     { "bind": "127.0.0.1:9090" },
          "domains":   [ "oss-cn-hangzhou.aliyuncs.com", "localhost" ],
          "origin":    { "endpoint": "embedded" },
          "log":       { "access": "off", "rejections": "stdout" }
        }
        """

    @Test func theMinimalFileWorks() throws {
        let configuration = try load(Self.minimal)
        #expect(
            configuration.listeners == [
                .init(bind: .tcp(host: "127.0.0.1", port: 8080), tls: nil, protocols: [.http11])
            ])
        #expect(configuration.admin == .tcp(host: "127.0.0.1", port: 9090))
        #expect(configuration.domains == ["oss-cn-hangzhou.aliyuncs.com", "localhost"])
        #expect(configuration.origin == .embedded)
        #expect(configuration.log.rejections == .stdout)
        #expect(configuration.limits.targetBytesMax == 8192)
        #expect(configuration.limits.headBytesMax == 32_768)
        #expect(configuration.limits.fieldsMax == 128)
        #expect(configuration.timeouts.head == .seconds(10))
        #expect(configuration.timeouts.drainDelay == .seconds(1))
        #expect(configuration.pathStyle)
        #expect(configuration.shards >= 1)
    }

    @Test func anEmptyFileIsTheDefaults() throws {
        var minimal = try load(Self.minimal)
        minimal.domains = ["localhost"]
        minimal.shown = "{}\n"
        #expect(try load("{}") == minimal)
    }

    @Test func everyKeyIsRead() throws {
        let configuration = try load(
            """
            { "$schema": "deploy/config.schema.json",
              "listeners": [ { "bind": "[::]:80", "protocols": ["http/1.1"] }, { "bind": "unix:/run/o.sock" } ],
              "admin": { "bind": "off" }, "domains": ["OSS.Example.com"], "pathStyle": false,
              "cnames": { "Img.example.com": "photos" },
              "origin": { "endpoint": "http://oss.internal:8081/", "addressing": "preserve" },
              "integrity": { "contentMD5": "require", "crc64": "off", "downloads": "abort", "originCRC64": "fail",
                "zeroCopy": "both" },
              "auth": { "mode": "pass" }, "rules": { "bucket-name": "report" },
              "limits": { "target": "4KiB", "head": 16384, "fields": 64, "connections": 100, "drain": "0", "memory": "3MiB",
                "upstreamConnections": 9, "upstreamQueue": 0, "uploads": 7, "uploadParts": 50000 },
              "timeouts": { "head": "1500ms", "bodyIdle": 2.5, "minimumRate": "1KiB", "upstreamConnect": "1s",
                "upstreamFirstByte": "2m", "upstreamQueue": "3s", "keepAlive": "1h", "uploads": "2d", "drainDelay": 0, "drain": "0.5s" },
              "log": { "access": "off", "rejections": "file:/var/log/r.log" },
              "emulator": { "bind": "127.0.0.1:0", "data": "/data", "buckets": ["photos"],
                "memory": "2MiB", "restoreTime": "5s", "admin": "127.0.0.1:9001",
                "faults": [ { "fault": "delay", "time": "2s", "bucket": "photos", "key": "in/**",
                  "operations": ["PutObject"], "count": 3 }, { "fault": "clock", "seconds": -1200 },
                  { "fault": "wrongCRC" } ],
                "credentials": [ { "accessKeyId": "id", "accessKeySecret": "s" } ] },
              "shards": 3 }
            """)
        #expect(
            configuration.listeners.map(\.bind) == [.tcp(host: "::", port: 80), .unix(path: "/run/o.sock")])
        #expect(configuration.admin == nil)
        #expect(configuration.domains == ["oss.example.com"])
        #expect(!configuration.pathStyle)
        #expect(configuration.cnames == ["img.example.com": "photos"])
        #expect(configuration.origin == .http(host: "oss.internal", port: 8081))
        #expect(
            configuration.integrity
                == .init(
                    contentMD5: .require, crc64: .off, downloads: .abort, originCRC64: .fail,
                    zeroCopy: .both))
        #expect(configuration.rules == ["bucket-name": .report])
        #expect(
            configuration.limits
                == .init(
                    targetBytesMax: 4096, headBytesMax: 16_384, fieldsMax: 64, connectionsMax: 100,
                    connectionsPerAddressMax: 0, drainBytesMax: 0, memoryBytes: 3 << 20,
                    upstreamConnectionsMax: 9,
                    upstreamQueueMax: 0, uploadsMax: 7, uploadPartsMax: 50_000))
        #expect(
            configuration.timeouts
                == .init(
                    head: .milliseconds(1500), bodyIdle: .milliseconds(2500), minimumBytesPerSecond: 1024,
                    upstreamConnect: .seconds(1), upstreamFirstByte: .seconds(120),
                    upstreamQueue: .seconds(3), keepAlive: .seconds(3600),
                    uploads: .seconds(172_800),
                    drainDelay: .zero, drain: .milliseconds(500)))
        #expect(configuration.log.rejections == .file(path: "/var/log/r.log"))
        #expect(configuration.emulator.bind == .tcp(host: "127.0.0.1", port: 0))
        #expect(configuration.emulator.data == "/data")
        #expect(configuration.emulator.credentials == [.init(accessKeyId: "id", accessKeySecret: "s")])
        #expect(configuration.emulator.buckets == ["photos"])
        #expect(configuration.emulator.memoryBytes == 2 << 20)
        #expect(configuration.emulator.restoreSeconds == 5)
        #expect(configuration.emulator.admin == .tcp(host: "127.0.0.1", port: 9001))
        #expect(
            configuration.emulator.faults == [
                .init(
                    kind: .delay, amount: 2_000, bucket: "photos", key: "in/**", operations: ["PutObject"],
                    count: 3),
                .init(kind: .clock, amount: -1_200, operations: []),
                .init(kind: .wrongCRC, amount: 0, operations: []),
            ])
        #expect(configuration.shards == 3)
    }

    @Test func everyProblemIsReportedWithItsPath() {
        let found = problems(
            """
            { "listeners": [ { "bnd": "127.0.0.1:1" }, { "bind": "127.0.0.1:1:2" }, 7 ], "lmits": {},
              "limits": { "target": "8 KiB", "fields": 1, "head": true }, "timeouts": { "head": "99d" },
              "rules": { "content-md5-from": "off", "bucket-name": "warn" }, "origin": { "endpoint": [] },
              "domains": ["-bad-"], "pathStyle": "yes", "shards": 1.5 }
            """)
        #expect(
            found == [
                "lmits: unknown key; did you mean \"limits\"?",
                "listeners[0].bnd: unknown key; did you mean \"bind\"?",
                "listeners[2]: must be an object, not a number",
                "listeners[1].bind: must be \"host:port\", \"[v6]:port\" or \"unix:/path\", not \"127.0.0.1:1:2\"",
                "domains[0]: must be a domain such as \"oss-cn-hangzhou.aliyuncs.com\", not \"-bad-\"",
                "pathStyle: must be true or false, not a string",
                "origin.endpoint: needs at least one origin",
                "rules.bucket-name: must be one of \"enforce\", \"report\", \"off\", not \"warn\"",
                "rules.content-md5-from: there is no rule \"content-md5-from\"; did you mean \"content-md5-form\"?",
                "limits.target: must be a size such as \"64KiB\" or a number of bytes, not \"8 KiB\"",
                "limits.head: must be a size such as \"64KiB\" or a number of bytes, not a boolean",
                "limits.fields: must be from 8 to 1000, not 1",
                "timeouts.head: must be from 1ms to 1d, not 99d",
                "shards: must be a whole number, not \"1.5\"",
            ])
    }

    @Test(arguments: [
        ("", "line 1, column 1: the text ends where a value is expected"),
        ("[]", "must be an object, not a list"),
        (
            "{ \"admin\": { \"bind\": \"off\" },\n  \"shards\" 1 }",
            "line 2, column 12: expected ':' after the key \"shards\""
        ),
        ("{\"shards\":1,\"shards\":2}", "line 1, column 13: the key \"shards\" is repeated"),
        ("{\"listeners\":[]}", "listeners: needs at least one listener"),
        ("{\"listeners\":{}}", "listeners: must be a list, not an object"),
        ("{\"listeners\":[{\"tls\":{}}]}", "listeners[0].tls: needs a certificate and a privateKey"),
        (
            "{\"listeners\":[{\"proxyProtocol\":{}}]}",
            "listeners[0].proxyProtocol: needs a list \"from\" with at least one address or range"
        ),
        (
            "{\"listeners\":[{\"forwardedFor\":{\"from\":[\"10.0.0.1/8\"]}}]}",
            "listeners[0].forwardedFor.from[0]: \"10.0.0.1/8\" has bits set after its first 8"
        ),
        (
            "{\"listeners\":[{\"protocols\":[\"h2\"]}]}",
            "listeners[0].protocols[0]: \"h2\" needs tls; without it there is \"h2c\""
        ),
        ("{\"listeners\":[{\"protocols\":[]}]}", "listeners[0].protocols: needs at least one protocol"),
        (
            "{\"origin\":{\"addressing\":\"path\"}}",
            "origin.addressing: \"path\" is not supported by this version"
        ),
        (
            "{\"limits\":{\"connectionsPerAddress\":-1}}",
            "limits.connectionsPerAddress: must be from 0 to 1000000, not -1"
        ),
        ("{\"auth\":{\"mode\":\"sign\"}}", "auth.mode: \"sign\" is not supported by this version"),
        ("{\"auth\":{\"mode\":\"none\"}}", "auth.mode: must be \"pass\", not \"none\""),
        (
            "{\"origin\":{\"endpoint\":\"https://a\",\"tls\":{\"clientPrivateKey\":\"k\"}}}",
            "origin.tls: has a clientPrivateKey but no clientCertificate"
        ),
        ("{\"origin\":{\"tls\":{}}}", "origin.tls: needs an origin.endpoint that begins with https://"),
        (
            "{\"origin\":{\"endpoint\":\"http://a/b\"}}",
            "origin.endpoint: must be \"embedded\", \"http://host:port\" or \"https://host\", not \"http://a/b\""
        ),
        (
            "{\"origin\":{\"endpoint\":\"http://u@a\"}}",
            "origin.endpoint: must be \"embedded\", \"http://host:port\" or \"https://host\", not \"http://u@a\""
        ),
        (
            "{\"log\":{\"access\":\"common\"}}",
            "log.access: must be one of \"off\", \"json\", \"combined\", not \"common\""
        ),
        (
            "{\"log\":{\"accessTo\":\"syslog+udp://host:0\"}}",
            "log.accessTo: must be \"stdout\", \"file:/path\", \"syslog+udp://host:port\", "
                + "\"syslog+tcp://host:port\" or \"syslog+unix:/path\", not \"syslog+udp://host:0\""
        ),
        (
            "{\"log\":{\"rejections\":\"syslog+tls://x\"}}",
            "log.rejections: \"syslog+tls://x\" is not supported by this version"
        ),
        (
            "{\"log\":{\"rejections\":\"file:\"}}",
            "log.rejections: must be \"stdout\", \"off\", \"file:/path\", \"syslog+udp://host:port\", "
                + "\"syslog+tcp://host:port\" or \"syslog+unix:/path\", not \"file:\""
        ),
        ("{\"emulator\":{\"faults\":{}}}", "emulator.faults: must be a list, not an object"),
        (
            "{\"emulator\":{\"buckets\":[\"Ab\"]}}",
            "emulator.buckets[0]: \"Ab\" is no bucket name (3 to 63 of a-z, 0-9 and -, no hyphen at either end)"
        ),
        (
            "{\"emulator\":{\"buckets\":[\"abc\",\"abc\"]}}",
            "emulator.buckets[1]: the bucket \"abc\" is named twice"
        ),
        (
            "{\"emulator\":{\"credentials\":[{\"accessKeyId\":\"a\"}]}}",
            "emulator.credentials[0]: needs accessKeySecret or accessKeySecretFile"
        ),
        (
            "{\"emulator\":{\"credentials\":[{\"accessKeySecret\":\"a\"}]}}",
            "emulator.credentials[0]: needs an accessKeyId"
        ),
        (
            "{\"emulator\":{\"credentials\":[{\"accessKeyId\":\"a\",\"accessKeySecretFile\":\"/nonexistent/s\"}]}}",
            "emulator.credentials[0].accessKeySecretFile: cannot read /nonexistent/s: there is no such file"
        ),
        ("{\"emulator\":{\"data\":\"\"}}", "emulator.data: must name a directory"),
        (
            "{\"admin\":{\"bind\":\"example.com:1\"}}",
            "admin.bind: must bind an IP address or localhost, not \"example.com\" (0.0.0.0 and [::] are all addresses)"
        ),
        (
            "{\"admin\":{\"bind\":\"unix:rel\"}}",
            "admin.bind: a Unix socket needs an absolute path, as in \"unix:/run/ossgate.sock\""
        ),
        ("{\"cnames\":{\"a_b/c\":\"abc\"}}", "cnames.a_b/c: \"a_b/c\" is not a host name"),
        (
            "{\"listeners\":[{\"bind\":\"127.0.0.1:1\"},{\"bind\":\"localhost:1\"}]}",
            "listeners[1].bind: is the same address as listeners[0].bind"
        ),
        ("{\"admin\":{\"bind\":\"127.0.0.1:8080\"}}", "admin.bind: is the same address as listeners[0].bind"),
        (
            "{\"zzz\":1}",
            "zzz: unknown key; known here: $schema, listeners, admin, domains, pathStyle, cnames, origin, integrity, auth, rules, policy, limits, timeouts, log, emulator, shards, reload"
        ),
        (
            "{\"integrity\":{\"downloads\":\"abrot\"}}",
            "integrity.downloads: must be one of \"observe\", \"abort\", \"off\", not \"abrot\"; did you mean \"abort\"?"
        ),
        ("{\"shards\":null}", "shards: must be a whole number, not null"),
        ("{\"shards\":99999999999999999999}", "shards: must be a whole number, not \"99999999999999999999\""),
    ])
    func oneProblemIsOneClearSentence(text: String, expected: String) {
        #expect(problems(text) == [expected])
    }

    @Test func noMessageHoldsASecret() {
        let text = """
            {"emulator":{"credentials":[{"accessKeyId":"a","accessKeySecret":["s3cret"]},
              {"accessKeyId":"a","accessKeySecret":"s3cret","accessKeySecretFile":"/x"}]}}
            """
        #expect(problems(text).count == 4)
        #expect(!problems(text).joined().contains("s3cret"))
    }

    @Test func aSecretMayComeFromAFile() throws {
        let path = NSTemporaryDirectory() + "ossgate-secret-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("from-file\n".utf8).write(to: URL(fileURLWithPath: path))
        let configuration = try load(
            "{\"emulator\":{\"credentials\":[{\"accessKeyId\":\"a\",\"accessKeySecretFile\":\"\(path)\"}]}}")
        #expect(configuration.emulator.credentials == [.init(accessKeyId: "a", accessKeySecret: "from-file")])
    }

    @Test func filesThatCannotBeReadSayWhy() {
        for (path, reason) in [
            ("/nonexistent-ossgate.json", "there is no such file"), ("/tmp", "it is a directory"),
        ] {
            #expect {
                try ConfigurationLoader(ruleNames: [], environment: [:]).load(path: path)
            } throws: { error in
                "\(error)" == "configuration: cannot read \(path): \(reason)"
            }
        }
    }

    @Test func whomAListenerBelievesIsRead() throws {
        let listeners = try load(
            """
            {"listeners": [{"bind": "127.0.0.1:1", "proxyProtocol": {"from": ["10.0.0.0/8", "unix"]}},
              {"bind": "127.0.0.1:2", "forwardedFor": {"from": ["::1"]}}]}
            """
        ).listeners
        #expect(listeners[0].proxyFrom == [try AddressRange("10.0.0.0/8"), try AddressRange("unix")])
        #expect(listeners[0].forwardedFrom.isEmpty)
        #expect(listeners[1].proxyFrom == nil)
        #expect(listeners[1].forwardedFrom == [try AddressRange("::1")])
    }

    @Test func severalOriginsAreRead() throws {
        let configuration = try load(
            """
            {"origin": {"endpoint": ["http://a:1", "http://b"],
              "health": {"failures": 2, "ejection": "1m", "interval": "10s", "path": "/?live"}}}
            """)
        #expect(configuration.origins == [.http(host: "a", port: 1), .http(host: "b", port: 80)])
        #expect(
            configuration.health
                == .init(failuresMax: 2, ejection: .seconds(60), interval: .seconds(10), path: "/?live"))
        #expect(try load("{}").origins == [.embedded])
        let mixed = try load("{\"origin\": {\"endpoint\": [\"http://a\", \"https://b\"], \"tls\": {}}}")
        #expect(mixed.origins == [.http(host: "a", port: 80), .https(host: "b", port: 443)])
    }

    @Test(arguments: [
        (
            "[\"http://a\", \"embedded\"]",
            "origin.endpoint[1]: the embedded emulator cannot be one of several"
        ),
        ("[\"http://a\", \"http://a:80\"]", "origin.endpoint[1]: names the origin \"http://a:80\" twice"),
        ("[]", "origin.endpoint: needs at least one origin"),
        ("[1]", "origin.endpoint[0]: must be a string"),
    ])
    func originsThatDoNotGoTogetherAreNamed(list: String, message: String) throws {
        #expect(problems("{\"origin\": {\"endpoint\": \(list)}}").contains { $0.hasPrefix(message) })
    }
}

@Suite struct FaultConfigurationTests {
    private static func found(_ list: String) -> [String] {
        problems("{ \"emulator\": { \"faults\": \(list) } }")
    }

    @Test(arguments: [
        ("[{}]", "emulator.faults[0]: needs a fault"),
        (
            "[{ \"fault\": \"dela\", \"time\": 1 }]",
            """
            emulator.faults[0].fault: must be one of "delay", "bandwidth", "shortBody", "wrongCRC", "resetRequest", \
            "resetAnswer", "status", "error", "earlyAnswer", "clock", not "dela"; did you mean "delay"?
            """
        ),
        ("[{ \"fault\": \"delay\" }]", "emulator.faults[0]: the fault \"delay\" needs time"),
        (
            "[{ \"fault\": \"status\", \"status\": 200 }]",
            "emulator.faults[0].status: must be from 400 to 599, not 200"
        ),
        (
            "[{ \"fault\": \"wrongCRC\", \"bytes\": 1 }]",
            "emulator.faults[0].bytes: is not for the fault \"wrongCRC\""
        ),
        (
            "[{ \"fault\": \"wrongCRC\", \"operations\": [\"PutObjec\"] }]",
            "emulator.faults[0].operations[0]: there is no operation \"PutObjec\"; did you mean \"PutObject\"?"
        ),
        ("[{ \"fault\": \"wrongCRC\", \"key\": \"\" }]", "emulator.faults[0].key: must have 1 to 1023 bytes"),
        (
            "[{ \"fault\": \"wrongCRC\", \"count\": 0 }]",
            "emulator.faults[0].count: must be from 1 to 1000000000, not 0"
        ),
        ("{}", "emulator.faults: must be a list, not an object"),
    ])
    func problemsAreNamedWithTheirPaths(_ list: String, _ expected: String) {
        #expect(Self.found(list) == [expected])
    }

    @Test func theListHasABound() {
        let one = "{ \"fault\": \"wrongCRC\" }"
        let list = "[\(Array(repeating: one, count: 101).joined(separator: ","))]"
        #expect(Self.found(list) == ["emulator.faults: has 101 items, at most 100"])
    }

    /// The emulator's admin listener takes the list alone.
    @Test func theListAloneIsReadLikeThatOfTheFile() throws {
        let loader = ConfigurationLoader(ruleNames: [], operationNames: ["PutObject"], environment: [:])
        let text = "[{ \"fault\": \"resetAnswer\", \"bytes\": \"1KiB\" }]"
        #expect(
            try loader.faults(Array(text.utf8)) == [.init(kind: .resetAnswer, amount: 1_024, operations: [])])
        let failure = #expect(throws: ConfigurationFailure.self) {
            try loader.faults(Array("[{ \"fault\": \"delay\" }]".utf8))
        }
        #expect(failure?.problems.map(\.path) == ["emulator.faults[0]"])
        #expect(throws: ConfigurationFailure.self) { try loader.faults(Array("[".utf8)) }
    }
}
