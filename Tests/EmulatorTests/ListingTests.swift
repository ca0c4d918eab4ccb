import Bytes
import Emulator
import Testing

/// What a listing should give, computed from all keys without any cleverness.
private struct Model {
    let keys: [String]

    /// Keys, and prefixes marked by a leading `*`, in order, after `marker`.
    func entries(prefix: String, delimiter: String, marker: String) -> [String] {
        var entries: [(place: [UInt8], text: String)] = []
        for key in keys where key.utf8.starts(with: prefix.utf8) {
            var entry = (place: Array(key.utf8), text: key)
            let rest = Array(key.utf8.dropFirst(prefix.utf8.count))
            if !delimiter.isEmpty, let found = rest.firstRange(of: Array(delimiter.utf8)) {
                let group = String(decoding: Array(prefix.utf8) + rest[..<found.upperBound], as: UTF8.self)
                entry = (Array(group.utf8), "*" + group)
            }
            if !entries.contains(where: { $0.text == entry.text }) { entries.append(entry) }
        }
        return entries.filter { Array(marker.utf8).lexicographicallyPrecedes($0.place) || marker.isEmpty }
            .sorted { $0.place.lexicographicallyPrecedes($1.place) }.map(\.text)
    }
}

private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}

@Suite struct ListingTests {
    private func encoded(_ text: String) -> String {
        String(decoding: PercentEncoding.encode(text.utf8, keepingSlash: false), as: UTF8.self)
    }

    private func decoded(_ text: String?) -> String {
        String(decoding: PercentEncoding.decode(Array((text ?? "").utf8)[...]) ?? [], as: UTF8.self)
    }

    /// The entries of a page in order, prefixes marked.
    private func entries(_ reply: Reply) -> [String] {
        let root = reply.xml
        let keys = root.texts("Contents", "Key").map { decoded($0) }
        let prefixes = root.texts("CommonPrefixes", "Prefix").map { "*" + decoded($0) }
        return (keys + prefixes).sorted {
            Array($0.utf8.drop { $0 == 0x2A }).lexicographicallyPrecedes(Array($1.utf8.drop { $0 == 0x2A }))
        }
    }

    @Test(arguments: 1...12) func everyListingAgreesWithTheModel(_ seed: UInt64) throws {
        let emulator = try Harness()
        var numbers = Numbers(state: seed)
        let letters = ["a", "b", "/", "\u{E9}", "z", "-", " ", "\u{1F600}"]
        var keys: Set<String> = []
        for _ in 0..<60 {
            let count = Int.random(in: 1...6, using: &numbers)
            let key = (0..<count).map { _ in letters.randomElement(using: &numbers) ?? "a" }.joined()
            guard !key.hasPrefix("/") else { continue }
            keys.insert(key)
            emulator.send("PUT", "/bucket/" + encoded(key), body: [])
        }
        let model = Model(keys: Array(keys))
        for round in 0..<40 {
            let prefix =
                round.isMultiple(of: 3) ? "" : String((keys.randomElement(using: &numbers) ?? "").prefix(1))
            let delimiter = ["", "/", "a", "//", "b/"].randomElement(using: &numbers) ?? ""
            let marker = round.isMultiple(of: 2) ? "" : keys.randomElement(using: &numbers) ?? ""
            let max = Int.random(in: 1...9, using: &numbers)
            let query =
                "prefix=\(encoded(prefix))&delimiter=\(encoded(delimiter))&max-keys=\(max)&encoding-type=url"
            let expected = model.entries(prefix: prefix, delimiter: delimiter, marker: marker)
            #expect(try pages(emulator, "?" + query, "marker", marker, "NextMarker") == expected)
            #expect(try pages(emulator, "?list-type=2&" + query, "start-after", marker, nil) == expected)
        }
    }

    /// All pages together. `next` is the element with the next marker; nil for continuation tokens.
    private func pages(
        _ emulator: Harness, _ query: String, _ name: String, _ marker: String, _ next: Literal?
    ) throws -> [String] {
        var all: [String] = []
        var place = marker.isEmpty ? "" : "&\(name)=\(encoded(marker))"
        for _ in 0..<200 {
            let reply = emulator.send("GET", "/bucket" + query + place)
            #expect(reply.status == 200)
            all += entries(reply)
            guard reply.xml.text("IsTruncated") == "true" else { return all }
            if let next {
                place = "&\(name)=\(encoded(decoded(reply.xml.text(next))))"
            } else {
                place =
                    "&continuation-token=\(encoded(try #require(reply.xml.text("NextContinuationToken"))))"
            }
        }
        Issue.record("the listing does not end")
        return all
    }

    @Test func whatAPageSays() throws {
        let emulator = try Harness()
        for key in ["a", "d/1", "d/2", "e"] { emulator.put(key, "text") }
        let root = emulator.send("GET", "/bucket?delimiter=/&max-keys=2&marker=&prefix=").xml
        #expect(root.isNamed("ListBucketResult"))
        #expect(root.text("Name") == "bucket")
        #expect(root.text("MaxKeys") == "2")
        #expect(root.text("Delimiter") == "/")
        #expect(root.text("IsTruncated") == "true")
        #expect(root.text("NextMarker") == "d/")
        let entry = try #require(root.child("Contents"))
        #expect(entry.text("Key") == "a")
        #expect(entry.text("LastModified") == "2023-11-14T22:13:20.000Z")
        #expect(entry.text("ETag") == emulator.send("HEAD", "/bucket/a").field("etag"))
        #expect(entry.text("Type") == "Normal")
        #expect(entry.text("Size") == "4")
        #expect(entry.text("StorageClass") == "Standard")
        #expect(entry.text("Owner", "ID")?.isEmpty == false)
        let second = emulator.send("GET", "/bucket?list-type=2&start-after=a&max-keys=1").xml
        #expect(second.text("StartAfter") == "a")
        #expect(second.text("KeyCount") == "1")
        #expect(second.texts("Contents", "Key") == ["d/1"])
        #expect(second.child("Contents")?.child("Owner") == nil)
        let owned = emulator.send("GET", "/bucket?list-type=2&fetch-owner=true").xml
        #expect(owned.child("Contents")?.text("Owner", "ID")?.isEmpty == false)
    }

    @Test(arguments: [
        "max-keys=0", "max-keys=1001", "max-keys=x", "encoding-type=hex", "list-type=2&continuation-token=!",
        "prefix=" + String(repeating: "p", count: 1024), "marker=" + String(repeating: "p", count: 1024),
    ])
    func argumentsThatAreNone(_ query: String) throws {
        let reply = try Harness().send("GET", "/bucket?" + query)
        #expect(reply.status == 400)
        #expect(reply.code == "InvalidArgument")
    }

    @Test func keysThatXMLCannotCarryAreEncodedOnRequest() throws {
        let emulator = try Harness()
        emulator.send("PUT", "/bucket/a%01%3C&b", body: [])
        let plain = emulator.send("GET", "/bucket").xml
        #expect(plain.texts("Contents", "Key") == ["a?<&b"])
        let coded = emulator.send("GET", "/bucket?encoding-type=url").xml
        #expect(coded.text("EncodingType") == "url")
        #expect(coded.texts("Contents", "Key") == ["a%01%3C%26b"])
    }

    /// Were each insertion or page to cost a copy of all keys, this would not end.
    @Test(.timeLimit(.minutes(5))) func aLargeBucketStaysUsable() throws {
        let emulator = try Harness()
        var numbers = Numbers(state: 7)
        for _ in 0..<10_000 {
            let name = String(numbers.next(), radix: 36)
            let head = emulator.head("PUT", "/bucket/d\(name.count)/" + name, framing: .length(0))
            _ = emulator.send(head)
        }
        let root = emulator.send("GET", "/bucket?delimiter=/").xml
        #expect(root.texts("CommonPrefixes", "Prefix").contains("d12/"))
        #expect(root.text("IsTruncated") == "false")
    }
}
