import Emulator
import Testing

@Suite struct WormTests {
    private func initiate(_ emulator: Harness, days: Int = 1) -> Reply {
        emulator.send(
            "POST", "/bucket?worm",
            body: Array(
                "<InitiateWormConfiguration><RetentionPeriodInDays>\(days)</RetentionPeriodInDays></InitiateWormConfiguration>"
                    .utf8))
    }

    private func extend(_ emulator: Harness, _ id: String, days: Int) -> Reply {
        emulator.send(
            "POST", "/bucket?wormExtend&wormId=\(id)",
            body: Array(
                "<ExtendWormConfiguration><RetentionPeriodInDays>\(days)</RetentionPeriodInDays></ExtendWormConfiguration>"
                    .utf8))
    }

    @Test func initiateBucketWorm() throws {
        let emulator = try Harness()
        #expect(initiate(emulator, days: 0).code == "InvalidWORMConfiguration")
        #expect(initiate(emulator, days: 25_551).code == "InvalidWORMConfiguration")
        let reply = initiate(emulator)
        #expect(reply.status == 200)
        #expect(reply.field("x-oss-worm-id")?.count == 32)
        let again = initiate(emulator)
        #expect(again.status == 409)
        #expect(again.code == "WORMConfigurationAlreadyExists")
    }

    @Test func completeBucketWorm() throws {
        let emulator = try Harness()
        let id = try #require(initiate(emulator).field("x-oss-worm-id"))
        let wrong = emulator.send("POST", "/bucket?wormId=other")
        #expect(wrong.status == 404)
        #expect(wrong.xml.text("Message") == "The specified WORM ID does not exist.")
        #expect(emulator.send("POST", "/bucket?wormId=\(id)").status == 200)
        #expect(emulator.send("GET", "/bucket?worm").xml.text("State") == "Locked")
        let locked = emulator.send("POST", "/bucket?wormId=\(id)")
        #expect(locked.status == 403)
        #expect(locked.code == "WORMConfigurationLocked")
    }

    @Test func extendBucketWorm() throws {
        let emulator = try Harness()
        let id = try #require(initiate(emulator, days: 5).field("x-oss-worm-id"))
        #expect(extend(emulator, id, days: 6).code == "InvalidWORMConfiguration")
        emulator.send("POST", "/bucket?wormId=\(id)")
        #expect(extend(emulator, id, days: 5).code == "InvalidWORMConfiguration")
        #expect(extend(emulator, "other", days: 6).code == "NoSuchWORMConfiguration")
        #expect(extend(emulator, id, days: 6).status == 200)
        #expect(emulator.send("GET", "/bucket?worm").xml.text("RetentionPeriodInDays") == "6")
    }

    @Test func getBucketWorm() throws {
        let emulator = try Harness()
        let absent = emulator.send("GET", "/bucket?worm")
        #expect(absent.status == 404)
        #expect(absent.code == "NoSuchWORMConfiguration")
        let id = initiate(emulator, days: 3).field("x-oss-worm-id")
        let worm = emulator.send("GET", "/bucket?worm").xml
        #expect(worm.text("WormId") == id)
        #expect(worm.text("State") == "InProgress")
        #expect(worm.text("CreationDate") == "2023-11-14T22:13:20.000Z")
        emulator.clock.advance(86_400)
        #expect(emulator.send("GET", "/bucket?worm").status == 404, "not locked within a day")
    }

    @Test func abortBucketWorm() throws {
        let emulator = try Harness()
        let id = try #require(initiate(emulator).field("x-oss-worm-id"))
        #expect(emulator.send("DELETE", "/bucket?worm").status == 204)
        #expect(emulator.send("POST", "/bucket?wormId=\(id)").status == 404)
        let second = try #require(initiate(emulator).field("x-oss-worm-id"))
        emulator.send("POST", "/bucket?wormId=\(second)")
        #expect(emulator.send("DELETE", "/bucket?worm").code == "WORMConfigurationLocked")
    }
}
