import Emulator
import Testing

@Suite struct RestoreTests {
    private let archives = ["Archive", "ColdArchive", "DeepColdArchive"]

    private func store(_ emulator: Harness, _ storageClass: String) {
        let fields = [("x-oss-storage-class", storageClass)]
        #expect(emulator.send("PUT", "/bucket/key", fields, body: [1, 2, 3]).status == 200)
    }

    @Test func archivedObjectsAreReadOnlyWhenTheyAreRestored() throws {
        for storageClass in archives {
            let emulator = try Harness { $0.restoreSeconds = 60 }
            store(emulator, storageClass)
            let get = emulator.send("GET", "/bucket/key")
            #expect(get.status == 403)
            #expect(get.code == "InvalidObjectState")
            let head = emulator.send("HEAD", "/bucket/key")
            #expect(head.status == 200)
            #expect(head.field("x-oss-storage-class") == storageClass)
            #expect(head.field("x-oss-restore") == nil)
            let copy = emulator.send("PUT", "/bucket/copy", [("x-oss-copy-source", "/bucket/key")])
            #expect(copy.code == "InvalidObjectState")

            #expect(emulator.send("POST", "/bucket/key?restore").status == 202)
            #expect(emulator.send("HEAD", "/bucket/key").field("x-oss-restore") == "ongoing-request=\"true\"")
            #expect(emulator.send("GET", "/bucket/key").code == "InvalidObjectState")
            let again = emulator.send("POST", "/bucket/key?restore")
            #expect(again.status == 409)
            #expect(again.code == "RestoreAlreadyInProgress")

            emulator.clock.advance(60)
            #expect(emulator.send("GET", "/bucket/key").body == [1, 2, 3])
            let field = "ongoing-request=\"false\", expiry-date=\"Wed, 15 Nov 2023 22:14:20 GMT\""
            #expect(emulator.send("HEAD", "/bucket/key").field("x-oss-restore") == field)
            #expect(
                emulator.send("PUT", "/bucket/copy", [("x-oss-copy-source", "/bucket/key")]).status == 200)
            emulator.clock.advance(86_400)
            #expect(emulator.send("GET", "/bucket/key").code == "InvalidObjectState")
            #expect(emulator.send("HEAD", "/bucket/key").field("x-oss-restore") == nil)
            #expect(emulator.send("POST", "/bucket/key?restore").status == 202, "it begins anew")
        }
    }

    @Test func aRestorationLastsAsLongAsWasAsked() throws {
        let emulator = try Harness { $0.restoreSeconds = 0 }
        store(emulator, "ColdArchive")
        let order = """
            <RestoreRequest><Days>2</Days><JobParameters><Tier>Bulk</Tier></JobParameters></RestoreRequest>
            """
        let reply = emulator.send("POST", "/bucket/key?restore", body: Array(order.utf8))
        #expect(reply.status == 202)
        #expect(reply.field("x-oss-object-restore-priority") == "Bulk")
        emulator.clock.advance(2 * 86_400 - 1)
        #expect(emulator.send("GET", "/bucket/key").status == 200)
        // Once more while it lasts: at least a day from now.
        #expect(emulator.send("POST", "/bucket/key?restore").status == 200)
        emulator.clock.advance(86_399)
        #expect(emulator.send("GET", "/bucket/key").status == 200)
        emulator.clock.advance(1)
        #expect(emulator.send("GET", "/bucket/key").status == 403)
    }

    @Test(arguments: [
        "<RestoreRequest><Days>0</Days></RestoreRequest>",
        "<RestoreRequest><Days>366</Days></RestoreRequest>",
        "<RestoreRequest><Days>x</Days></RestoreRequest>", "<Other/>", "<RestoreRequest",
        "<RestoreRequest><JobParameters><Tier>Now</Tier></JobParameters></RestoreRequest>",
    ])
    func anOrderThatIsNoneIsRefused(_ order: String) throws {
        let emulator = try Harness()
        store(emulator, "Archive")
        let reply = emulator.send("POST", "/bucket/key?restore", body: Array(order.utf8))
        #expect(reply.status == 400)
        #expect(reply.code == "MalformedXML")
        #expect(emulator.send("HEAD", "/bucket/key").field("x-oss-restore") == nil)
    }

    @Test func whatIsNotArchivedCannotBeRestored() throws {
        let emulator = try Harness()
        for storageClass in ["Standard", "IA"] {
            store(emulator, storageClass)
            for target in ["/bucket/key?restore", "/bucket/key?cleanRestoredObject"] {
                let reply = emulator.send("POST", target)
                #expect(reply.status == 400)
                #expect(reply.code == "OperationNotSupported")
            }
            #expect(emulator.send("GET", "/bucket/key").status == 200)
        }
        #expect(emulator.send("POST", "/bucket/absent?restore").code == "NoSuchKey")
        #expect(emulator.send("POST", "/bucket/?restore").code == "InvalidObjectName")
    }

    @Test func whatWasRestoredCanBeGivenUp() throws {
        let emulator = try Harness { $0.restoreSeconds = 10 }
        store(emulator, "ColdArchive")
        #expect(emulator.send("POST", "/bucket/key?cleanRestoredObject").code == "ArchiveRestoreFileStale")
        emulator.send("POST", "/bucket/key?restore")
        let early = emulator.send("POST", "/bucket/key?cleanRestoredObject")
        #expect(early.status == 409)
        #expect(early.code == "ArchiveRestoreNotFinished")
        emulator.clock.advance(10)
        #expect(emulator.send("POST", "/bucket/key?cleanRestoredObject").status == 200)
        #expect(emulator.send("GET", "/bucket/key").code == "InvalidObjectState")
    }

    @Test func objectsHaveTheClassOfTheirBucketUnlessTheySay() throws {
        let emulator = try Harness()
        emulator.send("PUT", "/frozen", [("x-oss-storage-class", "Archive")])
        emulator.send("PUT", "/frozen/key", body: [1])
        #expect(emulator.send("HEAD", "/frozen/key").field("x-oss-storage-class") == "Archive")
        #expect(emulator.send("GET", "/frozen/key").code == "InvalidObjectState")
        emulator.send("PUT", "/frozen/warm", [("x-oss-storage-class", "Standard")], body: [1])
        #expect(emulator.send("GET", "/frozen/warm").body == [1])
    }

    @Test func aRestorationSurvivesARestart() throws {
        let scratch = try Scratch()
        do {
            let emulator = try Harness { $0.dataDirectory = scratch.path }
            store(emulator, "Archive")
            emulator.send("POST", "/bucket/key?restore")
        }
        let emulator = try Harness { $0.dataDirectory = scratch.path }
        emulator.clock.advance(1)
        #expect(emulator.send("GET", "/bucket/key").body == [1, 2, 3])
        emulator.clock.advance(86_400)
        #expect(emulator.send("GET", "/bucket/key").status == 403)
    }
}
