import Testing

@testable import Emulator

/// What the journal saves comes back, also after a restart.
@Suite struct JournalTests {
    private let bucket = BucketRecord(
        name: "alpha", created: 1_700_000_000, acl: "private", storageClass: "Standard", redundancy: "LRS")

    private func object(_ key: [UInt8], _ kind: ObjectRecord.Kind = .normal) -> ObjectRecord {
        ObjectRecord(
            key: key, kind: kind,
            pieces: [
                BodyPiece(reference: .file("00112233445566778899aabbccddeeff"), size: .max),
                BodyPiece(reference: .none, size: 0),
            ],
            etag: "D41D8CD98F00B204E9800998ECF8427E", crc64: 0xffff_ffff_0000_0001, contentMD5: "1B2M2Y8A==",
            modified: -1, acl: "default", storageClass: "IA",
            fields: [
                StoredField(name: "Content-Type", value: [0, 0xff, 0x80]),
                StoredField(name: "x-oss-meta-ü", value: []),
            ],
            tags: [StoredField(name: "", value: Array("v".utf8))], symlinkTarget: nil)
    }

    private func upload(_ id: String) -> UploadRecord {
        UploadRecord(
            id: id, bucket: "alpha", key: [0, 1, 0xfe], initiated: 5, acl: "default",
            storageClass: "Standard",
            fields: [StoredField(name: "Expires", value: [1])], tags: [])
    }

    private func part(_ id: String, _ number: Int) -> PartRecord {
        PartRecord(
            uploadID: id, number: number,
            piece: BodyPiece(reference: .file("ffeeddccbbaa99887766554433221100"), size: UInt64(number)),
            etag: "E\(number)", crc64: .max, modified: 7)
    }

    @Test func recordsSurviveARestart() throws {
        let scratch = try Scratch()
        let directory = scratch.path + "/made"
        var plain = object([])
        (plain.contentMD5, plain.pieces, plain.fields, plain.tags) = (nil, [], [], [])
        var link = object([0, 0x27, 0xff], .symlink)
        link.symlinkTarget = []
        let objects = [plain, link, object(Array("z".utf8), .appendable)]
        do {
            let journal = try Journal(directory: directory)
            try journal.save(bucket)
            // Saved out of order, one of them twice.
            for object in objects.reversed() { try journal.save(object, in: "alpha") }
            try journal.save(objects[1], in: "alpha")
            try journal.save(upload("u2"))
            try journal.save(upload("u1"))
            for number in [10_000, 1, 2] { try journal.save(part("u1", number)) }
        }
        let snapshot = try Journal(directory: directory).load()
        #expect(snapshot.buckets == [bucket])
        #expect(snapshot.objects.map(\.object) == objects)
        #expect(snapshot.objects.map(\.bucket) == ["alpha", "alpha", "alpha"])
        #expect(snapshot.uploads == [upload("u1"), upload("u2")])
        #expect(snapshot.parts == [part("u1", 1), part("u1", 2), part("u1", 10_000)])
    }

    @Test func deletionsAndReplacementsSurviveARestart() throws {
        let scratch = try Scratch()
        var replaced = object([2], .multipart)
        replaced.etag = "NEW-2"
        do {
            let journal = try Journal(directory: scratch.path)
            for name in ["alpha", "beta"] {
                var other = bucket
                other.name = name
                try journal.save(other)
                for key in [[1], [2]] as [[UInt8]] { try journal.save(object(key), in: name) }
            }
            try journal.deleteObject([1], in: "alpha")
            try journal.save(replaced, in: "alpha")
            try journal.deleteBucket("beta")
            for id in ["u1", "u2"] {
                try journal.save(upload(id))
                try journal.save(part(id, 1))
            }
            try journal.deleteUpload("u1")
            // What is not there is deleted without an error.
            try journal.deleteObject([9], in: "none")
        }
        let snapshot = try Journal(directory: scratch.path).load()
        #expect(snapshot.buckets == [bucket])
        #expect(snapshot.objects.map(\.bucket) == ["alpha", "beta", "beta"])
        #expect(snapshot.objects.map(\.object) == [replaced, object([1]), object([2])])
        #expect(snapshot.uploads == [upload("u2")])
        #expect(snapshot.parts == [part("u2", 1)])
    }

    @Test func aTransactionIsAllOrNothing() throws {
        let scratch = try Scratch()
        let journal = try Journal(directory: scratch.path)
        let number = try journal.transaction { () throws(StorageFailure) in
            try journal.save(bucket)
            try journal.save(upload("u1"))
            // It has a transaction of its own, which becomes a part of this one.
            try journal.deleteUpload("u1")
            return 3
        }
        #expect(number == 3)
        #expect(throws: StorageFailure.self) {
            try journal.transaction { () throws(StorageFailure) in
                try journal.deleteBucket("alpha")
                try journal.save(upload("u2"))
                throw StorageFailure("on purpose")
            }
        }
        try journal.save(object([1]), in: "alpha")
        let snapshot = try Journal(directory: scratch.path).load()
        #expect(snapshot.buckets == [bucket])
        #expect(snapshot.uploads.isEmpty)
        #expect(snapshot.objects.count == 1)
    }

    @Test func bodiesInMemoryAreNotRecorded() throws {
        let scratch = try Scratch()
        let journal = try Journal(directory: scratch.path)
        var record = object([1])
        record.pieces = [BodyPiece(reference: .memory(1), size: 1)]
        #expect(throws: StorageFailure.self) { try journal.save(record, in: "alpha") }
        #expect(try journal.load().objects.isEmpty)
    }

    @Test func unusableMetadataIsRefusedWithSQLitesWords() throws {
        let scratch = try Scratch()
        try scratch.write(
            Array("this is no database, however long one looks at it".utf8), to: "metadata.sqlite")
        let failure = #expect(throws: StorageFailure.self) { _ = try Journal(directory: scratch.path) }
        #expect(failure?.description.contains("file is not a database") == true)
        #expect(throws: StorageFailure.self) { _ = try Journal(directory: scratch.path + "/metadata.sqlite") }
    }

    @Test func onlyTheLastDirectoryIsCreated() throws {
        let scratch = try Scratch()
        let failure = #expect(throws: StorageFailure.self) {
            _ = try Journal(directory: scratch.path + "/absent/below")
        }
        #expect(failure?.description.contains("/absent/below: No such file or directory") == true)
    }

    @Test func metadataOfAnotherVersionIsRefused() throws {
        let scratch = try Scratch()
        try SQLiteDatabase(path: scratch.path + "/metadata.sqlite").execute("PRAGMA user_version = 2")
        #expect(throws: StorageFailure.self) { _ = try Journal(directory: scratch.path) }
    }

    @Test func aDamagedRecordIsNotPassedOver() throws {
        let scratch = try Scratch()
        let journal = try Journal(directory: scratch.path)
        try journal.save(object([1]), in: "alpha")
        try SQLiteDatabase(path: scratch.path + "/metadata.sqlite").execute(
            "UPDATE objects SET tags = x'01ffffffff'")
        #expect(throws: StorageFailure.self) { _ = try journal.load() }
    }

    @Test func everyCutOrAlteredListIsDecodedSafely() throws {
        let pieces = object([]).pieces
        let fields = object([]).fields
        let encodedPieces = try RecordCoding.encode(pieces)
        let encodedFields = RecordCoding.encode(fields)
        #expect(RecordCoding.pieces(encodedPieces) == pieces)
        #expect(RecordCoding.fields(encodedFields) == fields)
        for count in 0..<encodedPieces.count {
            #expect(RecordCoding.pieces(Array(encodedPieces.prefix(count))) == nil)
        }
        for count in 0..<encodedFields.count {
            #expect(RecordCoding.fields(Array(encodedFields.prefix(count))) == nil)
        }
        #expect(RecordCoding.pieces(encodedPieces + [0]) == nil)
        #expect(RecordCoding.fields([2, 0, 0, 0, 0]) == nil)
        // A name that is not UTF-8.
        #expect(RecordCoding.fields([1, 1, 0, 0, 0, 1, 0, 0, 0, 0xff, 0, 0, 0, 0]) == nil)
    }
}
