import Admission
import Bytes
import HTTPModel
import OSSModel
import Testing

@Suite struct UploadTableTests {
    private let second: UInt64 = 1_000_000_000

    private func key(_ id: String, object: String = "k") throws -> UploadKey {
        let resource = ResourceName(
            style: .path, level: .object, bucket: [UInt8]("b-1".utf8)[...],
            rawKey: [UInt8](object.utf8)[...])
        return try #require(UploadKey(resource, id: [UInt8](id.utf8)[...]))
    }

    private func tag(_ text: String) -> EntityTagHash { EntityTagHash([UInt8](text.utf8)[...]) }

    private func table(uploads: Int = 4, parts: Int = 100) -> UploadTable {
        UploadTable(
            limits: UploadLimits(uploadsMax: uploads, partsMax: parts, idleNanoseconds: 60 * second))
    }

    @Test func whatWasBegunIsKnownUntilItEnds() throws {
        var table = table()
        let key = try key("A")
        #expect(table.facts(key, now: 0) == nil)
        #expect(table.partBegins(key, number: 1, now: 0) == nil)
        table.began(key, encryption: nil, now: 0)
        #expect(table.facts(key, now: 0) == UploadFacts(encryption: nil))
        #expect(table.facts(try self.key("A", object: "other"), now: 0) == nil)
        table.ended(key)
        #expect(table.facts(key, now: 0) == nil)
        #expect(table.count == 0)
    }

    @Test func aPartIsCertainOnlyAfterAnUploadByItself() throws {
        var table = table()
        let key = try key("A")
        table.began(key, encryption: nil, now: 0)
        _ = table.partBegins(key, number: 7, now: 0)
        #expect(table.facts(key, now: 0)?.parts[7]?.tag == nil)
        table.partEnds(key, number: 7, .stored(tag("x"), bytes: 100), now: 0)
        #expect(table.facts(key, now: 0)?.parts[7]?.tag == tag("X"))
        // Refused by the origin: the part is what it was. Unknown: it may be either.
        _ = table.partBegins(key, number: 7, now: 0)
        table.partEnds(key, number: 7, .unchanged, now: 0)
        #expect(table.facts(key, now: 0)?.parts[7]?.tag == tag("\"x\""))
        #expect(table.facts(key, now: 0)?.parts[7]?.bytes == 100)
        _ = table.partBegins(key, number: 7, now: 0)
        table.partEnds(key, number: 7, .unknown, now: 0)
        #expect(table.facts(key, now: 0)?.parts[7]?.tag == nil)
        #expect(table.facts(key, now: 0)?.parts[7]?.bytes == nil)
    }

    @Test(arguments: [PartOutcome.unchanged, .unknown])
    func ofUploadsAtOnceNoneIsCertain(second outcome: PartOutcome) throws {
        var table = table()
        let key = try key("A")
        table.began(key, encryption: nil, now: 0)
        _ = table.partBegins(key, number: 1, now: 0)
        _ = table.partBegins(key, number: 1, now: 0)
        table.partEnds(key, number: 1, .stored(tag("a"), bytes: 1), now: 0)
        table.partEnds(key, number: 1, outcome, now: 0)
        #expect(table.facts(key, now: 0)?.parts[1]?.tag == nil)
        // The next one by itself is.
        _ = table.partBegins(key, number: 1, now: 0)
        table.partEnds(key, number: 1, .stored(tag("b"), bytes: 1), now: 0)
        #expect(table.facts(key, now: 0)?.parts[1]?.tag == tag("b"))
    }

    @Test func anOutcomeWithoutABeginningMakesNothingCertain() throws {
        var table = table()
        let key = try key("A")
        table.began(key, encryption: nil, now: 0)
        table.partEnds(key, number: 1, .stored(tag("a"), bytes: 1), now: 0)
        #expect(table.facts(key, now: 0)?.parts == [:])
        _ = table.partBegins(key, number: 1, now: 0)
        table.partEnds(key, number: 1, .stored(tag("a"), bytes: 1), now: 0)
        table.partEnds(key, number: 1, .stored(tag("b"), bytes: 1), now: 0)
        #expect(table.facts(key, now: 0)?.parts[1]?.tag == nil)
    }

    @Test func sizesOfOtherPartsAreSummed() throws {
        var table = table()
        let key = try key("A")
        table.began(key, encryption: nil, now: 0)
        for (number, bytes) in [(UInt16(1), UInt64(100)), (2, 30), (1, 50)] {
            _ = table.partBegins(key, number: number, now: 0)
            table.partEnds(key, number: number, .stored(tag("t"), bytes: bytes), now: 0)
        }
        #expect(table.partBegins(key, number: 3, now: 0)?.otherPartsBytes == 80)
        #expect(table.partBegins(key, number: 1, now: 0)?.otherPartsBytes == 30)
        table.partEnds(key, number: 1, .unknown, now: 0)
        #expect(table.partBegins(key, number: 3, now: 0)?.otherPartsBytes == 30)
    }

    @Test func theLeastRecentlyUsedUploadGoesFirst() throws {
        var table = table(uploads: 3)
        for id in ["A", "B", "C"] { table.began(try key(id), encryption: nil, now: 0) }
        _ = table.facts(try key("A"), now: 0)
        table.began(try key("D"), encryption: nil, now: 0)
        #expect(table.facts(try key("B"), now: 0) == nil)
        #expect(table.facts(try key("A"), now: 0) != nil)
        #expect(table.count == 3)
        #expect(table.evictions == 1)
    }

    @Test func partsAreBoundedInAll() throws {
        var table = table(uploads: 3, parts: 10)
        table.began(try key("A"), encryption: nil, now: 0)
        table.began(try key("B"), encryption: nil, now: 0)
        for number in UInt16(1)...6 { _ = table.partBegins(try key("A"), number: number, now: 0) }
        for number in UInt16(1)...6 { _ = table.partBegins(try key("B"), number: number, now: 0) }
        #expect(table.facts(try key("A"), now: 0) == nil)
        #expect(table.partCount == 6)
        // With nobody left to make room, further parts are not remembered; the upload is.
        for number in UInt16(7)...20 { _ = table.partBegins(try key("B"), number: number, now: 0) }
        #expect(table.partCount == 10)
        #expect(table.facts(try key("B"), now: 0)?.parts.count == 10)
        #expect(table.facts(try key("B"), now: 0)?.parts[11] == nil)
        table.ended(try key("B"))
        #expect(table.partCount == 0)
    }

    @Test func whatIsNotHeardOfIsForgotten() throws {
        var table = table()
        table.began(try key("A"), encryption: nil, now: 0)
        table.began(try key("B"), encryption: nil, now: 0)
        _ = table.facts(try key("A"), now: 59 * second)
        #expect(table.facts(try key("B"), now: 60 * second) == nil)
        #expect(table.facts(try key("A"), now: 118 * second) != nil)
        #expect(table.facts(try key("A"), now: 178 * second) == nil)
        #expect(table.count == 0)
        #expect(table.evictions == 0)
    }

    @Test func lowerLimitsHoldAtOnceAndZeroRemembersNothing() throws {
        var table = table(uploads: 3)
        for id in ["A", "B", "C"] { table.began(try key(id), encryption: nil, now: 0) }
        table.limits = UploadLimits(uploadsMax: 1)
        #expect(table.count == 1)
        #expect(table.facts(try key("C"), now: 0) != nil)
        table.limits = UploadLimits(uploadsMax: 0)
        table.began(try key("D"), encryption: nil, now: 0)
        #expect(table.count == 0)
    }

    @Test func manyUploadsComeAndGo() throws {
        var generator = SystemRandomNumberGenerator()
        var table = table(uploads: 50, parts: 200)
        for round in 0..<20_000 {
            let key = try key("\(Int.random(in: 0..<90, using: &generator))")
            let number = UInt16.random(in: 1...20, using: &generator)
            let now = UInt64(round) * second / 10
            switch Int.random(in: 0..<10, using: &generator) {
            case 0...2: table.began(key, encryption: nil, now: now)
            case 3...6: _ = table.partBegins(key, number: number, now: now)
            case 7...8: table.partEnds(key, number: number, .unknown, now: now)
            default: table.ended(key)
            }
            #expect(table.count <= 50 && table.partCount <= 200)
        }
        for id in 0..<90 { table.ended(try key("\(id)")) }
        #expect(table.count == 0)
        #expect(table.partCount == 0)
    }

    @Test func idsThatAreNoneAreNotKept() {
        let resource = ResourceName(style: .path, level: .object, bucket: [0x62], rawKey: [0x6B])
        #expect(UploadKey(resource, id: []) == nil)
        #expect(UploadKey(resource, id: [UInt8](repeating: 0x41, count: 257)[...]) == nil)
        let unknown = ResourceName(style: .unknownHost, level: .object, bucket: nil, rawKey: [0x6B])
        #expect(UploadKey(unknown, id: [0x41]) == nil)
    }
}
