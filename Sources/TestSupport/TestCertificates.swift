import Foundation
package import TLS

/// Authorities, certificates and keys for tests, made by the openssl command when first asked for. All for loopback, and
/// good for two days.
package struct TestCertificates: Sendable {
    /// A certificate and its key as PEM files.
    package struct Leaf: Sendable {
        package let certificateFile: String
        package let keyFile: String
        package let pem: TLSServerContext.Certificate
    }

    /// Made once for the whole test process; the directory stays until the process that made it is gone.
    package static let shared = Result { try TestCertificates() }

    package let directory: String
    /// Signs all but those of the stranger.
    package let authority: [UInt8]
    package let authorityFile: String
    package let strangerAuthority: [UInt8]
    /// For localhost, 127.0.0.1 and the buckets of oss-cn-hangzhou.aliyuncs.com.
    package let server: Leaf
    /// For other.example alone.
    package let other: Leaf
    package let expired: Leaf
    /// Of a client, CN=backup-client with a URI.
    package let client: Leaf
    /// Of a client, signed by another authority.
    package let stranger: Leaf

    private init() throws {
        let maker = try Maker()
        directory = maker.directory
        authority = try maker.authority("ca")
        authorityFile = maker.path("ca.pem")
        strangerAuthority = try maker.authority("stranger-ca")
        let loopback = "DNS:localhost,IP:127.0.0.1,DNS:*.oss-cn-hangzhou.aliyuncs.com"
        server = try maker.leaf("server", subject: "/CN=ossgate", names: loopback)
        other = try maker.leaf("other", subject: "/CN=other", names: "DNS:other.example")
        expired = try maker.leaf("expired", subject: "/CN=expired", names: loopback, days: -1)
        client = try maker.leaf(
            "client", subject: "/O=Example/CN=backup-client", names: "URI:spiffe://example/backup")
        stranger = try maker.leaf("stranger", subject: "/CN=backup-client", names: "DNS:x", by: "stranger-ca")
    }

    /// A context of a server with these certificates.
    package func serverContext(
        _ leaves: [Leaf]? = nil, clientAuthorities: [UInt8]? = nil, protocols: [String] = ["h2", "http/1.1"],
        ticketKeys: TicketKeys = TicketKeys()
    ) throws -> TLSServerContext {
        try TLSServerContext(
            certificates: (leaves ?? [server]).map(\.pem), clientAuthorities: clientAuthorities,
            protocols: protocols, ticketKeys: ticketKeys)
    }

    /// A context of a client that trusts the authority.
    package func clientContext(
        serverName: String = "localhost", authorities: [UInt8]? = nil, presenting leaf: Leaf? = nil,
        protocols: [String] = ["http/1.1"]
    ) throws -> TLSClientContext {
        try TLSClientContext(
            authorities: authorities ?? authority, serverName: serverName, certificate: leaf?.pem,
            protocols: protocols)
    }

    /// Runs the openssl command in a directory of its own.
    private struct Maker {
        let directory: String

        init() throws {
            let url = FileManager.default.temporaryDirectory.appending(path: "ossgate-certificates-\(UUID())")
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            directory = url.path
        }

        func path(_ name: String) -> String { "\(directory)/\(name)" }

        func authority(_ name: String) throws -> [UInt8] {
            try openssl([
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                "2",
                "-subj", "/CN=Authority of tests \(name)", "-keyout", "\(name).key", "-out", "\(name).pem",
            ])
            return try bytes("\(name).pem")
        }

        func leaf(
            _ name: String, subject: String, names: String, days: Int = 2, by authority: String = "ca"
        ) throws -> Leaf {
            try openssl([
                "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                subject,
                "-addext", "subjectAltName=\(names)", "-keyout", "\(name).key", "-out", "\(name).csr",
            ])
            try openssl([
                "x509", "-req", "-in", "\(name).csr", "-CA", "\(authority).pem", "-CAkey", "\(authority).key",
                "-CAcreateserial", "-days", "\(days)", "-copy_extensions", "copy", "-out", "\(name).pem",
            ])
            return Leaf(
                certificateFile: path("\(name).pem"), keyFile: path("\(name).key"),
                pem: TLSServerContext.Certificate(
                    certificate: try bytes("\(name).pem"), privateKey: try bytes("\(name).key")))
        }

        private func bytes(_ name: String) throws -> [UInt8] {
            Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
        }

        private func openssl(_ arguments: [String]) throws {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["openssl"] + arguments
            process.currentDirectoryURL = URL(fileURLWithPath: directory)
            let output = Pipe()
            process.standardOutput = output
            process.standardError = output
            try process.run()
            let text = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else {
                throw RawClient.Failure(
                    description: "openssl \(arguments[0]): \(String(decoding: text, as: UTF8.self))")
            }
        }
    }
}
