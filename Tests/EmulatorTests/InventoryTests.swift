import Emulator
import Testing

@Suite struct InventoryTests {
    private func document(_ id: String, frequency: String = "Daily") -> [UInt8] {
        Array(
            """
            <InventoryConfiguration><Id>\(id)</Id><IsEnabled>true</IsEnabled><Destination><OSSBucketDestination>\
            <Format>CSV</Format><AccountId>1</AccountId><RoleArn>acs:ram::1:role/r</RoleArn>\
            <Bucket>acs:oss:::bucket</Bucket></OSSBucketDestination></Destination><Schedule><Frequency>\(frequency)\
            </Frequency></Schedule><IncludedObjectVersions>All</IncludedObjectVersions></InventoryConfiguration>
            """.utf8)
    }

    @discardableResult
    private func put(_ emulator: Harness, _ id: String, frequency: String = "Daily") -> Reply {
        emulator.send(
            "PUT", "/bucket?inventory&inventoryId=\(id)", body: document(id, frequency: frequency))
    }

    @Test func putBucketInventory() throws {
        let emulator = try Harness()
        #expect(put(emulator, "a").status == 200)
        let again = put(emulator, "a")
        #expect(again.status == 409)
        #expect(again.code == "InventoryConfigurationAlreadyExists")
        let other = emulator.send("PUT", "/bucket?inventory&inventoryId=b", body: document("c"))
        #expect(other.code == "MalformedXML")
        #expect(emulator.send("PUT", "/bucket?inventory", body: document("c")).code == "MissingArgument")
        #expect(
            emulator.send("PUT", "/bucket?inventory&inventoryId=d", body: Array("<a".utf8)).code
                == "InvalidXMLFormat")
    }

    @Test func onlySoManyInventories() throws {
        let emulator = try Harness { $0.limits.inventories = 2 }
        #expect(put(emulator, "a").status == 200)
        #expect(put(emulator, "b").status == 200)
        let third = put(emulator, "c")
        #expect(third.status == 400)
        #expect(third.code == "InventoryExceedLimit")
    }

    @Test func largeBucketsAreNotListedOften() throws {
        let emulator = try Harness {
            $0.limits.dailyInventoryObjects = 1
            $0.limits.weeklyInventoryObjects = 2
        }
        #expect(put(emulator, "a").status == 200)
        emulator.put("one", "1")
        #expect(put(emulator, "b").code == "DailyInventoryExceedLimit")
        #expect(put(emulator, "b", frequency: "Weekly").status == 200)
        emulator.put("two", "2")
        #expect(put(emulator, "c", frequency: "Weekly").code == "WeeklyInventoryExceedLimit")
    }

    @Test func getBucketInventory() throws {
        let emulator = try Harness()
        put(emulator, "a")
        let got = emulator.send("GET", "/bucket?inventory&inventoryId=a").xml
        #expect(got.text("Id") == "a")
        #expect(got.text("Schedule", "Frequency") == "Daily")
        let absent = emulator.send("GET", "/bucket?inventory&inventoryId=b")
        #expect(absent.status == 404)
        #expect(absent.code == "NoSuchInventory")
    }

    @Test func listBucketInventory() throws {
        let emulator = try Harness()
        #expect(emulator.send("GET", "/bucket?inventory").xml.text("IsTruncated") == "false")
        for number in 100...205 { put(emulator, "i\(number)") }
        let first = emulator.send("GET", "/bucket?inventory").xml
        #expect(first.children("InventoryConfiguration").count == 100)
        #expect(first.text("IsTruncated") == "true")
        let token = try #require(first.text("NextContinuationToken"))
        let second = emulator.send("GET", "/bucket?inventory&continuation-token=\(token)").xml
        #expect(second.texts("InventoryConfiguration", "Id") == (200...205).map { "i\($0)" })
    }

    @Test func deleteBucketInventory() throws {
        let emulator = try Harness()
        put(emulator, "a")
        #expect(emulator.send("DELETE", "/bucket?inventory&inventoryId=a").status == 204)
        #expect(emulator.send("GET", "/bucket?inventory&inventoryId=a").status == 404)
        #expect(emulator.send("DELETE", "/bucket?inventory&inventoryId=a").code == "NoSuchInventory")
    }
}
