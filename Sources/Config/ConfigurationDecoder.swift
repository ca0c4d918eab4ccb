import JSON
import Network

/// Makes a `Configuration` of a parsed file. Pure but for `readSecret`, which fetches the text of a secret's file.
struct ConfigurationDecoder {
    /// The names that `rules` may have.
    let ruleNames: [String]
    let processors: Int
    /// The operations that faults may name.
    var operationNames: [String] = []
    /// The text of a file, or why it cannot be read.
    let readSecret: (String) -> Result<String, ConfigurationLoader.Unreadable>
    let problems: ProblemList

    func decode(_ value: JSONValue) -> Configuration {
        let root = ObjectReader(value, path: "", table: "", problems: problems)
        _ = root.text("$schema")
        _ = root.object("auth").text("mode")
        let listeners = listeners(root)
        let admin = admin(root.object("admin"))
        reportRepeatedBinds(listeners, admin)
        // In the order of the file's keys, which is that of the problems.
        let domains = domains(root)
        let pathStyle = root.boolean("pathStyle")
        let cnames = cnames(root.object("cnames"))
        let origins = endpoints(root.object("origin"))
        let origin = origins.first ?? .embedded
        var configuration = Configuration(
            listeners: listeners.map(\.listener), admin: admin?.bind, domains: domains,
            pathStyle: pathStyle, cnames: cnames,
            origin: origin, furtherOrigins: Array(origins.dropFirst()),
            health: health(root.object("origin").object("health")),
            originTLS: originTLS(root.object("origin"), origins),
            integrity: integrity(root.object("integrity")),
            rules: rules(root.object("rules")),
            policy: PolicyDecoder(ruleNames: ruleNames, problems: problems).decode(root),
            limits: limits(root.object("limits")),
            timeouts: timeouts(root.object("timeouts")), log: log(root.object("log")),
            emulator: emulator(root.object("emulator")), shards: root.quantity("shards") ?? max(1, processors)
        )
        configuration.reload = root.choice("reload", as: Configuration.ReloadTrigger.self)
        return configuration
    }

    private func listeners(_ root: ObjectReader) -> [(path: String, listener: Configuration.Listener)] {
        var readers = root.objects("listeners")
        if readers?.isEmpty == true { problems.add("listeners", "needs at least one listener") }
        if readers == nil || readers?.isEmpty == true {
            readers = [ObjectReader(nil, path: "listeners[0]", table: "listeners[]", problems: problems)]
        }
        return (readers ?? []).compactMap { reader in
            if reader.itemCount("protocols") == 0 {
                problems.add(ObjectReader.join(reader.path, "protocols"), "needs at least one protocol")
            }
            guard reader.isObject else { return nil }
            let tls = listenerTLS(reader)
            let protocols = protocols(reader, isSecure: tls != nil)
            let proxyFrom = ranges(reader, "proxyProtocol")
            let forwardedFrom = ranges(reader, "forwardedFor") ?? []
            return bind(reader).map {
                (
                    $0.path,
                    Configuration.Listener(
                        bind: $0.bind, tls: tls, protocols: protocols, proxyFrom: proxyFrom,
                        forwardedFrom: forwardedFrom)
                )
            }
        }
    }

    /// Whom a listener believes; nil without the key.
    private func ranges(_ listener: ObjectReader, _ name: String) -> [AddressRange]? {
        guard listener.contains(name) else { return nil }
        let reader = listener.object(name)
        let texts = reader.texts("from") ?? []
        if reader.isObject, texts.isEmpty, reader.itemCount("from") ?? 0 == 0 {
            problems.add(reader.path, "needs a list \"from\" with at least one address or range")
        }
        return texts.compactMap { path, text in
            do throws(AddressRange.Malformed) {
                return try AddressRange(text)
            } catch {
                problems.add(path, error.message)
                return nil
            }
        }
    }

    private func admin(_ reader: ObjectReader) -> (path: String, bind: ListenAddress)? {
        reader.text("bind")?.text == "off" ? nil : bind(reader)
    }

    func bind(_ reader: ObjectReader, _ name: String = "bind") -> (path: String, bind: ListenAddress)? {
        guard let (path, text) = reader.text(name) else { return nil }
        do throws(ListenAddress.Malformed) {
            return (path, try ListenAddress(text))
        } catch {
            problems.add(path, error.message)
            return nil
        }
    }

    /// Two listeners on one address would share its connections by chance.
    private func reportRepeatedBinds(
        _ listeners: [(path: String, listener: Configuration.Listener)],
        _ admin: (path: String, bind: ListenAddress)?
    ) {
        var seen: [ListenAddress: String] = [:]
        let all = listeners.map { ($0.path, $0.listener.bind) } + (admin.map { [($0.path, $0.bind)] } ?? [])
        for (path, bind) in all {
            if case .tcp(_, port: 0) = bind { continue }
            if let first = seen[bind] { problems.add(path, "is the same address as \(first)") }
            seen[bind] = seen[bind] ?? path
        }
    }

    private func domains(_ root: ObjectReader) -> [String] {
        guard let items = root.texts("domains") else { return ["localhost"] }
        return items.compactMap { path, text in
            guard HostPort.isName(text), !HostPort.isIPv4(text) else {
                problems.add(
                    path, "must be a domain such as \"oss-cn-hangzhou.aliyuncs.com\", not \"\(text)\"")
                return nil
            }
            return text.lowercased()
        }
    }

    private func cnames(_ reader: ObjectReader) -> [String: String] {
        var buckets: [String: String] = [:]
        for (path, host, bucket) in reader.map() {
            if !HostPort.isName(host) { problems.add(path, "\"\(host)\" is not a host name") }
            if checkBucket(bucket, at: path) { buckets[host.lowercased()] = bucket }
        }
        return buckets
    }

    /// 3 to 63 of `a-z`, `0-9` and `-`, with neither end a hyphen.
    func checkBucket(_ name: String, at path: String) -> Bool {
        let isValid =
            (3...63).contains(name.utf8.count) && !name.hasPrefix("-") && !name.hasSuffix("-")
            && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        if !isValid {
            problems.add(
                path, "\"\(name)\" is no bucket name (3 to 63 of a-z, 0-9 and -, no hyphen at either end)")
        }
        return isValid
    }

    private func endpoints(_ reader: ObjectReader) -> [Configuration.OriginEndpoint] {
        _ = reader.text("addressing")
        let items = reader.textOrList("endpoint")
        if items.isEmpty, reader.itemCount("endpoint") == 0 {
            problems.add(ObjectReader.join(reader.path, "endpoint"), "needs at least one origin")
        }
        var found: [Configuration.OriginEndpoint] = []
        for (path, text) in items {
            guard let endpoint = endpoint(text, at: path) else { continue }
            if endpoint == .embedded, items.count > 1 {
                problems.add(path, "the embedded emulator cannot be one of several origins")
            } else if found.contains(endpoint) {
                problems.add(path, "names the origin \"\(text)\" twice")
            } else {
                found.append(endpoint)
            }
        }
        return found
    }

    /// nil, and a problem, for what is none.
    private func endpoint(_ text: String, at path: String) -> Configuration.OriginEndpoint? {
        guard text != "embedded" else { return .embedded }
        let isSecure = text.hasPrefix("https://")
        if isSecure || text.hasPrefix("http://") {
            var authority = text.dropFirst(isSecure ? 8 : 7)
            if authority.hasSuffix("/") { authority.removeLast() }
            if let (host, portText) = HostPort.split(String(authority)),
                HostPort.isName(host) || HostPort.isIPv6(host),
                let port = portText.map(HostPort.port) ?? (isSecure ? 443 : 80), port > 0
            {
                return isSecure ? .https(host: host, port: port) : .http(host: host, port: port)
            }
        }
        problems.add(
            path, "must be \"embedded\", \"http://host:port\" or \"https://host\", not \"\(text)\"")
        return nil
    }

    private func health(_ reader: ObjectReader) -> Configuration.Health {
        let path = reader.text("path")
        if let path, !path.text.hasPrefix("/") || !path.text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            problems.add(path.path, "must be a path such as \"/\", not \"\(path.text)\"")
        }
        return Configuration.Health(
            failuresMax: number(reader, "failures"), ejection: .milliseconds(number(reader, "ejection")),
            interval: .milliseconds(number(reader, "interval")), path: path?.text ?? "/")
    }

    private func integrity(_ reader: ObjectReader) -> Configuration.Integrity {
        Configuration.Integrity(
            contentMD5: reader.choice("contentMD5", as: Configuration.ContentMD5.self),
            crc64: reader.choice("crc64", as: Configuration.RequestCRC64.self),
            downloads: reader.choice("downloads", as: Configuration.Downloads.self),
            originCRC64: reader.choice("originCRC64", as: Configuration.OriginCRC64.self),
            zeroCopy: reader.choice("zeroCopy", as: Configuration.ZeroCopy.self))
    }

    private func rules(_ reader: ObjectReader) -> [String: Configuration.RuleMode] {
        var modes: [String: Configuration.RuleMode] = [:]
        for (path, name, text) in reader.map() {
            guard ruleNames.contains(name) else {
                let hint =
                    Suggestion.nearest(to: name, among: ruleNames).map { "; did you mean \"\($0)\"?" } ?? ""
                problems.add(path, "there is no rule \"\(name)\"\(hint)")
                continue
            }
            modes[name] = Configuration.RuleMode(rawValue: text)
        }
        return modes
    }

    private func limits(_ reader: ObjectReader) -> Configuration.Limits {
        Configuration.Limits(
            targetBytesMax: number(reader, "target"), headBytesMax: number(reader, "head"),
            fieldsMax: number(reader, "fields"), connectionsMax: number(reader, "connections"),
            connectionsPerAddressMax: number(reader, "connectionsPerAddress"),
            drainBytesMax: number(reader, "drain"), memoryBytes: number(reader, "memory"),
            upstreamConnectionsMax: number(reader, "upstreamConnections"),
            upstreamQueueMax: number(reader, "upstreamQueue"), uploadsMax: number(reader, "uploads"),
            uploadPartsMax: number(reader, "uploadParts"))
    }

    private func timeouts(_ reader: ObjectReader) -> Configuration.Timeouts {
        func duration(_ name: String) -> Duration { .milliseconds(number(reader, name)) }
        return Configuration.Timeouts(
            head: duration("head"), bodyIdle: duration("bodyIdle"),
            minimumBytesPerSecond: number(reader, "minimumRate"),
            upstreamConnect: duration("upstreamConnect"),
            upstreamFirstByte: duration("upstreamFirstByte"), upstreamQueue: duration("upstreamQueue"),
            keepAlive: duration("keepAlive"),
            uploads: duration("uploads"),
            drainDelay: duration("drainDelay"), drain: duration("drain"))
    }

    /// A quantity that the table has a default for.
    func number(_ reader: ObjectReader, _ name: String) -> Int {
        guard let value = reader.quantity(name) else {
            preconditionFailure("\(reader.table).\(name) has no default in the table")
        }
        return value
    }

    func credentials(_ reader: ObjectReader) -> [Configuration.Credential] {
        var known: [Configuration.Credential] = []
        for item in reader.objects("credentials") ?? [] {
            let id = item.text("accessKeyId")?.text ?? ""
            if id.isEmpty { problems.add(item.path, "needs an accessKeyId") }
            if known.contains(where: { $0.accessKeyId == id }) {
                problems.add(item.path, "the accessKeyId \"\(id)\" is named twice")
            }
            let token = item.text("securityToken")
            if let token, token.text.isEmpty { problems.add(token.path, "must not be empty") }
            known.append(
                Configuration.Credential(
                    accessKeyId: id, accessKeySecret: secret(item), securityToken: token?.text))
        }
        return known
    }

    private func secret(_ item: ObjectReader) -> String {
        switch (item.text("accessKeySecret"), item.text("accessKeySecretFile")) {
        case (let plain?, nil):
            if plain.text.isEmpty { problems.add(plain.path, "must not be empty") }
            return plain.text
        case (nil, let file?):
            switch readSecret(file.text) {
            case .success(let text):
                let secret = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
                if secret.isEmpty { problems.add(file.path, "the file \(file.text) is empty") }
                return secret
            case .failure(let unreadable): problems.add(file.path, "\(unreadable)")
            }
        case (_?, _?): problems.add(item.path, "has both accessKeySecret and accessKeySecretFile")
        case (nil, nil): problems.add(item.path, "needs accessKeySecret or accessKeySecretFile")
        }
        return ""
    }
}
