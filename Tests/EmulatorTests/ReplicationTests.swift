import Emulator
import Testing

@Suite struct ReplicationTests {
    private static let beijing = "oss-cn-beijing.aliyuncs.com"

    private func document(
        _ target: String, _ location: String = "oss-cn-beijing", id: String = "", _ more: String = ""
    )
        -> [UInt8]
    {
        Array(
            """
            <ReplicationConfiguration><Rule><ID>\(id)</ID><Destination><Bucket>\(target)</Bucket><Location>\(location)\
            </Location></Destination>\(more)</Rule></ReplicationConfiguration>
            """.utf8)
    }

    /// An emulator with buckets in another region.
    private func harness(_ change: (inout EmulatorSettings) -> Void = { _ in }) throws -> Harness {
        let emulator = try Harness {
            $0.buckets = ["bucket", "other"]
            change(&$0)
        }
        for name in ["target", "second"] {
            #expect(emulator.send("PUT", "/", host: "\(name).\(Self.beijing)").status == 200)
        }
        return emulator
    }

    @discardableResult
    private func put(_ emulator: Harness, _ body: [UInt8], bucket: String = "bucket") -> Reply {
        emulator.send("POST", "/\(bucket)?replication&comp=add", body: body)
    }

    @Test func putBucketReplication() throws {
        let emulator = try harness()
        let reply = put(emulator, document("target"))
        #expect(reply.status == 200, "\(reply.text)")
        let id = try #require(reply.field("x-oss-replication-rule-id"))
        let rule = try #require(emulator.send("GET", "/bucket?replication").xml.child("Rule"))
        #expect(rule.text("ID") == id)
        #expect(rule.text("Status") == "doing")
        #expect(rule.text("Action") == "ALL")
        #expect(rule.text("HistoricalObjectReplication") == "enabled")
        #expect(rule.text("Destination", "Bucket") == "target")
        for (body, code) in [
            (document("target"), "BucketReplicationAlreadyExist"),
            (document("other", "oss-cn-beijing"), "InvalidTargetLocation"),
            (document("target", "oss-mars-1"), "BadReplicationLocation"),
            (document("none"), "NoSuchBucket"),
            (document("bucket", "oss-cn-hangzhou"), "InvalidTargetBucket"),
            (Array("<ReplicationConfiguration/>".utf8), "NoReplicationRule"),
            (Array("<Other/>".utf8), "MalformedXML"), (Array("<a".utf8), "InvalidXMLFormat"),
        ] { #expect(put(emulator, body).code == code, "\(code)") }
    }

    @Test func rulesAreLimitedOnBothSides() throws {
        let emulator = try harness { $0.limits.replications = 1 }
        #expect(put(emulator, document("target")).status == 200)
        #expect(put(emulator, document("second")).code == "TooManyOutgoingReplication")
        #expect(put(emulator, document("target"), bucket: "other").code == "TooManyIncomingReplication")
        #expect(put(emulator, document("second"), bucket: "other").status == 200)
    }

    @Test func whereReplicasCanGo() throws {
        let none = try harness { $0.account.replicationLocations = [] }
        #expect(put(none, document("target")).code == "NoReplicationLocation")
        #expect(none.send("GET", "/bucket?replicationLocation").code == "NoReplicationLocation")
        let two = try harness { $0.account.replicationLocations = ["oss-cn-hangzhou", "oss-cn-beijing"] }
        let locations = two.send("GET", "/bucket?replicationLocation").xml
        #expect(locations.children("Location").map { $0.text() } == ["oss-cn-beijing"])
    }

    @Test func deleteBucketReplication() throws {
        let emulator = try harness()
        put(emulator, document("target", id: "rule-1"))
        func delete(_ id: String) -> Reply {
            emulator.send(
                "POST", "/bucket?replication&comp=delete",
                body: Array("<ReplicationRules><ID>\(id)</ID></ReplicationRules>".utf8))
        }
        #expect(delete("rule-2").code == "NoSuchReplicationRule")
        #expect(delete("rule-1").status == 200)
        let absent = emulator.send("GET", "/bucket?replication")
        #expect(absent.status == 404)
        #expect(absent.code == "NoSuchReplicationConfiguration")
    }

    @Test func putBucketRtc() throws {
        let emulator = try harness()
        put(emulator, document("target", id: "rule-1"))
        func control(_ id: String, _ status: String) -> Reply {
            emulator.send(
                "PUT", "/bucket?rtc",
                body: Array(
                    "<ReplicationRule><ID>\(id)</ID><RTC><Status>\(status)</Status></RTC></ReplicationRule>"
                        .utf8))
        }
        #expect(control("rule-1", "enabled").status == 200)
        #expect(emulator.send("GET", "/bucket?replication").xml.text("Rule", "RTC", "Status") == "enabled")
        #expect(control("rule-1", "on").code == "MalformedXML")
        #expect(control("rule-2", "enabled").code == "NoSuchReplicationRule")
    }

    @Test func getBucketReplicationProgress() throws {
        let emulator = try harness()
        put(emulator, document("target", id: "rule-1"))
        let rule = emulator.send("GET", "/bucket?replicationProgress&rule-id=rule-1").xml
        #expect(rule.text("Rule", "ID") == "rule-1")
        #expect(rule.text("Rule", "Progress", "HistoricalObject") == "1.0")
        #expect(
            emulator.send("GET", "/bucket?replicationProgress&rule-id=x").code == "NoSuchReplicationRule")
    }
}
