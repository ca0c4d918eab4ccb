import Bytes
import Emulator
import HTTPModel
import OSSModel
import TestSupport
import Testing

/// Every error that the documentation names for an operation is seen on that operation, with its status, code and
/// message: what the emulator finds by itself by a request that is wrong in that way (`DocumentedErrorTriggers`), and
/// what comes of a state that it does not have (a debt, a disabled key, a limit of traffic) by a fault that asks for it.
@Suite struct DocumentedErrorTests {
    typealias Pair = (operation: OSSOperation, row: CatalogueRow)

    /// The operations that a name in the catalogue stands for.
    static func operations(_ name: String, _ cases: [OperationTests.Case]) -> [OSSOperation] {
        let all = OSSOperation.allCases
        let level = OperationLevels(cases)
        switch name {
        case "(all)", "(all signed)", "(all header-signed)", "(all URL-signed)", "(V4 signed)", "(some)":
            return all
        case "(URL or form signed)": return all
        case "(all but GetService)": return all.filter { $0 != .listBuckets }
        case "(all but PutBucket)": return all.filter { $0 != .putBucket }
        case "(every object-level operation)": return all.filter(level.objects.contains)
        case "(every bucket- or object-level operation)": return all.filter { !level.service.contains($0) }
        case "(all with a body)", "(every XML operation not listed under malformed-xml)":
            return all.filter(level.withBody.contains)
        case "(any with versionId)":
            return [.getObject, .headObject, .deleteObject, .getObjectACL, .getObjectTagging]
        case "(others)": return [.deleteObjectTagging, .uploadPartCopy]
        case "(RenameObject family)": return [.renameObject]
        case "GetService": return [.listBuckets]
        default:
            let bare = String(name.prefix { $0 != "(" && $0 != " " })
            let known = ["GetBucket": OSSOperation.listObjects]
            return known[bare].map { [$0] } ?? all.filter { $0.name == bare }
        }
    }

    static func pairs() throws -> [Pair] {
        let cases = OperationTests.all
        let rows = Dictionary(uniqueKeysWithValues: CatalogueRow.all.map { ($0.id, $0) })
        return try VectorFile.catalogueOperations().flatMap { entry in
            let row = try #require(rows[entry.id], "\(entry.id)")
            return entry.operations.flatMap { name in
                let operations = operations(name, cases)
                #expect(!operations.isEmpty, "nothing is called \(name)")
                return operations.map { ($0, row) }
            }
        }
    }

    @Test func everyOperationShowsItsDocumentedErrors() throws {
        let pairs = try Self.pairs()
        #expect(Set(pairs.map(\.operation)) == Set(OSSOperation.allCases))
        #expect(Set(pairs.map(\.row.id)).count >= 280)
        var found = 0
        let faults = try FaultScene()
        for pair in pairs {
            if let reply = try DocumentedErrorTriggers.reply(pair.operation, pair.row.id) {
                // The trigger is for operations of the kind; on these something else is found first.
                if !Self.foundOtherwise.contains("\(pair.operation) \(pair.row.id)") {
                    found += 1
                    Self.check(reply, pair, "by itself")
                }
            }
            Self.check(try faults.reply(pair.operation, pair.row), pair, "as a fault")
        }
        print("\(pairs.count) documented errors of operations, \(found) found by the emulator itself")
        #expect(found >= 300)
    }

    /// Operation and row; read from the run that found them, to become fewer.
    private static let foundOtherwise: Set<String> = Set(DocumentedErrorTriggers.foundOtherwise)

    private static func check(_ reply: Reply, _ pair: Pair, _ how: Comment) {
        let name: Comment = "\(pair.operation) \(pair.row.id) \(how): \(reply.status) \(reply.text)"
        #expect(reply.status == pair.row.status, name)
        // A 304 has no document.
        guard pair.row.status != 304 else { return }
        #expect(reply.code == pair.row.code, name)
        #expect(reply.message == pair.row.message, name)
    }
}

/// Where operations belong.
struct OperationLevels {
    let service: Set<OSSOperation>
    let objects: Set<OSSOperation>
    let withBody: Set<OSSOperation>

    init(_ cases: [OperationTests.Case]) {
        service = Set(OperationTests.service.map(\.operation))
        objects = Set(OperationTests.objects.map(\.operation))
        withBody = Set(cases.filter { $0.body != nil }.map(\.operation))
    }
}

/// One emulator that answers every request with the error it is told.
private final class FaultScene {
    private let table = FaultTable()
    private let emulator: Harness
    private let cases: [OSSOperation: OperationTests.Case]

    init() throws {
        let table = table
        emulator = try Harness { $0.faults = table }
        emulator.put("key", "text")
        cases = Dictionary(OperationTests.all.map { ($0.operation, $0) }) { first, _ in first }
    }

    func reply(_ operation: OSSOperation, _ row: CatalogueRow) throws -> Reply {
        var rule = FaultRule(.error(row))
        rule.operations = [operation]
        rule.count = 1
        table.replace([rule])
        let item = try #require(cases[operation], "\(operation)")
        defer { #expect(table.current.map(\.hits) == [1], "\(operation)") }
        return emulator.send(
            item.method, item.path, item.fields, body: item.body.map { Array($0.utf8) })
    }
}
