import Config
import Foundation
import Proxy
import TLS

/// Certificates, keys and authorities as the configuration names them, read and checked.
struct SecurityContexts {
    /// One for each listener; nil for plain text.
    let listeners: [TLSServerContext?]
    /// One for each origin; nil for one without TLS.
    let origins: [TLSClientContext?]
    /// What works but should be looked at, with the path of the key.
    let warnings: [ConfigurationProblem]

    /// Where Debian and Ubuntu keep the public authorities in one file.
    private static let systemAuthorities = "/etc/ssl/certs/ca-certificates.crt"

    /// Reads all the files; throws every problem that there is. Tickets of sessions are sealed with `ticketKeys`.
    init(_ configuration: Configuration, ticketKeys: TicketKeys, file: String?) throws(ConfigurationFailure) {
        var reader = FileReader()
        listeners = configuration.listeners.map { listener in
            listener.tls.flatMap { reader.server($0, listener.protocols.map(\.rawValue), ticketKeys) }
        }
        origins = configuration.origins.map { origin in
            guard case .https(let host, _) = origin else { return nil }
            return reader.client(configuration.originTLS, host: host)
        }
        guard reader.problems.isEmpty else {
            throw ConfigurationFailure(file: file, problems: reader.problems.each)
        }
        warnings = reader.warnings.each
    }

    /// Reads files and gathers what is wrong with them.
    private struct FileReader {
        var problems: [ConfigurationProblem] = []
        var warnings: [ConfigurationProblem] = []

        mutating func server(
            _ tls: Configuration.ListenerTLS, _ protocols: [String], _ ticketKeys: TicketKeys
        ) -> TLSServerContext? {
            let before = problems.count
            let certificates = tls.certificates.map { certificate($0, key: "privateKey", "certificate") }
            let authorities = tls.clientCA.map { contents($0, at: "\(tls.path).clientCA") }
            guard problems.count == before else { return nil }
            do throws(TLSConfigurationError) {
                let context = try TLSServerContext(
                    certificates: certificates, clientAuthorities: authorities, protocols: protocols,
                    ticketKeys: ticketKeys)
                for (files, seconds) in zip(tls.certificates, context.secondsUntilExpiry(now: Self.now)) {
                    warn(files.path + ".certificate", files.certificate, expiresIn: seconds)
                }
                return context
            } catch {
                let files = tls.certificates[min(error.index, tls.certificates.count - 1)]
                switch error.part {
                case .certificate: add(files.path + ".certificate", files.certificate, error.message)
                case .privateKey: add(files.path + ".privateKey", files.privateKey, error.message)
                case .authorities: add(tls.path + ".clientCA", tls.clientCA ?? "", error.message)
                }
                return nil
            }
        }

        mutating func client(_ tls: Configuration.OriginTLS, host: String) -> TLSClientContext? {
            let before = problems.count
            let authorities = contents(tls.ca ?? systemAuthorities, at: "origin.tls.ca")
            let own = tls.client.map { certificate($0, key: "clientPrivateKey", "clientCertificate") }
            guard problems.count == before else { return nil }
            do throws(TLSConfigurationError) {
                let context = try TLSClientContext(
                    authorities: authorities, serverName: tls.serverName ?? host, certificate: own)
                if let seconds = context.secondsUntilExpiry(now: Self.now), let files = tls.client {
                    warn("origin.tls.clientCertificate", files.certificate, expiresIn: seconds)
                }
                return context
            } catch {
                switch error.part {
                case .certificate:
                    add("origin.tls.clientCertificate", tls.client?.certificate ?? "", error.message)
                case .privateKey:
                    add("origin.tls.clientPrivateKey", tls.client?.privateKey ?? "", error.message)
                case .authorities: add("origin.tls.ca", tls.ca ?? systemAuthorities, error.message)
                }
                return nil
            }
        }

        private mutating func certificate(
            _ files: Configuration.CertificateFiles, key: String, _ certificate: String
        ) -> TLSServerContext.Certificate {
            let path = "\(files.path).\(key)"
            checkPermissions(files.privateKey, at: path)
            return TLSServerContext.Certificate(
                certificate: contents(files.certificate, at: "\(files.path).\(certificate)"),
                privateKey: contents(files.privateKey, at: path))
        }

        private mutating func contents(_ name: String, at path: String) -> [UInt8] {
            switch ConfigurationLoader.contents(name) {
            case .success(let bytes): return bytes
            case .failure(let unreadable):
                problems.append(ConfigurationProblem(path: path, message: unreadable.description))
                return []
            }
        }

        /// Whoever may write a key may put another in its place. Reading by all is common where keys are mounted into
        /// containers, so that is only a warning.
        private mutating func checkPermissions(_ name: String, at path: String) {
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: name),
                let mode = attributes[.posixPermissions] as? Int
            else { return }
            if mode & 0o002 != 0 {
                add(path, name, "may be written by everybody; take that right away (chmod o-w)")
            } else if mode & 0o004 != 0 {
                warnings.append(
                    ConfigurationProblem(
                        path: path, message: "\(name) may be read by everybody; better is chmod 600"))
            }
        }

        private mutating func add(_ path: String, _ file: String, _ message: String) {
            problems.append(ConfigurationProblem(path: path, message: "\(file) \(message)"))
        }

        /// An expired certificate is served all the same: no certificate at all would help nobody.
        private mutating func warn(_ path: String, _ file: String, expiresIn seconds: Int64) {
            guard seconds < 14 * 86_400 else { return }
            let message =
                seconds < 0
                ? "\(file) has expired \(-seconds / 86_400) days ago"
                : "\(file) expires in \(seconds / 86_400) days"
            warnings.append(ConfigurationProblem(path: path, message: message))
        }

        private static var now: Int64 { Int64(Date().timeIntervalSince1970) }
    }
}

extension [ConfigurationProblem] {
    /// Each once: several origins share their files.
    fileprivate var each: [ConfigurationProblem] {
        reduce(into: []) { found, problem in if !found.contains(problem) { found.append(problem) } }
    }
}
