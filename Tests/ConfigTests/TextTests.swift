import Testing

@testable import Config

@Suite struct TextTests {
    @Test(arguments: [
        ("30s", 30_000), ("250ms", 250), ("1.5h", 5_400_000), ("0.001", 1), ("90", 90_000),
        ("1d", 86_400_000),
        ("2m", 120_000), ("0", 0),
    ])
    func durations(text: String, milliseconds: Int) {
        #expect(Quantity.milliseconds(text) == milliseconds)
    }

    @Test(arguments: [
        ("5GiB", 5_368_709_120), ("64KiB", 65_536), ("10MB", 10_000_000), ("1.5KiB", 1536), ("7", 7),
        ("7B", 7),
    ])
    func sizes(text: String, bytes: Int) {
        #expect(Quantity.bytes(text) == bytes)
    }

    @Test(arguments: [
        "", "s", "-1s", "+1s", "1 s", "1S", "1.s", ".5s", "1.2345s", "1e3", "0.5ms", "1.1.1s",
        "9223372036854775808",
        "9999999999999999d", "٣s", "1sec",
    ])
    func malformedDurations(text: String) {
        #expect(Quantity.milliseconds(text) == nil)
    }

    @Test(arguments: ["1kib", "1.3B", "0.0001KiB", "16777216TiB", "1K"])
    func malformedSizes(text: String) {
        #expect(Quantity.bytes(text) == nil)
    }

    @Test func quantitiesAreSpelledShortest() {
        #expect([86_400_000, 90_000, 1, 0].map(Quantity.duration) == ["1d", "90s", "1ms", "0ms"])
        #expect([1 << 30, 1536, 1000, 0].map(Quantity.size) == ["1GiB", "1536", "1000", "0"])
    }

    @Test(arguments: [
        ("127.0.0.1:0", "127.0.0.1:0"), ("[::1]:65535", "[::1]:65535"), ("localhost:8", "127.0.0.1:8"),
        ("unix:/a b", "unix:/a b"), ("[::ffff:1.2.3.4]:1", "[::ffff:1.2.3.4]:1"),
        ("0.0.0.0:80", "0.0.0.0:80"),
    ])
    func addresses(text: String, expected: String) throws {
        #expect(try ListenAddress(text).description == expected)
    }

    @Test(arguments: [
        "", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "::1:80",
        "[::1]",
        "[::1", "[::1]80", "[1.2.3.4]:1", "256.0.0.1:1", "1.2.3:1", "01.2.3.4:1", "*:80", "unix:", "unix:x",
        "unix:/" + String(repeating: "x", count: 107), "[fe80::1%eth0]:1", "[1:2:3:4:5:6:7]:1", "[1::2::3]:1",
        "[12345::]:1", "[:::]:1", "[1:2:3:4:5:6:7:8:9]:1", "[:1::2]:1",
    ])
    func malformedAddresses(text: String) {
        #expect(throws: ListenAddress.Malformed.self) { try ListenAddress(text) }
    }

    @Test func suggestionsAreNear() {
        #expect(Suggestion.nearest(to: "Bnid", among: ["bind", "tls"]) == "bind")
        #expect(Suggestion.nearest(to: "completely-other", among: ["bind", "tls"]) == nil)
        #expect(Suggestion.distance("kitten", "sitting") == 3)
        #expect(Suggestion.distance("", "abc") == 3)
    }
}
