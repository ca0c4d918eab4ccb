import Foundation
import Reactor

/// A proxy in front of the origin: a process of its own on processor 0, with one worker.
final class Proxy {
    let name: String
    let process: Child
    let address: SocketAddress
    let isGateway: Bool

    init(_ name: String, _ process: Child, _ address: SocketAddress, isGateway: Bool = false) {
        self.name = name
        self.process = process
        self.address = address
        self.isGateway = isGateway
    }
}

/// Starts the proxies that are compared. Their ports are fixed: a run has a network namespace to itself.
struct ProxyStarter {
    let origin: String
    let directory: URL

    /// A build of the gateway with every rule on and the rejection log written.
    func gateway(_ path: String, name: String) throws -> Proxy {
        let file = directory.appending(path: "\(name.filter { $0.isLetter }).json")
        try Data(
            """
            { "listeners": [ { "bind": "127.0.0.1:0" } ], "admin": { "bind": "127.0.0.1:0" }, "shards": 1,
              "origin": { "endpoint": "http://\(origin)" },
              "limits": { "connections": 20000 },
              "log": { "access": "off", "rejections": "stdout" } }
            """.utf8
        ).write(to: file)
        let child = try Child([path, "serve", "--config", file.path], processor: 0, readsError: true)
        while let line = child.line() {
            guard let start = line.range(of: "listening on ") else { continue }
            let address = line[start.upperBound...].prefix { $0 != "," }
            guard let bind = BindAddress(String(address)) else { continue }
            return Proxy(name, child, try SocketAddress.resolve(bind), isGateway: true)
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
                listen 127.0.0.1:18101 backlog=4096; keepalive_timeout 600s; keepalive_requests 1000000000;
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
        return try await start("nginx", command, port: 18101)
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
              default_backend back
            backend back
              server origin \(origin)

            """.utf8
        ).write(to: file)
        return try await start(name, ["haproxy", "-db", "-f", file.path], port: port)
    }

    /// The reverse proxy of Go's library with digests in its request stream, built from the given program.
    func go(_ program: String) async throws -> Proxy {
        let command = ["env", "GOMAXPROCS=1", program, "127.0.0.1:18104", "http://\(origin)"]
        return try await start("Go, MD5 + CRC64", command, port: 18104)
    }

    private func start(_ name: String, _ command: [String], port: UInt16) async throws -> Proxy {
        let child = try Child(command, processor: 0, readsError: false)
        let address = try SocketAddress.resolve(.tcp(host: "127.0.0.1", port: port))
        // These proxies do not say when they listen.
        for _ in 0..<250 {
            if await Probe.connects(address) { return Proxy(name, child, address) }
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
