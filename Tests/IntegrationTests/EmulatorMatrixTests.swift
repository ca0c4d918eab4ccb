import Emulator
import Foundation
import HTTPModel
import Reactor
import TestSupport
import Testing

/// The commit gate against the emulator: after every faulty upload its objects, their listing and the parts of an
/// upload in progress are what they were.
@Suite struct EmulatorMatrixTests {
    @Test(arguments: Upload.Carriage.all, Upload.Operation.allCases)
    func faultyUploadsChangeNothing(carriage: Upload.Carriage, operation: Upload.Operation) async throws {
        let framing = carriage.framing
        let sizes = carriage.transport == .plain ? GateMatrixTests.sizes : [0, 1, 65_537]
        // In memory for one framing, in files for the other.
        let bench = try await Bench(isDurable: framing == .chunked, carriage.transport)
        let uploadID = try await bench.prepare(operation, framing)
        for size in sizes { try await bench.expectGood(framing, operation, size, uploadID) }
        let before = try await bench.snapshot(uploadID)
        for size in sizes {
            for fault in Upload.Fault.allCases where fault != .none {
                for name in ["base", "new"] where name == "base" || size <= 65_537 {
                    var upload = Upload(framing: framing, operation: operation, fault: fault, size: size)
                    guard upload.exists, name == "base" || operation != .part else { continue }
                    upload.name = name
                    upload.uploadID = uploadID
                    if name == "base" { upload.position = 1000 }
                    let answer = try await bench.send(upload)
                    #expect(answer?.element("Code") == upload.code, "\(upload.key)")
                }
            }
        }
        // With the gateway gone, every request that it had begun is over.
        await bench.fixture.gateway.stop()
        #expect(try await bench.snapshot(uploadID) == before)
        await bench.stop()
    }
}

/// A gateway in front of an emulator of its own.
private struct Bench {
    let emulator: EmulatorServer
    let fixture: GatewayFixture
    let directory: String?
    let transport: Transport

    init(isDurable: Bool, _ transport: Transport) async throws {
        self.transport = transport
        var settings = EmulatorSettings()
        settings.buckets = ["bucket"]
        settings.memoryBodyBytesMax = 1 << 20
        let path = FileManager.default.temporaryDirectory.appending(path: "ossgate-emulator-\(UUID())").path
        directory = isDurable ? path : nil
        settings.dataDirectory = directory
        if isDurable {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        emulator = try await EmulatorServer(
            store: try EmulatorStore(settings), settings: settings, bind: .tcp(host: "127.0.0.1", port: 0))
        guard case .tcp(_, let port) = emulator.address else {
            throw RawClient.Failure(description: "no port")
        }
        fixture = try await GatewayFixture(originPort: port, transport: transport)
    }

    func stop() async {
        await fixture.stop()
        await emulator.stop()
        if let directory { try? FileManager.default.removeItem(atPath: directory) }
    }

    /// Makes `base`, an object of 1000 bytes, in the way of the operation; for parts, an upload with one part.
    func prepare(_ operation: Upload.Operation, _ framing: Upload.Framing) async throws -> String {
        var upload = Upload(framing: framing, operation: operation, fault: .none, size: 1000)
        upload.name = "base"
        if operation == .part {
            let begun = try await request("POST", "/base?uploads", length: 0)
            upload.uploadID = try #require(begun.element("UploadId"))
        }
        #expect(try await send(upload)?.status == 200)
        return upload.uploadID
    }

    func expectGood(
        _ framing: Upload.Framing, _ operation: Upload.Operation, _ size: Int, _ uploadID: String
    ) async throws {
        var upload = Upload(framing: framing, operation: operation, fault: .none, size: size)
        if operation == .part { (upload.name, upload.uploadID) = ("base", uploadID) }
        let answer = try #require(try await send(upload))
        #expect(answer.status == 200, "\(upload.key): \(answer.text)")
        guard operation != .part else { return }
        let object = try await request("GET", "/\(upload.key)")
        #expect(object.status == 200)
        #expect(object.body == upload.intended)
    }

    /// All that can be seen from outside, asked of the emulator itself.
    func snapshot(_ uploadID: String) async throws -> [String] {
        let listing = try await request("GET", "/?list-type=2")
        #expect(listing.status == 200)
        let base = try await request("GET", "/base")
        let parts = try await request("GET", "/base?uploadId=\(uploadID)")
        // Errors name the request; what is left of them says that there is nothing.
        return [
            listing.text, base.status == 200 ? "\(base.body)" : "\(base.element("Code") ?? "")",
            parts.status == 200 ? parts.text : "\(parts.element("Code") ?? "")",
        ]
    }

    private func request(_ method: String, _ target: String, length: Int? = nil) async throws
        -> RawClient.Answer
    {
        guard case .tcp(_, let port) = emulator.address else {
            throw RawClient.Failure(description: "no port")
        }
        return try await onThread {
            let client = try RawClient(port: port)
            let field = length.map { "Content-Length: \($0)\r\n" } ?? ""
            client.send("\(method) \(target) HTTP/1.1\r\nHost: \(Upload.host)\r\n\(field)\r\n")
            return try #require(try client.answer(to: method == "POST" ? .post : .get))
        }
    }

    /// The answer, nil for a client that does not wait for one.
    func send(_ upload: Upload) async throws -> RawClient.Answer? {
        try await onThread { [port = fixture.port, transport] in
            try transport.send(upload, port: port)
        }
    }
}
