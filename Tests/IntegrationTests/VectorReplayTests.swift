import Admission
import Bytes
import Foundation
import HTTPModel
import OSSModel
import Proxy
import TestSupport
import Testing

/// The vectors over real sockets: what is refused is refused exactly as the service does and before the origin
/// hears of it, and the near-misses arrive there byte for byte.
@Suite struct VectorReplayTests {
    /// Rows that need a body and are complete.
    private static let bodyRows: Set<String> = [
        "content-md5-invalid", "crc64-mismatch", "incomplete-body", "request-timeout",
        "entity-too-large-post", "entity-too-small", "field-item-too-long", "malformed-post-request",
        "policy-condition-failed", "policy-expired", "policy-json-comma-expected",
        "policy-json-unknown-char", "policy-simple-condition", "post-access-key-id-empty", "post-file-count",
        "post-missing-field", "post-pre-data-too-large", "post-signature-empty", "post-unrecognized-field",
        // XML documents.
        "bucket-storage-class", "bucket-tag-key-invalid", "bucket-tag-value-invalid",
        "cors-rule-beyond-limit", "invalid-target-bucket", "invalid-xml-format", "kms-key-id-without-kms",
        "malformed-xml", "no-replication-rule", "part-number-range", "part-number-range-2", "part-order",
        "part-order-2", "repeated-tags", "sse-request-invalid", "too-many-bucket-tags",
        "too-many-replication-prefixes", "too-many-replication-rules", "too-many-replication-tags",
        "user-key-must-be-specified", "versioning-element-missing", "worm-configuration-invalid",
    ]

    /// The gateway decides the case, if not on the head then on the body.
    private static func isDecided(_ vector: Vector) -> Bool {
        bodyRows.contains(vector.row) || vector.name.hasPrefix("own/forms/")
            || vector.rule?.hasPrefix("xml-") ?? false
    }

    private static func files() throws -> [Vector] {
        try (["vectors.json"] + VectorFile.ownFiles()).flatMap { try VectorFile.load($0) }
    }

    /// How the bytes of a request are cut into writes.
    enum Cut: String, CaseIterable {
        case whole
        case atRandom
    }

    @Test(arguments: Cut.allCases)
    func everyVectorIsAnsweredOverSockets(cut: Cut) async throws {
        var generator = SeededGenerator(seed: 20_261_015)
        var counts = (head: 0, body: 0, forwarded: 0, welcome: 0, skipped: 0)
        for group in try groups() {
            let fixture = try await GatewayFixture { $0.serve(group.config) }
            for vector in group.vectors {
                let replay = try Replay(vector, fixture, cut: cut == .whole ? nil : generator.next())
                if replay.isBoundToTheSecond {
                    counts.skipped += 1
                    continue
                }
                if vector.expectation == .forward, !replay.isWhole {
                    counts.welcome += 1
                    #expect(try await replay.isWelcome(port: fixture.port), "\(vector.name)")
                    continue
                }
                guard let answer = try? await replay.run(port: fixture.port) else {
                    Issue.record("no answer to \(vector.name)")
                    continue
                }
                switch vector.expectation {
                case .refusal(let status, let code, let message):
                    guard replay.isRefusedByHead || Self.isDecided(vector) else { continue }
                    if replay.isRefusedByHead { counts.head += 1 } else { counts.body += 1 }
                    #expect(answer.status == status, "\(vector.name)")
                    #expect(answer.element("Code") == code, "\(vector.name)")
                    #expect(answer.element("Message") == message, "\(vector.name)")
                    #expect(!replay.hasReached(fixture.origin), "\(vector.name)")
                case .forward:
                    counts.forwarded += 1
                    #expect(answer.status == 200, "\(vector.name): \(answer.document)")
                    try replay.expectArrival(at: fixture.origin)
                }
            }
            await fixture.stop()
        }
        #expect(counts.head >= 530)
        #expect(counts.body >= 400)
        #expect(counts.skipped < 10)
        #expect(counts.welcome >= 5)
        #expect(counts.forwarded >= 510)
    }

    private struct Group {
        let config: Vector.Config
        var vectors: [Vector]
    }

    /// The vectors by what they need of the gateway; those that build on earlier answers need a real origin.
    private func groups() throws -> [Group] {
        var groups: [String: Group] = [:]
        for vector in try Self.files() where vector.setup.isEmpty {
            let key = "\(vector.config)"
            groups[key, default: Group(config: vector.config, vectors: [])].vectors.append(vector)
        }
        return Array(groups.values)
    }
}

extension Vector.Config {
    var admission: AdmissionSettings {
        AdmissionSettings(
            addressing: Addressing(
                domains: ["localhost"], pathStyle: allowsPathStyle ?? true, cnames: cnames ?? [:]))
    }
}

extension GatewayPlan {
    mutating func serve(_ config: Vector.Config) {
        settings.admission = config.admission
        if let milliseconds = config.bodyIdleMilliseconds {
            server.bodyIdleNanoseconds = UInt64(milliseconds) * 1_000_000
        }
    }
}
