import Bytes
import Foundation
import HTTP1
import HTTPModel
import JSON
import OSSModel

/// What is wrong with a file of cases: where, and what.
struct CaseFault: Error, CustomStringConvertible {
    /// Such as `cases[3].request.size`; empty for the file as a whole.
    let path: String
    let message: String

    var description: String { path.isEmpty ? message : "\(path): \(message)" }
}

/// One request with what should become of it.
struct PolicyCase: Sendable {
    enum Decision: String, Sendable, CaseIterable {
        case allow
        case refuse
    }

    var name: String
    var head: RequestHead
    var body: CaseBody
    var client: String
    /// Unix seconds; nil for now.
    var time: Int64?
    /// Bytes of the other parts, or of all parts, of an upload in parts.
    var uploadBytes: UInt64?
    var decision: Decision
    /// The rule that refuses; nil if any may.
    var rule: String?
    var code: String?
    /// Rules that only report, and should; nil if nothing is expected of them.
    var reported: [String]?
}

/// A body: bytes, and as many fillers after them as make up its size.
struct CaseBody: Sendable {
    var bytes: [UInt8] = []
    var size: UInt64 = 0

    /// The pieces in order, of at most 64 KiB.
    func pieces() -> () -> [UInt8]? {
        var sent: UInt64 = 0
        return {
            guard sent < size else { return nil }
            var piece: [UInt8] = []
            if sent < UInt64(bytes.count) { piece = Array(bytes[Int(sent)...].prefix(65_536)) }
            let missing = min(UInt64(65_536 - piece.count), size - sent - UInt64(piece.count))
            piece += [UInt8](repeating: 0x61, count: Int(missing))
            sent += UInt64(piece.count)
            return piece
        }
    }
}

/// Reads a file of cases: an object with `cases`, or the lines of a rejection log, each of which is a case that should
/// be refused as it was. Strict: a key that means nothing is a fault.
struct CaseFile {
    private static let caseNames = [
        "name", "request", "raw", "record", "client", "time", "uploadBytes", "expect",
    ]
    private static let bytesMax = 16 << 20
    let defaultHost: String

    func read(_ bytes: [UInt8]) throws(CaseFault) -> [PolicyCase] {
        guard bytes.count <= Self.bytesMax else {
            throw CaseFault(path: "", message: "is larger than \(Self.bytesMax >> 20) MiB")
        }
        let whole = Result { () throws(JSONParser.Failure) in try JSONParser.parse(bytes) }
        switch whole {
        case .success(.object(let members)) where members.contains(where: { $0.name == "ossgate.rule" }):
            return [try record(CaseObject(.object(members), path: "line 1"))]
        case .success(let value): return try cases(value)
        case .failure(let failure):
            guard let lines = try logLines(bytes) else {
                throw CaseFault(
                    path: "", message: "line \(failure.line), column \(failure.column): \(failure.message)")
            }
            return lines
        }
    }

    /// nil when the first line is no record.
    private func logLines(_ bytes: [UInt8]) throws(CaseFault) -> [PolicyCase]? {
        var found: [PolicyCase] = []
        for (index, line) in bytes.split(separator: ASCII.lineFeed).enumerated() {
            guard let value = try? JSONParser.parse(Array(line)) else {
                if index == 0 { return nil }
                throw CaseFault(path: "line \(index + 1)", message: "is no JSON object")
            }
            found.append(try record(CaseObject(value, path: "line \(index + 1)")))
        }
        return found
    }

    private func cases(_ value: JSONValue) throws(CaseFault) -> [PolicyCase] {
        let root = try CaseObject(value, path: "", names: ["$schema", "cases"])
        guard case .array(let items)? = root["cases"] else {
            throw CaseFault(path: "cases", message: "must be a list")
        }
        guard !items.isEmpty else { throw CaseFault(path: "cases", message: "needs at least one case") }
        var found: [PolicyCase] = []
        for (index, item) in items.enumerated() {
            found.append(
                try policyCase(CaseObject(item, path: "cases[\(index)]", names: Self.caseNames), index))
        }
        return found
    }

    private func policyCase(_ object: CaseObject, _ index: Int) throws(CaseFault) -> PolicyCase {
        let sources = ["request", "raw", "record"].filter { object[$0] != nil }
        guard sources.count == 1 else {
            throw CaseFault(path: object.path, message: "needs one of request, raw and record")
        }
        var made: PolicyCase
        if let value = object["record"] {
            made = try record(CaseObject(value, path: object.place("record")))
        } else if let text = try object.text("raw") {
            let (head, body) = try RawRequest.parse(text, at: object.place("raw"))
            made = PolicyCase(
                name: "", head: head, body: CaseBody(bytes: body, size: UInt64(body.count)),
                client: "127.0.0.1",
                decision: .allow)
        } else {
            let reader = CaseRequest(defaultHost: defaultHost)
            let (head, body) = try reader.read(object["request"] ?? .null, at: object.place("request"))
            made = PolicyCase(name: "", head: head, body: body, client: "127.0.0.1", decision: .allow)
        }
        made.name = try object.text("name") ?? (made.name.isEmpty ? "case \(index + 1)" : made.name)
        made.client = try object.text("client") ?? made.client
        if let text = try object.text("time") { made.time = try time(text, at: object.place("time")) }
        made.uploadBytes = try object.size("uploadBytes") ?? made.uploadBytes
        if let value = object["expect"] {
            try expect(
                CaseObject(
                    value, path: object.place("expect"), names: ["decision", "rule", "code", "reported"]),
                &made)
        } else if object["record"] == nil {
            throw CaseFault(path: object.place("expect"), message: "is missing")
        }
        return made
    }

    private func expect(_ object: CaseObject, _ made: inout PolicyCase) throws(CaseFault) {
        guard let text = try object.text("decision") else {
            throw CaseFault(path: object.place("decision"), message: "is missing: \"allow\" or \"refuse\"")
        }
        guard let decision = PolicyCase.Decision(rawValue: text) else {
            throw CaseFault(
                path: object.place("decision"), message: "must be \"allow\" or \"refuse\", not \"\(text)\"")
        }
        made.decision = decision
        made.rule = try object.text("rule")
        made.code = try object.text("code")
        made.reported = try object.texts("reported")
        if decision == .allow, made.rule != nil || made.code != nil {
            throw CaseFault(path: object.path, message: "has a rule or a code, but nothing is to be refused")
        }
    }

    private func time(_ text: String, at path: String) throws(CaseFault) -> Int64 {
        guard let seconds = OSSTime.parseExtended(Array(text.utf8)[...]) else {
            throw CaseFault(
                path: path, message: "must be a moment such as \"2026-01-31T16:00:00Z\", not \"\(text)\"")
        }
        return seconds
    }

    /// A line of the rejection log. It tells no fields but User-Agent and no body but its size, so that a rule about
    /// others may decide otherwise than it did.
    private func record(_ object: CaseObject) throws(CaseFault) -> PolicyCase {
        guard let method = try object.text("http.request.method"), let path = try object.text("url.path"),
            let rule = try object.text("ossgate.rule")
        else {
            throw CaseFault(path: object.path, message: "is no line of the rejection log")
        }
        var fields = Fields()
        fields.append("Host", defaultHost)
        if let agent = try object.text("user_agent.original") { fields.append("User-Agent", agent) }
        let query = try object.text("url.query").map { "?\($0)" } ?? ""
        let size = try object.size("ossgate.body.bytes_seen") ?? 0
        let isVirtual = try object.text("oss.bucket").map { !path.hasPrefix("/\($0)") } ?? false
        let bucket = try object.text("oss.bucket") ?? ""
        let target = isVirtual ? "/\(bucket)\(path)\(query)" : path + query
        let token = Array(method.utf8)
        let head = RequestHead(
            method: Method(token.span), target: Array(target.utf8)[...], fields: fields,
            framing: size > 0 || method == "PUT" || method == "POST" ? .length(size) : .none)
        let mode = try object.text("ossgate.mode")
        return PolicyCase(
            name: try object.text("ossgate.request_id") ?? object.path, head: head,
            body: CaseBody(size: size),
            client: try object.text("client.address") ?? "unknown",
            time: try object.text("time").flatMap { OSSTime.parseExtended(Array($0.utf8)[...]) },
            decision: mode == "report" ? .allow : .refuse, rule: mode == "report" ? nil : rule,
            reported: mode == "report" ? [rule] : nil)
    }
}
