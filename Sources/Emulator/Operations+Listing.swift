import Bytes
import HTTPModel
import OSSModel
import XML

extension Operations {
    func listObjects(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let bucket = try request.requiredBucket()
        var query = try listQuery(request)
        query.after = request.parameters["marker"] ?? []
        let page = try store.list(query, in: bucket)
        var xml = XMLWriter()
        xml.element("ListBucketResult") { xml in
            xml.element("Name", bucket)
            writeQuery(query, request, page, to: &xml)
            xml.element("Marker", Self.encoded(query.after, request))
            if let next = page.next { xml.element("NextMarker", Self.encoded(next, request)) }
            writeEntries(page, request, withOwner: true, to: &xml)
        }
        return Answer(xml: xml.bytes)
    }

    func listObjectsV2(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let bucket = try request.requiredBucket()
        var query = try listQuery(request)
        // Clients send an empty token with the first page.
        let token = request.parameters["continuation-token"].flatMap { $0.isEmpty ? nil : $0 }
        if let token {
            guard let after = Base64.decode(token[...]) else {
                throw Fault.argument("continuation-token", token)
            }
            query.after = after
        } else {
            query.after = request.parameters["start-after"] ?? []
        }
        let page = try store.list(query, in: bucket)
        var xml = XMLWriter()
        xml.element("ListBucketResult") { xml in
            xml.element("Name", bucket)
            writeQuery(query, request, page, to: &xml)
            if let start = request.parameters["start-after"] {
                xml.element("StartAfter", Self.encoded(start, request))
            }
            if let token { xml.element("ContinuationToken", token) }
            if let next = page.next { xml.element("NextContinuationToken", Base64.encode(next)) }
            xml.element("KeyCount", page.count)
            writeEntries(page, request, withOwner: request.text("fetch-owner") == "true", to: &xml)
        }
        return Answer(xml: xml.bytes)
    }

    func listVersions(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let bucket = try request.requiredBucket()
        var query = VersionQuery(keys: try listQuery(request))
        query.keys.after = request.parameters["key-marker"] ?? []
        let marker = request.text("version-id-marker") ?? ""
        if !marker.isEmpty {
            // A version is one of a key.
            guard !query.keys.after.isEmpty else {
                throw Fault.argument("version-id-marker", Array(marker.utf8))
            }
            query.versionMarker = marker
        }
        let page = try store.listVersions(query, in: bucket)
        var xml = XMLWriter()
        xml.element("ListVersionsResult") { xml in
            xml.element("Name", bucket)
            if Self.encodes(request) { xml.element("EncodingType", "url") }
            xml.element("Prefix", Self.encoded(query.keys.prefix, request))
            xml.element("KeyMarker", Self.encoded(query.keys.after, request))
            xml.element("VersionIdMarker", marker)
            xml.element("MaxKeys", query.keys.countMax)
            xml.element("Delimiter", Self.encoded(query.keys.delimiter, request))
            xml.element("IsTruncated", page.isTruncated)
            if page.isTruncated {
                xml.element("NextKeyMarker", Self.encoded(page.nextKey, request))
                xml.element("NextVersionIdMarker", page.nextVersion)
            }
            for entry in page.entries { write(entry, request, to: &xml) }
            for prefix in page.commonPrefixes {
                xml.element("CommonPrefixes") { $0.element("Prefix", Self.encoded(prefix, request)) }
            }
        }
        return Answer(xml: xml.bytes)
    }

    private func write(_ entry: VersionPage.Entry, _ request: EmulatorRequest, to xml: inout XMLWriter) {
        let record = entry.record
        xml.element(record.isDeleteMarker ? "DeleteMarker" : "Version") { xml in
            xml.element("Key", Self.encoded(record.key, request))
            xml.element("VersionId", record.version)
            xml.element("IsLatest", entry.isLatest)
            xml.element("LastModified", Self.extended(record.modified))
            if !record.isDeleteMarker {
                xml.element("ETag", "\"\(record.etag)\"")
                xml.element("Type", record.kind.rawValue)
                xml.element("Size", record.size)
                xml.element("StorageClass", record.storageClass)
            }
            writeOwner(&xml)
        }
    }

    func listUploads(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let bucket = try request.requiredBucket()
        try checkTexts(request)
        let query = UploadQuery(
            prefix: request.parameters["prefix"] ?? [], delimiter: request.parameters["delimiter"] ?? [],
            keyMarker: request.parameters["key-marker"] ?? [],
            idMarker: request.text("upload-id-marker") ?? "",
            countMax: try count(request, "max-uploads", fallback: 1000))
        let page = UploadPage(try store.uploads(in: bucket), query)
        var xml = XMLWriter()
        xml.element("ListMultipartUploadsResult") { xml in
            xml.element("Bucket", bucket)
            if Self.encodes(request) { xml.element("EncodingType", "url") }
            xml.element("KeyMarker", Self.encoded(query.keyMarker, request))
            xml.element("UploadIdMarker", query.idMarker)
            xml.element("NextKeyMarker", Self.encoded(page.nextKey, request))
            xml.element("NextUploadIdMarker", page.nextID)
            xml.element("Delimiter", Self.encoded(query.delimiter, request))
            xml.element("Prefix", Self.encoded(query.prefix, request))
            xml.element("MaxUploads", query.countMax)
            xml.element("IsTruncated", page.isTruncated)
            for upload in page.uploads {
                xml.element("Upload") { xml in
                    xml.element("Key", Self.encoded(upload.key, request))
                    xml.element("UploadId", upload.id)
                    xml.element("StorageClass", upload.storageClass)
                    xml.element("Initiated", Self.extended(upload.initiated))
                }
            }
            for prefix in page.commonPrefixes {
                xml.element("CommonPrefixes") { $0.element("Prefix", Self.encoded(prefix, request)) }
            }
        }
        return Answer(xml: xml.bytes)
    }

    /// Markers and the like are no longer than a key, and encoded in the one way there is.
    private func checkTexts(_ request: EmulatorRequest) throws(OSSError) {
        try checkEncoding(request)
        for name in ["prefix", "delimiter", "marker", "start-after", "key-marker"] {
            if let value = request.parameters[name], value.count > 1023 { throw Fault.argument(name, value) }
        }
    }

    /// `encoding-type` is `url` or absent.
    func checkEncoding(_ request: EmulatorRequest) throws(OSSError) {
        if let encoding = request.text("encoding-type"), !encoding.isEmpty, encoding != "url" {
            throw CatalogueRow.encodingType.argument("encoding-type", encoding)
        }
    }

    private func listQuery(_ request: EmulatorRequest) throws(OSSError) -> ListQuery {
        try checkTexts(request)
        return ListQuery(
            prefix: request.parameters["prefix"] ?? [], delimiter: request.parameters["delimiter"] ?? [],
            countMax: try count(request, "max-keys", fallback: 100))
    }

    private func writeQuery(
        _ query: ListQuery, _ request: EmulatorRequest, _ page: ListPage, to xml: inout XMLWriter
    ) {
        xml.element("Prefix", Self.encoded(query.prefix, request))
        xml.element("MaxKeys", query.countMax)
        xml.element("Delimiter", Self.encoded(query.delimiter, request))
        xml.element("IsTruncated", page.next != nil)
        if Self.encodes(request) { xml.element("EncodingType", "url") }
    }

    private func writeEntries(
        _ page: ListPage, _ request: EmulatorRequest, withOwner: Bool, to xml: inout XMLWriter
    ) {
        for object in page.objects {
            xml.element("Contents") { xml in
                xml.element("Key", Self.encoded(object.key, request))
                xml.element("LastModified", Self.extended(object.modified))
                xml.element("ETag", "\"\(object.etag)\"")
                xml.element("Type", object.kind.rawValue)
                xml.element("Size", object.size)
                xml.element("StorageClass", object.storageClass)
                if withOwner { writeOwner(&xml) }
            }
        }
        for prefix in page.commonPrefixes {
            xml.element("CommonPrefixes") { $0.element("Prefix", Self.encoded(prefix, request)) }
        }
    }
}
