import TestSupport
import Testing

@testable import Emulator

/// Bodies come back byte for byte from wherever they were kept, and nothing stays of those that failed.
@Suite struct BodyStoreTests {
    /// Where a store keeps bodies of a few chunks.
    enum Kind: CaseIterable {
        case memory
        case spilled
        /// Each body begins in memory and goes on in a file.
        case partlySpilled
        case durable

        func store(_ scratch: Scratch) throws -> BodyStore {
            switch self {
            case .memory: try BodyStore(directory: nil, memoryBytesMax: 64 << 20)
            case .spilled: try BodyStore(directory: nil, memoryBytesMax: 0)
            case .partlySpilled:
                try BodyStore(directory: nil, memoryBytesMax: 64 << 20, bodyMemoryBytesMax: 300_000)
            case .durable: try BodyStore(directory: scratch.path, memoryBytesMax: 0)
            }
        }
    }

    private func write(_ bytes: [UInt8], to store: BodyStore, step: Int = 1 << 16) throws -> BodyPiece {
        let writer = try store.begin()
        for start in stride(from: 0, to: bytes.count, by: step) {
            let chunk = Array(bytes[start..<min(start + step, bytes.count)])
            try writer.append(chunk.span)
        }
        return try writer.finish()
    }

    private func expectEqual(_ reader: BodyReader, _ model: [UInt8], seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        #expect(try reader.read(at: 0, count: model.count) == model)
        for _ in 0..<60 {
            let offset = Int.random(in: 0...model.count + 10, using: &random)
            let count = Int.random(in: 0...100_000, using: &random)
            let expected = Array(model.dropFirst(offset).prefix(count))
            let read = try reader.read(at: UInt64(offset), count: count)
            // Compared apart, for a failed expectation would print both.
            let isEqual = read == expected
            #expect(isEqual, "\(count) bytes at \(offset)")
        }
        #expect(try reader.read(at: .max, count: .max) == [])
    }

    @Test(arguments: Kind.allCases, [1, 1000, 256 << 10, (256 << 10) + 1, 1_300_007])
    func bodiesReadBackAtAnyOffset(_ kind: Kind, _ count: Int) throws {
        let scratch = try Scratch()
        let store = try kind.store(scratch)
        let model = Pattern.bytes(count: count)
        for step in [7777, 1 << 16, 1 << 20] {
            let piece = try write(model, to: store, step: step)
            #expect(piece.size == UInt64(count))
            try expectEqual(try store.open(piece), model, seed: UInt64(step))
        }
    }

    /// What is removed, discarded or given up makes room again, to the byte.
    @Test func allBodiesTogetherStayWithinTheMemoryTheyMayTake() throws {
        let chunk = MemoryBody.chunkBytes
        let store = try BodyStore(directory: nil, memoryBytesMax: 4 * chunk)
        let model = Pattern.bytes(count: 3 * chunk)
        let first = try write(model, to: store)
        let second = try write(model, to: store)
        #expect(!store.reserve(1), "three chunks of the first and one of the second")
        store.remove([first])
        #expect(store.reserve(3 * chunk))
        #expect(!store.reserve(1))
        store.release(3 * chunk)
        let writer = try store.begin()
        try writer.append(model.span)
        try writer.append(model.span)
        #expect(!store.reserve(1))
        writer.discard()
        try expectEqual(try store.open(second), model, seed: 5)
        store.remove([second])
        #expect(store.reserve(4 * chunk))
        #expect(!store.reserve(1))
    }

    @Test(arguments: Kind.allCases) func emptyBodiesNeedNoPlace(_ kind: Kind) throws {
        let scratch = try Scratch()
        let store = try kind.store(scratch)
        let piece = try write([], to: store)
        #expect(piece == BodyPiece(reference: .none, size: 0))
        #expect(try store.open(piece).read(at: 0, count: 10) == [])
        store.remove([piece])
        if kind == .durable { #expect(try scratch.files(below: "") == ["lock"]) }
    }

    @Test(arguments: Kind.allCases) func aReaderKeepsItsBody(_ kind: Kind) throws {
        let scratch = try Scratch()
        let store = try kind.store(scratch)
        let model = Pattern.bytes(count: 700_000)
        let pieces = try [write(model, to: store), write(model, to: store)]
        let reader = try store.open(pieces[0])
        store.remove([pieces[0]])
        try expectEqual(reader, model, seed: 1)
        #expect(throws: StorageFailure.self) { _ = try store.open(pieces[0]) }
        try expectEqual(try store.open(pieces[1]), model, seed: 2)
        // Once more does no harm.
        store.remove([pieces[0]])
    }

    @Test(arguments: Kind.allCases) func discardedBodiesLeaveNothing(_ kind: Kind) throws {
        let scratch = try Scratch()
        let store = try kind.store(scratch)
        let bytes = [UInt8](repeating: 7, count: 400_000)
        let writer = try store.begin()
        try writer.append(bytes.span)
        if kind == .durable { #expect(try scratch.files(below: "temporary").count == 1) }
        writer.discard()
        #expect(throws: StorageFailure.self) { try writer.append(bytes.span) }
        #expect(throws: StorageFailure.self) { _ = try writer.finish() }
        // The same by forgetting it.
        try store.begin().append(bytes.span)
        if kind == .durable { #expect(try scratch.files(below: "") == ["lock"]) }
    }

    @Test func durableBodiesSurviveARestartAndLeftoversDoNot() throws {
        let scratch = try Scratch()
        let model = Array("what was acknowledged".utf8)
        let pieces: [BodyPiece]
        do {
            let store = try BodyStore(directory: scratch.path, memoryBytesMax: 0)
            pieces = try [write(model, to: store), write(model, to: store)]
        }
        try scratch.write([1, 2, 3], to: "temporary/00112233445566778899aabbccddeeff")
        try scratch.write([4], to: "objects/00/a-file-of-somebody-else")
        let store = try BodyStore(directory: scratch.path, memoryBytesMax: 0)
        #expect(try scratch.files(below: "temporary").isEmpty)
        guard case .file(let kept) = pieces[0].reference else {
            Issue.record("a durable body is a file")
            return
        }
        #expect(try scratch.files(below: "objects").count == 3)
        store.removeUnreferenced(keeping: [kept])
        #expect(try scratch.files(below: "objects") == [kept, "a-file-of-somebody-else"].sorted())
        try expectEqual(try store.open(pieces[0]), model, seed: 3)
        #expect(throws: StorageFailure.self) { _ = try store.open(pieces[1]) }
    }

    @Test func aDirectoryServesOneStoreAtATime() throws {
        let scratch = try Scratch()
        let first = try BodyStore(directory: scratch.path, memoryBytesMax: 0)
        let failure = #expect(throws: StorageFailure.self) {
            _ = try BodyStore(directory: scratch.path, memoryBytesMax: 0)
        }
        #expect(failure?.description.contains("another emulator") == true)
        #expect(try write([1], to: first).size == 1)
    }

    @Test func aDirectoryThatVanishedIsAFailureThatSaysWhich() throws {
        let scratch = try Scratch()
        let store = try BodyStore(directory: scratch.path, memoryBytesMax: 0)
        let writer = try store.begin()
        let bytes: [UInt8] = [1, 2, 3]
        try writer.append(bytes.span)
        try scratch.remove("objects")
        let finishing = #expect(throws: StorageFailure.self) { _ = try writer.finish() }
        #expect(finishing?.description.contains(scratch.path) == true)
        #expect(finishing?.description.contains("No such file or directory") == true)
        #expect(try scratch.files(below: "temporary").isEmpty)
        try scratch.remove("temporary")
        let beginning = #expect(throws: StorageFailure.self) { _ = try store.begin() }
        #expect(beginning?.description.contains("No such file or directory") == true)
    }

    @Test func aFullDeviceIsAFailure() throws {
        let bytes: [UInt8] = [1, 2, 3]
        let failure = #expect(throws: StorageFailure.self) {
            try StoredFile.open("/dev/full", forWriting: true).write(bytes.span, at: 0)
        }
        #expect(failure?.description == "cannot write /dev/full: No space left on device")
    }

    @Test func aFileThatWasCutIsAFailure() throws {
        let scratch = try Scratch()
        let store = try BodyStore(directory: scratch.path, memoryBytesMax: 0)
        var piece = try write([1, 2, 3], to: store)
        piece.size = 4
        let reader = try store.open(piece)
        #expect(try reader.read(at: 0, count: 3) == [1, 2, 3])
        #expect(throws: StorageFailure.self) { _ = try reader.read(at: 0, count: 4) }
    }

    @Test func aDirectoryThatCannotBeIsAFailure() throws {
        let scratch = try Scratch()
        try scratch.write([1], to: "file")
        for path in [scratch.path + "/file", scratch.path + "/file/below", "/proc/ossgate"] {
            let failure = #expect(throws: StorageFailure.self) {
                _ = try BodyStore(directory: path, memoryBytesMax: 0)
            }
            #expect(failure?.description.contains(path.hasPrefix("/proc") ? path : "/file") == true)
        }
    }

    @Test func namesThatAreNoneReachNoFile() throws {
        let scratch = try Scratch()
        let store = try BodyStore(directory: scratch.path, memoryBytesMax: 0)
        try scratch.write([1], to: "victim")
        for name in ["../victim", "", "../../victim", String(repeating: "/", count: 32)] {
            let piece = BodyPiece(reference: .file(name), size: 1)
            #expect(throws: StorageFailure.self) { _ = try store.open(piece) }
            store.remove([piece])
        }
        #expect(scratch.exists("victim"))
    }
}
