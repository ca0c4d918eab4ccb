import Admission
import Emulator
import Foundation
import HTTPModel
import OSSModel
import Reactor
import TestSupport

/// One vector whose case the origin decides: run against an emulator of its own, directly or through a gateway.
struct OriginRun {
    enum Way: String, CaseIterable, Sendable {
        case direct
        case throughGateway
    }

    let vector: Vector

    /// The answer to the request after all that has to come first; throws when a step is not answered as it says.
    func answer(_ way: Way) async throws -> RawClient.Answer {
        let settings = try Self.settings(vector.config.emulator)
        let emulator = try await EmulatorServer(
            store: try EmulatorStore(settings), settings: settings, bind: .tcp(host: "127.0.0.1", port: 0))
        guard case .tcp(_, let port) = emulator.address else { throw Failure("no port") }
        let fixture = way == .direct ? nil : try await GatewayFixture(originPort: port)
        let target = fixture?.port ?? port
        let vector = vector
        let result: Result<RawClient.Answer, any Error>
        do {
            result = .success(try await onThread { try Self.run(vector, port: target) })
        } catch {
            result = .failure(error)
        }
        await fixture?.stop()
        await emulator.stop()
        return try result.get()
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    private static func run(_ vector: Vector, port: UInt16) throws -> RawClient.Answer {
        var placeholders = Placeholders(now: Int64(Date().timeIntervalSince1970))
        for (index, step) in vector.setup.enumerated() {
            let answer = try send(step.request, placeholders, port)
            guard answer.status == step.expectedStatus else {
                throw Failure("step \(index) is answered \(answer.status): \(answer.document)")
            }
            for (name, source) in step.captures {
                let parts = source.split(separator: ":", maxSplits: 1).map(String.init)
                let value = parts.first == "xml" ? answer.element(parts[1]) : field(parts[1], of: answer)
                guard let value else { throw Failure("step \(index) has no \(source)") }
                placeholders.variables[name] = value
            }
        }
        return try send(vector.request, placeholders, port)
    }

    private static func field(_ name: String, of answer: RawClient.Answer) -> String? {
        let fields = answer.head.fields
        let index = fields.entries.indices.first {
            fields.name(at: $0).text.lowercased() == name.lowercased()
        }
        return index.map { fields.value(at: $0).text }
    }

    private static func send(
        _ request: VectorRequest, _ placeholders: Placeholders, _ port: UInt16
    ) throws -> RawClient.Answer {
        let client = try RawClient(port: port)
        defer { client.close() }
        client.send(request.headBytes(placeholders) + request.bodyBytes(placeholders))
        guard let answer = try client.answer(to: Method(Array(request.method.utf8).span)) else {
            throw Failure("closed without an answer")
        }
        return answer
    }

    // MARK: Settings

    private static func settings(_ members: Vector.EmulatorMembers?) throws -> EmulatorSettings {
        var settings = EmulatorSettings()
        // What a step stores was stored before the time that the request itself can name.
        settings.now = { Int64(Date().timeIntervalSince1970) - 5 }
        for (name, value) in members?.limits ?? [:] { try set(name, value, &settings.limits) }
        guard let account = members?.account else { return settings }
        settings.account.hasKMS = account.kms ?? true
        settings.account.usesOwnKeys = account.kmsKeyId ?? true
        settings.account.usesSM4 = account.sm4 ?? true
        settings.account.overridesContentType = account.overrideContentType ?? true
        settings.account.redirectsAtEndpoint = account.redirectAtEndpoint ?? true
        if let locations = account.replicationLocations { settings.account.replicationLocations = locations }
        settings.account.lostPrefix = account.lostPrefix ?? ""
        return settings
    }

    private static func set(_ name: String, _ value: Int, _ limits: inout EmulatorLimits) throws {
        switch name {
        case "buckets": limits.buckets = value
        case "inventories": limits.inventories = value
        case "dailyInventoryObjects": limits.dailyInventoryObjects = value
        case "weeklyInventoryObjects": limits.weeklyInventoryObjects = value
        case "cnames": limits.cnames = value
        case "replications": limits.replications = value
        case "copy": limits.copyBytes = UInt64(value)
        case "playlist": limits.playlistBytes = value
        case "image": limits.imageBytes = value
        case "imagePipes": limits.imagePipes = value
        default: throw Failure("there is no limit \(name)")
        }
    }
}
