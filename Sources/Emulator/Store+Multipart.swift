import Bytes
import Digest
import OSSModel

extension ObjectRecord {
    /// What changes beside the pieces when one more is added. The ETag of an appendable object is no digest of its
    /// bytes: it is made of the one before and the CRC of the whole.
    mutating func describeAppend(_ piece: BodyPiece, crc64: UInt64, modified: Int64) {
        self.crc64 = CRC64.combine(self.crc64, crc64, secondCount: piece.size)
        let seed = Array("\(etag):\(self.crc64)".utf8)
        etag = String(decoding: Hex.encode(MD5.hash(seed.span), upper: true), as: UTF8.self)
        self.modified = modified
    }
}

/// What CompleteMultipartUpload lists.
struct ListedPart: Sendable {
    var number: Int
    /// Upper case, without quotes.
    var etag: String
}

extension EmulatorStore {
    func initiate(_ upload: UploadRecord) throws(OSSError) {
        try step { state in
            _ = try state.bucket(upload.bucket)
            try state.journal?.save(upload)
            state.uploads[upload.id] = Upload(record: upload)
        }
    }

    /// The upload of this id, if it is one of this object.
    func upload(_ id: String, _ key: [UInt8], in bucket: String) throws(OSSError) -> Upload {
        try step { try $0.upload(id, key, in: bucket) }
    }

    /// Stores a part; one of the same number is replaced.
    func putPart(_ part: PartRecord, _ key: [UInt8], in bucket: String) throws(OSSError) {
        try step { state in
            _ = try state.upload(part.uploadID, key, in: bucket)
            try state.journal?.save(part)
            if let old = state.uploads[part.uploadID]?.parts.updateValue(part, forKey: part.number) {
                state.garbage.append(old.piece)
            }
        }
    }

    func abort(_ id: String, _ key: [UInt8], in bucket: String) throws(OSSError) {
        try step { state in
            let upload = try state.upload(id, key, in: bucket)
            try state.journal?.deleteUpload(id)
            state.uploads[id] = nil
            state.garbage += upload.parts.values.map(\.piece)
        }
    }

    /// Makes the object of the listed parts; `nil` lists all that were uploaded. Parts that are not listed go away.
    func complete(
        _ id: String, _ key: [UInt8], in bucket: String, listed: [ListedPart]?, onlyIfAbsent: Bool,
        adding fields: [StoredField] = []
    ) throws(OSSError) -> (record: ObjectRecord, version: String?) {
        try step { state in
            let upload = try state.upload(id, key, in: bucket)
            if onlyIfAbsent { try Self.checkAbsent(key, in: bucket, state) }
            var record = assemble(upload.record, try chosen(upload, listed))
            for field in fields {
                record.fields.removeAll { $0.name.lowercased() == field.name.lowercased() }
            }
            record.fields += fields
            let stored = try state.store(record, in: bucket, ending: upload)
            return (stored, try state.bucket(bucket).record.versioning.map { _ in stored.version })
        }
    }

    private func chosen(_ upload: Upload, _ listed: [ListedPart]?) throws(OSSError) -> [PartRecord] {
        var parts: [PartRecord] = []
        if let listed {
            for entry in listed {
                if let last = parts.last, last.number >= entry.number { throw CatalogueRow.partOrder.error }
                guard let part = upload.parts[entry.number], part.etag == entry.etag else {
                    throw CatalogueRow.invalidPart.with("PartNumber", "\(entry.number)")
                }
                parts.append(part)
            }
        } else {
            parts = upload.parts.values.sorted { $0.number < $1.number }
        }
        guard !parts.isEmpty else { throw CatalogueRow.malformedXML.error }
        for part in parts.dropLast() where part.piece.size < settings.limits.partBytes {
            throw CatalogueRow.entityTooSmall.with("MinSizeAllowed", "\(settings.limits.partBytes)")
                .with("ProposedSize", "\(part.piece.size)").with("PartNumber", "\(part.number)")
        }
        return parts
    }

    private func assemble(_ upload: UploadRecord, _ parts: [PartRecord]) -> ObjectRecord {
        var crc: UInt64 = 0
        for part in parts { crc = CRC64.combine(crc, part.crc64, secondCount: part.piece.size) }
        let etags = parts.flatMap { Array($0.etag.utf8) }
        let digest = String(decoding: Hex.encode(MD5.hash(etags.span), upper: true), as: UTF8.self)
        return ObjectRecord(
            key: upload.key, kind: .multipart, pieces: BodyPieces(parts.map(\.piece)),
            etag: "\(digest)-\(parts.count)",
            crc64: crc, contentMD5: nil, modified: settings.now(), acl: upload.acl,
            storageClass: upload.storageClass, fields: upload.fields, tags: upload.tags, symlinkTarget: nil)
    }

    /// Uploads in progress in the order of key and id.
    func uploads(in bucket: String) throws(OSSError) -> [UploadRecord] {
        try step { state in
            _ = try state.bucket(bucket)
            return state.uploads.values.map(\.record).filter { $0.bucket == bucket }.sorted {
                $0.key == $1.key ? $0.id < $1.id : $0.key.lexicographicallyPrecedes($1.key)
            }
        }
    }
}

extension EmulatorStore.State {
    func upload(_ id: String, _ key: [UInt8], in bucket: String) throws(OSSError) -> EmulatorStore.Upload {
        _ = try self.bucket(bucket)
        guard let upload = uploads[id], upload.record.bucket == bucket, upload.record.key == key else {
            throw Fault.noSuchUpload(id)
        }
        return upload
    }
}
