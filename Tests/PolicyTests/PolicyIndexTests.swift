import Bytes
import TestSupport
import Testing

@testable import Admission

/// The indexed evaluator against one that looks at every rule, over seeded policies and requests. The naive one is
/// written by itself: globs by trying, operations, lengths and sizes by comparing.
@Suite struct PolicyIndexTests {
    private struct Rule {
        var operations: [String]
        var buckets: [String]
        var keys: [String]
        /// Of the key, of the object that a PutObject makes.
        var length: ClosedRange<Int>?
        var size: ClosedRange<Int>?
        var sizeMax: Int?
        var refuses: Bool
        var isReport: Bool

        func json(_ name: String) -> String {
            func list(_ items: [String]) -> String {
                "[" + items.map { "\"\($0)\"" }.joined(separator: ",") + "]"
            }
            var when: [String] = []
            if !operations.isEmpty { when.append("\"operation\":\(list(operations))") }
            if !buckets.isEmpty { when.append("\"bucket\":\(list(buckets))") }
            if !keys.isEmpty { when.append("\"key\":\(list(keys))") }
            func range(_ name: String, _ range: ClosedRange<Int>?) -> [String] {
                range.map { ["\"\(name)\":{\"min\":\($0.lowerBound),\"max\":\($0.upperBound)}"] } ?? []
            }
            when += range("keyLength", length) + range("size", self.size)
            let size = sizeMax.map { "\"require\":{\"size\":{\"max\":\($0)}}," } ?? ""
            return
                "{\"name\":\"\(name)\",\"when\":{\(when.joined(separator: ","))},\(size)\"refuse\":\(refuses),"
                + "\"mode\":\"\(isReport ? "report" : "enforce")\"}"
        }
    }

    private struct Request {
        var operation: String
        var bucket: String
        var key: String
        var size: Int
    }

    private static func random(_ generator: inout SeededGenerator) -> Rule {
        func some(_ items: [String], _ most: Int) -> [String] {
            (0..<Int.random(in: 0...most, using: &generator)).compactMap { _ in
                items.randomElement(using: &generator)
            }
        }
        func range(_ bounds: ClosedRange<Int>) -> ClosedRange<Int>? {
            guard Int.random(in: 0..<4, using: &generator) == 0 else { return nil }
            let lower = Int.random(in: bounds, using: &generator)
            return lower...Int.random(in: lower...bounds.upperBound, using: &generator)
        }
        let keys = [
            "a/**", "a/b/**", "a/b/c", "**.x", "*", "*/b/*", "ab/*", "a*", "**", "b/?", "a/b*/**", "**/c",
            "{a,b}/c/**",
            "!a/b/**", "a/[bc]/*",
        ]
        let refuses = Bool.random(using: &generator)
        return Rule(
            operations: some(["PutObject", "GetObject", "DeleteObject"], 2),
            buckets: some(["one", "two", "thr*", "*"], 2), keys: some(keys, 2),
            length: range(1...5), size: range(0...10),
            sizeMax: refuses || Bool.random(using: &generator)
                ? nil : Int.random(in: 0...9, using: &generator),
            refuses: refuses, isReport: Int.random(in: 0..<4, using: &generator) == 0)
    }

    /// By trying everything.
    private static func glob(_ pattern: Substring, _ text: Substring) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        let rest = pattern.dropFirst()
        switch first {
        case "{":
            let end = pattern.firstIndex(of: "}") ?? pattern.endIndex
            let after = String(pattern[pattern.index(after: end)...])
            return pattern[pattern.index(after: pattern.startIndex)..<end].split(separator: ",").contains {
                glob(Substring($0 + after), text)
            }
        case "*" where pattern.hasPrefix("**/"):
            return glob(pattern.dropFirst(3), text)
                || text.indices.contains {
                    text[$0] == "/" && glob(pattern.dropFirst(3), text[text.index(after: $0)...])
                }
        case "*":
            let isDouble = rest.first == "*"
            let after = isDouble ? rest.dropFirst() : rest
            if glob(after, text) { return true }
            return (text.first.map { isDouble || $0 != "/" } ?? false) && glob(pattern, text.dropFirst())
        case "?": return text.first.map { $0 != "/" } ?? false && glob(rest, text.dropFirst())
        case "[":
            let end = pattern.firstIndex(of: "]") ?? pattern.endIndex
            guard let character = text.first, pattern[pattern.startIndex..<end].contains(character) else {
                return false
            }
            return glob(pattern[pattern.index(after: end)...], text.dropFirst())
        default: return text.first == first && glob(rest, text.dropFirst())
        }
    }

    private static func matches(_ patterns: [String], _ text: String) -> Bool {
        let wanted = patterns.filter { !$0.hasPrefix("!") }
        let unwanted = patterns.filter { $0.hasPrefix("!") }.map { $0.dropFirst() }
        return (wanted.isEmpty || wanted.contains { glob($0[...], text[...]) })
            && !unwanted.contains { glob($0, text[...]) }
    }

    private static func decide(_ rules: [Rule], _ request: Request) -> (decision: String, reported: [String])
    {
        var reported: [String] = []
        for (index, rule) in rules.enumerated() {
            guard rule.operations.isEmpty || rule.operations.contains(request.operation),
                rule.buckets.isEmpty || matches(rule.buckets, request.bucket),
                rule.keys.isEmpty || matches(rule.keys, request.key),
                rule.length?.contains(request.key.utf8.count) ?? true,
                rule.size.map({ request.operation == "PutObject" && $0.contains(request.size) }) ?? true
            else { continue }
            let isTooLarge =
                request.operation == "PutObject" && rule.sizeMax.map { request.size > $0 } ?? false
            let isRefused = rule.refuses || isTooLarge
            if rule.isReport {
                if isRefused { reported.append("r\(index)") }
            } else {
                return (isRefused ? "r\(index)" : "allow", reported)
            }
        }
        return ("allow", reported)
    }

    @Test(arguments: 0..<150 as Range<UInt64>)
    func theIndexChangesNothing(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let rules = (0..<Int.random(in: 1...40, using: &generator)).map { _ in Self.random(&generator) }
        let text = rules.enumerated().map { $1.json("r\($0)") }.joined(separator: ",")
        let compiled = try policy(text)
        for _ in 0..<60 {
            let methods = ["PUT": "PutObject", "GET": "GetObject", "DELETE": "DeleteObject"]
            let method = try #require(["DELETE", "GET", "PUT"].randomElement(using: &generator))
            let bucket = try #require(["one", "two", "three", "four"].randomElement(using: &generator))
            let count = Int.random(in: 1...5, using: &generator)
            var key = (0..<count).compactMap { _ in "abc/.x".randomElement(using: &generator) }
            if key.first == "/" { key[0] = "a" }
            let size = Int.random(in: 0...10, using: &generator)
            let request = Request(
                operation: methods[method] ?? "", bucket: bucket, key: String(key),
                size: method == "PUT" ? size : 0)
            var sent = PolicyRequest(
                method, "/" + request.key, body: [UInt8](repeating: 1, count: request.size),
                isChunked: method == "PUT" && Bool.random(using: &generator))
            sent.host = "\(bucket).oss-cn-hangzhou.aliyuncs.com"
            let found = sent.judge(by: compiled)
            let expected = Self.decide(rules, request)
            #expect(found.decision == expected.decision, "\(request) by \(text)")
            // A refusal comes before a body that is only counted has been seen, and with it what others would say.
            let isCut = sent.isChunked && expected.decision != "allow"
            if isCut {
                #expect(Set(found.reported).isSubset(of: expected.reported), "\(request) by \(text)")
            } else {
                #expect(found.reported.sorted() == expected.reported.sorted(), "\(request) by \(text)")
            }
        }
    }
}
