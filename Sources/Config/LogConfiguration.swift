extension Configuration {
    /// Where a log goes.
    package enum LogPlace: Sendable, Equatable {
        case stdout
        case file(path: String)
        case syslogUDP(host: String, port: UInt16)
        case syslogTCP(host: String, port: UInt16)
        case syslogUnix(path: String)
    }

    package enum AccessFormat: String, Sendable, CaseIterable {
        case off
        case json
        case combined
    }

    package struct Log: Sendable, Equatable {
        package var access: AccessFormat
        package var accessTo: LogPlace
        /// nil for no rejection log.
        package var rejections: LogPlace?
        /// A file that would grow beyond this is moved away; 0 for never.
        package var rotateBytes: Int
        /// Files that are kept beside the current one.
        package var rotateKeep: Int
        /// Equal refusals that are written one by one in a second; 0 for all.
        package var foldAfter: Int
    }
}

extension ConfigurationDecoder {
    func log(_ reader: ObjectReader) -> Configuration.Log {
        let access = reader.choice("access", as: Configuration.AccessFormat.self)
        let rejections = reader.text("rejections")
        let isOff = rejections?.text == "off"
        return Configuration.Log(
            access: access, accessTo: place(reader.text("accessTo"), orOff: false),
            rejections: isOff ? nil : place(rejections, orOff: true),
            rotateBytes: number(reader, "rotateSize"), rotateKeep: number(reader, "rotateKeep"),
            foldAfter: number(reader, "foldAfter"))
    }

    private func place(_ value: (path: String, text: String)?, orOff: Bool) -> Configuration.LogPlace {
        guard let (path, text) = value, text != "stdout" else { return .stdout }
        if let place = Self.file(text) ?? Self.syslog(text) { return place }
        if text.hasPrefix("otlp") || text.hasPrefix("syslog+tls") {
            problems.add(path, "\"\(text)\" is not supported by this version")
        } else {
            let off = orOff ? "\"off\", " : ""
            problems.add(
                path,
                "must be \"stdout\", \(off)\"file:/path\", \"syslog+udp://host:port\", \"syslog+tcp://host:port\" or "
                    + "\"syslog+unix:/path\", not \"\(text)\"")
        }
        return .stdout
    }

    private static func file(_ text: String) -> Configuration.LogPlace? {
        guard text.hasPrefix("file:"), text.count > 5, !text.utf8.contains(0) else { return nil }
        return .file(path: String(text.dropFirst(5)))
    }

    /// Port 514 unless one is given (RFC 5426, section 3.3).
    private static func syslog(_ text: String) -> Configuration.LogPlace? {
        if text.hasPrefix("syslog+unix:") {
            let path = String(text.dropFirst("syslog+unix:".count))
            let isPath = path.hasPrefix("/") && !path.utf8.contains(0)
            return isPath && path.utf8.count <= ListenAddress.unixPathBytesMax ? .syslogUnix(path: path) : nil
        }
        for (prefix, isUDP) in [("syslog+udp://", true), ("syslog+tcp://", false)]
        where text.hasPrefix(prefix) {
            guard let (host, portText) = HostPort.split(String(text.dropFirst(prefix.count))),
                HostPort.isName(host) || HostPort.isIPv6(host),
                let port = portText.map(HostPort.port) ?? 514, port > 0
            else { return nil }
            return isUDP ? .syslogUDP(host: host, port: port) : .syslogTCP(host: host, port: port)
        }
        return nil
    }
}
