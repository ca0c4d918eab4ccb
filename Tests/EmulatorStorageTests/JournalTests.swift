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
                BodyPiece(reference: .file("00112233445566778899aabbccddeeff"), size: 1 << 40),
                BodyPiece(reference: .file("10112233445566778899aabbccddeeff"), size: 0),
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
            try journal.deleteObject([1], version: "null", in: "alpha")
            try journal.save(replaced, in: "alpha")
            try journal.deleteBucket("beta")
            for id in ["u1", "u2"] {
                try journal.save(upload(id))
                try journal.save(part(id, 1))
            }
            try journal.deleteUpload("u1")
            // What is not there is deleted without an error.
            try journal.deleteObject([9], version: "null", in: "none")
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

    @Test func versionsOfAKeyAreRowsOfTheirOwn() throws {
        let scratch = try Scratch()
        var versions: [ObjectRecord] = []
        for number in 1...3 {
            var version = object([1], number == 3 ? .deleteMarker : .normal)
            (version.version, version.sequence) = ("v\(9 - number)", Int64(number))
            version.restoration = number == 2 ? Restoration(ready: 5, end: .max) : nil
            versions.append(version)
        }
        do {
            let journal = try Journal(directory: scratch.path)
            for version in versions.reversed() { try journal.save(version, in: "alpha") }
        }
        let journal = try Journal(directory: scratch.path)
        #expect(try journal.load().objects.map(\.object) == versions)
        try journal.deleteObject([1], version: "v7", in: "alpha")
        #expect(try journal.load().objects.map(\.object) == [versions[0], versions[2]])
        versions[0].tags = []
        try journal.saveFields(versions[0], in: "alpha")
        #expect(try journal.load().objects.map(\.object) == [versions[0], versions[2]])
    }

    @Test func aPieceIsAddedToThoseThatAreThere() throws {
        let scratch = try Scratch()
        let journal = try Journal(directory: scratch.path)
        var grown = object([1], .appendable)
        grown.pieces = [BodyPiece(reference: .file("00112233445566778899aabbccddeeff"), size: 10)]
        try journal.save(grown, in: "alpha")
        let piece = BodyPiece(reference: .file("10112233445566778899aabbccddeeff"), size: 5)
        grown.pieces.append(piece)
        grown.etag = "GROWN"
        // Only the new piece is needed.
        var fields = grown
        fields.pieces = []
        try journal.save(fields, with: piece, at: 10, in: "alpha")
        #expect(try journal.load().objects.map(\.object) == [grown])
        grown.pieces = [piece]
        try journal.save(grown, in: "alpha")
        #expect(try journal.load().objects.map(\.object) == [grown], "what is replaced leaves no pieces")
    }

    @Test func metadataOfTheFirstVersionIsAdopted() throws {
        let scratch = try Scratch()
        let (first, second) = (object([1]), object([2], .appendable))
        try FirstVersion.make(scratch.path + "/metadata.sqlite", [first, second])
        for _ in 1...2 {
            let snapshot = try Journal(directory: scratch.path).load()
            #expect(snapshot.buckets == [bucket])
            var objects = [first, second]
            for index in objects.indices { objects[index].sequence = Int64(index + 1) }
            #expect(snapshot.objects.map(\.object) == objects)
        }
    }

    @Test func damagedMetadataOfTheFirstVersionIsLeftAsItIs() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/metadata.sqlite"
        try FirstVersion.make(path, [object([1])])
        try SQLiteDatabase(path: path).execute("UPDATE objects SET pieces = x'00'")
        for _ in 1...2 {
            let failure = #expect(throws: StorageFailure.self) { _ = try Journal(directory: scratch.path) }
            #expect(failure?.description.contains("damaged") == true)
        }
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
        try SQLiteDatabase(path: scratch.path + "/metadata.sqlite").execute("PRAGMA user_version = 3")
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
        let pieces = object([]).pieces.list
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

/// A database as the first version of the journal made it.
private enum FirstVersion {
    static func make(_ path: String, _ objects: [ObjectRecord]) throws {
        let database = try SQLiteDatabase(path: path)
        try database.execute(
            """
            CREATE TABLE buckets (
              name TEXT PRIMARY KEY, created INTEGER NOT NULL, acl TEXT NOT NULL, storage_class TEXT NOT NULL,
              redundancy TEXT NOT NULL) WITHOUT ROWID;
            CREATE TABLE objects (
              bucket TEXT NOT NULL, key BLOB NOT NULL, kind TEXT NOT NULL, pieces BLOB NOT NULL, etag TEXT NOT NULL,
              crc64 INTEGER NOT NULL, content_md5 TEXT, modified INTEGER NOT NULL, acl TEXT NOT NULL,
              storage_class TEXT NOT NULL, fields BLOB NOT NULL, tags BLOB NOT NULL, symlink_target BLOB,
              PRIMARY KEY (bucket, key)) WITHOUT ROWID;
            CREATE TABLE uploads (
              id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key BLOB NOT NULL, initiated INTEGER NOT NULL,
              acl TEXT NOT NULL, storage_class TEXT NOT NULL, fields BLOB NOT NULL, tags BLOB NOT NULL) WITHOUT ROWID;
            CREATE TABLE parts (
              upload TEXT NOT NULL, number INTEGER NOT NULL, piece BLOB NOT NULL, etag TEXT NOT NULL,
              crc64 INTEGER NOT NULL, modified INTEGER NOT NULL, PRIMARY KEY (upload, number)) WITHOUT ROWID;
            PRAGMA user_version = 1;
            INSERT INTO buckets VALUES ('alpha', 1700000000, 'private', 'Standard', 'LRS');
            """)
        let save = try database.prepare("INSERT INTO objects VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)")
        for object in objects {
            try save.run([
                .text("alpha"), .blob(object.key), .text(object.kind.rawValue),
                .blob(try RecordCoding.encode(object.pieces.list)), .text(object.etag),
                .integer(Int64(bitPattern: object.crc64)), object.contentMD5.map { .text($0) } ?? .null,
                .integer(object.modified), .text(object.acl), .text(object.storageClass),
                .blob(RecordCoding.encode(object.fields)), .blob(RecordCoding.encode(object.tags)),
                object.symlinkTarget.map { .blob($0) } ?? .null,
            ])
        }
    }
}
