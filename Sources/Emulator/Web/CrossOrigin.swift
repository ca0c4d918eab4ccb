import Bytes
import HTTPModel
import OSSModel
import XML

/// What a bucket's rules let pages of other origins do (section 17 of the rules, "PutBucketCors" page).
struct CrossOrigin {
    private let rules: [XMLElement]
    /// `Vary: Origin` goes into every answer.
    private let varies: Bool

    /// nil when the bucket has no rules.
    init?(_ settings: BucketSettings) throws(OSSError) {
        guard let document = settings["cors"] else { return nil }
        let root = try Operations.stored(document)
        rules = root.children("CORSRule")
        varies = root.string("ResponseVary")?.lowercased() == "true"
    }

    /// The fields of an answer to a request from an origin: none without a match.
    func fields(_ request: EmulatorRequest) -> Fields {
        var fields = Fields()
        if varies { fields.append("Vary", "Origin") }
        guard let origin = request.field("origin"),
            let rule = rule(origin, request.head.method.text, asked: [])
        else { return fields }
        append(rule, origin, to: &fields)
        return fields
    }

    /// The answer to a preflight; nil when no rule allows what is announced.
    func preflight(_ origin: String, _ method: String, asked: [String]) -> Answer? {
        guard let rule = rule(origin, method, asked: asked) else { return nil }
        var answer = Answer()
        if varies { answer.set("Vary", "Origin") }
        append(rule, origin, to: &answer.fields)
        if !asked.isEmpty {
            answer.set("Access-Control-Allow-Headers", asked.joined(separator: ", "))
        }
        return answer
    }

    private func append(_ rule: XMLElement, _ origin: String, to fields: inout Fields) {
        let isOpen = rule.strings("AllowedOrigin").contains("*")
        fields.append("Access-Control-Allow-Origin", isOpen ? "*" : Self.line(origin))
        fields.append(
            "Access-Control-Allow-Methods", rule.strings("AllowedMethod").joined(separator: ", "))
        let exposed = rule.strings("ExposeHeader").map(Self.line)
        if !exposed.isEmpty {
            fields.append("Access-Control-Expose-Headers", exposed.joined(separator: ", "))
        }
        if let age = rule.string("MaxAgeSeconds") { fields.append("Access-Control-Max-Age", age) }
    }

    /// A text of a document may have line ends that a field must not have.
    private static func line(_ text: String) -> String {
        String(decoding: text.utf8.filter { !ASCII.isControl($0) }, as: UTF8.self)
    }

    private func rule(_ origin: String, _ method: String, asked: [String]) -> XMLElement? {
        rules.first { rule in
            rule.strings("AllowedOrigin").contains { Wildcard.matches($0.lowercased(), origin.lowercased()) }
                && rule.strings("AllowedMethod").contains(method)
                && asked.allSatisfy { name in
                    rule.strings("AllowedHeader").contains {
                        Wildcard.matches($0.lowercased(), name.lowercased())
                    }
                }
        }
    }
}

/// Patterns in which `*` stands for any text and, if wanted, `?` for any one byte.
enum Wildcard {
    /// Linear in the product of both lengths at worst.
    static func matches(_ pattern: String, _ text: String, question: Bool = false) -> Bool {
        let pattern = Array(pattern.utf8)
        let text = Array(text.utf8)
        var (place, index) = (0, 0)
        var star: (place: Int, index: Int)?
        while index < text.count {
            if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                star = (place, index)
                place += 1
            } else if place < pattern.count,
                pattern[place] == text[index] || question && pattern[place] == ASCII.question
            {
                place += 1
                index += 1
            } else if let last = star {
                star = (last.place, last.index + 1)
                (place, index) = (last.place + 1, last.index + 1)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

extension Operations {
    /// The answer to OPTIONS, which is never signed.
    func preflightPlan(_ request: EmulatorRequest) throws(OSSError) -> Plan {
        guard let origin = request.field("origin") else { throw CatalogueRow.optionsOriginMissing.error }
        guard let method = request.field("access-control-request-method") else {
            throw CatalogueRow.optionsMethodMissing.error
        }
        let asked = (request.field("access-control-request-headers") ?? "").split(separator: ",").map {
            String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }.filter { !$0.isEmpty }
        return plain { request throws(OSSError) in
            let rules = try CrossOrigin(try store.settings(of: request.requiredBucket()))
            guard let answer = rules?.preflight(origin, method, asked: asked) else {
                throw CatalogueRow.corsNotAllowed.error
            }
            return answer
        }
    }
}
