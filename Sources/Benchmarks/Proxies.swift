import Foundation
import Reactor
import TLS

/// A proxy in front of the origin: a process of its own on processor 0, with one worker.
final class Proxy {
    enum Role {
        case gateway
        /// The gateway told that no client alters what it has sent: uploads pass as the kernel's pages, too.
        case gatewayLending
        /// Another build of it.
        case gatewayOfBefore
        /// Checks nothing.
        case peer
        /// Go's reverse proxy, which digests as well.
        case go
        /// A relay that does nothing but OpenSSL's MD5.
        case inline
        /// A relay that does nothing at all.
        case bare

        var isRelay: Bool { self == .inline || self == .bare }
    }

    let name: String
    let process: Child
    let address: SocketAddress
    /// Where it speaks TLS; nil if it does not.
    let secureAddress: SocketAddress?
    let role: Role

    init(
        _ name: String, _ process: Child, _ address: SocketAddress, secure: SocketAddress? = nil, role: Role
    ) {
        self.name = name
        self.process = process
        self.address = address
        secureAddress = secure
        self.role = role
    }
}

/// The certificate of all proxies, ECDSA with P-256, and what trusts it.
struct BenchCertificate {
    static let name = "bench.oss-cn-hangzhou.aliyuncs.com"
    let certificate: String
    let key: String
    /// Both in one file.
    let both: String

    /// Has the openssl command make one.
    init(in directory: URL) throws {
        certificate = directory.appending(path: "certificate.pem").path
        key = directory.appending(path: "key.pem").path
        both = directory.appending(path: "both.pem").path
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2", "-subj", "/CN=\(Self.name)", "-addext", "subjectAltName=DNS:\(Self.name)",
            "-keyout", key, "-out", certificate,
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { fail("openssl could not make a certificate") }
        let parts = try [certificate, key].map { try Data(contentsOf: URL(filePath: $0)) }
        try (parts[0] + parts[1]).write(to: URL(filePath: both))
    }

    func clientContext() throws -> TLSClientContext {
        let authorities = [UInt8](try Data(contentsOf: URL(filePath: certificate)))
        return try TLSClientContext(authorities: authorities, serverName: Self.name, certificate: nil)
    }
}

/// Starts the proxies that are compared. Their ports are fixed: a run has a network namespace to itself.
struct ProxyStarter {
    let origin: String
    let directory: URL
    let certificate: BenchCertificate

    /// A build of the gateway with every rule on and the rejection log written.
    func gateway(_ path: String, name: String, role: Proxy.Role, securePort: UInt16) throws -> Proxy {
        let file = directory.appending(path: "\(name.filter { $0.isLetter }).json")
        try Data(
            """
            { "listeners": [ { "bind": "127.0.0.1:0" }, { "bind": "127.0.0.1:\(securePort)",
                "tls": { "certificate": "\(certificate.certificate)", "privateKey": "\(certificate.key)" } } ],
              "admin": { "bind": "127.0.0.1:0" }, "shards": 1,
              "origin": { "endpoint": "http://\(origin)" },
              "limits": { "connections": 20000 },\(
                role == .gatewayLending ? " \"integrity\": { \"zeroCopy\": \"both\" }," : "")
              "log": { "access": "off", "rejections": "stdout" } }
            """.utf8
        ).write(to: file)
        let child = try Child([path, "serve", "--config", file.path], processor: 0, readsError: true)
        while let line = child.line() {
            guard let start = line.range(of: "listening on ") else { continue }
            let address = line[start.upperBound...].prefix { $0 != "," }
            guard let bind = BindAddress(String(address)) else { continue }
            let secure = try SocketAddress.resolve(.tcp(host: "127.0.0.1", port: securePort))
            return Proxy(name, child, try SocketAddress.resolve(bind), secure: secure, role: role)
        }
        fail("the gateway did not start: run \(path) serve by hand to see why")
    }

    /// Streaming, with large buffers and no temporary files: as nginx is tuned for uploads.
    func nginx() async throws -> Proxy {
        let file = directory.appending(path: "nginx.conf")
        try Data(
            """
            daemon off; master_process off; pid nginx.pid; error_log stderr;
            events { worker_connections 12000; }
            http {
              access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
              uwsgi_temp_path uwsgi; scgi_temp_path scgi;
              upstream origin { server \(origin); keepalive 256; keepalive_requests 1000000000; }
              server {
                listen 127.0.0.1:18101 backlog=4096; listen 127.0.0.1:18111 ssl backlog=4096;
                ssl_certificate \(certificate.certificate); ssl_certificate_key \(certificate.key);
                ssl_protocols TLSv1.2 TLSv1.3; ssl_buffer_size 16k; keepalive_timeout 600s; keepalive_requests 1000000000;
                client_max_body_size 0; client_body_buffer_size 256k; client_body_timeout 600s;
                proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
                proxy_request_buffering off; proxy_buffer_size 64k; proxy_buffers 8 64k;
                proxy_busy_buffers_size 128k; proxy_max_temp_file_size 0; proxy_read_timeout 600s;
                location / { proxy_pass http://origin; }
              }
            }
            """.utf8
        ).write(to: file)
        let command = ["nginx", "-p", directory.path + "/", "-c", file.path]
        return try await start("nginx", command, port: 18101, securePort: 18111)
    }

    func haproxy(splice: Bool) async throws -> Proxy {
        let port: UInt16 = splice ? 18103 : 18102
        let name = splice ? "HAProxy, splice" : "HAProxy"
        let file = directory.appending(path: "haproxy-\(port).conf")
        try Data(
            """
            global
              maxconn 7000
              nbthread 1
            defaults
              mode http
              timeout connect 5s
              timeout client 600s
              timeout server 600s
              timeout http-keep-alive 600s
              http-reuse always
              \(splice ? "option splice-auto" : "no option splice-auto")
            frontend front
              bind 127.0.0.1:\(port) backlog 4096
              bind 127.0.0.1:\(port + 10) backlog 4096 ssl crt \(certificate.both)
              default_backend back
            backend back
              server origin \(origin)

            """.utf8
        ).write(to: file)
        return try await start(name, ["haproxy", "-db", "-f", file.path], port: port, securePort: port + 10)
    }

    /// The reverse proxy of Go's library with digests in its request stream, built from the given program.
    func go(_ program: String) async throws -> Proxy {
        let command = ["env", "GOMAXPROCS=1", program, "127.0.0.1:18104", "http://\(origin)"]
        return try await start("Go, MD5 + CRC64", command, port: 18104, role: .go)
    }

    /// This program as a relay, which hashes what passes or looks at nothing.
    func relay(_ program: String, computesMD5: Bool) throws -> Proxy {
        let command = [program, "relay", origin] + (computesMD5 ? ["--md5"] : [])
        let child = try Child(command, processor: 0, readsError: false)
        guard let line = child.line(), let bind = BindAddress(line) else { fail("the relay did not start") }
        let address = try SocketAddress.resolve(bind)
        return computesMD5
            ? Proxy("OpenSSL MD5 inline", child, address, role: .inline)
            : Proxy("bare relay", child, address, role: .bare)
    }

    private func start(
        _ name: String, _ command: [String], port: UInt16, securePort: UInt16? = nil, role: Proxy.Role = .peer
    ) async throws -> Proxy {
        let child = try Child(command, processor: 0, readsError: false)
        let address = try SocketAddress.resolve(.tcp(host: "127.0.0.1", port: port))
        let secure = try securePort.map { try SocketAddress.resolve(.tcp(host: "127.0.0.1", port: $0)) }
        // These proxies do not say when they listen.
        for _ in 0..<250 {
            if await Probe.connects(address) {
                return Proxy(name, child, address, secure: secure, role: role)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        fail("\(name) did not start: \(command.joined(separator: " "))")
    }
}

/// Asks whether somebody listens.
private final class Probe: ConnectionHandler {
    private let answer: CheckedContinuation<Bool, Never>
    private var connection: Connection?

    private init(_ answer: CheckedContinuation<Bool, Never>) { self.answer = answer }

    static func connects(_ address: SocketAddress) async -> Bool {
        let shard = Shard(index: 0)
        let connected = await withCheckedContinuation { answer in
            Task {
                await shard.run { core in
                    let probe = Probe(answer)
                    do {
                        probe.connection = try Connection.connect(core, to: address, handler: probe)
                    } catch {
                        answer.resume(returning: false)
                    }
                }
            }
        }
        await shard.stop()
        return connected
    }

    func connectionEstablished() {
        connection?.close()
        answer.resume(returning: true)
    }

    func connectionReceived(_ bytes: Span<UInt8>) {}
    func connectionInputEnded() {}
    func connectionDrained() {}
    func connectionClosed(_ error: TransportError?) { answer.resume(returning: false) }
}
