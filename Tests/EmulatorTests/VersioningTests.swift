import Bytes
import Emulator
import Testing

/// What one entry of a listing of versions says.
private struct Listed: Equatable, CustomStringConvertible {
    let key: String
    let version: String
    let isLatest: Bool
    let isMarker: Bool

    var description: String { "\(key) \(version) \(isLatest) \(isMarker)" }
}

extension Harness {
    fileprivate func setVersioning(_ status: String) {
        let document = "<VersioningConfiguration><Status>\(status)</Status></VersioningConfiguration>"
        let reply = send("PUT", "/bucket?versioning", body: Array(document.utf8))
        #expect(reply.status == 200, "\(reply.text)")
    }

    /// Stores an object and returns the version that the answer names.
    @discardableResult
    fileprivate func store(_ key: String, _ text: String) -> String {
        let reply = send("PUT", "/bucket/" + key, body: Array(text.utf8))
        #expect(reply.status == 200, "\(reply.text)")
        return reply.field("x-oss-version-id") ?? "none"
    }

    /// Both kinds of entries; their order is that of keys only within each kind.
    fileprivate func versions(_ query: String = "") -> [Listed] {
        let root = send("GET", "/bucket?versions&max-keys=1000" + query).xml
        return
            (root.children("Version").map { ($0, false) } + root.children("DeleteMarker").map { ($0, true) })
            .map { entry, isMarker in
                Listed(
                    key: entry.text("Key") ?? "", version: entry.text("VersionId") ?? "",
                    isLatest: entry.text("IsLatest") == "true", isMarker: isMarker)
            }
    }
}

@Suite struct VersioningTests {
    @Test func theStatusIsKept() throws {
        let emulator = try Harness()
        #expect(emulator.send("GET", "/bucket?versioning").xml.child("Status") == nil)
        #expect(emulator.send("GET", "/bucket?bucketInfo").xml.text("Bucket", "Versioning") == nil)
        for status in ["Enabled", "Suspended", "Enabled"] {
            emulator.setVersioning(status)
            #expect(emulator.send("GET", "/bucket?versioning").xml.text("Status") == status)
            #expect(emulator.send("GET", "/bucket?bucketInfo").xml.text("Bucket", "Versioning") == status)
        }
    }

    @Test(arguments: [
        ("<VersioningConfiguration/>", 400, "InvalidArgument"),
        ("<VersioningConfiguration><Status/></VersioningConfiguration>", 400, "InvalidArgument"),
        ("<VersioningConfiguration><Status>On</Status></VersioningConfiguration>", 400, "InvalidArgument"),
        ("<Other/>", 400, "MalformedXML"), ("<Versioning", 400, "InvalidXMLFormat"),
        ("", 400, "InvalidXMLFormat"),
    ])
    func aStatusThatIsNoneIsRefused(_ body: String, _ status: Int, _ code: String) throws {
        let emulator = try Harness()
        let reply = emulator.send("PUT", "/bucket?versioning", body: Array(body.utf8))
        #expect(reply.status == status)
        #expect(reply.code == code)
        #expect(emulator.send("GET", "/bucket?versioning").xml.child("Status") == nil)
        #expect(emulator.send("GET", "/absent?versioning").code == "NoSuchBucket")
    }

    @Test func withoutVersioningNoAnswerNamesAVersion() throws {
        let emulator = try Harness()
        #expect(emulator.store("key", "a") == "none")
        #expect(emulator.send("GET", "/bucket/key").field("x-oss-version-id") == nil)
        #expect(emulator.send("GET", "/bucket/key?versionId=null").text == "a")
        #expect(emulator.send("GET", "/bucket/key?versionId=abc").code == "NoSuchVersion")
        #expect(emulator.send("GET", "/bucket/key?versionId=").code == "InvalidArgument")
        #expect(emulator.versions() == [Listed(key: "key", version: "null", isLatest: true, isMarker: false)])
        let deleted = emulator.send("DELETE", "/bucket/key")
        #expect(deleted.status == 204)
        #expect(deleted.field("x-oss-version-id") == nil)
        #expect(deleted.field("x-oss-delete-marker") == nil)
        #expect(emulator.versions().isEmpty)
    }

    @Test func everyUploadIsAVersionOfItsOwn() throws {
        let emulator = try Harness()
        emulator.put("key", "before")
        emulator.setVersioning("Enabled")
        let first = emulator.store("key", "one")
        let second = emulator.store("key", "two")
        #expect(Set([first, second, "null", "none"]).count == 4)
        #expect(first.utf8.count == 64)
        #expect(
            first.utf8.allSatisfy { ASCII.isDigit($0) || ASCII.isLower($0) || (0x41...0x5A).contains($0) })
        let get = emulator.send("GET", "/bucket/key")
        #expect(get.text == "two")
        #expect(get.field("x-oss-version-id") == second)
        for (version, text) in [("null", "before"), (first, "one"), (second, "two")] {
            let reply = emulator.send("GET", "/bucket/key?versionId=" + version)
            #expect(reply.text == text)
            #expect(reply.field("x-oss-version-id") == version)
            let head = emulator.send("HEAD", "/bucket/key?objectMeta&versionId=" + version)
            #expect(head.field("x-oss-version-id") == version)
        }
        #expect(
            emulator.versions() == [
                Listed(key: "key", version: second, isLatest: true, isMarker: false),
                Listed(key: "key", version: first, isLatest: false, isMarker: false),
                Listed(key: "key", version: "null", isLatest: false, isMarker: false),
            ])
        #expect(emulator.send("GET", "/bucket").xml.texts("Contents", "Key") == ["key"])
        let missing = emulator.send("GET", "/bucket/key?versionId=CAEQx")
        #expect(missing.status == 404)
        #expect(missing.code == "NoSuchVersion")
        #expect(missing.xml.text("VersionId") == "CAEQx")
    }

    @Test func aDeletionHidesAndAnotherOneOfTheMarkerBringsBack() throws {
        let emulator = try Harness()
        emulator.setVersioning("Enabled")
        let version = emulator.store("key", "text")
        let deleted = emulator.send("DELETE", "/bucket/key")
        #expect(deleted.status == 204)
        #expect(deleted.field("x-oss-delete-marker") == "true")
        let marker = try #require(deleted.field("x-oss-version-id"))
        let hidden = emulator.send("GET", "/bucket/key")
        #expect(hidden.status == 404)
        #expect(hidden.code == "NoSuchKey")
        #expect(hidden.field("x-oss-delete-marker") == "true")
        #expect(hidden.field("x-oss-version-id") == marker)
        let direct = emulator.send("GET", "/bucket/key?versionId=" + marker)
        #expect(direct.status == 405)
        #expect(direct.code == "MethodNotAllowed")
        #expect(direct.field("x-oss-delete-marker") == "true")
        #expect(emulator.send("HEAD", "/bucket/key").code == "NoSuchKey")
        #expect(emulator.send("GET", "/bucket/key?versionId=" + version).text == "text")
        #expect(emulator.send("GET", "/bucket").xml.children("Contents").isEmpty)
        // Markers accumulate.
        let again = emulator.send("DELETE", "/bucket/key").field("x-oss-version-id")
        #expect(again != marker)
        #expect(emulator.versions().count == 3)
        #expect(emulator.send("GET", "/bucket?stat").xml.text("DeleteMarkerCount") == "2")
        for id in [again ?? "", marker] {
            let reply = emulator.send("DELETE", "/bucket/key?versionId=" + id)
            #expect(reply.status == 204)
            #expect(reply.field("x-oss-version-id") == id)
            #expect(reply.field("x-oss-delete-marker") == "true")
        }
        #expect(emulator.send("GET", "/bucket/key").text == "text")
        let gone = emulator.send("DELETE", "/bucket/key?versionId=" + version)
        #expect(gone.field("x-oss-delete-marker") == nil)
        #expect(gone.field("x-oss-version-id") == version)
        #expect(emulator.send("GET", "/bucket/key?versionId=" + version).code == "NoSuchVersion")
        #expect(emulator.send("DELETE", "/bucket/key?versionId=" + version).status == 204)
        #expect(emulator.send("DELETE", "/bucket").status == 204)
    }

    @Test func aBucketWithVersionsAloneIsNotEmpty() throws {
        let emulator = try Harness()
        emulator.setVersioning("Enabled")
        emulator.store("key", "text")
        emulator.send("DELETE", "/bucket/key")
        #expect(emulator.send("DELETE", "/bucket").code == "BucketNotEmpty")
        for entry in emulator.versions() {
            emulator.send("DELETE", "/bucket/\(entry.key)?versionId=\(entry.version)")
        }
        #expect(emulator.send("DELETE", "/bucket").status == 204)
    }

    @Test func suspendedVersioningReplacesTheNullVersionAlone() throws {
        let emulator = try Harness()
        emulator.setVersioning("Enabled")
        let kept = emulator.store("key", "kept")
        emulator.setVersioning("Suspended")
        #expect(emulator.store("key", "one") == "null")
        #expect(emulator.store("key", "two") == "null")
        #expect(emulator.versions().map(\.version) == ["null", kept])
        #expect(emulator.send("GET", "/bucket/key").text == "two")
        let deleted = emulator.send("DELETE", "/bucket/key")
        #expect(deleted.field("x-oss-version-id") == "null")
        #expect(deleted.field("x-oss-delete-marker") == "true")
        #expect(emulator.send("GET", "/bucket/key?versionId=null").status == 405)
        #expect(emulator.send("GET", "/bucket/key?versionId=" + kept).text == "kept")
        #expect(emulator.store("key", "three") == "null")
        #expect(emulator.versions().map(\.version) == ["null", kept])
        emulator.setVersioning("Enabled")
        let last = emulator.store("key", "last")
        #expect(emulator.versions().map(\.version) == [last, "null", kept])
        #expect(emulator.send("GET", "/bucket/key?versionId=null").text == "three")
    }

    @Test func tagsAndAccessControlBelongToAVersion() throws {
        let emulator = try Harness()
        emulator.setVersioning("Enabled")
        let first = emulator.store("key", "one")
        let second = emulator.store("key", "two")
        let tags = "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>"
        let tagged = emulator.send("PUT", "/bucket/key?tagging&versionId=" + first, body: Array(tags.utf8))
        #expect(tagged.field("x-oss-version-id") == first)
        #expect(
            emulator.send("GET", "/bucket/key?tagging").xml.child("TagSet")?.children("Tag").isEmpty == true)
        let read = emulator.send("GET", "/bucket/key?tagging&versionId=" + first)
        #expect(read.xml.text("TagSet", "Tag", "Key") == "k")
        #expect(read.field("x-oss-version-id") == first)
        emulator.send("PUT", "/bucket/key?acl&versionId=" + first, [("x-oss-object-acl", "public-read")])
        func grant(_ version: String) -> String? {
            emulator.send("GET", "/bucket/key?acl&versionId=" + version).xml.text(
                "AccessControlList", "Grant")
        }
        #expect(grant(first) == "public-read")
        #expect(grant(second) == "default")
        let cleared = emulator.send("DELETE", "/bucket/key?tagging&versionId=" + first)
        #expect(cleared.status == 204)
        #expect(emulator.send("GET", "/bucket/key?versionId=" + first).field("x-oss-tagging-count") == nil)
        // A delete marker has neither.
        let marker = emulator.send("DELETE", "/bucket/key").field("x-oss-version-id") ?? ""
        #expect(emulator.send("GET", "/bucket/key?acl&versionId=" + marker).code == "MethodNotAllowed")
        #expect(
            emulator.send("PUT", "/bucket/key?acl", [("x-oss-object-acl", "private")]).code == "NoSuchKey")
    }

    @Test func copiesNameBothVersions() throws {
        let emulator = try Harness()
        emulator.setVersioning("Enabled")
        let first = emulator.store("key", "one")
        emulator.store("key", "two")
        let source = "/bucket/key?versionId=" + first
        let copy = emulator.send("PUT", "/bucket/copy", [("x-oss-copy-source", source)])
        #expect(copy.status == 200, "\(copy.text)")
        #expect(copy.field("x-oss-copy-source-version-id") == first)
        #expect(emulator.send("GET", "/bucket/copy").text == "one")
        #expect(
            emulator.send("GET", "/bucket/copy").field("x-oss-version-id") == copy.field("x-oss-version-id"))
        // Back onto itself: the old version is the newest one again, and both have bytes of their own.
        let restored = emulator.send("PUT", "/bucket/key", [("x-oss-copy-source", source)])
        #expect(emulator.send("GET", "/bucket/key").text == "one")
        emulator.send("DELETE", "/bucket/key?versionId=" + first)
        #expect(emulator.send("GET", "/bucket/key").text == "one")
        #expect(
            emulator.send("GET", "/bucket/key").field("x-oss-version-id")
                == restored.field("x-oss-version-id"))
        let marker = emulator.send("DELETE", "/bucket/key").field("x-oss-version-id") ?? ""
        let hidden = [("x-oss-copy-source", "/bucket/key")]
        #expect(emulator.send("PUT", "/bucket/other", hidden).code == "NoSuchKey")
        let ofMarker = [("x-oss-copy-source", "/bucket/key?versionId=" + marker)]
        #expect(emulator.send("PUT", "/bucket/other", ofMarker).code == "MethodNotAllowed")
        let unknown = [("x-oss-copy-source", "/bucket/key?versionId=CAEQ")]
        #expect(emulator.send("PUT", "/bucket/other", unknown).code == "NoSuchVersion")
    }

    @Test func otherWritesMakeVersionsAndAppendsDoNot() throws {
        let emulator = try Harness { $0.limits.partBytes = 1 }
        emulator.setVersioning("Enabled")
        let link = emulator.send("PUT", "/bucket/key?symlink", [("x-oss-symlink-target", "target")])
        let linkVersion = try #require(link.field("x-oss-version-id"))
        let id = try #require(emulator.send("POST", "/bucket/key?uploads").xml.text("UploadId"))
        emulator.send("PUT", "/bucket/key?partNumber=1&uploadId=" + id, body: [1])
        let whole = [("x-oss-complete-all", "yes"), ("x-oss-forbid-overwrite", "true")]
        let complete = emulator.send("POST", "/bucket/key?uploadId=" + id, whole, body: [])
        #expect(complete.status == 200, "where versions are kept nothing is overwritten")
        let version = try #require(complete.field("x-oss-version-id"))
        #expect(emulator.versions().map(\.version) == [version, linkVersion])
        let read = emulator.send("GET", "/bucket/key?symlink&versionId=" + linkVersion)
        #expect(read.field("x-oss-symlink-target") == "target")
        #expect(
            emulator.send("POST", "/bucket/key?append&position=0", body: [1]).code == "ObjectNotAppendable")
        for (position, byte) in [(0, 1), (1, 2)] as [(Int, UInt8)] {
            let reply = emulator.send("POST", "/bucket/log?append&position=\(position)", body: [byte])
            #expect(reply.status == 200)
            #expect(reply.field("x-oss-version-id") == "null")
        }
        emulator.store("log", "whole")
        #expect(emulator.versions("&prefix=log").count == 2)
        #expect(emulator.send("GET", "/bucket/log?versionId=null").body == [1, 2])
        #expect(
            emulator.send("POST", "/bucket/log?append&position=2", body: [1]).code == "ObjectNotAppendable")
        emulator.send("DELETE", "/bucket/log")
        #expect(
            emulator.send("POST", "/bucket/log?append&position=0", body: [1]).code == "ObjectNotAppendable")
    }

    @Test func manyObjectsAreDeletedByVersion() throws {
        let emulator = try Harness()
        emulator.setVersioning("Enabled")
        let first = emulator.store("a", "1")
        emulator.store("a", "2")
        emulator.store("b", "3")
        let gone = emulator.send("DELETE", "/bucket/b").field("x-oss-version-id") ?? ""
        let document = """
            <Delete><Object><Key>a</Key><VersionId>\(first)</VersionId></Object><Object><Key>a</Key></Object>\
            <Object><Key>b</Key><VersionId>\(gone)</VersionId></Object>\
            <Object><Key>c</Key><VersionId></VersionId></Object></Delete>
            """
        let root = emulator.send("POST", "/bucket?delete", body: Array(document.utf8)).xml
        let entries = root.children("Deleted")
        #expect(entries.map { $0.text("Key") } == ["a", "a", "b", "c"])
        #expect(entries.map { $0.text("VersionId") } == [first, nil, gone, nil])
        #expect(entries.map { $0.text("DeleteMarker") } == [nil, "true", "true", "true"])
        #expect(entries[2].text("DeleteMarkerVersionId") == gone)
        let made = [entries[1], entries[3]].compactMap { $0.text("DeleteMarkerVersionId") }
        #expect(emulator.versions().filter(\.isMarker).map(\.version).sorted() == made.sorted())
        #expect(emulator.send("GET", "/bucket").xml.texts("Contents", "Key") == ["b"])
    }

    @Test func versionsSurviveARestart() throws {
        let scratch = try Scratch()
        var expected: [Listed] = []
        var first = ""
        do {
            let emulator = try Harness { $0.dataDirectory = scratch.path }
            emulator.put("key", "null")
            emulator.setVersioning("Enabled")
            first = emulator.store("key", "one")
            emulator.store("key", "two")
            emulator.store("other", "three")
            emulator.send("DELETE", "/bucket/key")
            let doomed = emulator.store("other", "four")
            emulator.send("DELETE", "/bucket/other?versionId=" + doomed)
            expected = emulator.versions()
            #expect(expected.count == 5)
        }
        do {
            let emulator = try Harness { $0.dataDirectory = scratch.path }
            #expect(emulator.versions() == expected)
            #expect(emulator.send("GET", "/bucket?versioning").xml.text("Status") == "Enabled")
            #expect(emulator.send("GET", "/bucket/key").status == 404)
            #expect(emulator.send("GET", "/bucket/key?versionId=" + first).text == "one")
            #expect(emulator.send("GET", "/bucket/other").text == "three")
            let next = emulator.store("key", "five")
            #expect(emulator.versions("&prefix=key").first?.version == next)
            #expect(try scratch.files().filter { $0.contains("objects/") }.count == 5)
            for entry in emulator.versions() {
                emulator.send("DELETE", "/bucket/\(entry.key)?versionId=\(entry.version)")
            }
        }
        #expect(try scratch.files().filter { $0.contains("objects/") }.isEmpty)
        let emulator = try Harness { $0.dataDirectory = scratch.path }
        #expect(emulator.versions().isEmpty)
    }
}

@Suite struct VersionListingTests {
    /// Pages through with both markers; entries in the order of the pages.
    private func pages(_ emulator: Harness, _ query: String, max: Int) throws -> [String] {
        var found: [String] = []
        var marker = ""
        for _ in 0..<400 {
            let reply = emulator.send(
                "GET", "/bucket?versions&encoding-type=url&max-keys=\(max)\(query)\(marker)")
            let root = reply.xml
            var page = root.children("Version").map {
                "\($0.text("Key") ?? "") \($0.text("VersionId") ?? "")"
            }
            page += root.children("DeleteMarker").map {
                "\($0.text("Key") ?? "") \($0.text("VersionId") ?? "")"
            }
            page += root.texts("CommonPrefixes", "Prefix")
            #expect(page.count <= max)
            found += page
            guard root.text("IsTruncated") == "true" else {
                #expect(root.text("NextKeyMarker") == nil)
                return found
            }
            #expect(page.count == max)
            let key = try #require(root.text("NextKeyMarker"))
            marker = "&key-marker=\(key)&version-id-marker=\(root.text("NextVersionIdMarker") ?? "")"
        }
        Issue.record("the listing has no end")
        return found
    }

    @Test func pagesOfEverySizeGiveEveryEntryOnce() throws {
        let emulator = try Harness()
        for key in ["a", "d/1", "d/2", "plain"] { emulator.put(key, "null") }
        emulator.setVersioning("Enabled")
        for key in ["a", "a", "d/1", "d/3", "d/3", "d/sub/x", "z"] { emulator.store(key, key) }
        for key in ["a", "d/2", "unseen", "z"] { emulator.send("DELETE", "/bucket/" + key) }
        let all = emulator.versions().map { "\($0.key.replacing("/", with: "%2F")) \($0.version)" }
        #expect(all.count == 15)
        for max in 1...16 {
            #expect(try pages(emulator, "", max: max).sorted() == all.sorted(), "pages of \(max)")
            let below = all.filter { $0.hasPrefix("d%2F") }
            #expect(try pages(emulator, "&prefix=d/", max: max).sorted() == below.sorted())
            let grouped = all.filter { !$0.hasPrefix("d%2F") } + ["d%2F"]
            #expect(try pages(emulator, "&delimiter=/", max: max).sorted() == grouped.sorted())
            let inner = below.filter { !$0.hasPrefix("d%2Fsub") } + ["d%2Fsub%2F"]
            #expect(try pages(emulator, "&prefix=d/&delimiter=/", max: max).sorted() == inner.sorted())
        }
        let newest = emulator.versions().filter(\.isLatest)
        #expect(newest.count == 8, "each key has one")
    }

    @Test func markersAreUnderstood() throws {
        let emulator = try Harness()
        emulator.setVersioning("Enabled")
        let versions = ["1", "2", "3"].map { emulator.store("b", $0) }
        emulator.store("a", "first")
        let last = emulator.store("c", "last")
        func listed(_ query: String) -> [String] { emulator.versions(query).map(\.version) }
        #expect(listed("&key-marker=b") == [last])
        #expect(listed("&key-marker=b&version-id-marker=" + versions[1]) == [versions[0], last])
        #expect(listed("&key-marker=b&version-id-marker=" + versions[0]) == [last])
        // The marked version is gone meanwhile: what is left of its key comes whole.
        emulator.send("DELETE", "/bucket/b?versionId=" + versions[1])
        let rest = [versions[2], versions[0], last]
        #expect(listed("&key-marker=b&version-id-marker=" + versions[1]) == rest)
        let reply = emulator.send("GET", "/bucket?versions&version-id-marker=abc")
        #expect(reply.code == "InvalidArgument")
        #expect(emulator.send("GET", "/bucket?versions&max-keys=1001").code == "InvalidArgument")
        #expect(emulator.send("GET", "/bucket?versions&encoding-type=x").code == "InvalidArgument")
    }
}
