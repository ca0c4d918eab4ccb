import Bytes
import Testing

@testable import Admission

@Suite struct PatternTests {
    private func matches(_ pattern: String, _ text: String, ignoringCase: Bool = false) throws -> Bool {
        try TextMatcher.compile([pattern], ignoringCase: ignoringCase).get().matches(Array(text.utf8)[...])
    }

    @Test(arguments: [
        ("a.txt", "a.txt", true), ("a.txt", "a.txta", false), ("a.txt", "b.txt", false),
        ("incoming/**", "incoming/", true), ("incoming/**", "incoming/a/b", true),
        ("incoming/**", "incoming", false),
        ("incoming/*", "incoming/a", true), ("incoming/*", "incoming/a/b", false), ("*", "a/b", false),
        ("**", "a/b", true),
        ("**.jpg", "a/b.jpg", true), ("**.jpg", ".jpg", true), ("*.jpg", "a/b.jpg", false),
        ("*.jpg", "b.jpg", true),
        ("**/x.jpg", "x.jpg", true), ("**/x.jpg", "a/b/x.jpg", true), ("**/x.jpg", "ax.jpg", false),
        ("a/**/b", "a/b", true), ("a/**/b", "a/x/y/b", true), ("a/**/b", "axb", false),
        ("a**b", "a/x/b", true),
        ("?.txt", "é.txt", true), ("?.txt", "aa.txt", false), ("?", "/", false), ("[a-c]x", "bx", true),
        ("[!a-c]x", "bx", false), ("[!a-c]x", "dx", true), ("[]]", "]", true), ("[a-]", "-", true),
        ("*.{jpg,pn{g,G}}", "x.pnG", true), ("*.{jpg,png}", "x.gif", false), ("\\*", "*", true),
        ("\\*", "a", false),
        ("a*b*c", "aXbYc", true), ("a*b*c", "acb", false), ("*a*", "bab", true), ("{,a}b", "b", true),
        ("2026-??-??", "2026-01-31", true), ("aab", "ab", false), ("a*a", "a", false),
    ])
    func globs(pattern: String, text: String, expected: Bool) throws {
        #expect(try matches(pattern, text) == expected)
    }

    @Test(arguments: [
        ("abc", "abc", true), ("abc", "xabc", false), ("^abc$", "abc", true), ("a|bc", "bc", true),
        ("[0-9]{4}/[a-z]+\\.(jpg|png)", "2026/cat.png", true), ("[0-9]{4}/.*", "026/cat.png", false),
        ("\\d{2,3}", "1", false), ("\\d{2,3}", "123", true), ("\\d{2,3}", "1234", false),
        ("\\d{2,}", "12345", true),
        ("a*", "", true), ("a+", "", false), ("(ab)*c", "ababc", true), ("(?:x|y)?z", "z", true),
        ("(?i)ABC", "aBc", true),
        ("[^/]+", "a/b", false), (".*", "é/ü", true), ("\\w+\\s\\S", "ab_9 !", true), ("a{0}b", "b", true),
        ("[\\d.-]+", "1.2-3", true), ("(a|ab)(c|bcd)", "abcd", true), ("((a*)*)*b", "aaab", true),
        ("\\.", "x", false),
        ("a\\$", "a$", true), ("(|a){3}", "aa", true), ("[a\\]]", "]", true),
    ])
    func expressions(pattern: String, text: String, expected: Bool) throws {
        #expect(try matches("re:\(pattern)", text) == expected)
    }

    /// What hangs a matcher that goes back is a step for each byte here.
    @Test func nothingIsTriedTwice() throws {
        let text = String(repeating: "a", count: 1023) + "!"
        #expect(try !matches("re:(a+)+", text))
        #expect(try !matches("re:(a|a)*b", text))
        #expect(try !matches("re:(.*a){60}b", text))
        #expect(try !matches("*a*a*a*a*a*a*a*a*a*a*a*b", text))
    }

    @Test(arguments: [
        ("re:(a", "a \"(\" without its \")\""), ("re:a)", "a \")\" without its \"(\""),
        ("re:[a", "a \"[\" without its \"]\""), ("re:*a", "nothing before \"*\" to repeat"),
        ("re:a**", "a repetition of a repetition; use a group"),
        ("re:(?=a)", "a group that begins with \"(?\"; only \"(?:\" is known"),
        ("re:\\1", "the escape \"\\1\" is not known"),
        ("re:a{3,2}", "a repetition {3,2} that ends before it begins"),
        (
            "re:(((a{200}){200}){200})",
            "the pattern is too long: more than 256 characters when repetitions are written out"
        ),
        ("re:a^b", "an anchor inside the expression; it always matches the whole text"),
        ("[z-a]", "a range in a class that ends before it begins"),
        ("{a", "a \"{\" without its \"}\""), ("a\\", "a backslash at the end"), ("", "must not be empty"),
        ("!", "must not be empty"),
        ("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", "more than 64 alternatives in braces"),
    ])
    func faultsAreTold(pattern: String, message: String) {
        #expect(throws: TextMatcher.Fault(index: 0, message: message)) {
            try TextMatcher.compile([pattern]).get()
        }
    }

    /// Repetitions of nothing end at once, however many there are.
    @Test func repetitionsOfNothingEnd() throws {
        #expect(try matches("re:((((){255}){255}){255}){255}a", "a"))
        #expect(throws: TextMatcher.Fault.self) {
            try TextMatcher.compile(["re:" + String(repeating: "(", count: 400)]).get()
        }
        #expect(throws: TextMatcher.Fault.self) {
            try TextMatcher.compile(["re:" + String(repeating: "a", count: 1001)]).get()
        }
    }

    @Test func listsHaveExceptions() throws {
        let matcher = try TextMatcher.compile(["image/*", "!image/svg+xml"], ignoringCase: true).get()
        #expect(matcher.matches(Array("IMAGE/png".utf8)[...]))
        #expect(!matcher.matches(Array("image/SVG+xml".utf8)[...]))
        #expect(!matcher.matches(Array("text/plain".utf8)[...]))
        let none = try TextMatcher.compile(["!*.exe"]).get()
        #expect(none.matches(Array("a.txt".utf8)[...]))
        #expect(!none.matches(Array("a.exe".utf8)[...]))
    }
}

@Suite struct TimeWindowTests {
    /// 2026-11-23 is a Monday.
    private let monday: Int64 = 1_795_392_000

    private func at(_ hour: Int64, _ minute: Int64 = 0, day: Int64 = 0) -> Int64 {
        monday + day * 86_400 + hour * 3_600 + minute * 60
    }

    @Test func hoursAndDays() throws {
        var window = TimeWindow()
        try window.setFrom("08:00")
        try window.setUntil("18:30")
        try window.setDays(["Mon", "Fri"])
        #expect(window.contains(at(8)))
        #expect(window.contains(at(18, 29)))
        #expect(!window.contains(at(18, 30)))
        #expect(!window.contains(at(7, 59)))
        #expect(!window.contains(at(12, 0, day: 1)))
        #expect(window.contains(at(12, 0, day: 4)))
    }

    /// The night of Monday ends on Tuesday.
    @Test func overMidnight() throws {
        var window = TimeWindow()
        try window.setFrom("22:00")
        try window.setUntil("06:00")
        try window.setDays(["Mon"])
        #expect(window.contains(at(23)))
        #expect(window.contains(at(5, 59, day: 1)))
        #expect(!window.contains(at(5, 59)))
        #expect(!window.contains(at(6, 0, day: 1)))
        #expect(!window.contains(at(23, 0, day: 1)))
    }

    @Test func zonesAndMoments() throws {
        var window = TimeWindow()
        try window.setZone("+08:00")
        try window.setFrom("08:00")
        try window.setUntil("09:00")
        #expect(window.contains(at(0, 30)))
        #expect(!window.contains(at(8, 30)))
        var once = TimeWindow()
        try once.setNotBefore("2026-11-23T00:00:00Z")
        try once.setNotAfter("2026-11-23T12:00:00Z")
        #expect(once.contains(monday))
        #expect(!once.contains(monday - 1))
        #expect(once.contains(at(12)))
        #expect(!once.contains(at(12) + 1))
    }

    @Test func faults() {
        var window = TimeWindow()
        #expect(throws: PatternFault.self) { try window.setFrom("8:00") }
        #expect(throws: PatternFault.self) { try window.setUntil("24:01") }
        #expect(throws: PatternFault.self) { try window.setZone("Europe/Berlin") }
        #expect(throws: PatternFault.self) { try window.setDays(["Monday"]) }
        #expect(throws: PatternFault.self) { try window.setNotAfter("tomorrow") }
    }
}
