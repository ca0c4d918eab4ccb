import Admission
import Bytes
import HTTPModel
import OSSModel
import Proxy
import Reactor
import TestSupport
import Testing

/// The vectors over real sockets: what is refused is refused exactly as the service does and before the origin
/// hears of it, and the near-misses arrive there byte for byte.
@Suite struct VectorReplayTests {
    /// How the bytes of a request are cut into writes.
    enum Cut: String, CaseIterable {
        case whole
        case atRandom
    }

    @Test(arguments: Cut.allCases)
    func everyVectorIsAnsweredOverSockets(cut: Cut) async throws {
        let found = try await VectorReplay.run(cut: cut == .whole ? nil : 20_261_015)
        #expect(found.refusedByHead >= 530)
        #expect(found.refusedLater >= 480)
        #expect(found.welcome >= 5)
        #expect(found.forwarded >= 560)
    }
}

/// Runs vectors against a gateway whose clock stands still, so that also those that turn on the exact second say
/// the same each time.
enum VectorReplay {
    /// Thursday, 15 October 2026, 12:00:00 GMT.
    static let now: Int64 = 1_792_065_600

    /// How many were answered as they should be, and the rows that they are about.
    struct Found {
        var refusedByHead = 0
        var refusedLater = 0
        var forwarded = 0
        /// Heads whose bodies the vectors do not have: welcome if they are sent `100 Continue`.
        var welcome = 0
        /// Rows of which a refusal was answered with the status, code and message of the catalogue.
        var refusedRows: Set<String> = []
        /// Rows of which a near-miss came through.
        var passedRows: Set<String> = []
    }

    /// All vectors that the gateway decides, on two shards. `cut` seeds the places where the bytes are cut.
    static func run(cut: UInt64?) async throws -> Found {
        let catalogue = Dictionary(uniqueKeysWithValues: CatalogueRow.all.map { ($0.id, $0) })
        var generator = cut.map { SeededGenerator(seed: $0) }
        var found = Found()
        for group in try groups() {
            let fixture = try await GatewayFixture(origin: MultipartOrigin.make(), shards: 2) {
                $0.serve(group.config)
                $0.clock = .held(HeldTime(unixSeconds: now))
            }
            for vector in group.vectors {
                let seed = generator?.next()
                let replay = try await Replay(vector, fixture, now: now, cut: seed)
                try await run(replay, fixture, catalogue[vector.row], &found)
            }
            await fixture.stop()
        }
        return found
    }

    private static func run(
        _ replay: Replay, _ fixture: GatewayFixture, _ row: CatalogueRow?, _ found: inout Found
    ) async throws {
        let vector = replay.vector
        if vector.expectation == .forward, !replay.isWhole {
            found.welcome += 1
            found.passedRows.insert(vector.row)
            #expect(try await replay.isWelcome(port: fixture.port), "\(vector.name)")
            return
        }
        let answer: RawClient.Answer
        do {
            answer = try await replay.run(port: fixture.port)
        } catch {
            Issue.record("no answer to \(vector.name): \(error)")
            return
        }
        switch vector.expectation {
        case .refusal(let status, let code, let message):
            if replay.isRefusedByHead { found.refusedByHead += 1 } else { found.refusedLater += 1 }
            #expect(answer.status == status, "\(vector.name)")
            #expect(answer.element("Code") == code, "\(vector.name)")
            #expect(answer.element("Message") == message, "\(vector.name)")
            #expect(!replay.hasReached(fixture.origin), "\(vector.name)")
            if let rule = vector.rule { #expect(answer.field("x-ossgate-rule") == rule, "\(vector.name)") }
            if answer.status == row?.status, answer.element("Code") == row?.code,
                answer.element("Message") == row?.message
            {
                found.refusedRows.insert(vector.row)
            }
        case .forward:
            found.forwarded += 1
            #expect((200..<300).contains(answer.status), "\(vector.name): \(answer.document)")
            try replay.expectArrival(at: fixture.origin)
            if (200..<300).contains(answer.status) { found.passedRows.insert(vector.row) }
        }
    }

    struct Group {
        let config: Vector.Config
        var vectors: [Vector]
    }

    /// The vectors by what they need of the gateway.
    static func groups() throws -> [Group] {
        var groups: [String: Group] = [:]
        for vector in try (["vectors.json"] + VectorFile.ownFiles()).flatMap({ try VectorFile.load($0) }) {
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
