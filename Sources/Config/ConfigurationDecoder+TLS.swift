/// The keys about TLS. Files are only named here; whoever makes contexts of them reads them.
extension ConfigurationDecoder {
    /// nil for a listener of plain text.
    func listenerTLS(_ listener: ObjectReader) -> Configuration.ListenerTLS? {
        guard listener.contains("tls") else { return nil }
        let tls = listener.object("tls")
        var certificates: [Configuration.CertificateFiles] = []
        if let one = certificateFiles(tls, "certificate", "privateKey") { certificates.append(one) }
        for further in tls.objects("certificates") ?? [] {
            if let one = certificateFiles(further, "certificate", "privateKey") {
                certificates.append(one)
            } else {
                problems.add(further.path, "needs a certificate and a privateKey")
            }
        }
        if certificates.isEmpty { problems.add(tls.path, "needs a certificate and a privateKey") }
        return Configuration.ListenerTLS(
            path: tls.path, certificates: certificates, clientCA: file(tls, "clientCA"))
    }

    /// What a listener speaks; without the key all that is usual for it.
    func protocols(_ listener: ObjectReader, isSecure: Bool) -> [Configuration.ListenerProtocol] {
        guard let items = listener.texts("protocols") else { return isSecure ? [.h2, .http11] : [.http11] }
        return items.compactMap { path, text in
            guard let found = Configuration.ListenerProtocol(rawValue: text) else { return nil }
            if found == .h2, !isSecure { problems.add(path, "\"h2\" needs tls; without it there is \"h2c\"") }
            if found == .h2c, isSecure {
                problems.add(path, "\"h2c\" is for plain text; with tls it is \"h2\"")
            }
            return found
        }
    }

    func originTLS(
        _ origin: ObjectReader, _ endpoints: [Configuration.OriginEndpoint]
    ) -> Configuration.OriginTLS {
        let tls = origin.object("tls")
        let isSecure = endpoints.contains { if case .https = $0 { true } else { false } }
        if origin.contains("tls"), !isSecure {
            problems.add(tls.path, "needs an origin.endpoint that begins with https://")
        }
        let name = tls.text("serverName")
        if let name, !HostPort.isName(name.text), !HostPort.isIPv6(name.text) {
            problems.add(name.path, "must be a host name or an address, not \"\(name.text)\"")
        }
        let ca = file(tls, "ca")
        let certificate = file(tls, "clientCertificate")
        let key = file(tls, "clientPrivateKey")
        if certificate == nil, key != nil {
            problems.add(tls.path, "has a clientPrivateKey but no clientCertificate")
        }
        // A file may hold the certificate and the key to it.
        let client = certificate.map {
            Configuration.CertificateFiles(path: tls.path, certificate: $0, privateKey: key ?? $0)
        }
        return Configuration.OriginTLS(ca: ca, serverName: name?.text, client: client)
    }

    private func certificateFiles(
        _ reader: ObjectReader, _ certificate: String, _ privateKey: String
    ) -> Configuration.CertificateFiles? {
        switch (file(reader, certificate), file(reader, privateKey)) {
        case (let certificate?, let key?):
            return Configuration.CertificateFiles(
                path: reader.path, certificate: certificate, privateKey: key)
        case (nil, nil): return nil
        case (nil, _?): problems.add(reader.path, "has a \(privateKey) but no \(certificate)")
        case (_?, nil): problems.add(reader.path, "has a \(certificate) but no \(privateKey)")
        }
        // What is missing has been said: nothing more is to be said of the whole.
        return Configuration.CertificateFiles(path: reader.path, certificate: "", privateKey: "")
    }

    private func file(_ reader: ObjectReader, _ name: String) -> String? {
        guard let (path, text) = reader.text(name) else { return nil }
        if text.isEmpty || text.utf8.contains(0) { problems.add(path, "must name a file") }
        return text
    }
}
