import Admission
import Bytes
import HTTPModel
import JSON
import Network
import OSSModel

/// Reads the conditions of one `when` or `require`.
struct PolicyConditionReader {
    let problems: ProblemList
    private(set) var head: [PolicyHeadCondition] = []
    private(set) var body: [PolicyBodyCondition] = []
    /// nil when no operation is named.
    private(set) var operations: OperationSet?
    /// Something stands there, right or wrong.
    private(set) var isGiven = false
    private var operationNames = ""

    init(problems: ProblemList) { self.problems = problems }

    var isEmpty: Bool { allOfHead.isEmpty && body.isEmpty }

    /// With the operation as a condition like others.
    var allOfHead: [PolicyHeadCondition] {
        operations.map { [.operation($0, names: operationNames)] + head } ?? head
    }

    mutating func read(_ value: JSONValue, at path: String) {
        isGiven = true
        guard case .object(let members) = value else {
            return problems.add(path, "must be an object, not \(value.kind)")
        }
        for member in members {
            let place = ObjectReader.join(path, member.name)
            guard let key = PolicyKey.named(member.name) else {
                let names = PolicyKey.all.map(\.name)
                let hint =
                    Suggestion.nearest(to: member.name, among: names).map { "did you mean \"\($0)\"?" }
                    ?? "known here: \(names.joined(separator: ", "))"
                problems.add(place, "unknown condition; \(hint)")
                continue
            }
            read(key, member.value, at: place)
        }
    }

    private mutating func read(_ key: PolicyKey, _ value: JSONValue, at path: String) {
        switch key.kind {
        case .patterns: readPatterns(key.name, value, at: path)
        case .words(let words): readWords(key.name, words, value, at: path)
        case .sizes:
            guard let range = range(value, at: path, Quantity.bytes, "a size such as \"64KiB\"") else {
                return
            }
            body.append(key.name == "size" ? .size(range) : .partSize(range))
        case .counts:
            if let range = range(value, at: path, { Int($0) }, "a whole number") {
                head.append(.keyLength(range))
            }
        case .text: readCharacters(value, at: path)
        case .boolean:
            guard case .bool(let flag) = value else {
                return problems.add(path, "must be true or false, not \(value.kind)")
            }
            head.append(.contentMD5(flag))
        case .named: readNamed(key.name, value, at: path)
        case .time: readTime(value, at: path)
        }
    }

    // MARK: Patterns and words

    private mutating func readPatterns(_ name: String, _ value: JSONValue, at path: String) {
        guard let texts = texts(value, at: path) else { return }
        switch name {
        case "operation": return readOperations(texts, at: path, isList: isList(value))
        case "sourceAddress": return readAddresses(texts, at: path, isList: isList(value))
        default: break
        }
        let ignoresCase = ["contentType", "detectedType", "userAgent", "callbackHost"].contains(name)
        let matcher = matcher(
            texts, at: path, isList: isList(value), ignoringCase: ignoresCase,
            hasSegments: name == "key" || name == "copySource")
        guard let matcher else { return }
        switch name {
        case "bucket": head.append(.bucket(matcher))
        case "key": head.append(.key(matcher))
        case "accessKeyId": head.append(.accessKeyID(matcher))
        case "contentType": head.append(.contentType(matcher))
        case "detectedType": body.append(.detectedType(matcher))
        case "kmsKeyId": head.append(.kmsKeyID(matcher))
        case "callbackHost": head.append(.callbackHost(matcher))
        case "copySource": head.append(.copySource(matcher))
        case "userAgent": head.append(.userAgent(matcher))
        case "tlsClientName": head.append(.tlsClientName(matcher))
        default: preconditionFailure("no condition of patterns is named \(name)")
        }
    }

    private mutating func readWords(_ name: String, _ words: [String], _ value: JSONValue, at path: String) {
        guard let texts = texts(value, at: path) else { return }
        for (index, text) in texts.enumerated() where !isPattern(text) {
            guard !words.contains(where: { $0.lowercased() == text.lowercased() }) else { continue }
            let known = words.map { "\"\($0)\"" }.joined(separator: ", ")
            let hint = Suggestion.nearest(to: text, among: words).map { "; did you mean \"\($0)\"?" } ?? ""
            return problems.add(
                place(path, index, isList: isList(value)), "must be one of \(known), not \"\(text)\"\(hint)")
        }
        if name == "method" {
            return head.append(.method(texts.map { method($0) }))
        }
        guard let matcher = matcher(texts, at: path, isList: isList(value), ignoringCase: true) else {
            return
        }
        switch name {
        case "storageClass": head.append(.storageClass(matcher))
        case "acl": head.append(.acl(matcher))
        case "encryption": head.append(.encryption(matcher))
        default: preconditionFailure("no condition of words is named \(name)")
        }
    }

    private func method(_ text: String) -> HTTPModel.Method {
        let token = [UInt8](text.uppercased().utf8)
        return HTTPModel.Method(token.span)
    }

    private func isPattern(_ text: String) -> Bool {
        text.hasPrefix("!") || text.hasPrefix("re:") || text.contains { "*?[{\\".contains($0) }
    }

    /// Several verbs make one upload: who names its parts means all of it, and who names copies means copied parts
    /// too.
    private mutating func readOperations(_ texts: [String], at path: String, isList: Bool) {
        var named: [OSSOperation] = []
        for (index, text) in texts.enumerated() {
            switch text {
            case "upload": named += OperationGroups.upload
            case "read": named += OperationGroups.read
            default:
                guard let operation = OSSOperation(named: text) else {
                    let names = OSSOperation.allCases.map(\.name) + ["upload", "read"]
                    let hint =
                        Suggestion.nearest(to: text, among: names).map { "; did you mean \"\($0)\"?" } ?? ""
                    problems.add(
                        place(path, index, isList: isList), "there is no operation \"\(text)\"\(hint)")
                    continue
                }
                named += OperationGroups.members(of: operation)
            }
        }
        operations = OperationSet(named)
        operationNames = texts.joined(separator: ", ")
    }

    private mutating func readAddresses(_ texts: [String], at path: String, isList: Bool) {
        var ranges: [AddressRange] = []
        for (index, text) in texts.enumerated() {
            do throws(AddressRange.Malformed) {
                ranges.append(try AddressRange(text))
            } catch {
                problems.add(place(path, index, isList: isList), error.message)
            }
        }
        head.append(.sourceAddress(ranges, spelling: texts.joined(separator: ", ")))
    }

    private func matcher(
        _ texts: [String], at path: String, isList: Bool, ignoringCase: Bool = false,
        hasSegments: Bool = false
    ) -> TextMatcher? {
        switch TextMatcher.compile(texts, ignoringCase: ignoringCase, hasSegments: hasSegments) {
        case .success(let matcher): return matcher
        case .failure(let fault):
            problems.add(place(path, fault.index, isList: isList), fault.message)
            return nil
        }
    }

    // MARK: Values

    private func isList(_ value: JSONValue) -> Bool { if case .array = value { true } else { false } }

    private func place(_ path: String, _ index: Int, isList: Bool) -> String {
        isList ? "\(path)[\(index)]" : path
    }

    /// A text, or the texts of a list.
    private func texts(_ value: JSONValue, at path: String) -> [String]? {
        switch value {
        case .string(let text): return [text]
        case .array(let items):
            guard !items.isEmpty else {
                problems.add(path, "needs at least one item")
                return nil
            }
            var found: [String] = []
            for (index, item) in items.enumerated() {
                guard case .string(let text) = item else {
                    problems.add("\(path)[\(index)]", "must be a string, not \(item.kind)")
                    return nil
                }
                found.append(text)
            }
            return found
        default:
            problems.add(path, "must be a string or a list of strings, not \(value.kind)")
            return nil
        }
    }

    private mutating func readCharacters(_ value: JSONValue, at path: String) {
        guard case .string(let text) = value else {
            return problems.add(path, "must be a string, not \(value.kind)")
        }
        do throws(PatternFault) {
            head.append(.keyCharacters(try AllowedCharacters(text), spelling: text))
        } catch {
            problems.add(path, error.message)
        }
    }

    private func members(_ value: JSONValue, at path: String, of names: [String]) -> [JSONValue.Member]? {
        guard case .object(let members) = value else {
            problems.add(path, "must be an object, not \(value.kind)")
            return nil
        }
        if members.isEmpty { problems.add(path, "needs at least one of \(names.joined(separator: ", "))") }
        for member in members where !names.contains(member.name) {
            let hint =
                Suggestion.nearest(to: member.name, among: names).map { "did you mean \"\($0)\"?" }
                ?? "known here: \(names.joined(separator: ", "))"
            problems.add(ObjectReader.join(path, member.name), "unknown key; \(hint)")
        }
        return members.filter { names.contains($0.name) }
    }

    private func range(
        _ value: JSONValue, at path: String, _ parse: (String) -> Int?, _ form: String
    ) -> PolicyRange? {
        guard let members = members(value, at: path, of: ["min", "max"]) else { return nil }
        var bounds: [String: UInt64] = [:]
        for member in members {
            let text: String? =
                switch member.value {
                case .number(let digits): digits
                case .string(let text): text
                default: nil
                }
            guard let number = text.flatMap(parse), number >= 0 else {
                problems.add(ObjectReader.join(path, member.name), "must be \(form)")
                continue
            }
            bounds[member.name] = UInt64(number)
        }
        let low = bounds["min"] ?? 0
        let high = bounds["max"] ?? .max
        if low > high { problems.add(path, "has a min above its max") }
        return PolicyRange(min: low, max: high)
    }

    /// Names with `true` (there), `false` (not there), or patterns of the value.
    private mutating func readNamed(_ name: String, _ value: JSONValue, at path: String) {
        guard case .object(let members) = value, !members.isEmpty else {
            return problems.add(
                path, "must be an object of names, not \(value == .object([]) ? "an empty one" : value.kind)")
        }
        for member in members {
            let place = ObjectReader.join(path, member.name)
            if member.name.isEmpty { problems.add(path, "has an empty name") }
            let demand: PolicyFieldTest.Demand
            switch member.value {
            case .bool(let flag): demand = flag ? .present : .absent
            case .string, .array:
                guard let texts = texts(member.value, at: place),
                    let matcher = matcher(texts, at: place, isList: isList(member.value))
                else { continue }
                demand = .matches(matcher)
            default:
                problems.add(place, "must be true, false, a pattern or a list of patterns")
                continue
            }
            switch name {
            case "header": head.append(.header(PolicyFieldTest(name: member.name.lowercased(), demand)))
            case "tags": head.append(.tag(PolicyFieldTest(name: member.name, demand)))
            default: head.append(.metadata(PolicyFieldTest(name: member.name.lowercased(), demand)))
            }
        }
    }

    private mutating func readTime(_ value: JSONValue, at path: String) {
        guard let members = members(value, at: path, of: PolicyKey.timeNames) else { return }
        var window = TimeWindow()
        var spelling: [String] = []
        for member in members {
            let place = ObjectReader.join(path, member.name)
            guard let texts = texts(member.value, at: place) else { continue }
            guard member.name == "days" || texts.count == 1 && !isList(member.value) else {
                problems.add(place, "must be a string, not a list")
                continue
            }
            do throws(PatternFault) {
                switch member.name {
                case "days": try window.setDays(texts)
                case "from": try window.setFrom(texts[0])
                case "until": try window.setUntil(texts[0])
                case "zone": try window.setZone(texts[0])
                case "notBefore": try window.setNotBefore(texts[0])
                default: try window.setNotAfter(texts[0])
                }
            } catch {
                problems.add(place, error.message)
            }
            spelling.append("\(member.name) \(texts.joined(separator: ", "))")
        }
        head.append(.time(window, spelling: spelling.joined(separator: " ")))
    }
}
