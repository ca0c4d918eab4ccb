/// One key of `config.json`. The table of all keys is what the decoder, the JSON Schema and the README go by; the
/// defaults and bounds in it are the real ones.
struct ConfigurationKey: Sendable {
    enum Kind: Sendable {
        case text
        /// A text, or a list of at least one.
        case textOrList
        case boolean
        case count(ClosedRange<Int>)
        /// Bounds in bytes.
        case size(ClosedRange<Int>)
        /// Bounds in milliseconds.
        case duration(ClosedRange<Int>)
        /// What is allowed, and what a later version will allow.
        case choice([String], later: [String] = [])
        /// An object of conditions; `PolicyKey` has what may stand in it.
        case conditions
    }

    /// Names joined by dots; `[]` stands for every item of a list, `*` for every member of a map.
    let path: String
    let kind: Kind
    /// As it would stand in the file; nil when there is none.
    let fallback: String?
    let meaning: String

    init(_ path: String, _ kind: Kind, _ fallback: String?, _ meaning: String) {
        self.path = path
        self.kind = kind
        self.fallback = fallback
        self.meaning = meaning
    }

    /// Keys that the product will have and this version refuses, with their paths as above.
    static let later: Set<String> = [
        "quota", "integrity.sha256",
    ]

    static func named(_ path: String) -> ConfigurationKey? { byPath[path] }

    /// The names allowed directly under a path; the path of the root is empty.
    static func names(under path: String) -> [String] {
        let prefix = path.isEmpty ? "" : path + "."
        var names: [String] = []
        for key in all where key.path.hasPrefix(prefix) {
            let name = key.path.dropFirst(prefix.count).prefix { $0 != "." && $0 != "[" }
            if !names.contains(String(name)) { names.append(String(name)) }
        }
        return names
    }

    private static let byPath = Dictionary(uniqueKeysWithValues: all.map { ($0.path, $0) })
    private static let waiting = 1...86_400_000

    static let all: [ConfigurationKey] =
        [
            ConfigurationKey("$schema", .text, nil, "names the JSON Schema for editors; not used"),
            ConfigurationKey(
                "listeners[].bind", .text, "127.0.0.1:8080",
                "where clients connect: `host:port`, `[v6]:port` or `unix:/path`; port 0 picks one"),
            ConfigurationKey(
                "listeners[].protocols[]", .choice(["http/1.1", "h2", "h2c"]), nil,
                "`h2` is HTTP/2 over TLS, `h2c` over plain text; by default `http/1.1`, and `h2` too with TLS"
            ),
            ConfigurationKey(
                "listeners[].tls.certificate", .text, nil,
                "a PEM file with the certificate and its chain; makes it a listener of TLS 1.2 and 1.3"),
            ConfigurationKey("listeners[].tls.privateKey", .text, nil, "a PEM file with the key to it"),
            ConfigurationKey(
                "listeners[].tls.certificates[].certificate", .text, nil,
                "further certificates, for clients that ask for their names"),
            ConfigurationKey(
                "listeners[].tls.certificates[].privateKey", .text, nil, "the key to this certificate"),
            ConfigurationKey(
                "listeners[].tls.clientCA", .text, nil,
                "a PEM file; clients must present a certificate that one of its authorities has signed"),
            ConfigurationKey(
                "listeners[].proxyProtocol.from[]", .text, nil,
                "connections begin with a header of the PROXY protocol, and come from these: an address, a range such as "
                    + "`10.0.0.0/8`, or `unix`"),
            ConfigurationKey(
                "listeners[].forwardedFor.from[]", .text, nil,
                "whose `X-Forwarded-For` is believed, written as above"),
            ConfigurationKey(
                "admin.bind", .text, "127.0.0.1:9090",
                "health and metrics, an address as above; `off` for none"),
            ConfigurationKey(
                "domains[]", .text, "localhost",
                "further suffixes of Host under which what precedes is the bucket"),
            ConfigurationKey(
                "pathStyle", .boolean, "true", "whether `/bucket/key` on a bare host is accepted"),
            ConfigurationKey("cnames.*", .text, nil, "bucket by custom host name"),
            ConfigurationKey(
                "origin.endpoint", .textOrList, "embedded",
                "`embedded` (the emulator), `http://host:port` or `https://host`, or a list of such"),
            ConfigurationKey(
                "origin.health.failures", .count(1...1000), "5",
                "failures in a row after which one of several origins is passed by"),
            ConfigurationKey(
                "origin.health.ejection", .duration(1...86_400_000), "5s",
                "for how long, then one request tries it; doubled at most twice"),
            ConfigurationKey(
                "origin.health.interval", .duration(0...86_400_000), "0", "between probes of each; 0 is none"),
            ConfigurationKey(
                "origin.health.path", .text, "/", "what probes GET; any answer below 500 is a sign of life"),
            ConfigurationKey(
                "origin.tls.ca", .text, nil, "a PEM file with authorities to trust; else the system's"),
            ConfigurationKey(
                "origin.tls.serverName", .text, nil,
                "whom the origin's certificate must name; else the host of the endpoint"),
            ConfigurationKey(
                "origin.tls.clientCertificate", .text, nil, "a PEM file with a certificate of our own"),
            ConfigurationKey(
                "origin.tls.clientPrivateKey", .text, nil, "the key to it, if it is in another file"),
            ConfigurationKey(
                "origin.addressing", .choice(["preserve"], later: ["virtualHosted", "path"]), "preserve",
                "Host and target go to the origin byte for byte"),
            ConfigurationKey(
                "integrity.contentMD5", .choice(Configuration.ContentMD5.allCases.map(\.rawValue)), "verify",
                "`require` also refuses uploads without `Content-MD5`"),
            ConfigurationKey(
                "integrity.crc64", .choice(Configuration.RequestCRC64.allCases.map(\.rawValue)), "verify",
                "`x-oss-hash-crc64ecma` of uploads"),
            ConfigurationKey(
                "integrity.downloads", .choice(Configuration.Downloads.allCases.map(\.rawValue)), "observe",
                "a download that differs from its CRC-64: count it, or cut it before its end"),
            ConfigurationKey(
                "integrity.originCRC64", .choice(Configuration.OriginCRC64.allCases.map(\.rawValue)),
                "observe",
                "an upload whose CRC-64 the origin answers differently: count it, or fail the answer"),
            ConfigurationKey(
                "integrity.zeroCopy", .choice(Configuration.ZeroCopy.allCases.map(\.rawValue)), "downloads",
                "what passes as the kernel's pages; `both` only if no client on this machine uses `sendfile`"),
            ConfigurationKey(
                "auth.mode", .choice(["pass"], later: ["verify", "sign"]), "pass",
                "only the form of signatures is checked"),
            ConfigurationKey(
                "rules.*", .choice(Configuration.RuleMode.allCases.map(\.rawValue)), "enforce",
                "mode of a rule by its name; `report` logs and lets pass"),
        ] + policy + limits + timeouts + rest + emulator + [
            ConfigurationKey(
                "shards", .count(1...256), nil, "event loops; one for each core unless given"),
            ConfigurationKey(
                "reload", .choice(["signal", "change"]), "signal",
                "when the configuration is read again: at SIGHUP, or with `change` when its file changes, too"
            ),
        ]

    private static let policy: [ConfigurationKey] = [
        ConfigurationKey(
            "policy[].name", .text, nil, "a rule of the policy: its name, which stands in answers and records"
        ),
        ConfigurationKey(
            "policy[].when", .conditions, nil, "the requests that the rule is about; all without it"),
        ConfigurationKey("policy[].require", .conditions, nil, "what is demanded of them"),
        ConfigurationKey("policy[].refuse", .boolean, "false", "refuses them all instead"),
        ConfigurationKey(
            "policy[].otherwise.code", .text, "AccessDenied",
            "code of the refusal; its status is the service's"),
        ConfigurationKey("policy[].otherwise.message", .text, nil, "message of the refusal"),
        ConfigurationKey(
            "policy[].mode", .choice(Configuration.PolicyMode.allCases.map(\.rawValue)), "enforce",
            "`report` refuses nothing, and tells what it would have refused"),
        ConfigurationKey(
            "policy[].unknown", .choice(Configuration.PolicyUnknown.allCases.map(\.rawValue)), "allow",
            "what becomes of a request of which the gateway cannot see what is demanded"),
    ]

    private static let limits: [ConfigurationKey] = [
        ConfigurationKey(
            "limits.target", .size(256...(64 << 10)), "8KiB", "request target; longer ones get 414"),
        ConfigurationKey(
            "limits.head", .size(1024...(1 << 20)), "32KiB", "request head in all; longer ones get 431"),
        ConfigurationKey("limits.fields", .count(8...1000), "128", "fields of a head; more get 431"),
        ConfigurationKey(
            "limits.connections", .count(1...1_000_000), "10000",
            "client connections in all; more are closed at once"),
        ConfigurationKey(
            "limits.connectionsPerAddress", .count(0...1_000_000), "0",
            "connections of one client, in IPv6 of one /64, and requests under way that a proxy forwards for it; more get "
                + "503; 0 is no bound"),
        ConfigurationKey(
            "limits.drain", .size(0...(1 << 40)), "1GiB",
            "unread body that is taken after an early answer before the connection closes"),
        ConfigurationKey(
            "limits.memory", .size((1 << 20)...(1 << 40)), "1GiB",
            "bytes that may wait in all for slow clients and origins; beyond, bodies wait and new requests get 503"
        ),
        ConfigurationKey(
            "limits.upstreamConnections", .count(1...1_000_000), "4096",
            "requests that the origin gets at once; more wait for their turn"),
        ConfigurationKey(
            "limits.upstreamQueue", .count(0...1_000_000), "1024",
            "requests that wait for their turn at the origin; more get 503"),
        ConfigurationKey(
            "limits.uploads", .count(0...1_000_000), "10000",
            "uploads in parts that are remembered, so that their parts can be checked; 0 checks none"),
        ConfigurationKey(
            "limits.uploadParts", .count(10_000...10_000_000), "200000",
            "parts that are remembered of all these uploads; of others the service alone knows"),
    ]

    private static let timeouts: [ConfigurationKey] = [
        ConfigurationKey("timeouts.head", .duration(waiting), "10s", "for a whole request head; then 408"),
        ConfigurationKey(
            "timeouts.bodyIdle", .duration(waiting), "30s",
            "without a byte of a request body; then `RequestTimeout`"),
        ConfigurationKey(
            "timeouts.minimumRate", .size(0...(1 << 30)), "0",
            "bytes a second that a client must send of a body, and take of an answer; 0 is no bound"),
        ConfigurationKey(
            "timeouts.upstreamConnect", .duration(waiting), "5s", "to reach the origin; then 504"),
        ConfigurationKey(
            "timeouts.upstreamFirstByte", .duration(waiting), "60s", "for the origin's answer; then 504"),
        ConfigurationKey(
            "timeouts.upstreamQueue", .duration(waiting), "2s", "for a turn at the origin; then 503"),
        ConfigurationKey("timeouts.keepAlive", .duration(waiting), "75s", "idle client connection"),
        ConfigurationKey(
            "timeouts.uploads", .duration(1...2_592_000_000), "24h",
            "an upload in parts of which nothing is heard for so long is forgotten, not refused"),
        ConfigurationKey(
            "timeouts.drainDelay", .duration(0...86_400_000), "1s",
            "at the end: not ready, but still accepting"),
        ConfigurationKey(
            "timeouts.drain", .duration(0...86_400_000), "30s", "at the end: for open requests to finish"),
    ]

    private static let rest: [ConfigurationKey] = [
        ConfigurationKey(
            "log.access", .choice(Configuration.AccessFormat.allCases.map(\.rawValue)), "off",
            "access log, and the form of its lines"),
        ConfigurationKey(
            "log.accessTo", .text, "stdout", "where the access log goes, as below, but for `off`"),
        ConfigurationKey(
            "log.rejections", .text, "stdout",
            "rejection log: `stdout`, `off`, `file:/path`, `syslog+udp://host:port`, `syslog+tcp://host:port` or "
                + "`syslog+unix:/path`"),
        ConfigurationKey(
            "log.rotateSize", .size(0...(1 << 40)), "100MiB",
            "a log file that would grow beyond this is renamed to `PATH.1`, and so on; 0 for never"),
        ConfigurationKey("log.rotateKeep", .count(1...1000), "5", "renamed log files that are kept"),
        ConfigurationKey(
            "log.foldAfter", .count(0...1_000_000), "100",
            "equal refusals of one client in a second that are written one by one; further ones are one line with "
                + "their count; 0 for all one by one"),
    ]
}
